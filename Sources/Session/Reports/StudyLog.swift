// How a study shows itself while it runs: one display for all its trainings with the curves of the one at work, or a line a
// training where nothing can be drawn in place. Both end in the verdict.

import Experiments
import Graphics

final class StudyLog {
    private let title: String
    private let bar: ProgressReport?
    /// Takes lines; `nil` where none are wanted.
    private let tell: ((String) -> Void)?
    private var curves = LiveCurves()

    /// - Parameters:
    ///   - form: `auto`, `bar`, `lines` or `none`.
    ///   - title: `comparing gap, flat`
    init(_ interpreter: Interpreter, form: String, title: String) {
        self.title = title
        let draws = form == "bar" || form == "auto" && interpreter.output.drawsProgress
        bar = draws ? ProgressReport(interpreter, title: title) : nil
        tell = interpreter.lineLog(form)
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
        curves = LiveCurves()
        let ending =
            run.accuracy.map { "\(fixed($0, 2)) % after \(counted(run.metrics.count, "epoch"))" }
            ?? run.state.description
        tell?("\(label): \(ending)\(wasKept ? " (kept)" : "")\n")
    }

    func noteLook(seeds: Int, isDecided: Bool) {
        tell?("look at \(seeds) seeds: \(isDecided ? "decided" : "undecided")\n")
    }

    /// - Parameters:
    ///   - title: `compared gap, flat over 6 seeds`
    ///   - conclusion: what came of it, in a sentence.
    func finish(title: String, conclusion: String) {
        bar?.finish(title: title, isDone: true, facts: [], conclusion: conclusion)
        tell?("\(title): \(conclusion)\n")
    }

    /// - Parameter done: `2 of 6 seeds`
    func stop(after done: String) { bar?.finish(title: "\(title) stopped after \(done)", isDone: false) }

    func fail() { bar?.finish(title: "\(title) stopped", isDone: false) }
}
