// The language programs as any front end should show them: what a session writes and reports for each, given as one
// cell, without a front end between. The tests of `tandem run`, of the prompt and of the kernel hold their own output
// against it.

import Foundation
import Language
import Session
import Synchronization

public struct FrontEndProgram: Sendable {
    /// Its path under Tests/LanguageTests/Programs.
    public let path: String
    public let text: String

    /// All but those that read or write files or ask a person, whose output depends on more than their text.
    public static let all: [FrontEndProgram] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../LanguageTests/Programs").standardizedFileURL
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".tandem") }.sorted().compactMap { path in
            guard let text = try? String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8) else {
                return nil
            }
            let outside = [
                "save", "load", "export", "to:", "ask", "share", "imagefolder", "cifar100", "mnist", "svhn", "arrays",
                "runs",
                "quit",
            ]
            return outside.contains { text.contains($0) } ? nil : FrontEndProgram(path: path, text: text)
        }
    }()

    /// What a session says to it, in order.
    public struct Said: Sendable {
        public enum Event: Sendable {
            case text(String)
            case shown(RichValue)
            case diagnostic(Diagnostic)
        }

        public var events: [Event] = []
        /// Whether something was trained: bars and times then differ from front end to front end.
        public var hasProgress = false

        /// The blocks of all notes and errors.
        public var blocks: [String] {
            events.compactMap {
                if case .diagnostic(let diagnostic) = $0 { DiagnosticText(diagnostic).block } else { nil }
            }
        }

        /// Everything in order, as a terminal of so many columns shows it.
        public func terminalText(columns: Int?, withDiagnostics: Bool) -> String {
            events.map { event in
                switch event {
                case .text(let text): text
                case .shown(let value): Self.ended(value.terminalForm(columns: columns))
                case .diagnostic(let diagnostic):
                    withDiagnostics ? DiagnosticText(diagnostic, terminalColumns: columns).block + "\n" : ""
                }
            }.joined()
        }

        /// What is written and the plain text of what is shown, in order.
        public var plainText: String {
            events.map { event in
                switch event {
                case .text(let text): text
                case .shown(let value): Self.ended(value.text)
                case .diagnostic: ""
                }
            }.joined()
        }

        public static func ended(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }
    }

    public func said() -> Said {
        let output = Recorder()
        _ = Workspace(output: output).execute(SourceText(text))
        return output.said.withLock { $0 }
    }

    private final class Recorder: Output {
        let said = Mutex(Said())

        let drawsProgress = true
        func write(_ text: String) { said.withLock { $0.events.append(.text(text)) } }
        func show(_ value: RichValue) { said.withLock { $0.events.append(.shown(value)) } }
        func result(_ value: RichValue) { show(value) }
        func progress(_ update: ProgressUpdate) { said.withLock { $0.hasProgress = true } }
        func report(_ diagnostic: Diagnostic) { said.withLock { $0.events.append(.diagnostic(diagnostic)) } }
        func ask(_ prompt: String, isSecret: Bool) -> Answer { .nobody }
    }
}
