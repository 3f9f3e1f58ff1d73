// `evaluate`

import Datasets
import Experiments
import Graphics
import Language

private let batch = Option(
    "batch", .integer(1...1_000_000), default: 256, aliases: ["batch_size"], "images at a time")

private let viewsOption = Option(
    "views", OptionKind<AveragedViews>.choice, workedOut: "those of the run's own result",
    aliases: AveragedViews.aliases,
    "test-time augmentation: none, or the mean of the outputs for " + AveragedViews.help)

extension Word {
    static let evaluate = Word(
        "evaluate", .training, "Accuracy and loss of a run on the test images, or on another part of the data",
        [CommonOptions.run, CommonOptions.measuredData, CommonOptions.part, viewsOption, batch], result: .evaluation,
        example: quickModel + "let a = train Net, on: data, epochs: 1\nevaluate a, on: data",
        aliases: ["test", "eval", "validate", "score"], shows: .unbound, takesLong: true, .perform(evaluateRun))
}

private func evaluateRun(_ call: Invocation) throws -> Value {
    let context = call.context
    let run = try call.run()
    let data = try call.data(of: run)
    let part = call[CommonOptions.part]
    let place = data.name(of: part)
    let defaults = call.defaults([(CommonOptions.run, run.run.label), (CommonOptions.measuredData, data.name)])
    let views = call[viewsOption].map(\.views) ?? run.run.views
    if views == run.run.views, try call.keptPredictions(of: run, on: data, part) != nil,
        let accuracy = run.run.accuracy,
        let loss = run.run.loss
    {
        let evaluation = Evaluation(accuracy: accuracy, loss: loss, outcomes: run.run.outcomes)
        return .object(EvaluationValue(evaluation, of: run.run.label, on: data, part, views, defaults: defaults))
    }
    try call.noteTrainedImages(of: run, in: data, part)
    call.noteUnseenViews(call[viewsOption]?.views, viewsOption, [run.data].compactMap(\.self))
    context.session.publish()
    let report =
        context.output.drawsProgress
        ? ProgressReport(context.session, title: "evaluating \(run.run.label) on \(place)") : nil
    do {
        let evaluation = try evaluate(
            run.run, on: data.dataset, part: part, views: views, cancellation: context.interruption
        ) { share in
            report?.update(fraction: share, facts: [])
        }
        let results = ["loss \(lossText(evaluation.loss, 4))", "accuracy \(fixed(evaluation.accuracy, 2)) %"]
        report?.finish(title: "evaluated \(run.run.label) on \(place)", isDone: true, results: results, facts: [])
        call.noteOutputsThatAreNoNumbers(evaluation, of: run, on: data)
        return .object(EvaluationValue(evaluation, of: run.run.label, on: data, part, views, defaults: defaults))
    } catch {
        report?.finish(title: "evaluating \(run.run.label) on \(place) stopped", isDone: false)
        throw call.fault(error)
    }
}

extension Invocation {
    /// An image whose outputs are NaN is taken for the first class, as by `argmax`, and may be right by that.
    fileprivate func noteOutputsThatAreNoNumbers(_ evaluation: Evaluation, of run: RunValue, on data: DataValue) {
        let count = evaluation.outcomes.losses.count(where: \.isNaN)
        guard count > 0, !context.isSilent else { return }
        context.output.report(
            Diagnostic(
                .note, code: .notFiniteWeights,
                "the outputs of \(run.run.label) for \(counted(count, "image")) are NaN: "
                    + "\(count == 1 ? "it counts" : "they count") as `\(data.dataset.classNames.first ?? "0")`, and the "
                    + "accuracy says nothing", source: context.source, at: range,
                fix: "check the weights: some may be NaN, or a variance below 0"))
    }
}
