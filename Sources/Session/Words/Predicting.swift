// What `predict` and `findlr` do.

import Experiments
import Graphics
import Language

func predictImages(_ call: Invocation) throws -> Value {
    let run = try call.run()
    let data = try call.data("on", of: run)
    let predictions = try call.predictions(
        run, data, images: data.dataset.shownImages(call.part, call.arguments.integer("first") ?? 10))
    let names = data.dataset.classNames
    func name(_ label: Int) -> String { names.indices.contains(label) ? names[label] : String(label) }
    let correct = predictions.count { $0.predicted == $0.label }
    var table = Table(
        caption:
            "\(run.run.label) on \(data.name): \(correct) of \(data.dataset.isSortedByClass ? "" : "the first ")\(counted(predictions.count, "\(call.part.rawValue) image")) right",
        columns: [
            Table.Column("image"), Table.Column("class", isNumber: false), Table.Column("predicted", isNumber: false),
            Table.Column("probability", unit: "%"), Table.Column("of its class", unit: "%"),
            Table.Column("", isNumber: false),
        ])
    for prediction in predictions {
        let own = prediction.certainty.map { _ in prediction.probabilities[prediction.label] }
        table.add([
            Table.Cell(prediction.image), Table.Cell(name(prediction.label)), Table.Cell(name(prediction.predicted)),
            Table.Cell(prediction.certainty.map { 100 * $0 }, digits: 1), Table.Cell(own.map { 100 * $0 }, digits: 1),
            Table.Cell(prediction.predicted == prediction.label ? "" : "wrong"),
        ])
    }
    return .object(TableValue(table))
}

func findLearningRate(_ call: Invocation) throws -> Value {
    let interpreter = call.interpreter
    let model = try call.model()
    let data = try call.data("on")
    let (from, to) = (call.arguments.decimal("from") ?? 1e-5, call.arguments.decimal("to") ?? 10)
    guard from < to else {
        throw call.fault(
            .outOfRange, "`from:` is \(decimalText(from)), which is not below `to:`, \(decimalText(to))",
            at: call.arguments.place("from"), fix: "write `from: 1e-5, to: 10`")
    }
    let architecture = try model.architecture(on: data.image)
    let options = try trainingOptions(call)
    call.warnOfSingleValues(model.name, architecture, data, options)
    interpreter.publish()
    let title = "\(model.name) on \(data.name)"
    let steps = call.arguments.integer("steps") ?? 200
    let report =
        interpreter.output.drawsProgress
        ? ProgressReport(interpreter, title: "trying learning rates for \(title)") : nil
    let search: LearningRateSearch
    do throws(TrainingError) {
        search = try LearningRateSearch(
            architecture, on: data.dataset, options: options, rates: from...to,
            steps: steps, cancellation: interpreter.interruption
        ) { share, point in
            report?.update(
                fraction: share, facts: ["rate \(scientific(point.rate))", "loss \(lossText(point.loss, 3))"])
        }
    } catch {
        report?.finish(title: "trying learning rates for \(title) stopped", isDone: false)
        throw training(error, call)
    }
    let value = RateSearchValue(search, of: model.name, on: data)
    if !search.wasInterrupted {
        report?.finish(
            title: "tried \(counted(search.points.count, "learning rate")) for \(title)", isDone: true, facts: [],
            conclusion: value.text)
    } else {
        report?.finish(
            title:
                "trying learning rates for \(title) stopped after \(search.points.count) of \(counted(steps, "step"))",
            isDone: false)
        interpreter.pendingStop = .interrupted(
            call.fault(
                .interrupted,
                "the search was interrupted after \(counted(search.points.count, "step")); what was measured is kept"))
    }
    return .object(value)
}
