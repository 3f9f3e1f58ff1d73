// `folds`

import Datasets
import Language
import Text

private let countOption = Option(
    "count", .integer(2...1_000_000), default: 5, isPositional: true, aliases: ["n_splits", "k", "n", "cv"],
    "how many")
private let seedOption = Option(
    "seed", .seed, default: 1, aliases: ["random_state"], "which images are in which fold")

extension Word {
    static let folds = Word(
        "folds", .data,
        "A list of data sets for cross-validation: each tests one share of the training images and trains on the others; "
            + "shares have equally many images of each class, and the test images are in none",
        [DataOption.data, countOption, seedOption], result: .list,
        example: "for fold in folds(take(synthetic(), 100), 5) { print fold }",
        aliases: [
            "KFold", "StratifiedKFold", "RepeatedStratifiedKFold", "cross_val_score", "cross_validate",
            "crossvalidation", "kfolds",
        ], since: "0.2", .perform(foldsOfData))
}

private func foldsOfData(_ call: Invocation) throws -> Value {
    let data = try call.data(DataOption.data)
    let (count, seed) = (call[countOption], call[seedOption])
    let training = data.dataset.training
    guard let smallest = training.placesByClass.min(by: { $0.count < $1.count }), count <= smallest.count else {
        throw tooMany(call, data)
    }
    call.noteLostValidation(
        of: data, "in no fold: `folds` divides the training images", fix: "take the data as they were before `split`")
    let ending = seed == 1 ? "" : " with seed \(seed)"
    return .list(
        Items(
            data.dataset.folds(count, seed: seed).enumerated().map { index, fold in
                .object(DataValue(fold, title: "\(data.madeName) fold \(index + 1) of \(count)\(ending)"))
            }))
}

/// Each fold tests an image of each class.
private func tooMany(_ call: Invocation, _ data: DataValue) -> Diagnostic {
    let (training, count) = (data.dataset.training, call[countOption])
    let smallest = training.placesByClass.min { $0.count < $1.count } ?? []
    let written = call.isGiven(DataOption.data) ? call.context.source[call.place(DataOption.data)] : nil
    let seed = call.isGiven(seedOption) ? ", seed: \(call[seedOption])" : ""
    let name = smallest.first.map { data.dataset.className(training.label($0)) } ?? ""
    return call.fault(
        .outOfRange,
        count > training.count
            ? "\(counted(training.count, "training image")) cannot be divided into \(grouped(count)) folds"
            : "\(data.name) has \(counted(smallest.count, "training image")) of \(name), too few for \(grouped(count)) folds",
        at: call.place(countOption),
        fix: smallest.count > 1
            ? "make at most \(smallest.count) folds: `folds \(written ?? data.boundName ?? "data"), \(smallest.count)\(seed)`"
            : "take data with at least two training images of each class")
}
