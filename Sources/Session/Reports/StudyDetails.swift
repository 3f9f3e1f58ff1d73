// All of a study that its first table leaves out: seeds, intervals and tests, what a single pair would have said,
// classes, and cost.

import Experiments
import Graphics
import Network

struct StudyDetails {
    let study: Study
    let pairs: [StudyPair]
    private let names: [String]

    init(_ study: Study, pairs: [StudyPair]) {
        (self.study, self.pairs) = (study, pairs)
        names = study.plan.models.map(\.name)
    }

    private typealias Cell = Table.Cell
    private typealias Column = Table.Column

    var tables: [Table] {
        var tables = [proofs, spread, seeds, differences, singlePairs].filter { !$0.rows.isEmpty }
        for pair in pairs where study.plan.trained(pair.first) != study.plan.trained(pair.second) {
            let table = classes(pair)
            if !table.rows.isEmpty { tables.append(table) }
        }
        return tables + [cost]
    }

    private func title(_ pair: StudyPair) -> String { "\(names[pair.second]) − \(names[pair.first])" }

    /// `77.90 to 78.41`. Two seeds leave nearly everything open, but nothing beyond what is possible; where they leave
    /// all of that open, a dash.
    private func interval(
        _ range: ClosedRange<Double>?, within possible: ClosedRange<Double>, digits: Int = 2
    ) -> Cell {
        func text(_ bound: Double) -> String { Cell(bound, digits: digits).text }
        guard let range = range?.clamped(to: possible) else { return Cell("") }
        return Cell(range == possible ? "—" : "\(text(range.lowerBound)) to \(text(range.upperBound))")
    }

    // MARK: Tables

    /// What `diff` says.
    private var proofs: Table {
        var table = Table(
            caption: "what is proven about the models",
            columns: [Column("models", isNumber: false), Column("", isNumber: false)])
        guard !study.plan.isOfGivenRuns else { return table }
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
            caption: "each \(study.plan.compared.noun) over its seeds, after the last epoch"
                + (study.plan.models.contains(where: \.options.selection.isOfBest) ? " or the chosen one" : ""),
            columns: [
                Column(study.plan.compared.head, isNumber: false), Column("n"), Column("accuracy", unit: "%"),
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
                interval(accuracy.interval(0.95), within: 0...100), Cell(loss.mean, digits: 4),
                Cell(loss.deviation, digits: 4),
                interval(loss.interval(0.95), within: 0...Double.infinity, digits: 4),
            ])
        }
        return table
    }

    private var seeds: Table {
        let (measure, pairing) = (study.plan.measure, study.plan.pairing)
        let labels = study.plan.test.labels
        guard pairing != .none else { return Table(columns: []) }
        let showsDifference = pairs.count == 1
        let limit = study.failureRules(of: study.failedRuns).limitText
        var table = Table(
            caption: "each \(pairing.unit)"
                + (measure == .accuracy ? "" : ": \(measure.title)")
                + (limit.map { "; failed: \($0), no better than guessing" } ?? ""),
            columns: [Column(pairing.unit)] + names.map { Column($0, unit: measure.unit) }
                + (showsDifference ? pairs.map { Column(title($0), unit: measure.unitOfDifference) } : []))
        for seed in study.seeds {
            let runs = names.indices.map { study.run($0, seed) }
            guard runs.contains(where: { $0 != nil }) else { continue }
            var cells = [Cell(String(seed), number: Double(seed))]
            cells += runs.map { run in
                guard let run else { return Cell("missing") }
                return run.value(of: measure, labels: run.labels ?? labels).map {
                    let text = fixed($0, measure.digits)
                    return Cell(study.hasFailed(run) ? "\(text) (failed)" : text, number: $0)
                } ?? Cell(run.state.description)
            }
            if showsDifference {
                let both = [pairs[0].first, pairs[0].second].compactMap { model in
                    runs[model].flatMap {
                        study.hasFailed($0) ? nil : $0.value(of: measure, labels: $0.labels ?? labels)
                    }
                }
                cells.append(Cell(signed: both.count == 2 ? both[1] - both[0] : nil, digits: measure.digits))
            }
            table.add(cells)
        }
        return table
    }

    private var differences: Table {
        let isOfImages = pairs.contains { $0.estimate?.basis.isOfImages ?? false }
        let measure = study.plan.measure
        var columns = [
            Column("difference", isNumber: false), Column("n"), Column("mean", unit: measure.unitOfDifference),
            Column("interval"),
            Column("holds"), Column("p"),
        ]
        if isOfImages { columns.append(Column("on these test images")) }
        if study.plan.pairing == .seeds { columns.append(Column("second ahead with one new seed", unit: "%")) }
        let tested = study.plan.tested
        var table = Table(
            caption: "differences; the verdict comes from the interval, which is that of "
                + (isOfImages ? "new seeds and new test images" : "new seeds")
                + (tested > 1 ? "; its chance is divided by \(tested) pairs" : "")
                + (study.plan.design == .sequential && !study.isExploratory
                    ? " and shared by looks at 6, 12 and 24 seeds" : "")
                + "; failures and difference are two statements, each with that chance of an error"
                + (study.plan.pairing == .seeds
                    ? "; from \(fixed(100 * SameSeedSuperiority.meaningful, 0)) % on a single training with a new seed mostly shows which is ahead"
                    : ""),
            columns: columns)
        for pair in pairs {
            guard let mean = pair.mean else { continue }
            let estimate = pair.estimate
            var cells = [
                Cell(title(pair)), Cell(estimate?.seeds ?? pair.seeds.count),
                Cell(signed: mean, digits: measure.digits),
                Cell(signed: pair.interval, of: measure, digits: measure.digits),
                Cell(
                    pair.interval == nil
                        ? ""
                        : percentHeld(pair.decision.intervalChance) + " %"
                            + (pair.decision.isAnytime ? ", any look" : "")),
                Cell(probability: study.probability(of: pair)),
            ]
            if isOfImages {
                let own = estimate.flatMap { $0.basis.isOfImages ? $0.onTheseImages.interval(pair.chance) : nil }
                cells.append(Cell(signed: own, of: measure, digits: measure.digits))
            }
            if study.plan.pairing == .seeds {
                cells.append(Cell(pair.sameSeed.map(Self.text) ?? ""))
            }
            table.add(cells)
        }
        return table
    }

    /// `87 (55 to 98)`, in percent; a dash where everything is possible.
    private static func text(_ superiority: SameSeedSuperiority) -> String {
        func percent(_ share: Double) -> String { fixed(100 * share, 0) }
        let range = "\(percent(superiority.interval.lowerBound)) to \(percent(superiority.interval.upperBound))"
        return range == "0 to 100" ? "—" : "\(percent(superiority.probability)) (\(range))"
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
        for pair in pairs {
            guard let single = study.singlePair(pair.first, pair.second) else { continue }
            let own = [pair.first, pair.second].compactMap { study.flipsBetweenSeeds($0) }
            let test = single.test
            // The approximation is good from 25 images on that only one gets right.
            let isFew = test.onlyFirst + test.onlySecond < 25
            table.add([
                Cell("\(names[pair.first]), \(names[pair.second]), seed \(single.seed)"), Cell(test.onlyFirst),
                Cell(test.onlySecond), Cell(probability: isFew ? test.exact : test.chiSquared),
                Cell(100 * single.flips, digits: 1),
                Cell(own.isEmpty ? nil : 100 * own.reduce(0, +) / Double(own.count), digits: 1),
            ])
        }
        return table
    }

    private func classes(_ pair: StudyPair) -> Table {
        let classes = study.classDifferences(pair)
        let telling = classes.count { OutcomeMeasure.accuracy.telling($0.interval) != nil }
        let intervals =
            telling > 0
            ? "the intervals hold together (Bonferroni)"
                + (telling < classes.count ? "; a dash: every difference is possible" : "")
            : "no intervals: with so few seeds and images every difference is possible"
        var table = Table(
            caption: "each class over \(counted(pair.seeds.count, "seed")): \(title(pair)) in points of accuracy; "
                + intervals,
            columns: [
                Column("class", isNumber: false), Column(names[pair.first], unit: "%"),
                Column(names[pair.second], unit: "%"), Column("difference", unit: "points"),
            ] + (telling > 0 ? [Column("interval")] : []))
        for difference in classes {
            table.add(
                [
                    Cell(difference.name), Cell(difference.first, digits: 1), Cell(difference.second, digits: 1),
                    Cell(signed: difference.mean, digits: 2),
                ]
                    + (telling > 0
                        ? [
                            difference.interval == nil
                                ? Cell("—") : Cell(signed: difference.interval, of: .accuracy, digits: 2)
                        ]
                        : []))
        }
        return table
    }

    /// Cost beside accuracy. Memory depends on the number of threads, so that it counts among the times.
    private var cost: Table {
        var table = Table(
            caption: "what each \(study.plan.compared.noun) costs",
            columns: [
                Column(study.plan.compared.head, isNumber: false), Column("accuracy", unit: "%"), Column("parameters"),
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
