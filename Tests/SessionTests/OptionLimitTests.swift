// The smallest and the largest number that each option of a training takes: an error that says what to do, or an end
// with numbers, or as a training that has diverged.

import Language
import Testing

@testable import Session

private let setup = """
    model Net { input 3x32x32; conv 8, stride: 4; batchnorm; relu; flatten; linear 10 }
    let data = take(synthetic(), 64, test: 32)
    let t = train Net, on: data, epochs: 1, batch: 32, log: none

    """

/// A call with one option at a limit.
private struct Case: CustomTestStringConvertible {
    let program: String
    var testDescription: String { program }

    /// Where the option stands, `@`, and what it needs beside.
    static func of(_ parameters: [WordParameter], in program: String) -> [Case] {
        parameters.flatMap { parameter in
            limits(parameter).map { Case(program: program.replacing("@", with: "\(parameter.label): \($0)")) }
        }
    }

    private static func limits(_ parameter: WordParameter) -> [String] {
        // A million epochs take what they take.
        let takesLong = ["epochs", "steps"].contains(parameter.label)
        switch parameter.kind {
        case .integer(let range): return ["\(range.lowerBound)"] + (takesLong ? [] : ["\(range.upperBound)"])
        case .decimal(let range, let excludesLowest, let excludesHighest):
            let low = excludesLowest ? range.lowerBound.nextUp : range.lowerBound
            let high =
                range.upperBound == .infinity
                ? .greatestFiniteMagnitude : excludesHighest ? range.upperBound.nextDown : range.upperBound
            return [decimalText(low)] + (takesLong ? [] : [decimalText(high)])
        default: return []
        }
    }
}

@Suite(.serialized)
struct OptionLimitTests {
    private static let cases: [Case] = {
        let training = "let a = train Net, on: data, log: none, "
        let needed = ["step": "every: 1", "multistep": "epochs: [1]", "polyline": "points: [(0, 1), (1, 0)]"]
        func made(_ words: [Word], by option: String) -> [Case] {
            words.flatMap { word -> [Case] in
                let others = needed[word.name].map { ", \($0)" } ?? ""
                return word.parameters.flatMap { parameter in
                    Case.of(
                        [parameter],
                        in: "\(training)epochs: 2, batch: 32, \(option): \(word.name)(@"
                            + (others.hasPrefix(", \(parameter.label):") ? "" : others) + ")")
                }
            }
        }
        let ofTraining = TrainingOption.all.map(\.parameter)
        return ofTraining.flatMap { parameter in
            let others = ["epochs", "batch"].filter { $0 != parameter.label }
            return Case.of(
                [parameter], in: training + others.map { $0 == "epochs" ? "epochs: 2, " : "batch: 32, " }.joined() + "@"
            )
        }
            + made(Word.optimizers, by: "optimizer") + made(Word.schedules, by: "schedule")
            + made(Word.averages, by: "average")
            + Case.of(Word.teacher.parameters, in: training + "epochs: 2, batch: 32, distill: teacher(t, @)")
            + Case.of(
                Word.augment.parameters, in: "let a = train Net, on: augment(data, @), epochs: 2, batch: 32, log: none")
            + Case.of(Word.findLR.parameters, in: "let f = findlr(Net, on: data, batch: 32, @)")
            .filter { !$0.program.contains("batch: 32, batch:") }
            + Case.of(Word.evaluate.parameters, in: "evaluate t, @")
    }()

    @Test func thereIsOneForEachOption() { #expect(Self.cases.count > 150) }

    @Test(.timeLimit(.minutes(5))) func everyLimitEnds() throws {
        let session = Session()
        session.run(setup)
        for limit in Self.cases {
            switch session.run(limit.program) {
            case .failed(let fault):
                #expect(fault.fix?.isEmpty == false, "\(limit.program): \(fault.message)")
            case .finished:
                guard limit.program.hasPrefix("let a") else { continue }
                let before = session.output.all.text.count
                session.run("print a.state, a.epochs")
                session.run("if a.state == \"done\" { print a.loss }")
                let said = session.output.all.text.dropFirst(before).split(whereSeparator: \.isWhitespace)
                #expect(
                    said.first == "diverged"
                        || said.first == "done" && said.last.flatMap { Double($0) }?.isFinite == true,
                    "\(limit.program): \(said)")
            default: Issue.record("\(limit.program)")
            }
        }
    }
}
