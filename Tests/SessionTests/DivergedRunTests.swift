// A run that diverged, and what it had reached before: in no mean, no picture of results, no table's accuracy, and each
// says that it is left out.

import Graphics
import Testing

@testable import Session

/// `w` has the numbers of two epochs, and diverged.
private let setup = """
    model Net { input 3x32x32; flatten; linear 10 }
    let data = take(synthetic(), 64, test: 4)
    let a = train Net, on: data, epochs: 3, batch: 16, log: none
    let b = train Net, on: data, epochs: 3, batch: 16, seed: 2, log: none
    // cell
    let w = train Net, on: data, epochs: 5, batch: 16, seed: 3, log: none, optimizer: sgd(lr: 1, weightdecay: 1e5)
    """

struct DivergedRunTests {
    private func session(_ setup: String = setup) -> Session {
        let session = Session()
        for cell in setup.split(separator: "// cell") { session.run(String(cell)) }
        return session
    }

    private func notes(_ session: Session) -> [String] {
        session.output.all.diagnostics.filter { $0.code == .excluded }.map(\.message)
    }

    @Test func itHasACurveAndNoResult() throws {
        let session = session()
        session.run("print w.state, w.epochs, w.curve.rows, w")
        #expect(session.output.all.text == "diverged 2 2 Net seed 3: diverged in epoch 2\n")
        for member in ["accuracy", "loss"] {
            session.run("w.\(member)")
            #expect(session.output.all.diagnostics.last?.message == "`\(member)` of this run is not known")
            #expect(session.output.all.diagnostics.last?.fix?.contains("it diverged") == true)
        }
        session.run("table a, w")
        let table = try #require(session.output.all.shown.last).text
        #expect(table.contains(#/\nw \(diverged\)  Net  +7,690|\nw \(diverged\)  Net  +30,730/#), "\(table)")
    }

    @Test func theMeanOfSeveralRunsLeavesItOut() throws {
        let session = session()
        session.run("plot [a, b]")
        let whole = try #require(session.output.all.shown.last)
        session.run("let both = [a, b, w]\nplot both")
        let plot = try #require(session.output.all.shown.last)
        func numbers(_ text: String) -> [[Substring]] {
            text.split(separator: "\n").dropFirst(3).map { $0.split(separator: " ") }
        }
        #expect(numbers(plot.text) == numbers(whole.text), "all three epochs, of two runs")
        #expect(plot.svg?.contains("Excluded: w diverged.") == true)
        #expect(notes(session) == ["w diverged: excluded from this picture"])
    }

    @Test(arguments: ["dots", "bars", "histogram", "scatter"])
    func aPictureOfResultsLeavesItOut(_ kind: String) throws {
        let session = session()
        let options = "kind: \(kind)" + (kind == "scatter" ? ", x: parameters" : "")
        session.run("plot a, \(options)")
        let alone = try #require(session.output.all.shown.last)
        session.run("plot [a], [w], \(options)")
        let plot = try #require(session.output.all.shown.last)
        #expect(plot.svg?.contains("Excluded: w diverged.") == true)
        #expect(notes(session) == ["w diverged: excluded from this picture"])
        if kind == "scatter" { #expect(plot.text == alone.text) }
        session.run("plot w, kind: \(kind)")
        #expect(session.output.all.diagnostics.last?.message == "w diverged: there is no result to plot")
    }

    @Test func itsOwnCurveSaysThatItDiverged() throws {
        let session = session()
        session.run("plot a, w")
        #expect(try #require(session.output.all.shown.last).text.contains("w (Net) (diverged)"))
        #expect(notes(session).isEmpty)
    }

    @Test(arguments: ["dots", "bars", "curves", "histogram", "scatter", "differences", "classes"])
    func everyPictureOfAStudySaysWhatItLeavesOut(_ kind: String) throws {
        let session = session(
            """
            model Small { input 3x32x32; for width in [16, 32, 64] { conv width, padding: 1; relu; maxpool 2 }; gap; flatten; linear 10 }
            let tame = recipe(optimizer: adam)
            let wild = recipe(optimizer: sgd(lr: 3))
            let s = compare Small, with: [tame, wild], on: take(synthetic(), 500, test: 4), epochs: 3, batch: 16, seeds: 1...2, log: none
            """)
        session.run("plot s, kind: \(kind)")
        let plot = try #require(session.output.all.shown.last, "\(session.output.all.diagnostics)")
        #expect(plot.svg?.contains("Excluded: wild") == true)
        #expect(notes(session) == ["wild failed with seed 2: excluded from this picture"])
        if kind == "differences" || kind == "classes" {
            #expect(plot.svg?.contains("over 1 seed") == true, "only one has both")
        }
    }

    @Test func aStudyOfNothingElseHasNothingToPlot() {
        let session = session(
            setup.split(separator: "// cell")[0]
                + "let s = compare Net, with: [recipe(batch: 16), recipe(batch: 16, optimizer: sgd(lr: 1, weightdecay: 1e5))], on: data, epochs: 5, seeds: 1...2, log: none\n"
        )
        for kind in ["differences", "classes"] {
            session.run("plot s, kind: \(kind)")
            #expect(
                session.output.all.diagnostics.last?.message
                    == "recipe 2 failed with seeds 1, 2: there is no pair of runs to plot")
        }
    }

    @Test func classesAreThoseOfTheFirstPairWithRuns() throws {
        let session = session(
            setup.split(separator: "// cell")[0]
                + """
                let wild = recipe(batch: 16, optimizer: sgd(lr: 1, weightdecay: 1e5))
                let s = compare Net, with: [recipe(batch: 16), wild, recipe(batch: 32)], on: data, epochs: 5, seeds: 1...2, log: none
                plot s, kind: classes
                """)
        let plot = try #require(session.output.all.shown.last, "\(session.output.all.diagnostics)")
        #expect(plot.text.contains("recipe 3 − recipe 1"), "\(plot.text)")
    }
}
