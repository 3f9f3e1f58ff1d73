// How a study shows itself while it runs: one display for all its trainings with the curves of the current one, or a
// line per training where nothing can be drawn in place. Both end in the verdict.

import Experiments
import Graphics

final class StudyLog {
    private let title: String
    private let bar: ProgressReport?
    /// Takes lines; `nil` where none are wanted.
    private let tell: ((String) -> Void)?
    private var curves = ProgressCurves()

    /// - Parameters:
    ///   - title: `comparing gap, flat`
    init(_ context: WordContext, form: LogForm, title: String) {
        self.title = title
        let draws = form == .bar || form == .auto && context.output.drawsProgress
        bar = draws ? ProgressReport(context.session, title: title) : nil
        tell = context.lineLog(form)
    }

    /// Of a training, the `run`th of `runs`.
    ///
    /// - Parameter secondsLeft: for all of them.
    func note(_ training: TrainingProgress, of label: String, run: Int, runs: Int, secondsLeft: Double) {
        curves.note(training)
        bar?.update(
            title: "\(label) \(training.epoch)/\(training.epochs), training \(run) of \(runs)",
            fraction: (Double(run - 1) + training.fraction) / Double(max(1, runs)),
            facts: TrainingLog.facts(training, secondsLeft: secondsLeft), curves: (curves, training.epochs))
    }

    func note(_ metrics: EpochMetrics) { curves.note(metrics) }

    /// A training has ended.
    func note(_ run: StudyRun, of label: String, wasKept: Bool = false) {
        curves = ProgressCurves()
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
