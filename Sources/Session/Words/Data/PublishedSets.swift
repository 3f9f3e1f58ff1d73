// `mnist`, `fashionmnist` and `svhn`

import Datasets
import Language

private let from = Option(
    "from", .path, workedOut: "cache", aliases: ["root", "path", "folder"],
    "a folder that holds the files, packed or not, or the folder that torchvision was given")
private let url = Option(
    "url", .text, workedOut: "as torchvision", aliases: ["mirror"], "the folder from which the files are downloaded")
private let sha256 = Option(
    "sha256", .text, workedOut: "that of each file",
    "of files that are not the published ones: the SHA-256 of all, one after the other, training first, images first")

extension Word {
    static let mnist = Word(
        "mnist", .data,
        "MNIST: 60,000 training and 10,000 test images of handwritten digits, 1x28x28, downloaded once, checked and cached",
        [from, url, sha256], result: .data, example: "let digits = mnist()", aliases: ["MNIST", "QMNIST"],
        since: "0.2", .perform { try loadPublished(.mnist, $0) })

    static let fashionMNIST = Word(
        "fashionmnist", .data,
        "Fashion-MNIST: 60,000 training and 10,000 test images of clothing, 1x28x28, downloaded once, checked and cached",
        [from, url, sha256], result: .data, example: "let clothes = fashionmnist()",
        aliases: ["FashionMNIST", "fashion_mnist", "Fashion"], since: "0.2",
        .perform { try loadPublished(.fashionMNIST, $0) })

    static let svhn = Word(
        "svhn", .data,
        "SVHN: 73,257 training and 26,032 test images of house numbers, 3x32x32, downloaded once, checked and cached; the "
            + "class is the digit",
        [from, url, sha256], result: .data, example: "let numbers = svhn()", aliases: ["SVHN", "svhn_cropped"],
        since: "0.2", .perform { try loadPublished(.svhn, $0) })
}

private func loadPublished(_ set: PublishedSet, _ call: Invocation) throws -> Value {
    try call.dataSet(set.name, from: from, [url, sha256]) { folder, progress throws(DatasetError) in
        try set.load(
            from: folder, written: call[from], url: call[url], sha256: call[sha256], progress: progress,
            cancellation: call.context.interruption)
    }
}
