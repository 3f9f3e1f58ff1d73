// `findlr`

import Experiments
import Graphics
import Language

private let firstRate = Option(
    "from", .positive, default: 1e-5, aliases: ["start_lr", "min_lr"], "the first learning rate")
private let lastRate = Option("to", .positive, default: 10, aliases: ["end_lr", "max_lr"], "the last learning rate")
private let steps = Option("steps", .integer(10...100_000), default: 200, aliases: ["num_iter"], "training steps")
/// Those of a training whose rate rises at each step, and that nobody keeps.
private let settings = TrainingOption.all.filter {
    !["epochs", "schedule", "average", "select", "patience", "views", "log", "from"].contains($0.parameter.label)
}

extension Word {
    static let findLR = Word(
        "findlr", .training, "Tries learning rates and shows the loss of each; `plot` takes what it found",
        [CommonOptions.model, CommonOptions.data, firstRate, lastRate, steps] + settings, result: .rateSearch,
        example: quickModel + "findlr Net, on: data, steps: 20", aliases: ["lr_find", "lrfinder"], shows: .unbound,
        takesLong: true, .perform(findLearningRate))
}

private func findLearningRate(_ call: Invocation) throws -> Value {
    let context = call.context
    let model = try call.model()
    let data = try call.data(CommonOptions.data)
    let (from, to) = (call[firstRate], call[lastRate])
    guard from < to else {
        throw call.fault(
            .outOfRange, "`from:` is \(decimalText(from)), which is not below `to:`, \(decimalText(to))",
            at: call.place(firstRate), fix: "write `from: 1e-5, to: 10`")
    }
    let (architecture, options) = try call.training(of: model, on: data)
    if call[TrainingOption.optimizer]?.hasOwnRate == true {
        call.noteIdle(
            "`lr: \(decimalText(options.optimizer.learningRate))` is not used: `findlr` tries learning rates from "
                + "\(decimalText(from)) to \(decimalText(to))", at: call.place(TrainingOption.optimizer))
    }
    call.warnOfSingleValues(model.name, architecture, data, options)
    call.warnOfIdleMuon(model.name, architecture, options)
    context.session.publish()
    let title = "\(model.name) on \(data.name)"
    let stepCount = call[steps]
    let report =
        context.output.drawsProgress
        ? ProgressReport(context.session, title: "trying learning rates for \(title)") : nil
    let search: LearningRateSearch
    do throws(TrainingError) {
        search = try LearningRateSearch(
            architecture, on: data.dataset, options: options, rates: from...to,
            steps: stepCount, cancellation: context.interruption
        ) { share, point in
            report?.update(
                fraction: share, facts: ["rate \(scientific(point.rate))", "loss \(lossText(point.loss, 3))"])
        }
    } catch {
        report?.finish(title: "trying learning rates for \(title) stopped", isDone: false)
        throw call.fault(error)
    }
    let value = RateSearchValue(search, of: model.name, on: data)
    if !search.wasInterrupted {
        report?.finish(
            title: "tried \(counted(search.points.count, "learning rate")) for \(title)", isDone: true, facts: [],
            conclusion: value.text)
    } else {
        report?.finish(
            title:
                "trying learning rates for \(title) stopped after \(search.points.count) of \(counted(stepCount, "step"))",
            isDone: false)
        context.pendingStop = .interrupted(
            call.fault(
                .interrupted,
                "the search was interrupted after \(counted(search.points.count, "step")); what was measured is kept"))
    }
    return .object(value)
}
