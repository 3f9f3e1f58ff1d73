// A data set as a value.

import Datasets
import Graphics
import Network
import Runtime
import Synchronization
import Text

final class DataValue: ObjectValue {
    static let kind = ValueKind.data

    let dataset: Dataset
    /// What `let` called it, while that means these data.
    var boundName: String? { meaning.isLost.load(ordering: .relaxed) ? nil : givenName }
    private let givenName: String?
    private let meaning: Meaning
    /// The program text that makes it again, without names of this session: `take(synthetic(), train: 64)`.
    let expression: String?
    /// What it is called where no name means it and text would not tell: `CIFAR-10 fold 2 of 5`.
    private let title: String?

    private let knownDigest: KnownDigest

    convenience init(
        _ dataset: Dataset, boundName: String? = nil, expression: String? = nil, title: String? = nil
    ) {
        self.init(dataset, boundName: boundName, expression: expression, title, KnownDigest())
    }

    private init(
        _ dataset: Dataset, boundName: String?, expression: String?, _ title: String?, _ knownDigest: KnownDigest,
        _ meaning: Meaning = Meaning()
    ) {
        self.title = title
        self.meaning = meaning
        self.dataset = dataset
        givenName = boundName
        self.expression = expression
        self.knownDigest = knownDigest
    }

    func named(_ name: String) -> any ObjectValue {
        DataValue(dataset, boundName: name, expression: expression, title, knownDigest)
    }

    /// The same data, with the text that makes it.
    func made(by expression: String?) -> DataValue {
        DataValue(dataset, boundName: boundName, expression: expression, title, knownDigest)
    }

    /// The same data where no name means them, if text does.
    fileprivate var withoutName: DataValue {
        expression == nil ? self : DataValue(dataset, boundName: nil, expression: expression, title, knownDigest)
    }

    /// Its name means this value from now on: something else, or the same data made again, which have the name
    /// together.
    ///
    /// - Returns: the value.
    func giveName(to value: Value) -> Value {
        if case .object(let object) = value, let data = object as? DataValue, let expression,
            data.expression == expression
        {
            return .object(
                DataValue(
                    data.dataset, boundName: data.givenName, expression: expression, data.title, data.knownDigest,
                    meaning))
        }
        meaning.isLost.store(true, ordering: .relaxed)
        return value
    }

    /// Whether a name still means the data, shared by all values that have it for the same.
    private final class Meaning: Sendable {
        let isLost = Atomic(false)
    }

    /// SHA-256 of the data: every pixel of images in memory is read once.
    ///
    /// - Throws: once it is cancelled, and nothing else.
    func digest(unless interruption: Cancellation) throws(DatasetError) -> String {
        // Files may change meanwhile.
        guard !dataset.isInFiles else { return try dataset.digest(unless: interruption) }
        return try knownDigest.value { () throws(DatasetError) in try dataset.digest(unless: interruption) }
    }

    /// Shared by all names of one data set.
    private final class KnownDigest: Sendable {
        private let known = Mutex<String?>(nil)
        func value(_ make: () throws(DatasetError) -> String) throws(DatasetError) -> String {
            let result: Result<String, DatasetError> = known.withLock { known in
                do throws(DatasetError) {
                    let value = if let known { known } else { try make() }
                    known = value
                    return .success(value)
                } catch { return .failure(error) }
            }
            return try result.get()
        }
    }

    /// Its name in messages.
    var name: String { boundName ?? madeName }

    /// What it is called where no name of the session means it: two that differ are called differently. `CIFAR-10` as
    /// it comes, else the text that makes it.
    var madeName: String {
        if let title { return title }
        guard let expression, !expression.hasSuffix("()") else { return dataset.name }
        return expression
    }

    /// `cifar`, or `the validation part of cifar`.
    func name(of part: Dataset.Part) -> String { part == .test ? name : "the \(part.rawValue) part of \(name)" }

    var image: Shape { Shape(channels: dataset.channels, height: dataset.height, width: dataset.width) }

    /// `CIFAR-10: 50,000 training and 10,000 test images of 3x32x32 in 10 classes`
    var text: String {
        var counts = ["\(grouped(dataset.training.count)) training"]
        if dataset.validation.count > 0 { counts.append("\(grouped(dataset.validation.count)) validation") }
        let changes = dataset.augmentation.transforms.map(\.text)
        let (test, classes) = (dataset.test.count, dataset.classNames.count)
        return "\(dataset.name): \(counts.joined(separator: ", ")) and "
            + "\(test == 0 ? "no test images" : counted(test, "test image")) "
            + "of \(image) in \(classes == 1 ? "1 class" : "\(classes) classes")"
            + (changes.isEmpty ? "" : "; training images \(changes.joined(separator: ", "))")
    }

    var completionKind: String { "data" }

    static let memberHelp: [(name: String, help: String)] = [
        ("training", "how many training images it has"),
        ("validation", "how many images `split` held out"), ("test", "how many test images it has"),
        ("classes", "the names of its classes"), ("shape", "the shape of an image"),
        ("mean", "taken from each channel"), ("std", "what each channel is divided by"),
    ]

    func member(_ name: String) -> Value? {
        switch name {
        case "training": .integer(dataset.training.count)
        case "validation": .integer(dataset.validation.count)
        case "mean": .list(Items(dataset.normalization.mean.map { .decimal($0) }))
        case "std": .list(Items(dataset.normalization.deviation.map { .decimal($0) }))
        case "test": .integer(dataset.test.count)
        case "classes": .list(Items(dataset.classNames.map { .string($0) }))
        case "shape": .shape(image)
        default: nil
        }
    }
}

extension Value {
    /// As a name of a body has it, which means nothing after that body: data are called by what makes them.
    var outlivingItsName: Value {
        if case .object(let object) = self, let data = object as? DataValue { .object(data.withoutName) } else { self }
    }
}
