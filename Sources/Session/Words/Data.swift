// Words that give data sets.

import Language

private let subject = Parameter("data", .data, .workedOut("the last data set"), isPositional: true, "the data set")

let dataWords: [Word] = [
    Word(
        "cifar10", .data, "CIFAR-10: 50,000 and 10,000 images of ten classes, downloaded once, checked and cached",
        [
            Parameter("from", .text, .workedOut("cache"), aliases: ["root", "path", "folder"], "a folder that holds `cifar-10-batches-bin`"),
            Parameter("url", .text, .workedOut("Toronto"), "where the archive is fetched"),
            Parameter("sha256", .text, .workedOut("the archive's"), "what the archive must hash to"),
        ],
        result: "a data set", example: "let cifar = cifar10()", aliases: ["CIFAR10", "cifar", "datasets.CIFAR10"]),
    Word(
        "cifar100", .data, "CIFAR-100: the same for a hundred classes",
        [Parameter("from", .text, .workedOut("cache"), "a folder that holds `cifar-100-binary`")],
        result: "a data set", example: "let cifar = cifar100()"),
    Word(
        "imagefolder", .data, "A folder with one folder of images a class",
        [Parameter("path", .text, isPositional: true, aliases: ["root"], "the folder")],
        result: "a data set", example: "let pets = imagefolder \"pets\"", aliases: ["ImageFolder"]),
    Word(
        "synthetic", .data, "A built-in set of 10,000 and 2,000 images of ten classes, the same everywhere", [],
        result: "a data set", example: "let data = synthetic()", aliases: ["FakeData", "toy"]),
    Word(
        "take", .data, "The first images of a data set",
        [
            subject,
            Parameter("train", .integer(1...100_000_000), .workedOut("all"), isPositional: true, "training images that stay"),
            Parameter("test", .integer(1...100_000_000), .workedOut("all"), "test images that stay"),
        ],
        result: "a data set", example: "let small = take(synthetic(), 1000, test: 200)", aliases: ["subset", "head", "limit"]),
    Word(
        "split", .data, "Cuts a validation part off the training images",
        [
            subject,
            Parameter("share", .decimal(0...1, excludesLowest: true, excludesHighest: true), .value(.decimal(0.9)), isPositional: true, "share that stays for training"),
            Parameter("seed", .integer(0...Int.max), .value(.integer(1)), "which images are cut off"),
        ],
        result: "a data set", example: "let data = split(synthetic(), 0.9)", aliases: ["random_split", "train_test_split"]),
    Word(
        "resize", .data, "Scales the images",
        [subject, Parameter("size", .extent(least: 1), isPositional: true, "height and width")],
        result: "a data set", example: "let large = resize(synthetic(), 64)", aliases: ["Resize"]),
    Word(
        "normalize", .data, "Changes mean and spread of the channels",
        [subject, Parameter("mean", .list, .required, "of each channel"), Parameter("std", .list, .required, "of each channel")],
        result: "a data set", example: "let data = normalize(synthetic(), mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])", aliases: ["Normalize"]),
    Word(
        "augment", .data, "Changes training images at random",
        [
            subject,
            Parameter("flip", .boolean, .value(.boolean(false)), "mirror half of them"),
            Parameter("crop", .integer(0...1024), .value(.integer(0)), "shift by up to so many pixels"),
            Parameter("cutout", .integer(0...1024), .value(.integer(0)), "blank a square of this side"),
        ],
        result: "a data set", example: "let data = augment(synthetic(), flip: true, crop: 4)", aliases: ["RandomHorizontalFlip", "transforms"]),
]
