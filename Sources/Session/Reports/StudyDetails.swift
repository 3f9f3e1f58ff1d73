// All of a study that its first table leaves out: seeds, intervals and tests, what a single pair would have said,
// classes, and cost.

import Experiments
import Graphics
import Network

struct StudyDetails {
    let study: Study
    let names: [String]

    init(_ study: Study, names: [String]) { (self.study, self.names) = (study, names) }

    private typealias Cell = Table.Cell
    private typealias Column = Table.Column

    var tables: [Table] {
        var tables = [proofs, spread, seeds, differences, singlePairs].filter { !$0.rows.isEmpty }
        for (first, second) in study.plan.pairs where study.plan.trained(first) != study.plan.trained(second) {
            let table = classes(first, second)
            if !table.rows.isEmpty { tables.append(table) }
        }
        return tables + [cost]
    }

    private func title(_ pair: (first: Int, second: Int)) -> String { "\(names[pair.second]) − \(names[pair.first])" }

    /// `77.90 to 78.41`
    private func interval(_ range: ClosedRange<Double>?, digits: Int = 2) -> Cell {
        func text(_ bound: Double) -> String { Cell(bound, digits: digits).text }
        return Cell(range.map { "\(text($0.lowerBound)) to \(text($0.upperBound))" } ?? "")
    }

    /// `−0.34 to +1.09`
    private func signed(_ range: ClosedRange<Double>?) -> Cell {
        Cell(range.map { "\(VerdictText.signed($0.lowerBound)) to \(VerdictText.signed($0.upperBound))" } ?? "")
    }

    private func probability(_ value: Double?) -> Cell {
        guard let value else { return Cell("") }
        return Cell(value < 0.0005 ? "< 0.001" : fixed(value, 3), number: value)
    }

    // MARK: Tables

    /// Two seeds leave nearly everything open, but no difference beyond 100 points.
    private static func possible(_ interval: ClosedRange<Double>?) -> ClosedRange<Double>? {
        interval?.clamped(to: -100...100)
    }

    /// What `diff` says.
    private var proofs: Table {
        var table = Table(
            caption: "what is proven about the models",
            columns: [Column("models", isNumber: false), Column("", isNumber: false)])
        for (first, second) in study.plan.pairs {
            let (a, b) = (study.plan.models[first], study.plan.models[second])
            let report = ProofReport(
                names: [a.name, b.name], architectures: [a.architecture, b.architecture],
                proof: Equivalence(a.architecture, b.architecture), check: nil, witness: nil)
            // What `diff` tries beyond the proof costs time, which a table does not take.
            let isOpen = report.proof.answer == .unknown
            let headline =
                isOpen ? "not proven the same; `diff \(a.name), \(b.name)` looks further" : report.headline
            let haveOtherRecipes =
                a.architecture == b.architecture && study.plan.twins[first] != study.plan.twins[second]
            table.add([
                Cell("\(a.name), \(b.name)"),
                Cell(haveOtherRecipes ? "one model; their recipes differ" : headline),
            ])
        }
        return table
    }

    private var spread: Table {
        var table = Table(
            caption: "each model over its seeds, after the last epoch"
                + (study.plan.models.contains(where: \.options.selection.isOfBest) ? " or the chosen one" : ""),
            columns: [
                Column("model", isNumber: false), Column("n"), Column("accuracy", unit: "%"),
                Column("standard deviation"),
                Column("95 % interval"), Column("loss"), Column("standard deviation"), Column("95 % interval"),
            ])
        for (model, name) in names.enumerated() {
            guard let accuracy = Sample(study.accuracies(model)), let loss = Sample(study.losses(model)) else {
                continue
            }
            table.add([
                Cell(name), Cell(accuracy.count), Cell(accuracy.mean, digits: 2),
                Cell(accuracy.deviation, digits: 3),
                // Two seeds leave nearly everything open, but no accuracy beyond 100 %.
                interval(accuracy.interval(0.95).map { $0.clamped(to: 0...100) }), Cell(loss.mean, digits: 4),
                Cell(loss.deviation, digits: 4),
                interval(loss.interval(0.95).map { $0.clamped(to: 0...Double.infinity) }, digits: 4),
            ])
        }
        return table
    }

    private var seeds: Table {
        let pairs = study.plan.pairs
        let showsDifference = pairs.count == 1
        var table = Table(
            caption: "each seed",
            columns: [Column("seed")] + names.map { Column($0, unit: "%") }
                + (showsDifference ? pairs.map { Column(title($0), unit: "points") } : []))
        for seed in study.seeds {
            let runs = names.indices.map { study.run($0, seed) }
            guard runs.contains(where: { $0 != nil }) else { continue }
            var cells = [Cell(String(seed), number: Double(seed))]
            cells += runs.map { run in
                guard let run else { return Cell("missing") }
                return run.accuracy.map { Cell($0, digits: 2) } ?? Cell(run.state.description)
            }
            if showsDifference {
                let both = runs.compactMap { $0?.accuracy }
                cells.append(both.count == 2 ? signed(both[1] - both[0]) : Cell(""))
            }
            table.add(cells)
        }
        return table
    }

    private func signed(_ value: Double) -> Cell { Cell(VerdictText.signed(value), number: value) }

    private var differences: Table {
        let pairs = study.pairs
        var columns = [
            Column("difference in points", isNumber: false), Column("n"), Column("mean"), Column("95 % interval"),
            Column("bootstrap (BCa)"), Column("sign-flip p"), Column("P(second > first)"), Column("correlation"),
        ]
        if pairs.count > 1 { columns.append(Column("t test p (Holm)")) }
        var table = Table(
            caption: "paired differences; the verdict comes from the 95 % interval"
                + (pairs.count > 1 ? ", made wider for \(pairs.count) pairs" : "")
                + (study.plan.design == .sequential && !study.isExploratory
                    ? ", made wider for looks at 6, 12 and 24 seeds" : ""),
            columns: columns)
        for pair in pairs {
            guard let differences = pair.comparison.differences else { continue }
            let comparison = pair.comparison
            table.add([
                Cell(title((pair.first, pair.second))), Cell(differences.count), signed(differences.mean),
                signed(Self.possible(comparison.interval)), signed(comparison.bootstrap),
                probability(comparison.signFlip),
                Cell(comparison.superiority, digits: 2), Cell(comparison.correlation, digits: 2),
                probability(pair.adjustedProbability),
            ])
        }
        return table
    }

    /// What one pair of runs would have said.
    private var singlePairs: Table {
        var table = Table(
            caption:
                "what one pair of runs would have said: a statement on these two trained networks, not on the models",
            columns: [
                Column("networks", isNumber: false), Column("only the first right"), Column("only the second right"),
                Column("McNemar p"), Column("predictions that flip", unit: "%"),
                Column("between two seeds of one model", unit: "%"),
            ])
        for pair in study.plan.pairs {
            guard let single = study.singlePair(pair.first, pair.second) else { continue }
            let own = [pair.first, pair.second].compactMap { study.flipsBetweenSeeds($0) }
            let test = single.test
            // The approximation is good from 25 images on that only one gets right.
            let isFew = test.onlyFirst + test.onlySecond < 25
            table.add([
                Cell("\(names[pair.first]), \(names[pair.second]), seed \(single.seed)"), Cell(test.onlyFirst),
                Cell(test.onlySecond), probability(isFew ? test.exact : test.chiSquared),
                Cell(100 * single.flips, digits: 1),
                Cell(own.isEmpty ? nil : 100 * own.reduce(0, +) / Double(own.count), digits: 1),
            ])
        }
        return table
    }

    private func classes(_ first: Int, _ second: Int) -> Table {
        let classes = study.classDifferences(first, second)
        let seeds = counted(classes.first?.differences.count ?? 0, "seed")
        var table = Table(
            caption: "each class over \(seeds): \(title((first, second))) in points; "
                + "p is corrected for the number of classes (Holm)",
            columns: [
                Column("class", isNumber: false), Column(names[first], unit: "%"), Column(names[second], unit: "%"),
                Column("difference", unit: "points"),
                Column("95 % interval"), Column("p"),
            ])
        for difference in classes {
            table.add([
                Cell(difference.name), Cell(difference.first, digits: 1),
                Cell(difference.second, digits: 1), signed(difference.differences.mean),
                signed(Self.possible(difference.differences.interval(0.95))),
                probability(difference.adjustedProbability),
            ])
        }
        return table
    }

    /// Cost beside accuracy. Memory depends on the number of threads, so that it counts among the times.
    private var cost: Table {
        var table = Table(
            caption: "what each model costs",
            columns: [
                Column("model", isNumber: false), Column("accuracy", unit: "%"), Column("parameters"),
                Column("multiply-adds"),
                Column("seconds an epoch", isTiming: true), Column("images/s", isTiming: true),
                Column("memory", unit: "MB", isTiming: true),
            ])
        for (index, model) in study.plan.models.enumerated() {
            let runs = study.doneRuns(index)
            let seconds = Sample(runs.flatMap(\.metrics).map(\.seconds))?.mean
            let bytes = runs.map(\.byteCount).max() ?? 0
            table.add([
                Cell(model.name), Cell(Sample(study.accuracies(index))?.mean, digits: 2),
                Cell(model.architecture.parameterCount), Cell(model.architecture.operations),
                Cell(seconds, digits: 1), Cell(Sample(runs.map(\.imagesPerSecond))?.mean, digits: 0),
                Cell(bytes > 0 ? Double(bytes) / 1e6 : nil, digits: 0),
            ])
        }
        return table
    }
}
