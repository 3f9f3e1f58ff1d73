// `flips`

import Datasets
import Experiments
import Graphics
import Language
import Text

private let twoRuns = RestOption("runs", .run, "two runs")

extension Word {
    static let flips = Word(
        "flips", .looking, "The images that two runs classify differently",
        [twoRuns, CommonOptions.measuredData, CommonOptions.part, ImageOption.count, CommonOptions.to],
        result: .picture,
        example: LookingExample.run + "flips a, a", .perform(showFlips))
}

private func showFlips(_ call: Invocation) throws -> Value {
    let context = call.context
    let given = call[twoRuns].map(\.value)
    guard given.count == 2 else {
        throw call.fault(
            .wrongCount, "`flips` takes two runs, not \(given.count)",
            fix: call.fixOfCount(2, of: .run, call[twoRuns].map(\.range)))
    }
    let part = call[CommonOptions.part]
    // Each as it was trained to see them, of images that both have.
    let (data, other) = (try call.data(of: given[0]), try call.data(of: given[1]))
    guard try data === other || hasSameImages(data, other, part, call) else {
        throw call.fault(
            .noValue,
            "the \(part.rawValue) images of \(given[0].run.label) and \(given[1].run.label) are not the same: "
                + "\(data.name) and \(other.name)",
            fix:
                "name the images that both are shown: `flips \(call.arguments.rest.map { call.context.source[$0.range] }.joined(separator: ", ")), on: \(context.namesToType.names(of: .data).first ?? "data")`"
        )
    }
    let first = try call.predictions(given[0], data, part)
    let second = try call.predictions(given[1], other, part)
    let pairs = zip(first, second).filter { $0.predicted != $1.predicted }
    let names = given.map(\.run.label)
    let onlyFirst = pairs.count { $0.0.predicted == $0.0.label }
    let onlySecond = pairs.count { $0.1.predicted == $0.1.label }
    let share = 100 * Double(pairs.count) / Double(max(1, first.count))
    // Those first that both are sure of.
    func sureness(_ pair: (Prediction, Prediction)) -> Double {
        min(pair.0.certainty ?? 0, pair.1.certainty ?? 0)
    }
    let shown = pairs.sorted { (sureness($1), $0.0.image) < (sureness($0), $1.0.image) }
        .prefix(call[ImageOption.count])
    let className = data.dataset.className
    let grid = ImageGrid(
        title:
            "\(names[0]) and \(names[1]) disagree on \(grouped(pairs.count)) of \(counted(first.count, "\(part.rawValue) image")) of \(data.name) (\(fixed(share, 1)) %)",
        pictures: try shown.map { one, other in
            try call.labeledImage(
                one.image, of: data.dataset, part, label: className(one.label),
                note: "\(className(one.predicted)) | \(className(other.predicted))")
        }, columns: 6,
        caption:
            "Only \(names[0]) is right on \(grouped(onlyFirst)), only \(names[1]) on \(grouped(onlySecond)), neither on "
            + "\(grouped(pairs.count - onlyFirst - onlySecond)). Below each: its class; the classes predicted by \(names[0]) | \(names[1])."
    )
    return try call.show(PictureValue(grid, plainText: grid.text + "\n" + grid.caption))
}

/// Whether two data sets have the same images in a part; an interrupt ends the comparison.
private func hasSameImages(
    _ data: DataValue, _ other: DataValue, _ part: Dataset.Part, _ call: Invocation
) throws -> Bool {
    do throws(DatasetError) {
        return try data.dataset.hasSameImages(as: other.dataset, in: part, unless: call.context.interruption)
    } catch { throw call.context.interrupted(at: call.range) }
}
