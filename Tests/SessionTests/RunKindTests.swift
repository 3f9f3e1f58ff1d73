// Every word that takes a run, on runs that are not as one hopes: each works, or says in one line why not. The words
// are found in the vocabulary, so that a new one is tried by itself; its example calls the run `a`.

import Foundation
import Language
import Synchronization
import Testing

@testable import Session

private let setup = """
    model Net { input 3x32x32; conv 4, kernel: 4, stride: 4; batchnorm; relu; flatten; linear 10 }
    let data = take(synthetic(), 64, test: 32)
    let b = train Net, on: data, epochs: 1, batch: 32, log: none
    let c = train Net, on: data, epochs: 1, batch: 32, seed: 2, log: none

    """

/// How a run `a` came to be.
enum RunKind: String, CaseIterable, CustomTestStringConvertible {
    case interruptedInItsFirstEpoch, diverged, ofOneEpoch, loaded, loadedFromWeights

    var testDescription: String { rawValue }

    /// A session in which `a` is such a run.
    fileprivate func session() throws -> FolderSession {
        let interrupter = Interrupter()
        let session = try FolderSession(
            RecordingOutput(drawsProgress: true) { _ in interrupter.workspace.withLock { $0 }?.interrupt() })
        session.run(setup)
        switch self {
        case .interruptedInItsFirstEpoch:
            // Progress is told between the first step and the second.
            interrupter.workspace.withLock { $0 = session.workspace }
            session.run("let a = train Net, on: data, epochs: 2, batch: 16")
            interrupter.workspace.withLock { $0 = nil }
            session.workspace.forgetInterrupt()
            #expect(session.printed("print a.state, a.epochs") == "interrupted 0\n")
        case .diverged:
            session.run("let a = train Net, on: data, epochs: 2, batch: 16, optimizer: sgd(lr: 1e30), log: none")
            #expect(session.printed("print a.state") == "diverged\n")
        case .ofOneEpoch: session.run("let a = b")
        case .loaded: session.run("save b, \"b.safetensors\"\nlet a = load \"b.safetensors\"")
        case .loadedFromWeights:
            session.run("save b, \"b.safetensors\"\nlet a = load \"b.safetensors\", into: Net")
            #expect(session.printed("print a.state, a.epochs") == "loaded 0\n")
        }
        return session
    }
}

private final class Interrupter: Sendable {
    let workspace = Mutex<Workspace?>(nil)
}

/// The words that take a run, and a line for each that gives it one.
private let lines: [(word: String, line: String)] = Vocabulary.all.compactMap { word in
    let takesRun = word.parameters.contains { parameter in
        switch parameter.kind {
        case .run, .network: true
        case .any: parameter.isRest && word.group == .looking
        default: false
        }
    }
    guard takesRun else { return nil }
    let example = word.example.split(separator: "\n").last.map(String.init) ?? ""
    return (word.name, example.contains(#/\ba\b/#) ? example : "\(word.name) a")
}

@Suite(.serialized)
struct RunKindTests {
    @Test func theWordsAreFound() {
        let names = Set(lines.map(\.word))
        #expect(names.isSuperset(of: ["evaluate", "table", "plot", "print", "save", "export", "share"]))
    }

    @Test(arguments: RunKind.allCases)
    func everyWordWorksOrSaysWhyNot(_ kind: RunKind) throws {
        for (word, line) in lines {
            let session = try kind.session()
            let before = session.output.all.diagnostics.count
            switch session.run(line) {
            case .finished, .quit:
                #expect(session.output.all.diagnostics.dropFirst(before).allSatisfy { $0.severity != .error })
            case .interrupted(let diagnostic): Issue.record("\(word): \(diagnostic.message)")
            case .failed(let diagnostic):
                // A reason, not a slip of this test or a fault that nobody foresaw.
                #expect(
                    !["unknown-name", "unknown-option", "missing-argument", "failed"].contains(diagnostic.code.text),
                    "\(line)")
                #expect(
                    !diagnostic.message.contains("\n") && !diagnostic.message.contains("Optional("),
                    "\(diagnostic.message)")
                #expect((10...200).contains(diagnostic.message.count), "\(diagnostic.message)")
                #expect(diagnostic.range != nil)
            }
            // The session continues.
            session.workspace.forgetInterrupt()
            #expect(session.printed("print 1 + 1") == "2\n", "after \(line)")
        }
    }

    @Test(arguments: RunKind.allCases)
    func everyMemberIsKnownOrSaysWhyNot(_ kind: RunKind) throws {
        let session = try kind.session()
        for (name, _) in RunValue.memberHelp {
            guard case .failed(let diagnostic) = session.run("a.\(name)") else { continue }
            #expect(
                diagnostic.code == .noValue && diagnostic.fix?.contains("input") == false, "\(diagnostic.message)")
        }
    }

    @Test func whatCannotBeSharedSaysWhy() throws {
        #expect(try RunKind.interruptedInItsFirstEpoch.session().fault("share a")?.contains("`resume a`") == true)
        #expect(try RunKind.diverged.session().fault("share a")?.contains("a diverged") == true)
        #expect(try RunKind.loadedFromWeights.session().fault("share a")?.contains("come from a file") == true)
    }

    @Test func everyKindIsSavedAndComesBack() throws {
        for kind in RunKind.allCases {
            let session = try kind.session()
            let answer = session.printed(
                """
                save a, "kept.safetensors"
                let again = load "kept.safetensors"
                print again.digest == a.digest, again.state == a.state, again.epochs == a.epochs, again.curve.rows == a.curve.rows
                """)
            #expect(answer.hasSuffix("true true true true\n"), "\(kind.rawValue): \(answer)")
        }
    }
}
