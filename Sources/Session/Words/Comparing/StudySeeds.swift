// The seeds that the words of a study are given.

import Experiments
import Language
import Text

extension Invocation {
    /// The seeds given, each once; `nil` where none were.
    func seeds(atLeast least: Int = 1) throws -> [UInt64]? {
        let place = place(ComparingOption.seeds)
        let numbers: [Int?]
        guard let given = self[ComparingOption.seeds] else { return nil }
        if case .range(let first, let last) = given {
            guard first <= last else {
                throw fault(
                    .outOfRange, "`seeds: \(first)...\(last)` is an empty range", at: place,
                    fix: "write the smaller one first: `seeds: \(max(0, last))...\(max(0, first))`")
            }
            guard (rangeCount(first, last) ?? .max) <= ComparingOption.mostSeeds else { throw tooManySeeds(at: place) }
            numbers = (first...last).map(Optional.some)
        } else {
            numbers = (given.elements ?? []).map(\.wholeNumber)
        }
        guard !numbers.isEmpty else {
            throw fault(
                .outOfRange, "`seeds:` is an empty list: nothing would be trained", at: place,
                fix: "write `seeds: 1...6`")
        }
        let seeds = numbers.compactMap { $0 }.filter { $0 >= 0 }.map { UInt64($0) }
        guard numbers.count <= ComparingOption.mostSeeds else { throw tooManySeeds(at: place) }
        guard seeds.count == numbers.count, Set(seeds).count == seeds.count, seeds.count >= least else {
            throw fault(
                .outOfRange,
                "`seeds:` takes \(least > 1 ? "at least \(least) " : "")distinct non-negative integers",
                at: place, fix: "write `seeds: 1...6`")
        }
        return seeds
    }

    func tooManySeeds(at place: SourceRange) -> Diagnostic {
        fault(
            .outOfRange, "a study takes at most \(grouped(ComparingOption.mostSeeds)) seeds", at: place,
            fix: "write `seeds: 1...6`")
    }
}
