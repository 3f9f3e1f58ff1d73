// Words that give data sets.

import Datasets
import Graphics
import Language
import Libraries
import Network
import Synchronization

private let subject = Parameter("data", .data, .workedOut("the last data set"), isPositional: true, "the data set")

/// Drawn once a process: it is the same everywhere, and drawing it takes a moment.
private let syntheticImages = Mutex<Dataset?>(nil)

private func syntheticData(_ call: Invocation) throws -> Value {
    do throws(DatasetError) {
        if let kept = syntheticImages.withLock({ $0 }) { return .object(DataValue(kept)) }
        let dataset = try Synthetic.make(cancellation: call.context.interruption)
        syntheticImages.withLock { $0 = dataset }
        return .object(DataValue(dataset))
    } catch { throw dataFault(error, call) }
}

private let source: [Parameter] = [
    Parameter("url", .text, .workedOut("Toronto"), "where the archive is fetched"),
    Parameter("sha256", .text, .workedOut("the archive's"), "what the archive must hash to"),
]

let dataWords: [Word] = [
    Word(
        "cifar10", .data, "CIFAR-10: 50,000 and 10,000 images of ten classes, downloaded once, checked and cached",
        [
            Parameter(
                "from", .path, .workedOut("cache"), aliases: ["root", "path", "folder"],
                "a folder that holds `cifar-10-batches-bin`")
        ] + source,
        result: .data, example: "let cifar = cifar10()", aliases: ["CIFAR10", "cifar", "datasets.CIFAR10"],
        .perform { try loadCIFAR(.ten, $0) }),
    Word(
        "cifar100", .data, "CIFAR-100: the same for a hundred classes, or for their twenty groups",
        [
            Parameter(
                "labels", .choice, .value(.string("fine")), choices: ["fine", "coarse"],
                "a hundred classes, or twenty groups of five"),
            Parameter(
                "from", .path, .workedOut("cache"), aliases: ["root", "path", "folder"],
                "a folder that holds `cifar-100-binary`"),
        ] + source,
        result: .data, example: "let cifar = cifar100(labels: coarse)", aliases: ["CIFAR100"],
        .perform { try loadCIFAR(.hundred(hasFineLabels: $0.arguments.text("labels") != "coarse"), $0) }),
    Word(
        "imagefolder", .data,
        "JPEG and PNG images, one folder a class, with the pixels of `torchvision.datasets.ImageFolder`",
        [
            Parameter(
                "path", .path, isPositional: true, aliases: ["root"],
                "the folder: class folders within `train` and `test`, or class folders alone"),
            Parameter(
                "size", .extent(1...4096), .value(.integer(64)),
                "height and width: the shorter side is scaled to it, the middle is cut out, as `Resize` and `CenterCrop`"
            ),
            Parameter(
                "test", .decimal(0...1, excludesLowest: true, excludesHighest: true), .value(.decimal(0.2)),
                "share of each class cut off for testing, where there is no folder for it"),
            Parameter("seed", .integer(0...Int.max), .value(.integer(1)), "which images are cut off"),
        ],
        result: .data, example: "let pets = imagefolder(\"pets\", size: 64)", aliases: ["ImageFolder"],
        .perform(loadImageFolder)),
    Word(
        "synthetic", .data, "A built-in set of 10,000 and 2,000 images of ten classes, the same everywhere", [],
        result: .data, example: "let data = synthetic()", aliases: ["FakeData", "toy"],
        .perform(syntheticData)),
    Word(
        "take", .data, "The first images of a data set; of an image folder as many of each class",
        [
            subject,
            Parameter(
                "train", .integer(1...100_000_000), .workedOut("all"), isPositional: true, "training images that stay"),
            Parameter("test", .integer(1...100_000_000), .workedOut("all"), "test images that stay"),
            Parameter("seed", .integer(0...Int.max), .value(.integer(1)), "which images of an image folder"),
        ],
        result: .data, example: "let small = take(synthetic(), 1000, test: 200)",
        aliases: ["subset", "head", "limit"],
        .perform { call in
            let data = try call.data("data")
            let training = call.arguments.integer("train") ?? data.dataset.training.count
            let test = call.arguments.integer("test") ?? data.dataset.test.count
            for (label, wanted, count) in [
                ("train", training, data.dataset.training.count), ("test", test, data.dataset.test.count),
            ] where wanted > count {
                throw call.fault(
                    .outOfRange,
                    "\(data.name) has only \(grouped(count)) \(label == "train" ? "training" : "test") images",
                    at: call.arguments.place(label))
            }
            if call.arguments.isGiven("seed"), !data.dataset.isSortedByClass {
                throw call.fault(
                    .nothingToDo, "`seed:` draws from image folders, and of \(data.name) the first images are taken",
                    at: call.arguments.place("seed"), fix: "leave `seed:` out")
            }
            let seed = UInt64(call.arguments.integer("seed") ?? 1)
            return .object(DataValue(data.dataset.taking(training, test: test, seed: seed)))
        }),
    Word(
        "split", .data, "Cuts a validation part off the training images: `evaluate a, part: validation` measures it",
        [
            subject,
            Parameter(
                "share", .decimal(0...1, excludesLowest: true, excludesHighest: true), .value(.decimal(0.9)),
                isPositional: true, "share that stays for training"),
            Parameter("seed", .integer(0...Int.max), .value(.integer(1)), "which images are cut off"),
        ],
        result: .data, example: "let data = split(synthetic(), 0.9)",
        aliases: ["random_split", "train_test_split"],
        .perform { call in
            let data = try call.data("data").dataset
            let result = data.split(
                share: call.arguments.decimal("share") ?? 0.9, seed: UInt64(call.arguments.integer("seed") ?? 1))
            guard result.training.count > 0, result.validation.count > 0 else {
                throw call.fault(
                    .outOfRange,
                    "of \(counted(data.training.count, "training image")) nothing would be left in one part",
                    at: call.arguments.place("share"))
            }
            return .object(DataValue(result))
        }),
    Word(
        "resize", .data, "Scales the images, as Pillow's bilinear: each pixel is a mean where they shrink",
        [subject, Parameter("size", .extent(1...4096), isPositional: true, "height and width")],
        result: .data, example: "let small = resize(take(synthetic(), 64, test: 16), 16)", aliases: ["Resize"],
        .perform { call in
            let data = try call.data("data").dataset
            let size = call.arguments.extent("size") ?? Extent(32)
            do throws(DatasetError) {
                return .object(
                    DataValue(
                        try data.resized(
                            height: size.height, width: size.width, cancellation: call.context.interruption)))
            } catch { throw dataFault(error, call) }
        }),
    Word(
        "normalize", .data, "Sets what is taken from the pixels (0 to 1) and what they are divided by",
        [
            subject,
            Parameter("mean", .list, .workedOut("of the training images"), "of each channel"),
            Parameter(
                "std", .list, .workedOut("of the training images"), aliases: ["deviation", "sd"], "of each channel"),
        ],
        result: .data,
        example: "let data = normalize(synthetic(), mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])",
        aliases: ["Normalize", "standardize"], .perform(normalizeData)),
    Word(
        "augment", .data, "Changes the images of a training at random, differently in each epoch",
        [
            subject,
            Parameter("flip", .boolean, .value(.boolean(false)), aliases: ["hflip", "mirror"], "mirror half of them"),
            Parameter(
                "crop", .integer(0...1024), .value(.integer(0)), aliases: ["padding", "pad", "shift"],
                "put so many black pixels around, and cut a window of the old size out"),
            Parameter(
                "cutout", .integer(0...1024), .value(.integer(0)), aliases: ["erase"], "blank a square of this side"),
        ],
        result: .data, example: "let data = augment(synthetic(), flip: true, crop: 4)",
        aliases: ["RandomHorizontalFlip", "RandomCrop", "transforms"],
        .perform { call in
            var data = try call.data("data").dataset
            data.augmentation = Augmentation(
                Flip(call.arguments.boolean("flip") ?? false), Crop(call.arguments.integer("crop") ?? 0),
                Cutout(call.arguments.integer("cutout") ?? 0))
            guard !data.augmentation.isNone else {
                throw call.fault(
                    .nothingToDo, "`augment` is not told what to do",
                    fix: "write `augment data, flip: true, crop: 4`")
            }
            return .object(DataValue(data))
        }),
]

/// Finds, or downloads, the data set; shows how far that is.
private func loadCIFAR(_ set: CIFAR, _ call: Invocation) throws -> Value {
    let context = call.context
    var report: ProgressReport?
    let folder = try call.arguments.text("from").map { try call.path(typed: $0, for: "from") }
    do {
        let dataset = try set.load(
            from: folder, url: call.arguments.text("url"), sha256: call.arguments.text("sha256"),
            progress: { progress in
                let current = report ?? ProgressReport(context.session, title: "downloading \(set.name)")
                report = current
                let megabytes = "\(progress.received / 1_000_000) MB"
                current.update(
                    fraction: progress.total > 0 ? Double(progress.received) / Double(progress.total) : 0,
                    facts: [progress.total > 0 ? "\(megabytes) of \(progress.total / 1_000_000) MB" : megabytes])
            }, cancellation: context.interruption)
        report?.finish(title: "downloaded \(set.name)", isDone: true)
        return .object(DataValue(dataset))
    } catch {
        report?.finish(title: "downloading \(set.name) stopped", isDone: false)
        throw dataFault(error, call)
    }
}

private func loadImageFolder(_ call: Invocation) throws -> Value {
    let context = call.context
    let size = call.arguments.extent("size") ?? Extent(64)
    let path = call.arguments.text("path") ?? ""
    let folder = try call.path(typed: path, for: "path")
    let report = ProgressReport(context.session, title: "reading \(path)")
    var notes: [String] = []
    do {
        let dataset = try ImageFolder.load(
            folder, height: size.height, width: size.width,
            testShare: call.arguments.decimal("test") ?? 0.2, seed: UInt64(call.arguments.integer("seed") ?? 1),
            cancellation: context.interruption, note: { notes.append($0) },
            observer: { if context.output.drawsProgress { report.update(fraction: $0, facts: []) } })
        report.finish(title: "read \(path)", isDone: true)
        for note in notes {
            context.output.report(
                Diagnostic(
                    .note, code: .imageFolder, "\(path): \(note)", source: context.source,
                    at: call.arguments.place("path")))
        }
        return .object(
            DataValue(
                dataset.from(
                    .imageFolder(
                        path: path, height: size.height, width: size.width,
                        testShare: call.arguments.decimal("test") ?? 0.2,
                        seed: UInt64(call.arguments.integer("seed") ?? 1)))))
    } catch {
        report.finish(title: "reading \(path) stopped", isDone: false)
        throw dataFault(error, call)
    }
}

private func dataFault(_ error: DatasetError, _ call: Invocation) -> Stop {
    if case .cancelled = error { return call.context.interrupted(at: call.range) }
    return .fault(call.fault(.dataSet, error.message, fix: error.fix))
}

/// Means and deviations given, else those of the training images.
private func normalizeData(_ call: Invocation) throws -> Value {
    var data = try call.data("data").dataset
    func numbers(_ label: String) throws -> [Double]? {
        guard let value = call.arguments[label] else { return nil }
        let values: [Value]
        switch value {
        case .list(let items), .tuple(let items): values = items.values
        default: values = []
        }
        let numbers = values.compactMap(\.number)
        guard numbers.count == values.count, numbers.count == data.channels,
            label == "mean" || numbers.allSatisfy({ $0 > 0 })
        else {
            throw call.fault(
                .wrongCount,
                "`\(label):` takes \(counted(data.channels, "number"))\(label == "std" ? " above 0" : ""), one for each channel",
                at: call.arguments.place(label),
                fix: "write `\(label): [\((0..<data.channels).map { _ in "0.5" }.joined(separator: ", "))]`")
        }
        return numbers
    }
    let (mean, deviation) = (try numbers("mean"), try numbers("std"))
    let measured: (mean: [Double], deviation: [Double])
    if let mean, let deviation {
        measured = (mean, deviation)
    } else {
        do { measured = try data.trainingMoments(cancellation: call.context.interruption) } catch {
            throw dataFault(error, call)
        }
    }
    guard let normalization = Normalization(mean: mean ?? measured.mean, deviation: deviation ?? measured.deviation)
    else {
        throw call.fault(.outOfRange, "a channel of these images has only one value, which cannot be scaled")
    }
    data.normalization = normalization
    return .object(DataValue(data))
}
