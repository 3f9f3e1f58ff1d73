// `cifar10` and `cifar100`

import Datasets
import Language

private let fromTen = Option(
    "from", .path, workedOut: "cache", aliases: ["root", "path", "folder"],
    "a folder that holds `cifar-10-batches-bin`")
private let fromHundred = Option(
    "from", .path, workedOut: "cache", aliases: ["root", "path", "folder"], "a folder that holds `cifar-100-binary`")
private let labelsOption = Option(
    "labels", .choice, default: Labels.fine, "a hundred classes, or twenty groups of five")

private enum Labels: String, CaseIterable {
    case fine, coarse
}

extension Word {
    static let cifar10 = Word(
        "cifar10", .data,
        "CIFAR-10: 50,000 training and 10,000 test images of ten classes, downloaded once, checked and cached",
        [fromTen, DataOption.url, DataOption.sha256], result: .data, example: "let cifar = cifar10()",
        aliases: ["CIFAR10", "cifar", "datasets.CIFAR10"], .perform { try loadCIFAR(.ten, from: fromTen, $0) })

    static let cifar100 = Word(
        "cifar100", .data, "CIFAR-100: the same with a hundred classes, or with their twenty groups",
        [labelsOption, fromHundred, DataOption.url, DataOption.sha256], result: .data,
        example: "let cifar = cifar100(labels: coarse)", aliases: ["CIFAR100"],
        .perform { try loadCIFAR(.hundred(hasFineLabels: $0[labelsOption] == .fine), from: fromHundred, $0) })
}

private func loadCIFAR(_ set: CIFAR, from: Option<String?>, _ call: Invocation) throws -> Value {
    try call.dataSet(set.name, from: from, [DataOption.url, DataOption.sha256]) {
        folder, progress throws(DatasetError) in
        try set.load(
            from: folder, written: call[from], url: call[DataOption.url], sha256: call[DataOption.sha256],
            progress: progress, cancellation: call.context.interruption)
    }
}
