// `predict`

import Datasets
import Experiments
import Graphics
import Language

private let first = Option(
    "first", .integer(1...1_000_000), default: 10, aliases: ["count", "n", "limit"], "how many images")

extension Word {
    static let predict = Word(
        "predict", .training, "Class and probability of images",
        [CommonOptions.run, CommonOptions.measuredData, first, CommonOptions.part], result: .table,
        example: quickModel + "let a = train Net, on: data, epochs: 1\npredict a, on: data, first: 5",
        aliases: ["infer", "forward"], .perform(predictImages))
}

private func predictImages(_ call: Invocation) throws -> Value {
    let run = try call.run()
    let data = try call.data(of: run)
    let part = call[CommonOptions.part]
    let predictions = try call.predictions(
        run, data, part, images: data.dataset.shownImages(part, call[first]))
    let className = data.dataset.className
    let correct = predictions.count { $0.predicted == $0.label }
    var table = Table(
        caption:
            "\(run.run.label) on \(data.name): \(correct) of \(data.dataset.isDrawnByClass ? "" : "the first ")\(counted(predictions.count, "\(part.rawValue) image")) right",
        columns: [
            Table.Column("image"), Table.Column("class", isNumber: false), Table.Column("predicted", isNumber: false),
            Table.Column("probability", unit: "%"), Table.Column("of its class", unit: "%"),
            Table.Column("", isNumber: false),
        ])
    for prediction in predictions {
        let own = prediction.certainty.map { _ in prediction.probabilities[prediction.label] }
        table.add([
            Table.Cell(prediction.image), Table.Cell(className(prediction.label)),
            Table.Cell(className(prediction.predicted)),
            Table.Cell(prediction.certainty.map { 100 * $0 }, digits: 1), Table.Cell(own.map { 100 * $0 }, digits: 1),
            Table.Cell(prediction.predicted == prediction.label ? "" : "wrong"),
        ])
    }
    return .object(TableValue(table))
}
