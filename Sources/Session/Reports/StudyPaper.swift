// The table of a study for a paper: one row a model, its mean with its spread, and how far it is from what it is
// compared with. Where every pair is compared, a table of the pairs stands beside it.

import Experiments
import Graphics
import Text

/// What a paper's table may show, in this order.
enum PaperColumn: String, CaseIterable, Sendable {
    case mean, n, failed, range, difference, interval, p, parameters, operations, seconds
}

struct StudyPaper {
    let report: StudyReport
    /// `nil`: what most papers show.
    let columns: [PaperColumn]?
    /// Whether every number has a column of its own, as programs read them.
    var isSplit = false

    private typealias Cell = Table.Cell
    private typealias Column = Table.Column
    private var study: Study { report.study }
    private var plan: StudyPlan { study.plan }
    private var names: [String] { plan.models.map(\.name) }
    private var digits: Int { plan.measure.digits }
    /// `accuracy (%)`
    private var measured: String { plan.measure.title + (plan.measure.unit.isEmpty ? "" : " (\(plan.measure.unit))") }

    /// The pair that stands in a model's row; `nil` where there are others, which stand in a table of their own.
    private func pair(ofRow model: Int) -> StudyPair? {
        guard plan.baseline != nil || report.pairs.count == 1 else { return nil }
        return report.pairs.first { $0.second == model }
    }

    private var hasPairsInRows: Bool { plan.baseline != nil || report.pairs.count == 1 }

    private var shown: [PaperColumn] {
        if let columns { return columns }
        let hasFailures = plan.trainedModels.contains { !study.failedSeeds($0).isEmpty }
        return [.mean, .n] + (hasFailures ? [.failed] : []) + (hasPairsInRows ? [.difference, .interval, .p] : [])
    }

    var tables: [Table] {
        let isPairColumn: Set<PaperColumn> = [.difference, .interval, .p]
        let own = hasPairsInRows ? shown : shown.filter { !isPairColumn.contains($0) }
        let others = report.measures.filter { $0 != plan.measure }
        var models = Table(
            caption: caption,
            columns: [Column(plan.compared.head, isNumber: false)] + own.flatMap(heads) + others.map(\.meanColumn))
        for model in names.indices {
            models.add(
                [Cell(names[model])] + own.flatMap { cells($0, model) }
                    + others.map { $0.meanCell(study.values($0, model)) })
        }
        guard !hasPairsInRows else { return [models] }
        let ofPairs = columns.map { $0.filter(isPairColumn.contains) } ?? [.difference, .interval, .p]
        guard !ofPairs.isEmpty else { return [models] }
        var pairs = Table(
            caption: "Differences of each pair, \(intervalText)",
            columns: [Column("pair", isNumber: false)] + ofPairs.flatMap(heads))
        for pair in report.pairs {
            pairs.add(
                [Cell("\(names[pair.second]) − \(names[pair.first])")] + ofPairs.flatMap { cells($0, pair) })
        }
        return [models, pairs]
    }

    /// Ends with what the numbers are, as a paper has to say.
    private var caption: String {
        "Test \(measured)\(plan.compared.ofNetwork) on \(data) \(StudyReport.end(of: plan.models.map(\.options))): "
            + "mean ± standard deviation over \(seeds)"
            + (hasPairsInRows && report.pairs.contains { $0.interval != nil } ? ", \(intervalText)" : "")
            + failures
            + (study.isComplete ? "" : "; unfinished, \(counted(study.missing.count, "training")) missing")
    }

    /// `6 seeds`, `the 4 to 6 seeds with which each trained`: none stands for what has no mean.
    private var seeds: String {
        let counts = names.indices.map { study.values($0).count }.filter { $0 > 0 }
        guard let least = counts.min(), let most = counts.max() else { return "no run, for none trained" }
        let unit = plan.pairing.unit
        if least == most { return counted(most, unit) }
        return study.failedRuns.isEmpty
            ? "\(least) to \(most) \(unit)s each" : "the \(least) to \(most) \(unit)s with which each trained"
    }

    /// When a run counts as failed, where the table counts them.
    private var failures: String {
        // Folds have limits of their own.
        let rules = plan.pairing == .folds ? study.failureRules(of: study.failedRuns) : [plan.failureRule]
        guard shown.contains(.failed), let limit = rules.limitText else { return "" }
        return "; failed: diverged, or \(limit)"
    }

    /// `CIFAR-10 (2,000 training and 1,000 test images)`: what readers know, and not what a notebook calls it.
    private var data: String {
        let sets = plan.models.map(\.dataset)
        guard let first = sets.first, plan.pairing != .folds,
            sets.allSatisfy({ $0.training.count == first.training.count })
        else { return report.dataName }
        return
            "\(first.name) (\(grouped(first.training.count)) training and \(grouped(first.test.count)) test images)"
    }

    private var intervalText: String {
        let isOfImages = report.pairs.contains { $0.estimate?.basis.isOfImages ?? false }
        let from = plan.baseline.map { "differences from \(names[$0])" } ?? "differences"
        return "\(from) with \(report.pairs.percentsHeld) % intervals for new seeds"
            + (isOfImages ? " and new test images" : "")
            + (plan.tested > 1 ? " (Bonferroni, \(plan.tested) pairs; p likewise)" : "")
            + (report.pairs.contains(where: \.decision.isAnytime)
                ? ", wide enough for looks that were not planned" : "")
            + (!isSplit && report.pairs.contains { $0.interval != nil && plan.measure.telling($0.interval) == nil }
                ? " (a dash: every difference is possible)" : "")
    }

    private func heads(_ column: PaperColumn) -> [Column] {
        guard isSplit else { return [head(column)] }
        return switch column {
        case .mean: [Column("mean"), Column("standard deviation")]
        case .range: [Column("lowest"), Column("highest")]
        case .interval: [Column("low"), Column("high")]
        case .n, .failed, .difference, .p, .parameters, .operations, .seconds: [head(column)]
        }
    }

    private func cells(_ column: PaperColumn, _ model: Int) -> [Cell] {
        guard isSplit else { return [cell(column, model)] }
        let sample = Sample(study.values(model))
        switch column {
        case .mean: return [Cell(sample?.mean, digits: digits), Cell(sample?.deviation, digits: digits)]
        case .range: return [Cell(sample?.lowest, digits: digits), Cell(sample?.highest, digits: digits)]
        case .interval: return pair(ofRow: model).map { cells(column, $0) } ?? [Cell(""), Cell("")]
        case .n, .failed, .difference, .p, .parameters, .operations, .seconds: return [cell(column, model)]
        }
    }

    private func cells(_ column: PaperColumn, _ pair: StudyPair) -> [Cell] {
        guard isSplit, column == .interval else { return [cell(column, pair)] }
        return [Cell(pair.interval?.lowerBound, digits: digits), Cell(pair.interval?.upperBound, digits: digits)]
    }

    private func head(_ column: PaperColumn) -> Column {
        switch column {
        case .mean: Column(measured)
        case .n: Column("n")
        case .failed: Column("failed")
        case .range: Column("range")
        case .difference: Column("difference")
        case .interval: Column("interval")
        case .p: Column("p")
        case .parameters: Column("parameters")
        case .operations: Column("multiply-adds")
        case .seconds: Column("seconds a run", isTiming: true)
        }
    }

    private func cell(_ column: PaperColumn, _ model: Int) -> Cell {
        let sample = Sample(study.values(model))
        switch column {
        case .mean:
            guard let sample else { return Cell("") }
            let mean = fixed(sample.mean, digits)
            return Cell(sample.deviation.map { "\(mean) ± \(fixed($0, digits))" } ?? mean, number: sample.mean)
        case .n: return Cell(sample?.count ?? 0)
        case .failed: return Cell(study.failedSeeds(model).count)
        case .range:
            return Cell(
                sample.map { "\(fixed($0.lowest, digits)) to \(fixed($0.highest, digits))" } ?? "",
                number: sample?.lowest)
        case .parameters: return Cell(plan.models[model].architecture.parameterCount)
        case .operations: return Cell(plan.models[model].architecture.operations)
        case .seconds: return Cell(study.secondsOfRun(model), digits: 1)
        case .difference, .interval, .p: return pair(ofRow: model).map { cell(column, $0) } ?? Cell("")
        }
    }

    private func cell(_ column: PaperColumn, _ pair: StudyPair) -> Cell {
        switch column {
        case .difference: return Cell(signed: pair.mean, digits: digits)
        case .interval: return Cell(signed: pair.interval, of: plan.measure, digits: digits)
        case .p: return Cell(probability: study.probability(of: pair))
        case .mean, .n, .failed, .range, .parameters, .operations, .seconds: return Cell("")
        }
    }
}
