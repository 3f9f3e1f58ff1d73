// Measures the language against its bars: a loop of a million turns, ten thousand lines parsed, a model of a thousand
// layers checked, two networks proven to train the same, and how soon an interrupt is heard. Benchmarks/language-speed
// builds and starts it; it ends with 1 where a bar is not held.

import Glibc
import Language
import Network
import Session
import Synchronization

/// Keeps errors alone.
final class Errors: Output {
    private let messages = Mutex([String]())

    let drawsProgress = true
    func write(_ text: String) {}
    func show(_ value: RichValue) {}
    func result(_ value: RichValue) {}
    func progress(_ update: ProgressUpdate) {}
    func report(_ diagnostic: Diagnostic) { messages.withLock { $0.append(diagnostic.message) } }
    func ask(_ prompt: String, isSecret: Bool) -> Answer { .nobody }

    var all: [String] { messages.withLock { $0 } }
}

let clock = ContinuousClock()
let rounds = 5
var isHeld = true

func milliseconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) * 1e-15
}

/// Prints the median and the slowest of some rounds against a bar.
@MainActor func measure(_ what: String, bar: Double, _ body: () -> Double) {
    let times = (0..<rounds).map { _ in body() }.sorted()
    let (median, slowest) = (times[times.count / 2], times[times.count - 1])
    isHeld = isHeld && median < bar
    func text(_ time: Double) -> String { String((time * 100).rounded() / 100) }
    print(
        "\(what): \(text(median)) ms, slowest \(text(slowest)) ms; bar \(Int(bar)) ms\(median < bar ? "" : ", NOT HELD")"
    )
}

/// How long a cell takes in a fresh session; a cell that fails ends the measurement.
func run(_ cell: String) -> Double {
    let output = Errors()
    let workspace = Workspace(output: output)
    let source = SourceText(cell)
    let time = clock.measure { _ = workspace.execute(source) }
    if !output.all.isEmpty {
        print("the cell failed: \(output.all)")
        exit(1)
    }
    return milliseconds(time)
}

measure("a million turns of `for` with arithmetic", bar: 1000) {
    run("for i in 1...1000000 { let x = (i * 3 + 1) / 2 - i % 7; x > 10 && i != 5 }")
}

let statements = [
    "let width = 64 * 2 + 1", "print \"width is \\(width)\", [1, 2, 3][0]", "if width > 3 { print 1 } else { print 2 }",
    "let o = adam(lr: 1e-4, betas: (0.9, 0.999))", "train gap, on: cifar, epochs: 10, batch: 64, seed: 42 // a comment",
]
let lines = SourceText((0..<10_000).map { statements[$0 % statements.count] }.joined(separator: "\n"))
measure("10,000 lines parsed", bar: 50) {
    var program: Program?
    let time = clock.measure { program = parse(lines) }
    guard program?.statements.count == 10_000, program?.diagnostics.isEmpty == true else { exit(1) }
    return milliseconds(time)
}

let layers = (0..<1000).map { ["conv 16, kernel: 3, padding: 1", "batchnorm", "relu", "dropout 0.1"][$0 % 4] }
measure("a model of 1,000 layers checked", bar: 50) {
    run("model Deep {\n    input 3x32x32\n    \(layers.joined(separator: "\n    "))\n}")
}
let wrong = layers.enumerated().map { $0 % 100 == 99 ? "conv 16, kernal: 3" : $1 }
measure("the same with ten errors in it", bar: 50) {
    let output = Errors()
    let workspace = Workspace(output: output)
    let source = SourceText("model Deep {\n    input 3x32x32\n    \(wrong.joined(separator: "\n    "))\n}")
    let time = clock.measure { _ = workspace.execute(source) }
    guard output.all.count == 10 else { exit(1) }
    return milliseconds(time)
}

/// The experiment's network, with the layer that copies its input or without.
func experiment(isPooled: Bool) throws(ShapeFault) -> Architecture {
    let stages = [(64, 2), (128, 3), (256, 3), (512, 3)].flatMap { width, depth -> [Layer] in
        let one: [Layer] = [.convolution(.init(width: width, padding: .exactly(Extent(1)))), .activation(.relu)]
        return Array(repeating: one, count: depth).joined() + [.maxPool(.init(size: Extent(2)))]
    }
    let pool: [Layer] = isPooled ? [.adaptiveAveragePool(output: Extent(2))] : []
    let hidden: [Layer] = [.linear(.init(width: 4096)), .activation(.relu)]
    let head: [Layer] = [.flatten] + hidden + hidden + [.dropout(rate: 0.2), .linear(.init(width: 10))]
    return try Architecture(input: Shape([3, 32, 32]), layers: stages + pool + head)
}

let (gap, flat) = (try experiment(isPooled: true), try experiment(isPooled: false))
measure("the experiment's two networks proven to train the same", bar: 10) {
    var answer: Equivalence.Answer?
    let time = clock.measure { answer = Equivalence(gap, flat).answer }
    guard answer == .same(.training) else { exit(1) }
    return milliseconds(time)
}

/// What the interrupting thread tells.
final class Interruption: Sendable {
    let workspace: Workspace
    let moment = Mutex<ContinuousClock.Instant?>(nil)

    init(_ workspace: Workspace) { self.workspace = workspace }

    /// Interrupts after a fifth of a second, from a thread of its own.
    nonisolated func start() -> pthread_t {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                let interruption = Unmanaged<Interruption>.fromOpaque(pointer).takeRetainedValue()
                usleep(200_000)
                interruption.moment.withLock { $0 = ContinuousClock.now }
                interruption.workspace.interrupt()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        return thread
    }
}

for (what, cell) in [
    ("an empty loop", "repeat 2000000000 { }"), ("a loop", "for i in 1...2000000000 { i * 2 }"),
    ("a list in the making", "[for i in 1...9000000 { [i, i] }]"),
    ("a long list that is summed", "repeat 1000 { sum(range(0, 5000000)) }"),
    ("nested loops", "for i in 1...100000 { for j in 1...100000 { i + j } }"),
] {
    measure("an interrupt of \(what)", bar: 100) {
        let interruption = Interruption(Workspace(output: Errors()))
        let thread = interruption.start()
        _ = interruption.workspace.execute(SourceText(cell))
        let end = clock.now
        pthread_join(thread, nil)
        let begin = interruption.moment.withLock { $0 } ?? end
        return milliseconds(end - begin)
    }
}
// MARK: Completion and inspection

let session = Workspace(output: Errors())
_ = session.execute(SourceText("let width = 64\nmodel Net(pooled: true) { input 3x32x32; conv 8; flatten; linear 10 }"))
/// A cell of ordinary size, and one near the limit of a megabyte.
let cells = [
    ("a cell of 40 lines", 40), ("a cell of a megabyte", 18_000),
].map { name, count in
    (name, (0..<count).map { statements[$0 % statements.count] }.joined(separator: "\n") + "\nlet a = train Net, ep")
}
for (name, cell) in cells {
    let end = cell.unicodeScalars.count
    measure("Tab at the end of \(name)", bar: 5) {
        milliseconds(clock.measure { precondition(!session.complete(cell, at: end).items.isEmpty) })
    }
    measure("Shift-Tab at the end of \(name)", bar: 5) {
        milliseconds(clock.measure { precondition(session.inspect(cell, at: end - 6) != nil) })
    }
}
exit(isHeld ? 0 : 1)
