// How a study shows itself while it runs: one display for all its trainings with the curves of the current one, or a
// line per training where nothing can be drawn in place. Both end in the verdict.

import Experiments
import Graphics

final class StudyLog {
    private let title: String
    private let bar: ProgressReport?
    /// Takes lines; `nil` where none are wanted.
    private let tell: ((String) -> Void)?
    /// Of the trainings that are under way, by their labels.
    private var curves: [String: ProgressCurves] = [:]
    /// Who trains, where that are other machines.
    private var status: String?
    private var fraction = 0.0

    /// - Parameters:
    ///   - title: `comparing gap, flat`
    init(_ context: WordContext, form: LogForm, title: String) {
        self.title = title
        let draws = form == .bar || form == .auto && context.output.drawsProgress
        bar = draws ? ProgressReport(context.session, title: title) : nil
        tell = context.lineLog(form)
    }

    /// What is under way, of `runs` of which some are done: one training, or several at once.
    ///
    /// - Parameter secondsLeft: for all of them.
    func note(
        _ current: [(label: String, training: TrainingProgress)], done: Int, runs: Int, secondsLeft: Double
    ) {
        for (label, training) in current { curves[label, default: ProgressCurves()].note(training) }
        guard let bar, let (label, training) = current.first else { return }
        fraction = (Double(done) + current.reduce(0) { $0 + $1.training.fraction }) / Double(max(1, runs))
        let titles = current.map { "\($0.label) \($0.training.epoch)/\($0.training.epochs)" }
        let title: String
        let facts: [String]
        if titles.count == 1, status == nil {
            title = "\(titles[0]), training \(done + 1) of \(runs)"
            facts = TrainingLog.facts(training, secondsLeft: secondsLeft)
        } else {
            let shown = titles.prefix(titles.count > Self.shownTitles ? Self.shownTitles - 1 : Self.shownTitles)
            let others = titles.count > shown.count ? " and \(titles.count - shown.count) more" : ""
            title = shown.joined(separator: ", ") + others
            let speed = current.reduce(0) { $0 + $1.training.imagesPerSecond }
            facts =
                [status].compactMap(\.self) + [
                    "\(done) of \(runs) done", "\(fixed(speed, 0)) images/s",
                    "\(DurationText.clock(secondsLeft)) left",
                ]
        }
        // The curves of the first: it stays until it is done.
        bar.update(
            title: title, fraction: fraction, facts: facts,
            curves: curves[label].map { ($0, epochs: training.epochs) })
    }

    /// Who trains, for the moment. Where a training is under way, its next note shows it.
    func note(status text: String) {
        if status == nil { tell?("\(text)\n") }
        status = text
        if curves.isEmpty { bar?.update(title: title, fraction: fraction, facts: [text]) }
    }

    /// More at once are counted.
    private static let shownTitles = 3

    func note(_ metrics: EpochMetrics, of label: String) { curves[label, default: ProgressCurves()].note(metrics) }

    /// A training begins again.
    func forget(_ label: String) { curves[label] = nil }

    /// A training has ended.
    func note(_ run: StudyRun, of label: String, wasKept: Bool = false) {
        curves[label] = nil
        let ending =
            run.accuracy.map { "\(fixed($0, 2)) % \(run.run?.ending ?? "after \(countedEpochs(run.passes))")" }
            ?? run.state.description
        tell?("\(label): \(ending)\(wasKept ? " (from the run store)" : "")\n")
    }

    func noteLook(seeds: Int, isDecided: Bool) {
        tell?("look at \(seeds) seeds: \(isDecided ? "decided" : "undecided")\n")
    }

    /// - Parameters:
    ///   - title: `compared gap, flat over 6 seeds`
    ///   - conclusion: its results, one line each.
    ///   - isShown: whether the value, which says it too, is shown right after.
    func finish(title: String, conclusion: [String], isShown: Bool) {
        let conclusion = conclusion.joined(separator: "\n")
        bar?.finish(title: title, isDone: true, facts: [], conclusion: conclusion)
        tell?((isShown ? title : ProgressUpdate.closing(title, conclusion)) + "\n")
    }

    /// - Parameter done: `2 of 6 seeds`
    func stop(after done: String) { end("\(title) stopped after \(done)") }

    func fail() { end("\(title) stopped") }

    /// Before all of it is done. The facts of the current training say nothing of the study.
    private func end(_ title: String) {
        if let bar { bar.finish(title: title, isDone: false, facts: [bar.elapsed]) }
    }
}
