// Why a record from elsewhere is refused: anybody can write one, checksum included, so it must be consistent.

import Engine
import Libraries
import Runtime

extension RunRecord {
    /// Why a record from elsewhere is not taken; `nil` where it is.
    public var reasonToRefuse: String? {
        guard state == .done || state.isDiverged else { return "its training has not finished" }
        if let descriptionFault { return "this version cannot read its description: \(descriptionFault)" }
        if let reason = description.flatMap(contradiction) ?? contradiction { return reason }
        // The results of another engine cannot be checked; no training here finds them.
        guard arithmetic == arithmeticVersion else { return nil }
        guard let kept, let description, description.identity(on: kept.instructionSet) == kept.identity else {
            return "it is not the record of the training that it describes"
        }
        return nil
    }

    /// The same of one that another machine has written, whose clock is not this one's.
    var reasonToRefuseImport: String? {
        if let kept, kept.started > Clock.secondsSince1970 + 86_400 { return "it was begun in the future" }
        return reasonToRefuse
    }

    /// Longer than any sensible name, short enough for a list.
    private static let longestName = 500

    /// A contradiction within it.
    private var contradiction: String? {
        for (what, text) in [
            ("name", name), ("model's name", model), ("data set's name", dataset), ("seeds", seeds),
            ("machine", kept?.machine), ("instruction set", kept?.instructionSet),
        ] where (text?.count ?? 0) > Self.longestName {
            return "its \(what) has more than \(Self.longestName) characters"
        }
        if let digest, !digest.isEmpty, !RunFileName.isHexadecimal(digest, count: 64) {
            return "its digest is not 64 hexadecimal digits"
        }
        let (metrics, outcomes) = (position.metrics, position.outcomes)
        guard metrics.enumerated().allSatisfy({ $1.epoch == $0 + 1 }) else {
            return "the epochs of its curve do not follow one another"
        }
        guard let result else {
            return outcomes.isEmpty ? nil : "it has outcomes of images, and no epoch that ended"
        }
        return outcomes.contradiction(of: result)
    }

    /// A contradiction to its description.
    private func contradiction(of description: RunDescription) -> String? {
        let options = description.options
        guard epochs ?? options.epochs == options.epochs,
            seed ?? options.seeds.initialization == options.seeds.initialization
        else { return "its epochs or its seed are not those that it describes" }
        let measuresValidation = options.selection.measuresValidation
        guard position.metrics.allSatisfy({ ($0.validation != nil) == measuresValidation }) else {
            return "its curve \(measuresValidation ? "lacks" : "has") measurements of a validation part"
        }
        let ended: ClosedRange<Int>
        if case .diverged(let epoch, _) = state {
            guard 1...max(1, options.epochs) ~= epoch else { return "it diverged in an epoch that it does not have" }
            // The last step of an epoch may be what its measurement shows.
            ended = epoch - 1...epoch
        } else {
            let count = min(options.selection.earlyEnd(in: position.metrics) ?? options.epochs, options.epochs)
            ended = count...count
            if arithmetic == arithmeticVersion, (digest ?? "").isEmpty { return "the digest of its weights is missing" }
        }
        guard ended ~= position.metrics.count else {
            return "its curve has \(position.metrics.count) epochs, and its training \(ended.upperBound)"
        }
        let outcomes = position.outcomes
        if let count = description.data?.testCount, !outcomes.isEmpty, outcomes.count != count {
            return "it has outcomes of \(outcomes.count) images, and its data \(count) test images"
        }
        let classes = description.architecture.output.count
        guard outcomes.classes.allSatisfy({ $0 < classes }) else {
            return "its outcomes name classes beyond the \(classes) of its network"
        }
        return nil
    }
}

extension TestOutcomes {
    /// Where these cannot be what an epoch came to. Each is kept to 1 part in 2,000.
    fileprivate func contradiction(of epoch: EpochMetrics) -> String? {
        guard isWhole, !isEmpty, losses.allSatisfy(\.isFinite), confidences.allSatisfy(\.isFinite) else { return nil }
        let hits = epoch.testAccuracy * Double(count) / 100
        guard abs(hits - hits.rounded()) < 1e-4, canHave(hits: Int(hits.rounded())) else {
            return "the accuracy of its result is not that of its outcomes"
        }
        let loss = losses.reduce(0) { $0 + Double($1) } / Double(count)
        guard abs(loss - epoch.testLoss) <= 1e-5 + loss / 1000 else {
            return "the loss of its result is not that of its outcomes"
        }
        return nil
    }

    /// Whether so many images can have been classified correctly. One was not where its loss is greater than that of
    /// its likeliest class; it was where no other class has as much probability left as its loss says.
    private func canHave(hits: Int) -> Bool {
        var (sure, possible) = (0, 0)
        for (confidence, loss) in zip(confidences, losses) {
            let (likeliest, loss) = (min(1, max(1e-9, Double(confidence))), Double(loss))
            // What rounding leaves open.
            func isGreater(_ a: Double, _ b: Double) -> Bool { a > b + (1 + abs(b)) / 500 }
            possible += isGreater(loss, -logarithm(likeliest)) ? 0 : 1
            let left = 1 - likeliest + 1.0 / 2048
            sure += left < likeliest && isGreater(-logarithm(left), loss) ? 1 : 0
        }
        return sure <= hits && hits <= min(possible, areAmongFive.count(where: \.self))
    }
}
