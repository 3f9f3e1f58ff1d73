// `imagefolder`

import Datasets
import Language
import Network

private let pathOption = Option(
    "path", .path, isPositional: true, aliases: ["root"],
    "a folder with class folders in `train` and `test`, or with class folders alone")
private let sizeOption = Option(
    "size", .extent(DataOption.sizes), default: Extent(64),
    "height and width: the shorter side is scaled to it and the center is cropped, as by `Resize` and `CenterCrop`")
private let testShare = Option(
    "test", .decimal(0...1, excludesLowest: true, excludesHighest: true), default: 0.2,
    "share of each class held out for testing, where there is no folder for it")

extension Word {
    static let imageFolder = Word(
        "imagefolder", .data,
        "JPEG and PNG images in one folder per class, with the same pixels as `torchvision.datasets.ImageFolder`",
        [pathOption, sizeOption, testShare, DataOption.seed], result: .data,
        example: "let pets = imagefolder(\"pets\", size: 64)", aliases: ["ImageFolder"], .perform(loadImageFolder))
}

private func loadImageFolder(_ call: Invocation) throws -> Value {
    let context = call.context
    let size = call[sizeOption]
    let path = call[pathOption]
    let folder = call.path(readable: path)
    let cut = ([testShare, DataOption.seed] as [any OptionDeclaration]).first(where: call.isGiven)
    return try call.filesOfOnesOwn(path, pathOption) { report, note throws(DatasetError) in
        try ImageFolder.load(
            folder, height: size.height, width: size.width, testShare: call[testShare], seed: call[DataOption.seed],
            cutting: cut?.parameter.label, cancellation: context.interruption, note: note,
            observer: { if context.output.drawsProgress { report.update(fraction: $0, facts: []) } }
        ).from(
            .imageFolder(
                path: path, height: size.height, width: size.width, testShare: call[testShare],
                seed: call[DataOption.seed]))
    }
}
