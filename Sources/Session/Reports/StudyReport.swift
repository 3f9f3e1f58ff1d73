// What `compare` and `table study` show: one sentence that answers, what would change the answer, one small table; and
// under `details`, folded in HTML, all the rest.

import Engine
import Experiments
import Graphics
import Libraries

struct StudyReport {
    let study: Study
    let dataName: String
    let defaults: String?
    /// Shown besides what its table always has.
    var measures: [OutcomeMeasure] = []

    init(_ study: Study, dataName: String, defaults: String? = nil) {
        (self.study, self.dataName, self.defaults) = (study, dataName, defaults)
    }

    private typealias Cell = Table.Cell
    private typealias Column = Table.Column
    private var plan: StudyPlan { study.plan }
    private var names: [String] { plan.models.map(\.name) }

    // MARK: Sentences

    /// One per pair, with the pair named where there are several.
    var verdicts: [String] { verdicts(showsTime: false) }

    private func verdicts(showsTime: Bool) -> [String] {
        let words = VerdictText(study: study, showsTime: showsTime)
        let pairs = study.pairs
        return pairs.map { pair in
            words.verdict(pair) + (pairs.count == 1 ? "" : " (\(names[pair.first]), \(names[pair.second]))")
        }
    }

    private var change: String? {
        let words = VerdictText(study: study, showsTime: false)
        let pairs = study.pairs
        // Of several undecided pairs the one that takes the fewest seeds.
        let undecided = pairs.filter { !$0.verdict.isDecided }
        let pair = undecided.min { ($0.moreSeeds ?? .max) < ($1.moreSeeds ?? .max) } ?? pairs.first
        return pair.map { "what would change this: " + words.change($0) }
    }

    /// What has to be known beside the answer.
    private var notes: [String] {
        var notes: [String] = []
        if let first = study.firstPairs {
            let words = VerdictText(study: study, showsTime: false)
            let texts = first.map { words.verdict($0, isPast: true) }
            notes.append(
                "exploratory: seeds were added after the study had said: \(texts.joined(separator: "; ")) "
                    + "(\(counted(study.plannedSeeds, "seed")))")
        }
        for (first, second) in plan.refuted {
            notes.append(
                "\(names[first]) and \(names[second]) are provably identical in training, but a training step on this machine ends in "
                    + "other weights: the proof is not used, and both are trained; please report these networks")
        }
        for index in plan.trainedModels where !plan.isForced && plan.twins.count(where: { $0 == index }) > 1 {
            guard let sample = Sample(study.accuracies(index)), let noise = sample.differenceOfTwo, sample.hasSpread
            else { continue }
            notes.append(
                "how large a difference may mean nothing: two runs of \(names[index]) with different seeds differ by up to "
                    + "\(fixed(noise, 2)) points, 19 times out of 20; here by up to \(fixed(sample.highest - sample.lowest, 2))"
            )
        }
        for text in study.divergences {
            notes.append("\(text): excluded from every number and picture, and itself a difference")
        }
        for (model, name) in names.enumerated() {
            let seeds = study.unlearnedSeeds(model)
            guard !seeds.isEmpty else { continue }
            let hasInterval = study.pairs.contains {
                $0.interval != nil && ($0.first == model || $0.second == model)
            }
            notes.append(
                "\(name) with \(Self.seedText(seeds)) assigns all test images to one class: it learned nothing there"
                    + (hasInterval ? ", and that widens the interval" : "") + "; a smaller learning rate may help")
        }
        let missing = study.missing.count
        if missing > 0 {
            notes.append("\(counted(missing, "training")) of \(study.seeds.count * plan.trainedModels.count) missing")
        }
        if let defaults { notes.append(defaults) }
        return notes
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
            "test accuracy on \(dataName) \(Self.end(of: plan.models.map(\.options)))\(measure), \(Self.seedText(study.seeds))"
    }

    /// `seeds 1 to 6`, `seeds 3, 5, 8`
    static func seedText(_ seeds: [UInt64]) -> String {
        guard let first = seeds.first, let last = seeds.last, seeds.count > 1 else {
            return "seed \(seeds.first.map(String.init) ?? "none")"
        }
        if seeds.count > 2, zip(seeds, seeds.dropFirst()).allSatisfy({ $1 == $0 &+ 1 }) {
            return "seeds \(first) to \(last)"
        }
        let shown = seeds.prefix(12).map(String.init).joined(separator: ", ")
        return "seeds \(shown)" + (seeds.count > 12 ? ", … (\(seeds.count))" : "")
    }

    // MARK: The table

    /// At most six columns, one more where runs diverged, and the measures that were asked for.
    var table: Table {
        let isLong = names.indices.contains { study.secondsOfRun($0) ?? 0 >= 120 }
        let showsRuns = !study.diverged.isEmpty
        let others = measures.filter { $0 != .accuracy }
        let labels = plan.dataset.test.labels
        var table = Table(
            caption: caption,
            columns: [
                Column("model", isNumber: false), Column("accuracy", unit: "%"), Column("spread", unit: "points"),
                Column("lowest", unit: "%"), Column("highest", unit: "%"),
            ] + others.map(\.meanColumn) + (showsRuns ? [Column("runs")] : [])
                + [Column("\(isLong ? "minutes" : "seconds") a run", isTiming: true)])
        for (model, name) in names.enumerated() {
            let sample = Sample(study.accuracies(model))
            var cells = [
                Cell(name), Cell(sample?.mean, digits: 2), Cell(sample?.deviation, digits: 2),
                Cell(sample?.lowest, digits: 2), Cell(sample?.highest, digits: 2),
            ]
            let runs = study.doneRuns(model).compactMap(\.run)
            cells += others.map { measure in
                measure.meanCell(runs.compactMap { $0.value(of: measure, labels: labels) })
            }
            if showsRuns {
                let all = study.seeds.count { study.run(model, $0) != nil }
                cells.append(Cell("\(sample?.count ?? 0) of \(all)", number: Double(sample?.count ?? 0)))
            }
            table.add(cells + [Cell(study.secondsOfRun(model).map { isLong ? $0 / 60 : $0 }, digits: 1)])
        }
        return table
    }

    /// One row per training: what one needs to repeat the computation, and the measures that were asked for.
    var runs: Table {
        let results = study.allRuns.map { $0.run.run?.resultText }
        let showsResult = results.contains { $0 != nil }
        let others = measures.filter { $0 != .accuracy && $0 != .loss }
        let labels = plan.dataset.test.labels
        var table = Table(
            columns: [
                Column("model", isNumber: false), Column("seed"), Column("accuracy", unit: "%"), Column("loss"),
            ] + others.map(\.column) + (showsResult ? [Column("result", isNumber: false)] : [])
                + [Column("state", isNumber: false), Column("seconds", isTiming: true)])
        for ((model, seed, run), result) in zip(study.allRuns, results) {
            table.add(
                [
                    Cell(names[model]), Cell(String(seed), number: Double(seed)), Cell(run.accuracy, digits: 2),
                    Cell(run.loss, digits: 4),
                ] + others.map { Cell(run.run?.value(of: $0, labels: labels), digits: $0.digits) }
                    + (showsResult ? [Cell(result ?? "")] : []) + [
                        Cell(run.state.description), Cell(run.seconds, digits: 1),
                    ])
        }
        return table
    }

    // MARK: Forms

    func rich(details: Bool) -> RichValue {
        let shown = details ? StudyDetails(study, names: names).tables : []
        let notes = notes
        return RichValue(
            text: text(shown.map(\.withoutTimings), columns: nil, showsTime: false, notes),
            terminalText: { [self] in text(shown, columns: $0, showsTime: true, notes) },
            html: html(shown.isEmpty ? StudyDetails(study, names: names).tables : shown, isOpen: details, notes),
            markdown: markdown(shown, notes), latex: table.latex)
    }

    private func sentences(showsTime: Bool, _ notes: [String]) -> [String] {
        verdicts(showsTime: showsTime) + [change].compactMap { $0 } + notes
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
        let rest = [change].compactMap { $0 } + notes
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
        let rest = [change].compactMap { $0 } + notes
        func titled(_ table: Table) -> String { (table.caption.isEmpty ? "" : "\(table.caption)\n\n") + table.markdown }
        return (answers + rest + [titled(table)] + details.map(titled)).joined(separator: "\n\n")
    }
}

extension Study {
    /// `flat diverged with seeds 2, 3`: one for each model that did.
    var divergences: [String] {
        plan.trainedModels.compactMap { model in
            let seeds = diverged.filter { $0.model == model }.map(\.seed)
            return seeds.isEmpty ? nil : "\(plan.models[model].name) diverged with \(StudyReport.seedText(seeds))"
        }
    }
}
