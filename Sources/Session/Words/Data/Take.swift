// `take`

import Datasets
import Graphics
import Language
import Text

private let training = Option(
    "train", .integer(1...100_000_000), workedOut: "all", isPositional: true, "training images to keep")
private let test = Option("test", .integer(1...100_000_000), workedOut: "all", "test images to keep")
private let seed = Option("seed", .seed, default: 1, "which images of an image folder or of arrays")

extension Word {
    static let take = Word(
        "take", .data, "The first images of a data set; of an image folder or of arrays, equally many of each class",
        [DataOption.data, training, test, seed], result: .data,
        example: "let small = take(synthetic(), 1000, test: 200)", aliases: ["subset", "head", "limit"],
        .perform(takeImages))
}

private func takeImages(_ call: Invocation) throws -> Value {
    let data = try call.data(DataOption.data)
    let counts = (training: data.dataset.training.count, test: data.dataset.test.count)
    let wanted = (training: call[training] ?? counts.training, test: call[test] ?? counts.test)
    for (option, wanted, count) in [
        (training, wanted.training, counts.training), (test, wanted.test, counts.test),
    ] where wanted > count {
        throw call.fault(
            .outOfRange,
            "\(data.name) has only \(grouped(count)) \(option.parameter.label == "train" ? "training" : "test") images",
            at: call.place(option),
            fix: "write `\(option.parameter.label): \(count)`, or leave it out to keep all")
    }
    if call.isGiven(seed), !data.dataset.isDrawnByClass {
        throw call.fault(
            .nothingToDo, "`seed:` draws from image folders and arrays, and of \(data.name) the first images are taken",
            at: call.place(seed), fix: "leave `seed:` out")
    }
    let taken = data.dataset.taking(wanted.training, test: wanted.test, seed: call[seed])
    if taken.isDrawnByClass { noteUntrainedClasses(taken, call) }
    return .object(DataValue(taken))
}

/// Fewer images than classes leave some out, and the parts need not leave out the same.
private func noteUntrainedClasses(_ data: Dataset, _ call: Invocation) {
    func classes(_ part: ImageSet) -> Set<Int> { Set((0..<part.count).map(part.label)) }
    let trained = classes(data.training)
    let untrained = classes(data.test).subtracting(trained).sorted()
    let left = data.classNames.count - trained.count
    guard left > 0, !call.context.isSilent else { return }
    call.context.output.report(
        Diagnostic(
            .note, code: .imageFolder,
            "\(counted(left, "class", plural: "classes")) of \(data.classNames.count) "
                + "\(left == 1 ? "has" : "have") no training image"
                + (untrained.isEmpty
                    ? "" : "; tested all the same: \(untrained.map(data.className).joined(separator: ", "))"),
            source: call.context.source, at: call.range,
            fix: "take at least \(data.classNames.count) images of each part"))
}
