// `take`

import Datasets
import Graphics
import Language

private let training = Option(
    "train", .integer(1...100_000_000), workedOut: "all", isPositional: true, "training images that stay")
private let test = Option("test", .integer(1...100_000_000), workedOut: "all", "test images that stay")
private let seed = Option("seed", .seed, default: 1, "which images of an image folder")

extension Word {
    static let take = Word(
        "take", .data, "The first images of a data set; of an image folder as many of each class",
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
            at: call.place(option))
    }
    if call.isGiven(seed), !data.dataset.isSortedByClass {
        throw call.fault(
            .nothingToDo, "`seed:` draws from image folders, and of \(data.name) the first images are taken",
            at: call.place(seed), fix: "leave `seed:` out")
    }
    return .object(DataValue(data.dataset.taking(wanted.training, test: wanted.test, seed: call[seed])))
}
