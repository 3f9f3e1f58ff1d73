// Words that give data sets.

import Datasets
import Graphics
import Language
import Libraries
import Network

private let subject = Parameter("data", .data, .workedOut("the last data set"), isPositional: true, "the data set")

/// Drawn once a process: it is the same everywhere, and drawing it takes a moment.
private let syntheticImages = Synthetic.make()

let dataWords: [Word] = [
    Word(
        "cifar10", .data, "CIFAR-10: 50,000 and 10,000 images of ten classes, downloaded once, checked and cached",
        [
            Parameter(
                "from", .path, .workedOut("cache"), aliases: ["root", "path", "folder"],
                "a folder that holds `cifar-10-batches-bin`"),
            Parameter("url", .text, .workedOut("Toronto"), "where the archive is fetched"),
            Parameter("sha256", .text, .workedOut("the archive's"), "what the archive must hash to"),
        ],
        result: "a data set", example: "let cifar = cifar10()", aliases: ["CIFAR10", "cifar", "datasets.CIFAR10"],
        .perform(loadCIFAR10)),
    Word(
        "cifar100", .data, "CIFAR-100: the same for a hundred classes",
        [Parameter("from", .path, .workedOut("cache"), "a folder that holds `cifar-100-binary`")],
        result: "a data set", example: "let cifar = cifar100()"),
    Word(
        "imagefolder", .data, "A folder with one folder of images a class",
        [Parameter("path", .path, isPositional: true, aliases: ["root"], "the folder")],
        result: "a data set", example: "let pets = imagefolder \"pets\"", aliases: ["ImageFolder"]),
    Word(
        "synthetic", .data, "A built-in set of 10,000 and 2,000 images of ten classes, the same everywhere", [],
        result: "a data set", example: "let data = synthetic()", aliases: ["FakeData", "toy"],
        .perform { _ in .object(DataValue(syntheticImages)) }),
    Word(
        "take", .data, "The first images of a data set",
        [
            subject,
            Parameter(
                "train", .integer(1...100_000_000), .workedOut("all"), isPositional: true, "training images that stay"),
            Parameter("test", .integer(1...100_000_000), .workedOut("all"), "test images that stay"),
        ],
        result: "a data set", example: "let small = take(synthetic(), 1000, test: 200)",
        aliases: ["subset", "head", "limit"],
        .perform { call in
            let data = try call.data("data")
            let training = call.arguments.integer("train") ?? data.dataset.training.count
            let test = call.arguments.integer("test") ?? data.dataset.test.count
            for (label, wanted, count) in [
                ("train", training, data.dataset.training.count), ("test", test, data.dataset.test.count),
            ] where wanted > count {
                throw call.fault(
                    "out-of-range",
                    "\(data.name) has only \(grouped(count)) \(label == "train" ? "training" : "test") images",
                    at: call.arguments.place(label))
            }
            return .object(DataValue(data.dataset.taking(training, test: test)))
        }),
    Word(
        "split", .data, "Cuts a validation part off the training images",
        [
            subject,
            Parameter(
                "share", .decimal(0...1, excludesLowest: true, excludesHighest: true), .value(.decimal(0.9)),
                isPositional: true, "share that stays for training"),
            Parameter("seed", .integer(0...Int.max), .value(.integer(1)), "which images are cut off"),
        ],
        result: "a data set", example: "let data = split(synthetic(), 0.9)",
        aliases: ["random_split", "train_test_split"]),
    Word(
        "resize", .data, "Scales the images",
        [subject, Parameter("size", .extent(least: 1), isPositional: true, "height and width")],
        result: "a data set", example: "let large = resize(synthetic(), 64)", aliases: ["Resize"]),
    Word(
        "normalize", .data, "Changes mean and spread of the channels",
        [
            subject, Parameter("mean", .list, .required, "of each channel"),
            Parameter("std", .list, .required, "of each channel"),
        ],
        result: "a data set",
        example: "let data = normalize(synthetic(), mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])",
        aliases: ["Normalize"]),
    Word(
        "augment", .data, "Changes training images at random",
        [
            subject,
            Parameter("flip", .boolean, .value(.boolean(false)), "mirror half of them"),
            Parameter("crop", .integer(0...1024), .value(.integer(0)), "shift by up to so many pixels"),
            Parameter("cutout", .integer(0...1024), .value(.integer(0)), "blank a square of this side"),
        ],
        result: "a data set", example: "let data = augment(synthetic(), flip: true, crop: 4)",
        aliases: ["RandomHorizontalFlip", "transforms"]),
]

/// Finds, or downloads, the data set; shows how far that is.
private func loadCIFAR10(_ call: Invocation) throws -> Value {
    let interpreter = call.interpreter
    var report: ProgressReport?
    do {
        let folder = call.arguments.text("from").map { FileSystem.join(interpreter.folder, $0) }
        let dataset = try CIFAR10.load(
            from: folder, url: call.arguments.text("url"), sha256: call.arguments.text("sha256"),
            progress: { progress in
                let current = report ?? ProgressReport(interpreter, title: "downloading CIFAR-10")
                report = current
                let megabytes = "\(progress.received / 1_000_000) MB"
                current.update(
                    fraction: progress.total > 0 ? Double(progress.received) / Double(progress.total) : 0,
                    facts: [progress.total > 0 ? "\(megabytes) of \(progress.total / 1_000_000) MB" : megabytes])
            }, cancellation: interpreter.interruption)
        report?.finish(title: "downloaded CIFAR-10")
        return .object(DataValue(dataset))
    } catch {
        report?.finish(title: "downloading CIFAR-10 stopped")
        if case .cancelled = error { throw interpreter.interrupted(at: call.range) }
        throw call.fault("data-set", error.message, fix: error.fix)
    }
}
