// What `compare` and `table study` show: what failed, one sentence that answers, what would change the answer, one
// small table; and under `details`, folded in HTML, all the rest.

import Engine
import Experiments
import Graphics
import Libraries
import Runtime

struct StudyReport {
    let study: Study
    let dataName: String
    let defaults: String?
    /// Shown besides what its table always has.
    var measures: [OutcomeMeasure] = []
    /// Worked out once: it reads the predictions of all runs.
    let pairs: [StudyPair]

    /// - Parameter pairs: those of the study, where they are known.
    init(_ study: Study, pairs: [StudyPair]? = nil, dataName: String, defaults: String? = nil) {
        (self.study, self.dataName, self.defaults) = (study, dataName, defaults)
        self.pairs = pairs ?? study.pairs
    }

    private typealias Cell = Table.Cell
    private typealias Column = Table.Column
    private var plan: StudyPlan { study.plan }
    private var names: [String] { plan.models.map(\.name) }

    // MARK: Sentences

    /// What failed, and one verdict a pair, with the pair named where there are several.
    var verdicts: [String] { verdicts(showsTime: false) }

    private func verdicts(showsTime: Bool) -> [String] {
        let words = VerdictText(study: study, showsTime: showsTime)
        return words.failures + pairs.compactMap(words.failureVerdict)
            + pairs.map { words.verdict($0, isNamed: pairs.count > 1) }
    }

    private func changes(showsTime: Bool) -> [String] {
        let words = VerdictText(study: study, showsTime: showsTime)
        // Of several undecided pairs the one that takes the fewest seeds.
        func fewest(_ pair: StudyPair) -> Int { pair.needed.compactMap { $0.range?.low }.min() ?? .max }
        let undecided = pairs.filter { !$0.isSettled }
        guard let pair = undecided.min(by: { fewest($0) < fewest($1) }) ?? pairs.first else { return [] }
        let odds = pairs.count == 1 ? [words.odds(pair)].compactMap(\.self) : []
        return odds + words.change(pair, isNamed: pairs.count > 1)
    }

    /// What has to be known beside the answer.
    private var notes: [String] {
        var notes: [String] = []
        let words = VerdictText(study: study, showsTime: false)
        let earlier = pairs.compactMap { pair in
            pair.earlier.map { words.earlier($0, pair, isNamed: pairs.count > 1) }
        }
        if !earlier.isEmpty {
            notes.append(
                "this is not the first look: with some of these seeds the answer was: \(earlier.joined(separator: "; "))"
            )
            notes.append(
                "each further look makes a wrong answer likelier, so the range of such a pair is wider than that of as many planned seeds"
            )
        }
        if plan.pairing == .none {
            notes.append(
                "unpaired: the runs of each have seeds of their own, so that the range is wider than that of pairs")
        }
        if plan.pairing == .folds {
            notes.append("paired by fold: trainings on folds share images, and the range is made wider for that")
        }
        if pairs.contains(where: { $0.estimate.map { !$0.basis.isOfImages && $0.basis != .folds } ?? false }) {
            notes.append(
                plan.measure.isMeanOfImages
                    ? "over seeds only: of these runs the single test images are not known, so that this says nothing of new images"
                    : "over seeds only: \(plan.measure.title) is no mean over images, so that this says nothing of new images"
            )
        }
        for (first, second) in plan.refuted {
            notes.append(
                "\(names[first]) and \(names[second]) are provably identical in training, but a training step on this machine ends in "
                    + "other weights: the proof is not used, and both are trained; please report these networks")
        }
        for index in plan.trainedModels where !plan.isForced && plan.twins.count(where: { $0 == index }) > 1 {
            guard let sample = Sample(study.values(index)), let noise = sample.differenceOfTwo, sample.hasSpread
            else { continue }
            let here = words.difference(sample.highest - sample.lowest)
            notes.append(
                sample.count < Self.fewestForBound
                    ? "for scale: the \(sample.count) runs of \(names[index]) differ by up to \(here), by nothing but their seeds"
                    : "for scale: two runs of \(names[index]) with different seeds differ by up to \(words.difference(noise)), "
                        + "19 times out of 20, by nothing but their seeds (here by up to \(here))"
            )
        }
        let failed = study.failedRuns
        if !failed.isEmpty {
            if let reason = study.failureRules(of: failed).reasonText { notes.append(reason) }
            let isPaired = plan.pairing != .none && pairs.contains { $0.interval != nil }
            notes.append(
                "runs that failed are in no average"
                    + (isPaired ? "; a difference is of the \(plan.pairing.unit)s with which both train" : ""))
        }
        if let baseline = plan.baseline { notes.append("each is compared with \(names[baseline])") }
        notes += ranges
        let missing = study.missing.count
        if missing > 0 {
            notes.append("\(counted(missing, "training")) of \(study.missing.count + study.trainedRuns) missing")
        }
        if let defaults { notes.append(defaults) }
        return notes
    }

    /// A bound for new runs from fewer seeds says more of their number than of the model.
    private static let fewestForBound = 4

    /// What the ranges in parentheses say.
    private var ranges: [String] {
        let shown = pairs.filter { plan.measure.telling($0.interval) != nil }
        guard let first = shown.first else { return [] }
        let isOfImages = shown.allSatisfy { $0.estimate?.basis.isOfImages ?? false }
        let chance = shown.reduce(0) { sum, pair in
            sum + pair.decision.intervalChance
        }
        let percent = percentHeld(chance)
        return [
            (shown.count == 1
                ? "the range\(first.verdict.isDecided ? " in parentheses" : "") holds the true difference in "
                : "all ranges hold the true differences in at least ")
                + "\(percent) % of such studies, with new seeds\(isOfImages ? " and new test images" : "")"
        ]
    }

    /// At which epoch trainings are measured: `after 10 epochs`.
    static func end(of trainings: [TrainingOptions]) -> String {
        let epochs = Set(trainings.map(\.passes)).sorted()
        let length =
            epochs.count == 1
            ? countedEpochs(epochs[0]) : "\(decimalText(epochs[0])) to \(decimalText(epochs[epochs.count - 1])) epochs"
        let selections = trainings.map(\.selection)
        let most = selections.contains { $0.patience != nil } ? "at most \(length)" : length
        return selections.allSatisfy(\.isOfBest)
            ? "at the epoch that is best on validation, of \(most)"
            : "after \(most)"
                + (selections.contains(where: \.isOfBest) ? " or at the one that is best on validation" : "")
    }

    private var caption: String {
        let views = Set(plan.models.map(\.options.views))
        let measure =
            views == [nil]
            ? ""
            : views.count == 1 ? views.first.flatMap(\.self).map { ", \($0.text)" } ?? "" : ", some with several views"
        return
            "test \(plan.measure.title)\(plan.compared.ofNetwork) on \(dataName) \(Self.end(of: plan.models.map(\.options)))\(measure), \(seedsText)"
    }

    private var seedsText: String {
        switch plan.pairing {
        case .seeds: Self.seedText(study.seeds)
        case .folds: counted(study.seeds.count, "fold")
        case .none: "runs with seeds of their own"
        }
    }

    /// `seeds 1 to 6`, `seeds 3, 5, 8`
    static func seedText(_ seeds: [UInt64]) -> String {
        guard let first = seeds.first, let last = seeds.last, seeds.count > 1 else {
            return "seed \(seeds.first.map(String.init) ?? "none")"
        }
        if seeds.count > 2, zip(seeds, seeds.dropFirst()).allSatisfy({ $1 == $0 &+ 1 }) {
            return "seeds \(first) to \(last)"
        }
        return "seeds " + listed(seeds)
    }

    /// `3, 5, 8`
    static func listed(_ seeds: [UInt64]) -> String {
        let shown = seeds.prefix(12).map(String.init).joined(separator: ", ")
        return shown + (seeds.count > 12 ? ", … (\(seeds.count))" : "")
    }

    // MARK: The table

    /// Six columns, and the measures that were asked for.
    var table: Table {
        let isLong = names.indices.contains { study.secondsOfRun($0) ?? 0 >= 120 }
        let others = measures.filter { $0 != plan.measure }
        // Then all say of how many, so that they stand one below the other.
        let hasFailures = !study.exclusions.isEmpty
        let digits = plan.measure.digits
        var table = Table(
            caption: caption,
            columns: [
                Column(plan.compared.head, isNumber: false), Column(plan.measure.title, unit: plan.measure.unit),
                Column("spread", unit: plan.measure.unitOfDifference), Column("lowest to highest"),
                Column("\(plan.pairing.unit)s"),
            ] + others.map(\.meanColumn) + [Column("\(isLong ? "minutes" : "seconds") a run\(threads)", isTiming: true)]
        )
        for (model, name) in names.enumerated() {
            let sample = Sample(study.values(model))
            let all = study.seeds.count { study.run(model, $0) != nil }
            let count = sample?.count ?? 0
            var cells = [
                Cell(name), Cell(sample?.mean, digits: digits), Cell(sample?.deviation, digits: digits),
                Cell(
                    sample.map { "\(fixed($0.lowest, digits)) to \(fixed($0.highest, digits))" } ?? "",
                    number: sample?.lowest),
                plan.trained(model) == model
                    ? Cell(hasFailures ? "\(count) of \(all)" : String(count), number: Double(count))
                    : Cell("as \(names[plan.trained(model)])"),
            ]
            cells += others.map { $0.meanCell(study.values($0, model)) }
            table.add(cells + [Cell(study.secondsOfRun(model).map { isLong ? $0 / 60 : $0 }, digits: 1)])
        }
        return table
    }

    /// With how many threads each was trained, if not all: next to others it takes longer.
    private var threads: String {
        let threads = Set(study.allRuns.compactMap(\.run.threads))
        guard let least = threads.min(), let most = threads.max(), least < ThreadPool.availableThreads else {
            return ""
        }
        return least == most ? ", \(counted(least, "thread"))" : ", \(least) to \(most) threads"
    }

    /// One row per training: what one needs to repeat the computation, and the measures that were asked for.
    var runs: Table {
        let results = study.allRuns.map { $0.run.run?.resultText }
        let showsResult = results.contains { $0 != nil }
        let others = measures.filter { $0 != .accuracy && $0 != .loss }
        let labels = plan.test.labels
        var table = Table(
            columns: [
                Column(plan.compared.head, isNumber: false), Column("seed"), Column("accuracy", unit: "%"),
                Column("loss"),
            ] + others.map(\.column) + (showsResult ? [Column("result", isNumber: false)] : [])
                + [Column("state", isNumber: false), Column("seconds", isTiming: true)])
        for ((model, seed, run), result) in zip(study.allRuns, results) {
            table.add(
                [
                    Cell(names[model]), Cell(String(seed), number: Double(seed)), Cell(run.accuracy, digits: 2),
                    Cell(run.loss, digits: 4),
                ] + others.map { Cell(run.value(of: $0, labels: run.labels ?? labels), digits: $0.digits) }
                    + (showsResult ? [Cell(result ?? "")] : []) + [
                        Cell(run.state == .done && study.hasFailed(run) ? "failed" : run.state.description),
                        Cell(run.seconds, digits: 1),
                    ])
        }
        return table
    }

    // MARK: Forms

    func rich(details: Bool) -> RichValue {
        let shown = details ? StudyDetails(study, pairs: pairs).tables : []
        let notes = notes
        return RichValue(
            text: text(shown.map(\.withoutTimings), columns: nil, showsTime: false, notes),
            terminalText: { [self] in text(shown, columns: $0, showsTime: true, notes) },
            html: html(shown.isEmpty ? StudyDetails(study, pairs: pairs).tables : shown, isOpen: details, notes),
            markdown: markdown(shown, notes), latex: table.latex)
    }

    private func sentences(showsTime: Bool, _ notes: [String]) -> [String] {
        verdicts(showsTime: showsTime) + changes(showsTime: showsTime) + notes
    }

    private func text(_ details: [Table], columns: Int?, showsTime: Bool, _ notes: [String]) -> String {
        let lines = sentences(showsTime: showsTime, notes).map { hanging("", $0, columns: columns) }.joined(
            separator: "\n")
        let main = showsTime ? table : table.withoutTimings
        return ([lines, main.text(columns: columns)] + details.map { $0.text(columns: columns) })
            .joined(separator: "\n\n")
    }

    private func html(_ details: [Table], isOpen: Bool, _ notes: [String]) -> String {
        let answers = verdicts(showsTime: true)
        let rest = changes(showsTime: true) + notes
        return "<p>" + answers.map { "<b>\(markupEscaped($0))</b>" }.joined(separator: "<br>") + "</p><p>"
            + rest.map(Self.marked).joined(separator: "<br>") + "</p>" + table.html
            + "<details\(isOpen ? " open" : "")><summary>details</summary>" + details.map(\.html).joined()
            + "</details>"
    }

    /// Text for HTML; what is between backticks is code.
    private static func marked(_ text: String) -> String {
        markupEscaped(text).split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .map { $0 % 2 == 1 ? "<code>\($1)</code>" : String($1) }.joined()
    }

    private func markdown(_ details: [Table], _ notes: [String]) -> String {
        let answers = verdicts(showsTime: true).map { "**\($0)**" }
        let rest = changes(showsTime: true) + notes
        return (answers + rest + ([table] + details).map(\.markdownWithCaption)).joined(separator: "\n\n")
    }
}

extension Study {
    /// How many runs it has, each once.
    var trainedRuns: Int { allRuns.count { plan.trained($0.model) == $0.model } }

    /// `flat failed with seeds 2, 3`: one for each model that did.
    var exclusions: [String] {
        plan.trainedModels.compactMap { model in
            let seeds = failedSeeds(model)
            return seeds.isEmpty ? nil : "\(plan.models[model].name) failed with \(StudyReport.seedText(seeds))"
        }
    }
}
