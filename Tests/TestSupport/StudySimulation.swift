// Studies of differences that are drawn, so that the truth is known: how often an interval holds it, and how often a
// verdict is wrong. The tests draw a few hundred, `Scripts/soak` ten thousand.

import Experiments
import Glibc
import Runtime

public struct StudySimulation: Sendable {
    public let studies: Int
    public let seed: UInt64

    public init(studies: Int, seed: UInt64) {
        (self.studies, self.seed) = (studies, seed)
    }

    public struct Rates: Sendable {
        /// Shares of all studies.
        public var better = 0.0
        public var equivalent = 0.0
        public var undecided = 0.0
        /// Ended at the first look.
        public var early = 0.0
    }

    /// Normal numbers (Box and Muller), by study and number.
    private func normal(_ study: Int, _ number: Int) -> Double {
        let words = RandomStream(seed: seed, role: .statistics, stream: 9, step: UInt32(study)).words(
            at: UInt32(number))
        let radius = (-2 * log((Double(words.x) + 0.5) * 0x1p-32)).squareRoot()
        return radius * cos(2 * Double.pi * Double(words.y) * 0x1p-32)
    }

    /// The share of studies whose 95 % interval holds the true difference.
    public func coverage(seeds: Int) -> Double {
        let covered = (0..<studies).count { study in
            let differences = (0..<seeds).map { 0.3 + 0.4 * normal(study, $0) }
            return Sample(differences)?.interval(0.95)?.contains(0.3) ?? false
        }
        return Double(covered) / Double(studies)
    }

    /// How studies of this truth end.
    /// - Parameter levels: instead of those of the design.
    public func rates(
        _ design: StudyDesign, truth: Double, margin: Double, deviation: Double, seeds: Int = 6, levels: Levels? = nil
    ) -> Rates {
        var (counts, early) = ([0, 0, 0], 0)
        for study in 0..<studies {
            let looks = design == .fixed ? [design.look(at: seeds)].compactMap { $0 } : StudyDesign.looks
            for (number, look) in looks.enumerated() {
                let differences = (0..<look.seeds).map { truth + deviation * normal(study, $0) }
                let verdict = Verdict(differences, margin: margin, levels: levels ?? look.levels)
                guard verdict.isDecided || number == looks.count - 1 else { continue }
                switch verdict {
                case .better: counts[0] += 1
                case .equivalent, .identical: counts[1] += 1
                case .undecided: counts[2] += 1
                }
                if number == 0, verdict.isDecided { early += 1 }
                break
            }
        }
        func share(_ count: Int) -> Double { Double(count) / Double(studies) }
        return Rates(
            better: share(counts[0]), equivalent: share(counts[1]), undecided: share(counts[2]), early: share(early))
    }
}
