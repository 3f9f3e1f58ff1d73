// `resume`

import Experiments
import Graphics
import Language

private let epochsInAll = Option("epochs", .integer(1...1_000_000), workedOut: "what is left", "epochs in total")

extension Word {
    static let resume = Word(
        "resume", .training, "Continues a run that was interrupted, or trains it for more epochs",
        [CommonOptions.run, epochsInAll, CommonOptions.log], result: .run,
        example: quickModel + "let a = train Net, on: data, epochs: 1\nlet b = resume a, epochs: 2",
        aliases: ["continue", "extend", "restart"], shows: .unbound, takesLong: true, .perform(resumeRun))
}

private func resumeRun(_ call: Invocation) throws -> Value {
    let value = try call.run()
    let run = value.run
    let place = call.place(CommonOptions.run)
    let written = call.isGiven(CommonOptions.run) ? call.context.source[place] : run.name ?? "a"
    let epochs = call[epochsInAll]
    let more = 2 * max(1, run.epochs)
    if run.endedEarly {
        let patience = run.options.selection.patience ?? 1
        throw call.fault(
            .noContinuation,
            "\(run.label) is done: `patience: \(patience)` ended it after \(counted(run.epochs, "epoch"))", at: place,
            fix:
                "with more patience it is a different training: `train \(run.model), patience: \(2 * patience)` with the same options"
        )
    }
    switch run.state {
    case .loaded:
        throw call.fault(
            .noContinuation, "\(run.label) is weights from a file, and nothing is known of their training", at: place,
            fix: "`train \(written).model, from: \(written)` begins a training with them")
    case .diverged:
        throw call.fault(
            .noContinuation, "\(run.label) diverged: its weights are NaN or infinite", at: place,
            fix: "train it with a smaller learning rate: `optimizer: adam(lr: 1e-4)`")
    case .done where epochs == nil:
        throw call.fault(
            .noContinuation,
            "\(run.label) is done: "
                + (run.passes == 1
                    ? "its one epoch is" : "all of its \(countedEpochs(run.passes)) are") + " trained",
            at: place,
            fix: run.options.dependsOnEpochs
                ? "with more epochs it is a different training from the first step on: `train \(run.model), epochs: \(more)` with the same options"
                : "say how many in all: `resume \(written), epochs: \(more)`")
    case .done, .interrupted, .stopped: break
    }
    var options = run.options
    if let epochs { options.epochs = epochs }
    guard epochs == nil || Double(run.options.epochs) == run.options.passes || run.epochs < run.options.epochs else {
        throw call.fault(
            .otherSchedule,
            "the last epoch of \(run.label) ended early: with \(options.epochs) epochs it is a different training",
            at: call.place(epochsInAll),
            fix: "train it: `train \(run.model), epochs: \(options.epochs)` with the same options")
    }
    guard options.epochs > run.epochs else {
        throw call.fault(
            .noContinuation, "\(run.label) has \(counted(run.epochs, "epoch")) already",
            at: call.place(epochsInAll),
            fix: "`epochs:` counts all of them: `epochs: \(run.epochs + (epochs ?? 1))`")
    }
    let isSame = options.epochs == run.options.epochs
    if !isSame, let views = options.views {
        throw call.fault(
            .otherSchedule,
            "`views: \(views.rawValue)` measures the epoch that a training comes to: with \(options.epochs) epochs it is another run",
            at: call.place(epochsInAll),
            fix: "train it: `train \(run.model), epochs: \(options.epochs)` with the same options")
    }
    guard isSame || !options.schedule.dependsOnEpochs, isSame || options.averaging?.dependsOnEpochs != true else {
        let cause =
            options.schedule.dependsOnEpochs
            ? "the learning rate of `\(ScheduleValue(options.schedule).text)`"
            : "the average of the weights"
        throw call.fault(
            .otherSchedule,
            "\(cause) depends on how many epochs there are: "
                + "with \(options.epochs) it is a different training from the first step on",
            at: call.place(epochsInAll),
            fix: "train it: `train \(run.model), epochs: \(options.epochs)` with the same options")
    }
    guard let data = try call.ownData(of: value) else {
        throw call.fault(
            .noSubject, "what \(run.label) was trained on is not known", at: place,
            fix: "train anew: `train \(run.model)` on data that is at hand")
    }
    options = try call.withTeacher(options, of: run)
    call.warnOfSingleValues(value.model.name, run.architecture, data, options)
    let training = StoreBackedTraining(
        call, model: value.model, architecture: run.architecture, data: data, options: options)
    return try training.value(
        from: run.continuation, behind: run, defaults: call.defaults([(CommonOptions.run, run.label)]))
}
