// The outputs of a network for each test image, in arrays with one row per image: what records store and studies
// compare.

import Engine

public struct TestOutcomes: Hashable, Sendable {
    /// The likeliest class of each image.
    public private(set) var classes: [UInt16]
    /// Whether its label is among the five likeliest. These three are empty in what earlier versions have kept.
    public private(set) var areAmongFive: [Bool] = []
    /// The probability of the likeliest class, 0...1, to 1 part in 2,000.
    public private(set) var confidences: [Float16] = []
    /// Cross-entropy in nats, to 1 part in 2,000; infinite above 65,504, NaN where the outputs are.
    public private(set) var losses: [Float16] = []

    /// Where only the classes are known.
    public init(classes: [UInt16] = []) { self.classes = classes }

    /// - Returns: `nil` where the arrays differ in length.
    init?(classes: [UInt16], areAmongFive: [Bool], confidences: [Float16], losses: [Float16]) {
        guard [areAmongFive.count, confidences.count, losses.count].allSatisfy({ $0 == classes.count }) else {
            return nil
        }
        (self.classes, self.areAmongFive, self.confidences, self.losses) = (classes, areAmongFive, confidences, losses)
    }

    public var count: Int { classes.count }
    public var isEmpty: Bool { classes.isEmpty }
    /// Whether more is known than the classes.
    public var isWhole: Bool { losses.count == classes.count }
    public var predictions: [Int] { classes.map { Int($0) } }

    /// Percent of the images whose label is among the five likeliest classes; `nil` where that was not kept.
    public var accuracyAmongFive: Double? {
        guard isWhole, !isEmpty else { return nil }
        return 100 * Double(areAmongFive.count(where: \.self)) / Double(count)
    }

    mutating func append(_ outcomes: [ImageOutcome]) {
        for outcome in outcomes {
            classes.append(UInt16(clamping: outcome.prediction))
            areAmongFive.append(outcome.isAmongFive)
            confidences.append(Float16(outcome.confidence))
            losses.append(Float16(outcome.loss))
        }
    }

    // MARK: Bytes

    /// Seven bytes an image, little-endian: class, confidence, loss, and whether it is among five. Two where only
    /// classes are known.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(7 * count)
        func append(_ number: UInt16) { bytes += [UInt8(truncatingIfNeeded: number), UInt8(number >> 8)] }
        for number in classes + confidences.map(\.bitPattern) + losses.map(\.bitPattern) { append(number) }
        bytes += areAmongFive.map { $0 ? 1 : 0 }
        return bytes
    }

    /// - Returns: `nil` where they are not those of so many images.
    init?(_ bytes: [UInt8], count: Int) {
        guard count >= 0, count <= bytes.count, bytes.count == 7 * count || bytes.count == 2 * count else { return nil }
        func numbers(_ column: Int) -> [UInt16] {
            (column * count..<(column + 1) * count).map { UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8 }
        }
        classes = numbers(0)
        guard bytes.count == 7 * count else { return }
        confidences = numbers(1).map { Float16(bitPattern: $0) }
        losses = numbers(2).map { Float16(bitPattern: $0) }
        areAmongFive = bytes[(6 * count)...].map { $0 == 1 }
    }
}
