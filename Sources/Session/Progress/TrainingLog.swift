// How a training shows itself: a bar with its curves, or the lines of the experiment's log where nothing can be drawn
// in place.

import Experiments
import Graphics

final class TrainingLog {
    private let context: WordContext
    private let name: String
    /// Epochs, the last of which may end early.
    private let passes: Double
    private let bar: ProgressReport?
    /// Takes lines; `nil` where none are wanted.
    private let tell: ((String) -> Void)?
    private var curves: ProgressCurves
    /// Of the whole training.
    private var steps = 0

    /// - Parameters:
    ///   - metrics: of the epochs that were trained before.
    init(
        _ context: WordContext, form: LogForm, name: String, passes: Double, behind metrics: [EpochMetrics] = []
    ) {
        self.context = context
        self.name = name
        self.passes = passes
        let draws = form == .bar || form == .auto && context.output.drawsProgress
        bar = draws ? ProgressReport(context.session, title: name) : nil
        tell = context.lineLog(form)
        curves = ProgressCurves(behind: metrics)
    }

    func note(_ event: TrainingEvent) {
        switch event {
        case .started(let cost): steps = cost.steps
        case .log(let log): tell?(TrainingLog.line(log) + "\n")
        case .epoch(let metrics):
            curves.note(metrics)
            tell?(TrainingLog.line(metrics) + "\n")
        case .progress(let progress):
            curves.note(progress)
            bar?.update(
                title: "\(name) \(placeOfEpoch(progress.epoch, of: passes, "/"))", fraction: progress.fraction,
                facts: TrainingLog.facts(progress, secondsLeft: progress.secondsLeft),
                curves: (curves, progress.epochs))
        }
    }

    func finish(_ run: Run) {
        var results = [String]()
        if let accuracy = run.accuracy, let loss = run.loss {
            results = ["test loss \(lossText(loss, 4))", "test accuracy \(fixed(accuracy, 2)) %"]
        }
        if let text = run.resultText {
            results.append(text)
            tell?("\(text)\n")
        }
        let verb = run.state == .done ? "trained" : "\(run.state)"
        bar?.finish(
            title: "\(name) \(verb), \(countedEpochs(run.passes))", isDone: run.state == .done,
            fraction: Double(run.steps) / Double(max(1, steps)), results: results,
            facts: ["\(fixed(run.speed, 0)) images/s", "\(DurationText.clock(run.seconds))"],
            curves: (curves, run.options.epochs))
        if bar != nil, !run.metrics.isEmpty {
            context.output.showFolded(RichValue(folded: RunTable.curve(run), title: "the numbers"))
        }
    }

    func fail() {
        if let bar { bar.finish(title: "\(name) stopped", isDone: false, facts: [bar.elapsed]) }
    }

    /// The facts next to the bar of a training, whether alone or one of several.
    static func facts(_ progress: TrainingProgress, secondsLeft: Double) -> [String] {
        [
            "loss \(lossText(progress.loss, 3))", "accuracy \(fixed(progress.accuracy, 1)) %",
            "\(fixed(progress.imagesPerSecond, 0)) images/s", "\(DurationText.clock(secondsLeft)) left",
        ]
    }

    /// `Train Epoch: 1 [12800/50000 (26%)]	Loss: 1.512345`
    static func line(_ log: BatchLog) -> String {
        let percent = 100 * Double(log.batch) / Double(max(1, log.batchesPerEpoch))
        return "Train Epoch: \(log.epoch) [\(log.images)/\(log.imagesPerEpoch) (\(fixed(percent, 0))%)]\t"
            + "Loss: \(lossText(log.loss, 6))"
    }

    /// `[1] Test Loss: 1.2345, Accuracy: 56.78%`
    static func line(_ metrics: EpochMetrics) -> String {
        func text(_ loss: Double, _ accuracy: Double) -> String {
            "Loss: \(lossText(loss, 4)), Accuracy: \(fixed(accuracy, 2))%"
        }
        return "[\(metrics.epoch)] Test \(text(metrics.testLoss, metrics.testAccuracy))"
            + (metrics.validation.map { ", Validation \(text($0.loss, $0.accuracy))" } ?? "")
    }
}
