// Draws studies whose truth is known and fails where verdicts err more often than they may: `study-rates [STUDIES]`.

import Experiments
import Glibc
import Libraries
import TestSupport

private typealias World = StudySimulation.World

@main struct StudyRates {
    private let simulation: StudySimulation
    /// For what is drawn image by image, which takes long.
    private let fewer: StudySimulation
    private var hasFailed = false

    static func main() {
        let studies = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000
        var rates = StudyRates(
            simulation: StudySimulation(studies: studies, seed: 1),
            fewer: StudySimulation(studies: studies / 20, seed: 2))
        rates.coverage()
        rates.wrongClaims()
        rates.failures()
        rates.seedsNeeded()
        exit(rates.hasFailed ? 1 : 0)
    }

    private mutating func check(_ name: String, _ rate: Double, _ allowed: ClosedRange<Double>) {
        let isRight = allowed.contains(rate)
        if !isRight { hasFailed = true }
        func percent(_ share: Double) -> String { "\((share * 10_000).rounded() / 100) %" }
        StandardStream.output.write("\(isRight ? "ok    " : "FAILED") \(name): \(percent(rate))\n")
    }

    private mutating func coverage() {
        for spread in StudySimulation.Spread.allCases {
            for images in [1_000, 10_000] {
                for seeds in [6, 12, 24] {
                    check(
                        "\(spread) seeds, \(images) images: the 95 % interval of \(seeds) seeds holds the truth",
                        simulation.coverage(World(spread, images: images), seeds: seeds), 0.94...1)
                }
            }
        }
        for seeds in [6, 12, 24] {
            // 94 %, and two standard errors of so few studies.
            check(
                "right or wrong images, 1000 of them: the 95 % interval of \(seeds) seeds holds the truth",
                fewer.coverageOfCounts(images: 1_000, seeds: seeds), 0.926...1)
        }
    }

    private mutating func wrongClaims() {
        let ways: [(String, StudySimulation.Looking)] = [
            ("six seeds, fixed", .fixed(6)), ("24 seeds, fixed", .fixed(24)), ("three looks", .sequential),
            ("a look at every seed to 24", .always(24)),
        ]
        for spread in StudySimulation.Spread.allCases {
            for images in [1_000, 10_000] {
                let world = World(spread, images: images)
                for (name, looking) in ways {
                    check(
                        "\(spread), \(images) images, \(name): better without a difference",
                        simulation.wrong(world, truths: [0, 0], margin: 0, looking), 0...0.055)
                    check(
                        "\(spread), \(images) images, \(name): equivalent at the margin",
                        simulation.share(of: { $0 == .equivalent }, world, truth: 0.5, looking), 0...0.055)
                }
            }
        }
        for (name, looking) in ways.prefix(3) {
            for models in 3...5 {
                check(
                    "\(models) models, \(name): any wrong claim",
                    simulation.wrong(World(), truths: [Double](repeating: 0, count: models), looking), 0...0.055)
            }
            check(
                "a baseline with three others, \(name): any wrong claim",
                simulation.wrong(World(), truths: [0, 0, 0, 0], baseline: true, looking), 0...0.055)
            check(
                "four models, two of them the margin apart, \(name): any wrong claim",
                simulation.wrong(World(), truths: [0, 0, 0.5, 0.5], looking), 0...0.055)
        }
        check(
            "a difference of 0.5, found by 24 seeds",
            simulation.share(
                of: { if case .better = $0 { true } else { false } }, World(ofSeeds: 0.42, images: 10_000), truth: 0.5,
                .sequential), 0...1)
    }

    private mutating func failures() {
        for (seeds, least) in [(6, 0.55), (12, 0.9)] {
            check(
                "5 % of the runs fail, a difference of 0.5: found by \(seeds) seeds",
                simulation.powerWithFailures(Self.paired(0.3), truth: 0.5, failing: 0.05, seeds: seeds), least...1)
        }
        for images in [1_000, 10_000] {
            check(
                "equal predictions in every seed, the margin apart, \(images) images: equivalent",
                fewer.equivalentWithoutSpread(images: images, seeds: 6), 0...0.07)
        }
    }

    /// A world whose paired differences spread so far over seeds, and whose images tell the models hardly apart.
    private static func paired(_ deviation: Double) -> World {
        var world = World(ofSeeds: 0, images: 10_000)
        (world.rest, world.ofImages) = (deviation * 100 / 2.0.squareRoot(), 0)
        return world
    }

    private mutating func seedsNeeded() {
        for seeds in [6, 12, 24] {
            check(
                "the range of seeds needed holds the right number, from \(seeds) seeds",
                simulation.holdsSeedsNeeded(World(ofSeeds: 0.6), difference: 0.6, seeds: seeds), 0.78...0.9)
        }
    }
}
