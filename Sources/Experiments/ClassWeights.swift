// What the loss of an image counts in training, by its class.

import Datasets
import Libraries

public enum ClassWeights: Hashable, Sendable {
    case equal
    /// Inversely proportional to how many training images a class has: n / (classes · images of the class), where only
    /// classes with images count, as `compute_class_weight` of scikit-learn has it. A class without images counts 1.
    case balanced
    /// One for each class.
    case given([Double])

    /// One for each class; empty where all count alike.
    func values(_ dataset: Dataset) -> [Double] {
        switch self {
        case .equal: []
        case .given(let weights): weights
        case .balanced: Self.balanced(of: dataset.trainingCounts)
        }
    }

    /// - Parameter counts: images of each class.
    static func balanced(of counts: [Int]) -> [Double] {
        let (images, classes) = (counts.reduce(0, +), counts.count { $0 > 0 })
        return counts.map { $0 > 0 ? Double(images) / (Double(classes) * Double($0)) : 1 }
    }

    /// `nil` where all count alike.
    var json: JSON? {
        switch self {
        case .equal: nil
        case .balanced: "balanced"
        case .given(let weights): .array(weights.map { .number($0) })
        }
    }

    /// - Returns: `nil` where it is of no form that this version writes.
    init?(_ json: JSON?) {
        switch json {
        case nil: self = .equal
        case .string("balanced")?: self = .balanced
        case .array(let elements)?:
            let weights = elements.compactMap(\.number).filter { $0 > 0 && $0 < .infinity }
            guard weights.count == elements.count, !weights.isEmpty else { return nil }
            self = .given(weights)
        default: return nil
        }
    }
}

extension Dataset {
    /// Training images of each class.
    public var trainingCounts: [Int] {
        var counts = Array(repeating: 0, count: classNames.count)
        for index in 0..<training.count { counts[training.label(index)] += 1 }
        return counts
    }
}
