// Throws random and mutated programs at the lexer, the parser, the checker, completion and inspection, or messages at
// the kernel: no crash, nothing that takes a second, no memory beyond 500 MB. Input n of a seed is always the same one,
// and what fails is printed with its number.
//
// usage: fuzz PROGRAMS [--messages] [--count N] [--first N] [--seed S]
//
// PROGRAMS is a folder of .tandem files that are mutated. A core's share of the work is a process of its own
// (`--first`).

import Glibc
import Language
import Libraries
import Session
import TestSupport

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
        var throwsMessages = false
        while let word = arguments.popFirst() {
            switch word {
            case "--messages": throwsMessages = true
            case "--count": count = arguments.popFirst().flatMap { Int($0) } ?? count
            case "--first": first = arguments.popFirst().flatMap { Int($0) } ?? first
            case "--seed": seed = arguments.popFirst().flatMap { UInt64($0) } ?? seed
            default: folder = word
            }
        }
        let source = ProgramSource(corpus: programs(in: folder))
        guard !source.corpus.isEmpty else {
            StandardStream.error.write("usage: fuzz PROGRAMS [--messages] [--count N] [--first N] [--seed S]\n")
            exit(2)
        }
        let workspace = Workspace(output: Silence())
        _ = workspace.execute(
            SourceText(
                "let width = 3\nmodel Net(pooled: true) { input 3x8x8; flatten; linear 10 }\nlet data = take(synthetic(), 8)"
            ))
        let messages: MessageSource
        do { messages = try MessageSource(workspace, programs: source) } catch { fail("\(error)") }
        watch()
        alarm(1)
        for number in first..<first + count {
            began = seconds()
            if throwsMessages {
                messages.tryMessage(number, seed: seed)
            } else {
                tryProgram(number, source.program(number, seed: seed), workspace)
            }
            if number % 500 == 0, residentMegabytes() > 500 { fail("\(residentMegabytes()) MB") }
        }
        print("\(count) \(throwsMessages ? "messages" : "programs"), \(residentMegabytes()) MB")
    }

    private static func tryProgram(_ number: Int, _ text: String, _ workspace: Workspace) {
        current = (number, text)
        let length = text.unicodeScalars.count
        var random = SplitMix(state: UInt64(number))
        let cursor = Int(random.next() % UInt64(length + 1))
        let diagnostics = workspace.faults(of: SourceText(text))
        for diagnostic in diagnostics { _ = DiagnosticText(diagnostic, isColored: false).block }
        _ = workspace.completeness(of: text)
        let list = workspace.complete(text, at: cursor)
        if list.start > list.end || list.end > length { fail("completion outside of the text") }
        _ = workspace.inspect(text, at: cursor)
    }
}
