// What shows how far something is: the curves of a training, the bar after a stop, and what a display ends in.

import Language
import Testing

@testable import Experiments
@testable import Session

private let setup = """
    model Net { input 3x32x32; flatten; linear 10 }
    model Other { input 3x32x32; avgpool 8; flatten; linear 10 }
    let data = take(synthetic(), 2000, test: 40)

    """

private func progress(_ images: Int, of count: Int, epoch: Int = 1, epochs: Int = 1) -> TrainingProgress {
    TrainingProgress(
        epoch: epoch, epochs: epochs, batches: images, batchesPerEpoch: count, images: images, imagesPerEpoch: count,
        loss: 2 - Double(images) / Double(count), accuracy: 50, imagesPerSecond: 100, secondsLeft: 1)
}

struct ProgressTests {
    /// Steps that take longer or shorter, as on a machine that does something else as well.
    @Test(arguments: [[400, 190, 190], [64], [1000, 64], [64, 640, 192], [320, 320, 64, 64, 64, 64]])
    func theCurveGrowsToTheEndOfAnEpoch(steps: [Int]) throws {
        let count = 50_000
        var (curves, done, step) = (LiveCurves(), 0, 0)
        var lengths: [Int] = []
        while done < count {
            done = min(count, done + steps[step % steps.count])
            step += 1
            curves.note(progress(done, of: count, epochs: 2))
            let points = curves.panels[0].training
            lengths.append(points.count)
            // The tip is never further behind than three steps or a hundredth of the training.
            let behind = Double(done) - (points.last?.x ?? 0) * Double(count)
            #expect(behind <= Double(3 * (steps.max() ?? 0) + 2 * count / 100))
        }
        #expect(lengths == lengths.sorted() && lengths[lengths.count - 1] >= min(60, step / 4))
        #expect(lengths[lengths.count - 1] <= 200)
        let points = curves.panels[0].training
        #expect(zip(points, points.dropFirst()).allSatisfy { $0.x < $1.x && $0.y > $1.y })
    }

    @Test func theCurveOfManyEpochsHasAsManyPointsAsThePictureShows() {
        var curves = LiveCurves()
        for epoch in 1...1_000 {
            for done in [40, 80, 100] { curves.note(progress(done, of: 100, epoch: epoch, epochs: 1_000)) }
        }
        let points = curves.panels[0].training
        #expect((100...200).contains(points.count) && points[points.count - 1].x > 990)
    }

    @Test func aFewImagesAtTheEndOfAnEpochAreNoPointOfTheirOwn() {
        var curves = LiveCurves()
        for done in [1_000, 2_000, 2_010] { curves.note(progress(done, of: 2_010)) }
        let points = curves.panels[0].training
        #expect(points.count == 2 && abs(points[1].x - 1_505 / 2_010.0) < 1e-9)
    }

    /// Runs a cell that is interrupted when this share of it is done, and gives the last two states of its display.
    private func interrupted(_ cell: String, at share: Double) throws -> (before: ProgressUpdate, last: ProgressUpdate)
    {
        final class Interrupter: @unchecked Sendable {
            // Unchecked: set once, before the only cell that reads it.
            var workspace: Workspace?
        }
        let interrupter = Interrupter()
        let output = RecordingOutput(drawsProgress: true) { update in
            if update.fraction >= share { interrupter.workspace?.interrupt() }
        }
        let workspace = Workspace(output: output)
        interrupter.workspace = workspace
        guard case .interrupted = workspace.execute(SourceText(setup + cell)) else {
            Issue.record("not interrupted: \(output.all.diagnostics)")
            throw CancellationError()
        }
        let updates = output.all.progress
        try #require(updates.count >= 2 && updates[updates.count - 1].isFinal)
        return (updates[updates.count - 2], updates[updates.count - 1])
    }

    @Test(arguments: [
        "let a = train Net, on: data, epochs: 200, batch: 4",
        "let s = compare Net, Other, on: data, epochs: 200, batch: 4",
        "let v = variance Net, on: data, epochs: 200, batch: 4, roles: [init]",
        "let f = findlr Net, on: data, steps: 100000, batch: 4",
    ])
    func aStopLeavesTheBarWhereItWas(_ cell: String) throws {
        let (before, last) = try interrupted(cell, at: 0.001)
        #expect(before.fraction > 0 && last.fraction > before.fraction - 1e-9 && last.fraction < 0.9)
        #expect(last.conclusion.isEmpty)
        #expect(last.panels.isEmpty == before.panels.isEmpty)
    }

    @Test func aDivergedTrainingLeavesTheBarWhereItWas() throws {
        let session = Session(drawsProgress: true)
        session.run(
            setup + """
                model Deep { input 3x32x32; flatten; linear 8; linear 10 }
                let a = train Deep, on: data, epochs: 5, batch: 16, optimizer: sgd(lr: 1e30)
                """)
        let last = try #require(session.output.all.progress.last)
        #expect(last.isFinal && last.fraction < 0.2 && last.title.hasPrefix("Deep diverged"))
    }

    @Test(arguments: [
        (
            "let s = compare Net, Other, on: data, epochs: 1, seeds: 1...2\nprint s.verdict",
            "compared Net, Other over 2 seeds"
        ),
        (
            "let s = compare Net, Other, on: data, epochs: 1, seeds: 1...2, log: none\nlet t = more s, 1\nprint t.verdict",
            "compared Net, Other over 3 seeds"
        ),
        ("let f = findlr Net, on: data, steps: 20\nprint f", "tried "),
    ])
    func theDisplayEndsInWhatCameOfIt(_ cell: String, _ title: String) throws {
        let session = Session(drawsProgress: true)
        session.run(setup + cell)
        let last = try #require(session.output.all.progress.last)
        let text = session.output.all.text.split(separator: "\n").last.map(String.init)
        #expect(last.isFinal && last.fraction == 1 && last.title.hasPrefix(title))
        #expect(last.conclusion == text)
        let plain = try #require(last.bundle["text/plain"]?.string)
        #expect(plain == "\(last.title): \(last.conclusion)")
        // Broken into lines, but whole.
        let svg = try #require(last.bundle["image/svg+xml"]?.string)
        for word in last.conclusion.split(separator: " ") { #expect(svg.contains(word), "\(word)") }
    }

    @Test func aVarianceEndsInItsAnswer() throws {
        let session = Session(drawsProgress: true)
        session.run(setup + "variance Net, on: data, epochs: 1, seeds: 1...2, roles: [init, order]")
        let last = try #require(session.output.all.progress.last)
        #expect(!last.conclusion.isEmpty && session.output.all.results.last?.text.hasPrefix(last.conclusion) == true)
    }

    @Test func linesEndInTheVerdictToo() throws {
        let session = Session()
        session.run(setup + "let s = compare Net, Other, on: data, epochs: 1, seeds: 1...2\nprint s.verdict")
        let lines = session.output.all.text.split(separator: "\n")
        #expect(lines.count == 6 && lines[4] == "compared Net, Other over 2 seeds: \(lines[5])")
    }

    @Test func allThatShowsHowFarItIsLooksAlike() throws {
        for cell in [
            "let a = train Net, on: data, epochs: 2", "let s = compare Net, Other, on: data, epochs: 2, seeds: 1...2",
            "let v = variance Net, on: data, epochs: 1, seeds: 1...2, roles: [init]",
        ] {
            let session = Session(drawsProgress: true)
            session.run(setup + cell)
            let first = try #require(session.output.all.progress.first { !$0.isFinal })
            #expect(first.panels.map(\.y.label) == ["loss", "accuracy"], "\(cell)")
            #expect(first.facts.count == 4 && first.facts[0].hasPrefix("loss ") && first.facts[3].hasSuffix(" left"))
            #expect(first.bundle.keys.contains("image/svg+xml") && !first.bundle.keys.contains("text/html"))
        }
    }
}
