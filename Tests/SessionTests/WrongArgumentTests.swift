// Every word with a first argument of every kind: each that it does not take is an error which names the place, what
// came and what is taken, and says what to type instead.

import Foundation
import Language
import Network
import Runtime
import Synchronization
import Testing

@testable import Session

private let setup = """
    model Net { input 3x32x32; conv 4, kernel: 4, stride: 4; batchnorm; relu; flatten; linear 10 }
    model A { input 3x32x32; flatten; linear 10 }
    model B { input 3x32x32; gap; linear 10 }
    let (gap, flat) = (A, B)
    block Head { relu }
    let data = take(synthetic(), 64, test: 32)
    let b = train A, on: data, epochs: 1, batch: 32, log: none
    let a = train Net, on: data, epochs: 1, batch: 32, log: none
    let study = compare A, B, on: data, epochs: 1, batch: 32, seeds: 1...2, log: none
    let search = findlr Net, on: data, steps: 10
    let fast = recipe(epochs: 1)
    let rule = adam(lr: 1e-3)
    let curve = cosine()
    let proof = diff A, B
    let rows = table a
    let all = runs()
    let n = 32
    """

/// A first argument of every kind.
private let values = [
    "3", "-1", "0.5", "\"text\"", "true", "[1, 2]", "[]", "(1, \"b\")", "[\"b\"]", "1...3", "3x32x32", "Net", "Head",
    "a", "[a, b]", "[A, B]", "data", "study", "search", "fast", "rule", "curve", "proof", "rows", "all",
]

/// A session that stops what takes long: that it began shows that nothing was wrong before.
private final class Visitor {
    let session: FolderSession
    private let stops = Stops()

    private final class Stops: Sendable {
        let workspace = Mutex<Workspace?>(nil)
    }

    /// - Parameter stopsLongOnes: whether what shows progress ends there.
    init(stopsLongOnes: Bool = true) throws {
        let stops = stops
        session = try FolderSession(
            RecordingOutput(drawsProgress: true) { _ in stops.workspace.withLock { $0 }?.interrupt() })
        session.run(setup)
        if stopsLongOnes { stops.workspace.withLock { $0 = session.workspace } }
    }

    deinit { stops.workspace.withLock { $0 = nil } }

    /// The errors of a cell but that it was stopped.
    func errors(of cell: String) -> [Diagnostic] {
        let before = session.output.all.diagnostics.count
        session.workspace.forgetInterrupt()
        session.run(cell)
        return session.output.all.diagnostics.dropFirst(before).filter {
            $0.severity == .error && $0.code.text != "interrupted"
        }
    }
}

private func call(_ word: Word, _ value: String) -> String {
    word.isLayer ? "model Tried { input 3x32x32; \(word.name) \(value) }" : "\(word.name)(\(value))"
}

@Suite(.serialized)
struct WrongArgumentTests {
    /// Kinds of errors that no other text mends: what a training came to.
    private static let withoutFix: Set<String> = []

    @Test func everyErrorSaysWhatToTypeInstead() throws {
        let visitor = try Visitor()
        #expect(visitor.session.output.all.diagnostics.allSatisfy { $0.severity != .error })
        var (count, edited) = (0, 0)
        for word in Vocabulary.all where word.name != "quit" {
            for value in values {
                let cell = call(word, value)
                for error in visitor.errors(of: cell) {
                    count += 1
                    #expect(error.range != nil, "\(cell): \(error.message)")
                    #expect(
                        error.fix?.isEmpty == false || Self.withoutFix.contains(error.code.text),
                        "\(cell): \(error.message)")
                    if error.code.text == "wrong-type" {
                        #expect(error.message.contains("takes"), "\(cell): \(error.message)")
                    }
                    guard !error.edits.isEmpty, let source = error.source, source.text == cell else { continue }
                    edited += 1
                    let mended = source.applying(error.edits)
                    #expect(
                        !visitor.errors(of: mended).contains { $0.message == error.message },
                        "\(cell), mended: \(mended)")
                }
            }
        }
        #expect(count > 800 && edited > 100)
    }

    /// Of each option of each word, whatever comes.
    @Test func everyOptionSaysWhatToTypeInstead() {
        let session = SessionState(output: RecordingOutput(), folder: "/", interruption: Cancellation())
        let interpreter = Interpreter(session, SourceText(""))
        let values: [Value] = [
            .integer(3), .integer(-1), .integer(.max), .decimal(0.5), .decimal(1e300), .string("text"), .boolean(true),
            .list(Items([.integer(1)])), .tuple(Items([])), .range(1, 3), .shape(Shape([3, 32, 32])),
        ]
        var count = 0
        for word in Vocabulary.all {
            for parameter in word.parameters {
                for value in values {
                    do { _ = try interpreter.convert(value, to: parameter, of: word, at: SourceRange(0, 0)) } catch {
                        count += 1
                        let fault = Stop(error).diagnostic
                        #expect(
                            fault.fix?.isEmpty == false,
                            "\(word.name) \(parameter.label): \(value.text): \(fault.message)")
                    }
                }
            }
        }
        #expect(count > 1000)
    }

    /// The programs that fixes show, `for example …` and `write …`, run as they stand.
    @Test func whatAFixShowsRuns() throws {
        let visitor = try Visitor()
        var shown: Set<String> = []
        for word in Vocabulary.all where word.name != "quit" && !word.isLayer {
            for value in values {
                for error in visitor.errors(of: call(word, value)) {
                    guard let match = error.fix?.firstMatch(of: /^(?:for example|train it first:) `([^`]*)`$/) else {
                        continue
                    }
                    shown.insert(String(match.1))
                }
            }
        }
        #expect(shown.count > 20)
        // Examples run in a moment.
        let runner = try Visitor(stopsLongOnes: false)
        for program in shown.sorted() where !program.contains("…") {
            // Some show an option alone.
            let head = program.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).first.map(String.init) ?? ""
            guard head == "let" || Vocabulary.word(head) != nil else { continue }
            // An example may name a file of the person's own.
            let errors = runner.errors(of: program).filter { !["file", "data-set"].contains($0.code.text) }
            #expect(errors.isEmpty, "\(program): \(errors.map(\.message))")
        }
    }
}
