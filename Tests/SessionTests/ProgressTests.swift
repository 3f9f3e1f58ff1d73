// What shows how far something is: the curves of a training, the bar after a stop, and what a display ends in.

import Graphics
import Language
import Testing

@testable import Experiments
@testable import Session

private let setup = """
    model Net { input 3x32x32; flatten; linear 10 }
    model Other { input 3x32x32; avgpool 8; flatten; linear 10 }
    let data = take(synthetic(), 2000, test: 4)

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
        var (curves, done, step) = (ProgressCurves(), 0, 0)
        var lengths: [Int] = []
        while done < count {
            done = min(count, done + steps[step % steps.count])
            step += 1
            curves.note(progress(done, of: count, epochs: 2))
            let points = curves.panels[0].training
            // Without the two ends.
            lengths.append(points.count - 2)
            // From the first image to the last.
            #expect(points.first?.x == 0 && abs(Double(done) - (points.last?.x ?? 0) * Double(count)) < 1e-6)
        }
        #expect(lengths == lengths.sorted() && lengths[lengths.count - 1] >= min(60, step / 4))
        #expect(lengths[lengths.count - 1] <= 200)
        let points = curves.panels[0].training.dropFirst().dropLast()
        #expect(zip(points, points.dropFirst()).allSatisfy { $0.x < $1.x && $0.y > $1.y })
    }

    @Test func theCurveOfManyEpochsHasAsManyPointsAsThePictureShows() {
        var curves = ProgressCurves()
        for epoch in 1...1_000 {
            for done in [40, 80, 100] { curves.note(progress(done, of: 100, epoch: epoch, epochs: 1_000)) }
        }
        let points = curves.panels[0].training
        #expect((102...202).contains(points.count) && points[points.count - 1].x == 1_000)
    }

    @Test func aFewImagesAtTheEndOfAnEpochAreNoPointOfTheirOwn() {
        var curves = ProgressCurves()
        for done in [1_000, 2_000, 2_010] { curves.note(progress(done, of: 2_010)) }
        let points = curves.panels[0].training
        #expect(points.count == 4 && abs(points[2].x - 1_505 / 2_010.0) < 1e-9)
        #expect(points[3] == Plot.Point(1, points[2].y) && points[0] == Plot.Point(0, points[1].y))
    }

    @Test func oneMeanIsALineOverItsImagesAndAShortOneADot() {
        var curves = ProgressCurves()
        curves.note(progress(300, of: 300))
        #expect(curves.panels[0].training.map(\.x) == [0, 0.5, 1])
        func circles(_ epochs: Int) -> Int {
            ProgressChart(title: "t", fraction: 0, facts: [], epochs: epochs, panels: curves.panels).svg
                .split(separator: "\n").count { $0.contains("<path") }
        }
        #expect(circles(1000) == circles(1) + 2)
    }

    /// A resumed training: one mean an epoch before, then images.
    @Test func theCurveOfAResumedTrainingHasNoGap() {
        var curves = ProgressCurves(behind: [
            EpochMetrics(
                epoch: 1, trainLoss: 2, trainAccuracy: 10, testLoss: 2, testAccuracy: 10, seconds: 1,
                trainingSeconds: 1)
        ])
        curves.note(progress(1, of: 50_000, epoch: 2, epochs: 2))
        #expect(curves.panels[0].training.last?.x == 1 + 1 / 50_000.0)
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
        #expect(last.title.contains("stopped") || last.title.contains("interrupted"), "\(last.title)")
        // What remains of the time is how long it took.
        #expect(!last.facts.contains { $0.hasSuffix("left") }, "\(last.facts)")
        if !cell.contains("findlr") { #expect(last.facts.last?.contains(":") == true) }
    }

    @Test(arguments: [("0.5", "Net 0.5/0.5"), ("1.5", "Net 1/1.5"), ("2", "Net 1/2")])
    func aTrainingThatEndsWithinAnEpochSaysSo(epochs: String, title: String) throws {
        let session = Session(drawsProgress: true)
        session.run(setup + "let a = train Net, on: data, epochs: \(epochs), batch: 16")
        #expect(session.output.all.progress.first?.title == title)
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

    @Test func aTrainingEndsInItsNumbersWithoutTimes() throws {
        let session = Session(drawsProgress: true)
        session.run(setup + "let a = train Net, on: data, epochs: 2")
        let last = try #require(session.output.all.progress.last)
        let text = try #require(last.bundle["text/plain"]?.string)
        #expect(text == "Net trained, 2 epochs: \(last.facts[0]), \(last.facts[1])")
        #expect(text.contains("test loss ") && text.contains("test accuracy ") && !text.contains("images/s"))
    }

    @Test func eachPairHasALineOfItsOwn() throws {
        let session = Session(drawsProgress: true)
        session.run(
            setup + "model Third { input 3x32x32; avgpool 4; flatten; linear 10 }\n"
                + "let s = compare Net, Other, Third, on: data, epochs: 1, seeds: 1...2")
        let last = try #require(session.output.all.progress.last)
        #expect(last.conclusion.split(separator: "\n").count == 3)
        let lines = try #require(last.bundle["text/plain"]?.string).split(separator: "\n")
        #expect(lines.count == 4 && lines[0] == "compared Net, Other, Third over 2 seeds:")
    }

    /// The value that is shown says it.
    @Test(arguments: [
        "compare Net, Other, on: data, epochs: 1, seeds: 1...2",
        "variance Net, on: data, epochs: 1, seeds: 1...2, roles: [init]",
    ])
    func theLinesOfWhatIsShownDoNotSayItTwice(_ cell: String) throws {
        let session = Session()
        session.run(setup + cell)
        let lines = session.output.all.text.split(separator: "\n")
        let value = try #require(session.output.all.results.last?.text.split(separator: "\n").first)
        #expect(!session.output.all.text.contains(value) && lines.last?.contains(": ") == false, "\(lines)")
        let bound = Session()
        bound.run(setup + "let s = " + cell)
        #expect(bound.output.all.text.contains(value))
    }

    @Test func aHugeLossIsShort() {
        let log = BatchLog(
            epoch: 1, images: 0, imagesPerEpoch: 10, batch: 0, batchesPerEpoch: 1, loss: 9.612345678901234e31)
        #expect(TrainingLog.line(log).hasSuffix("Loss: 9.612346e31"))
        #expect(lossText(-1.23456789e20, 2) == "-1.23e20" && lossText(1234.5, 2) == "1234.50")
        #expect(lossText(.infinity, 4) == "inf" && Table.Cell(9.612345678e31, digits: 4).text == "9.61e31")
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
