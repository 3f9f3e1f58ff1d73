// Failed runs in words: how few test images they get right, why that is no better than guessing, and what may help.

import Experiments
import Text

extension Collection<FailureRule> {
    /// `at most 158 of 1,000 test images right (15.8 %)`; `nil` where no run can fail so. Folds have limits of their
    /// own.
    var limitText: String? {
        let limits = compactMap { rule in rule.mostRight.map { (most: $0, images: rule.images) } }
        guard let first = limits.first else { return nil }
        let shares = limits.map { 100 * Double($0.most) / Double($0.images) }
        let (low, high) = (percentText(shares.min() ?? 0), percentText(shares.max() ?? 0))
        return limits.allSatisfy { $0 == first }
            ? "at most \(grouped(first.most)) of \(counted(first.images, "test image")) right (\(high) %)"
            : "at most \(low == high ? low : "\(low) to \(high)") % of the test images right"
    }

    /// Where that limit comes from.
    var reasonText: String? {
        let rules = filter { $0.mostRight != nil }
        guard let first = rules.first, let most = first.mostRight else { return nil }
        let shares = rules.map { 100 * $0.largestShare }
        let (low, high) = (percentText(shares.min() ?? 0), percentText(shares.max() ?? 0))
        let areAlike = rules.allSatisfy { $0.mostRight == most && $0.images == first.images }
        return "why at most \(areAlike ? grouped(most) : "so many"): the largest class is "
            + "\(low == high ? low : "\(low) to \(high)") % of the test images, and guessing at that rate gets more right "
            + "less than once in 1,000 times"
    }
}

/// `15.8`
private func percentText(_ percent: Double) -> String { decimalText((10 * percent).rounded() / 10) }

extension Sequence<StudyRun> {
    /// What may help runs that failed. One that is no better than guessing has learned too little, or too wildly.
    var remedy: String {
        allSatisfy(\.state.isDiverged) ? "a smaller learning rate" : "more epochs or another learning rate"
    }
}

extension Study {
    /// The runs that failed, each once.
    var failedRuns: [StudyRun] {
        plan.trainedModels.flatMap { model in failedSeeds(model).compactMap { run(model, $0) } }
    }

    /// By which rules runs failed that came to their end.
    func failureRules(of runs: [StudyRun]) -> [FailureRule] {
        runs.filter { !$0.state.isDiverged }.map { $0.failureRule(plan.failureRule) }
    }
}
