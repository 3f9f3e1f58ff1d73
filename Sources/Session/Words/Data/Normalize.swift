// `normalize`

import Datasets
import Graphics
import Language

private let meanOption: Option<[Value]?> = Option("mean", .list, workedOut: "of the training images", "of each channel")
private let deviationOption: Option<[Value]?> = Option(
    "std", .list, workedOut: "of the training images", aliases: ["deviation", "sd"], "of each channel")

extension Word {
    static let normalize = Word(
        "normalize", .data,
        "Sets the mean that is subtracted from the pixels (0 to 1), and the deviation they are divided by",
        [DataOption.data, meanOption, deviationOption], result: .data,
        example: "let data = normalize(synthetic(), mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])",
        aliases: ["Normalize", "standardize"], .perform(normalizeData))
}

/// Means and deviations given, else those of the training images.
private func normalizeData(_ call: Invocation) throws -> Value {
    var data = try call.data(DataOption.data).dataset
    func numbers(_ option: Option<[Value]?>) throws -> [Double]? {
        guard let values = call[option] else { return nil }
        let label = option.parameter.label
        let numbers = values.compactMap(\.number)
        guard numbers.count == values.count, numbers.count == data.channels,
            label == "mean" || numbers.allSatisfy({ $0 > 0 })
        else {
            throw call.fault(
                .wrongCount,
                "`\(label):` takes \(counted(data.channels, "number"))\(label == "std" ? " above 0" : ""), one for each channel",
                at: call.place(option),
                fix: "write `\(label): [\((0..<data.channels).map { _ in "0.5" }.joined(separator: ", "))]`")
        }
        return numbers
    }
    let (mean, deviation) = (try numbers(meanOption), try numbers(deviationOption))
    let measured: (mean: [Double], deviation: [Double])
    if let mean, let deviation {
        measured = (mean, deviation)
    } else {
        do { measured = try data.trainingMoments(cancellation: call.context.interruption) } catch {
            throw call.fault(error)
        }
    }
    guard let normalization = Normalization(mean: mean ?? measured.mean, deviation: deviation ?? measured.deviation)
    else {
        func numbers(_ number: String) -> String {
            "[\((0..<data.channels).map { _ in number }.joined(separator: ", "))]"
        }
        let quarters = numbers("0.25")
        if let mean, let wrong = mean.first(where: { !Normalization.isMean($0) }) {
            throw call.fault(
                .outOfRange, "`mean:` has \(decimalText(wrong)), which is beyond what float32 holds, 3.4e38",
                at: call.place(meanOption), fix: "write numbers such as `mean: \(numbers("0.5"))`")
        }
        if let deviation, let wrong = deviation.first(where: { !Normalization.isDeviation($0) }) {
            throw call.fault(
                .outOfRange,
                wrong > 1
                    ? "`std:` has \(decimalText(wrong)), which is beyond what float32 holds, 3.4e38"
                    : "`std:` has \(decimalText(wrong)), which is too small to divide by in float32",
                at: call.place(deviationOption), fix: "write numbers such as `std: \(quarters)`")
        }
        // Each of them is usable, and the distance from the mean divided by the deviation is not.
        if mean != nil, measured.deviation.allSatisfy(Normalization.isDeviation) {
            throw call.fault(
                .outOfRange,
                "a pixel minus `mean:`, divided by the deviation, is beyond what float32 holds, 3.4e38",
                at: call.place(meanOption), fix: "write numbers such as `mean: \(numbers("0.5"))`")
        }
        throw call.fault(
            .outOfRange, "a channel of these images has only one value, which cannot be scaled",
            fix: "write the numbers: `std: \(quarters)`")
    }
    data.normalization = normalization
    return .object(DataValue(data))
}
