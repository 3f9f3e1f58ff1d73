// `mistakes`

import Datasets
import Experiments
import Graphics

extension Word {
    static let mistakes = Word(
        "mistakes", .looking, "Misclassified images, most confident first",
        [CommonOptions.run, CommonOptions.measuredData, CommonOptions.part, ImageOption.count, CommonOptions.to],
        result: .picture, example: LookingExample.run + "mistakes a", .perform(showMistakes))
}

private func showMistakes(_ call: Invocation) throws -> Value {
    let run = try call.run()
    let data = try call.data(of: run)
    let part = call[CommonOptions.part]
    let predictions = try call.predictions(run, data, part)
    let wrong = predictions.filter { $0.predicted != $0.label }
    // Of a run without its weights only the classes are kept: then in their order.
    func certainty(_ prediction: Prediction) -> Double { prediction.certainty ?? 0 }
    let knowsCertainty = wrong.allSatisfy { $0.certainty != nil }
    let worst = wrong.sorted { (certainty($1), $0.image) < (certainty($0), $1.image) }.prefix(call[ImageOption.count])
    let className = data.dataset.className
    let grid = ImageGrid(
        title: wrong.isEmpty
            ? "\(run.run.label) gets none of \(counted(predictions.count, "\(part.rawValue) image")) of \(data.name) wrong"
            : "\(run.run.label) on \(data.name): the \(knowsCertainty ? "surest" : "first") of \(counted(wrong.count, "mistake"))",
        pictures: try worst.map { prediction in
            try call.labeledImage(
                prediction.image, of: data.dataset, part,
                label: "\(className(prediction.label)) → \(className(prediction.predicted))",
                note: prediction.certainty.map(certaintyText) ?? "image \(prediction.image)")
        }, columns: 6,
        caption: worst.isEmpty
            ? ""
            : "Below each: its class → the predicted class, and "
                + (knowsCertainty
                    ? "the network's confidence."
                    : "its number; without the weights the confidence is not known."))
    return try call.show(PictureValue(grid, plainText: grid.text))
}
