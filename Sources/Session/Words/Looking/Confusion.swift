// `confusion`

import Datasets
import Experiments
import Graphics
import Text

extension Word {
    static let confusion = Word(
        "confusion", .looking, "The confusion matrix of a run",
        [CommonOptions.run, CommonOptions.measuredData, CommonOptions.part, CommonOptions.to], result: .picture,
        example: LookingExample.run + "confusion a", aliases: ["confusion_matrix"], .perform(showConfusion))
}

private func showConfusion(_ call: Invocation) throws -> Value {
    let run = try call.run()
    let data = try call.data(of: run)
    let part = call[CommonOptions.part]
    let predictions = try call.predictions(run, data, part)
    let outputs = max(run.run.architecture.output.count, data.dataset.classNames.count)
    var counts = [[Int]](repeating: [Int](repeating: 0, count: outputs), count: outputs)
    for prediction in predictions { counts[prediction.label][prediction.predicted] += 1 }
    // Outputs beyond the classes matter only where something was taken for them.
    let classes = data.dataset.classNames.count
    let kept = (0..<outputs).filter { index in index < classes || counts.contains { $0[index] > 0 } }
    let right = predictions.count { $0.predicted == $0.label }
    let map = HeatMap(
        title:
            "\(run.run.label) on \(data.name): \(grouped(right)) of \(counted(predictions.count, "\(part.rawValue) image")) right",
        rowTitle: "class", columnTitle: "predicted", names: kept.map(data.dataset.className),
        counts: kept.map { row in kept.map { counts[row][$0] } },
        caption: "Blue: correct; orange: wrong; each on its own scale.")
    return try call.show(PictureValue(map))
}
