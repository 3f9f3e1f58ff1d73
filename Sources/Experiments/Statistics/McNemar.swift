// McNemar's test: whether two trained networks, not two models, differ on these test images.

import Glibc

public struct McNemar: Hashable, Sendable {
    /// Images that the first alone gets right.
    public let onlyFirst: Int
    /// Images that the second alone gets right.
    public let onlySecond: Int

    public init(onlyFirst: Int, onlySecond: Int) {
        (self.onlyFirst, self.onlySecond) = (onlyFirst, onlySecond)
    }

    /// From the classes that each predicts and the right ones, image by image.
    public init(first: [UInt16], second: [UInt16], labels: [UInt16]) {
        var (a, b) = (0, 0)
        for index in labels.indices {
            let (one, other) = (first[index] == labels[index], second[index] == labels[index])
            if one, !other { a += 1 }
            if other, !one { b += 1 }
        }
        self.init(onlyFirst: a, onlySecond: b)
    }

    /// The exact probability of a split at least as uneven, if both are equally good.
    public var exact: Double { Binomial.fairTest(onlyFirst, of: onlyFirst + onlySecond) }

    /// The same by the chi-squared distribution with the correction of Edwards; 1 where nothing differs.
    public var chiSquared: Double {
        guard onlyFirst + onlySecond > 0 else { return 1 }
        let distance = max(0, abs(Double(onlyFirst - onlySecond)) - 1)
        // With one degree of freedom the tail is that of the normal distribution, twice.
        return erfc((distance * distance / Double(onlyFirst + onlySecond) / 2).squareRoot())
    }
}
