// Which epoch a training comes to, and whether it ends early: both by the validation part, never by the test set, which
// measures what was chosen. It follows from what the epochs measured, so that a training that is resumed chooses alike.

public struct Selection: Hashable, Sendable {
    /// Whether the training comes to the best epoch so far, with the weights of its end; else to the last one.
    public var isOfBest = false
    /// After so many epochs without a better one the training ends; `nil`: it never ends early.
    public var patience: Int?

    public init(isOfBest: Bool = false, patience: Int? = nil) {
        (self.isOfBest, self.patience) = (isOfBest, patience)
    }

    /// Whether the validation part is measured after each epoch.
    public var measuresValidation: Bool { isOfBest || patience != nil }

    /// The epoch of the highest accuracy on the validation part; of several the one with the smallest loss there, then
    /// the first. `nil` where none was measured.
    public static func best(of epochs: [EpochMetrics]) -> EpochMetrics? {
        var best: (epoch: EpochMetrics, validation: EpochMetrics.Validation)?
        for epoch in epochs {
            guard let measured = epoch.validation else { continue }
            if let best, !measured.isBetter(than: best.validation) { continue }
            best = (epoch, measured)
        }
        return best?.epoch
    }

    /// What a training has come to after these epochs.
    public func result(of epochs: [EpochMetrics]) -> EpochMetrics? {
        isOfBest ? Self.best(of: epochs) : epochs.last
    }

    /// How many of these epochs a training does before its patience ends it; `nil` where that has not happened.
    public func earlyEnd(in epochs: [EpochMetrics]) -> Int? {
        guard let patience else { return nil }
        var best: (index: Int, validation: EpochMetrics.Validation)?
        for (index, epoch) in epochs.enumerated() {
            guard let measured = epoch.validation else { return nil }
            if let best, !measured.isBetter(than: best.validation) {
                if index - best.index >= patience { return index + 1 }
            } else {
                best = (index, measured)
            }
        }
        return nil
    }
}

extension EpochMetrics {
    /// What was measured on the validation part after the epoch.
    public struct Validation: Hashable, Sendable {
        public let loss: Double
        /// Percent.
        public let accuracy: Double
        /// Training steps done by then.
        public let steps: Int

        func isBetter(than other: Validation) -> Bool {
            accuracy > other.accuracy
                || accuracy == other.accuracy && (loss < other.loss || other.loss.isNaN && !loss.isNaN)
        }
    }
}
