// `split`

import Datasets
import Language
import Text

private let shareOption = Option(
    "share", .decimal(0...1, excludesLowest: true, excludesHighest: true), default: 0.9, isPositional: true,
    "share that remains for training")

extension Word {
    static let split = Word(
        "split", .data, "Holds out some training images for validation: `evaluate a, part: validation` measures it",
        [DataOption.data, shareOption, DataOption.seed], result: .data, example: "let data = split(synthetic(), 0.9)",
        aliases: ["random_split", "train_test_split"],
        .perform { call in
            let given = try call.data(DataOption.data)
            let data = given.dataset
            let result = data.split(share: call[shareOption], seed: call[DataOption.seed])
            guard result.training.count > 0, result.validation.count > 0 else {
                throw call.fault(
                    .outOfRange,
                    "of \(counted(data.training.count, "training image")) nothing would be left in one part",
                    at: call.place(shareOption),
                    fix: data.training.count > 1
                        ? "write a share such as `\(data.training.count < 6 ? 0.5 : 0.9)`"
                        : "split data of two training images or more")
            }
            noteOtherShare(result, call)
            call.noteLostValidation(
                of: given, "in neither part: `split` divides the training images",
                fix: "leave this `split` out, or split the data as they were before the first one")
            return .object(DataValue(result))
        })
}

/// Small classes leave other counts than the share says.
private func noteOtherShare(_ data: Dataset, _ call: Invocation) {
    let count = data.training.count + data.validation.count
    let wanted = Int((Double(count) * call[shareOption]).rounded())
    let kept = data.training.count
    guard kept != wanted, !call.context.isSilent else { return }
    call.context.output.report(
        Diagnostic(
            .note, code: .imageFolder,
            "\(grouped(kept)) of \(counted(count, "training image")) \(kept == 1 ? "remains" : "remain") for training, not "
                + "\(grouped(wanted)): "
                + (kept > wanted
                    ? "each class keeps at least one image"
                    : "each class of two images or more has one for validation"),
            source: call.context.source, at: call.place(shareOption)))
}

extension Invocation {
    /// Says where data have a validation part already, which the result has not.
    ///
    /// - Parameter place: `in no fold: …`
    func noteLostValidation(of data: DataValue, _ place: String, fix: String) {
        let count = data.dataset.validation.count
        guard count > 0, !context.isSilent else { return }
        context.output.report(
            Diagnostic(
                .note, code: .leftOutImages,
                "\(data.name) has \(counted(count, "validation image")) already, which \(count == 1 ? "is" : "are") \(place)",
                source: context.source, at: self.place(DataOption.data), fix: fix))
    }
}
