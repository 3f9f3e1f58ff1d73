// How a study shows itself while it runs: one bar for all its trainings, or a line a training where nothing can be drawn in place.

import Experiments
import Graphics

struct StudyLog {
    private let interpreter: Interpreter
    private let names: [String]
    private let bar: ProgressReport?
    /// Takes lines; `nil` where none are wanted.
    private let tell: ((String) -> Void)?

    /// - Parameter form: `auto`, `bar`, `lines` or `none`.
    init(_ interpreter: Interpreter, form: String, names: [String]) {
        self.interpreter = interpreter
        self.names = names
        let draws = form == "bar" || form == "auto" && interpreter.output.drawsProgress
        bar = draws ? ProgressReport(interpreter, title: "comparing \(names.joined(separator: ", "))") : nil
        tell = interpreter.lineLog(form)
    }

    func note(_ event: StudyEvent) {
        switch event {
        case .progress(let progress):
            let training = progress.training
            bar?.update(
                title: "\(progress.model) seed \(progress.seed), training \(progress.run) of \(progress.runs), "
                    + "epoch \(training.epoch)/\(training.epochs)",
                fraction: progress.fraction,
                facts: [
                    "\(TrainingLog.duration(progress.secondsLeft)) left for all", "loss \(fixed(training.loss, 3))",
                    "accuracy \(fixed(training.accuracy, 1)) %", "\(fixed(training.imagesPerSecond, 0)) images/s",
                ])
        case .finished(let model, let seed, let run, let wasKept):
            guard let tell else { return }
            let ending =
                run.accuracy.map { "\(fixed($0, 2)) % after \(counted(run.metrics.count, "epoch"))" }
                ?? run.state.description
            tell("\(names[model]) seed \(seed): \(ending)\(wasKept ? " (kept)" : "")\n")
        case .looked(let seeds, let isDecided):
            tell?("look at \(seeds) seeds: \(isDecided ? "decided" : "undecided")\n")
        }
    }

    func finish(_ study: Study) {
        let count = study.completeSeeds.count
        bar?.finish(
            title: "compared \(names.joined(separator: ", ")) over \(counted(count, "seed"))",
            fraction: Double(count) / Double(max(1, study.seeds.count)), facts: [])
    }

    func fail() { bar?.finish(title: "the comparison stopped") }
}
