// Throws random and mutated programs at the lexer, the parser, the checker, completion and inspection: no crash, nothing that takes a
// second, no memory beyond 500 MB. Program n of a seed is always the same one, and what fails is printed with its number.
//
// usage: fuzz PROGRAMS [--count N] [--first N] [--seed S]
//
// PROGRAMS is a folder of .tandem files that are mutated. A core's share of the work is a process of its own (`--first`).

import Glibc
import Language
import Libraries
import Session

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Everything that is no output.
final class Silence: Output {
    let drawsProgress = false
    func write(_ text: String) {}
    func show(_ value: RichValue) {}
    func result(_ value: RichValue) {}
    func progress(_ update: ProgressUpdate) {}
    func report(_ diagnostic: Diagnostic) {}
    func ask(_ prompt: String, isSecret: Bool) -> Answer { .nobody }
}

// MARK: Programs

struct ProgramSource {
    let corpus: [[Unicode.Scalar]]
    private static let pieces = [
        "model", "block", "for", "in", "repeat", "if", "else", "let", "true", "false", "conv", "linear", "relu",
        "train",
        "plot", "residual", "shortcut", "concat", "print", "adam", "VGG", "x", "_", "größe", "3x32x32", "1...5", "1e-4",
        "0x1F",
        "5.", ".5", "99999999999999999999", "\"", "\\(", "\"a \\(x) b\"", "'", "//", "/*", "*/", "(", ")", "[", "]",
        "{", "}",
        ",", ":", ";", "\n", "\r\n", "\t", " ", "\u{A0}", "=", "==", "!=", "<", "<=", "&&", "||", "!", "+", "-", "*",
        "/", "%",
        ".", "...", "?", "@", "#", "$", "^", "~", "`", "\\", "🇫🇷", "e\u{301}", "\u{0}", "\u{FEFF}", "\u{202E}", "“", "−",
        "，",
        "x -1", "f (1)", "a.b.c", "import torch", "def f():", "%time", "!ls", "train?", "?train", "lr=1e-3", "**",
        "None",
    ].map { Array($0.unicodeScalars) }

    func program(_ number: Int, seed: UInt64) -> String {
        var random = SplitMix(state: seed &* 0x1000_0000_01B3 ^ UInt64(number))
        func below(_ count: Int) -> Int { Int(random.next() % UInt64(max(1, count))) }
        var text: [Unicode.Scalar] = []
        if below(4) == 0 {
            for _ in 0..<below(60) {
                text += Self.pieces[below(Self.pieces.count)]
                if below(2) == 0 { text.append(" ") }
            }
        } else {
            text = corpus[below(corpus.count)]
            for _ in 0...below(6) { mutate(&text, &random) }
        }
        if below(50) == 0 { text = Array(repeatElement(text, count: 1 + below(40)).joined()) }
        var string = ""
        string.unicodeScalars.append(contentsOf: text)
        return string
    }

    private func mutate(_ text: inout [Unicode.Scalar], _ random: inout SplitMix) {
        func below(_ count: Int) -> Int { Int(random.next() % UInt64(max(1, count))) }
        let first = below(text.count + 1)
        let range = first..<min(text.count, first + below(12))
        switch below(8) {
        case 0: text.removeSubrange(range)
        case 1: text.insert(contentsOf: Self.pieces[below(Self.pieces.count)], at: first)
        case 2: text.replaceSubrange(range, with: Self.pieces[below(Self.pieces.count)])
        case 3: text.insert(contentsOf: Array(text[range]), at: below(text.count + 1))
        case 4: text = Array(text[..<first])
        case 5: text = Array(text[first...])
        case 6:
            let other = corpus[below(corpus.count)]
            let start = below(other.count)
            text.insert(contentsOf: other[start..<min(other.count, start + below(80))], at: first)
        default:
            // Deep nesting and long chains.
            let piece = Self.pieces[below(Self.pieces.count)]
            text.insert(contentsOf: repeatElement(piece, count: below(700)).joined(), at: first)
        }
    }
}

// MARK: What may go wrong

/// The program that is being tried, for the handlers that print it.
nonisolated(unsafe) var current = (number: 0, text: "")
/// When it began, in seconds.
nonisolated(unsafe) var began = 0

func fail(_ reason: String) -> Never {
    StandardStream.error.write("fuzz: \(reason) at program \(current.number):\n\(current.text)\n")
    exit(1)
}

func seconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec
}

/// Resident megabytes of this process.
func residentMegabytes() -> Int {
    let fields = ((try? FileSystem.readText("/proc/self/statm")) ?? "").split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4096 / 1_000_000 : 0
}

func watch() {
    for signal in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] {
        Glibc.signal(signal) { number in
            // Not safe in general; the process is lost anyway, and the program that did it is what one needs.
            StandardStream.error.write("fuzz: signal \(number) at program \(current.number):\n\(current.text)\n")
            _exit(1)
        }
    }
    // A second on the clock may have begun just before: three of them are more than one that has passed.
    Glibc.signal(SIGALRM) { _ in
        if seconds() - began > 2 { fail("more than a second") }
        alarm(1)
    }
}

func programs(in folder: String) -> [[Unicode.Scalar]] {
    ((try? FileSystem.list(folder)) ?? []).flatMap { name -> [[Unicode.Scalar]] in
        let path = FileSystem.join(folder, name)
        if FileSystem.isDirectory(path) { return programs(in: path) }
        guard name.hasSuffix(".tandem"), let text = try? FileSystem.readText(path) else { return [] }
        return [Array(text.unicodeScalars)]
    }
}

// MARK: The run

@main
enum Fuzz {
    static func main() {
        var arguments = CommandLine.arguments.dropFirst()
        var (folder, count, first, seed) = ("", 100_000, 0, UInt64(1))
        while let word = arguments.popFirst() {
            switch word {
            case "--count": count = arguments.popFirst().flatMap { Int($0) } ?? count
            case "--first": first = arguments.popFirst().flatMap { Int($0) } ?? first
            case "--seed": seed = arguments.popFirst().flatMap { UInt64($0) } ?? seed
            default: folder = word
            }
        }
        let source = ProgramSource(corpus: programs(in: folder))
        guard !source.corpus.isEmpty else {
            StandardStream.error.write("usage: fuzz PROGRAMS [--count N] [--first N] [--seed S]\n")
            exit(2)
        }
        let workspace = Workspace(output: Silence())
        _ = workspace.execute(
            SourceText(
                "let width = 3\nmodel Net(pooled: true) { input 3x8x8; flatten; linear 10 }\nlet data = take(synthetic(), 8)"
            ))
        watch()
        alarm(1)
        for number in first..<first + count {
            let text = source.program(number, seed: seed)
            current = (number, text)
            began = seconds()
            let length = text.unicodeScalars.count
            var random = SplitMix(state: UInt64(number))
            let cursor = Int(random.next() % UInt64(length + 1))
            let diagnostics = workspace.faults(of: SourceText(text))
            for diagnostic in diagnostics { _ = DiagnosticText(diagnostic, isColored: false).block }
            _ = workspace.completeness(of: text)
            let list = workspace.complete(text, at: cursor)
            if list.start > list.end || list.end > length { fail("completion outside of the text") }
            _ = workspace.inspect(text, at: cursor)
            if number % 500 == 0, residentMegabytes() > 500 { fail("\(residentMegabytes()) MB") }
        }
        print("\(count) programs, \(residentMegabytes()) MB")
    }
}
