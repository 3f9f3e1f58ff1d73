import Foundation
import Testing

@testable import Experiments

/// What Fixtures/statistics.py wrote from SciPy and statsmodels.
private struct Fixture: Decodable {
    struct LogGamma: Decodable { let x, value: Double }
    struct Beta: Decodable { let x, a, b, value: Double }
    struct Normal: Decodable { let p, z: Double }
    struct Student: Decodable {
        let df: Int
        let p, t: Double
    }
    struct Noncentral: Decodable {
        let df: Int
        let delta, t, value: Double
    }
    struct ChiSquaredRow: Decodable { let df, p, x: Double }
    struct Fisher: Decodable {
        let first, of, second, ofSecond: Int
        let p: Double
    }
    struct Spreads: Decodable {
        let groups: [[Double]]
        let p: Double
    }
    struct Quantile: Decodable {
        let p, share: Double
        let count, k: Int
    }
    struct Anytime: Decodable {
        let seeds: Int
        let chance, reach: Double
    }
    struct Needed: Decodable {
        let distance, tail, variance, images: Double
        let n: Int
        let low, high: Int?
    }
    struct Images: Decodable {
        let first, second: [[Float]]
        let mean, variance, probability: Double
        let intervals: [String: [Double]]
        let probabilities: [Double]
    }
    struct Wilson: Decodable {
        let successes, count: Int
        let interval: [Double]
    }
    struct Fair: Decodable {
        let successes, count: Int
        let p: Double
    }
    struct Table: Decodable {
        let first, second: Int
        let exact, chiSquared: Double
    }
    struct Comparison: Decodable {
        let first, second, superiority: [Double]
        let mean, deviation: Double
        let intervals: [String: [Double]]
    }

    let logGamma: [LogGamma]
    let beta: [Beta]
    let normal: [Normal]
    let student: [Student]
    let noncentral: [Noncentral]
    let chiSquared: [ChiSquaredRow]
    let fisher: [Fisher]
    let brownForsythe: [Spreads]
    let binomial: [Quantile]
    let anytime: [Anytime]
    let needed: [Needed]
    let paired, unpaired: [Images]
    let wilson: [Wilson]
    let fair: [Fair]
    let mcnemar: [Table]
    let comparisons: [Comparison]

    static let all: Fixture = read("statistics.json")
}

/// What Fixtures/statistics.R wrote from R, of the same samples.
private struct FixtureOfR: Decodable {
    let noncentral: [Fixture.Noncentral]
    let mcnemar: [Fixture.Table]

    static let all: FixtureOfR = read("statistics-r.json")
}

private func read<Value: Decodable>(_ name: String) -> Value {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)")
    do { return try JSONDecoder().decode(Value.self, from: Data(contentsOf: path)) } catch {
        preconditionFailure("\(path.path): \(error)")
    }
}

private func isClose(_ value: Double?, _ expected: Double, _ tolerance: Double = 1e-10) -> Bool {
    guard let value else { return false }
    return abs(value - expected) <= tolerance * max(1e-3, abs(expected))
}

@Suite struct StatisticsTests {
    private let fixture = Fixture.all

    @Test func logGammaAgreesWithSciPy() {
        for row in fixture.logGamma { #expect(isClose(logGamma(row.x), row.value, 1e-11), "x = \(row.x)") }
    }

    @Test func theIncompleteBetaFunctionAgreesWithSciPy() {
        for row in fixture.beta {
            #expect(isClose(incompleteBeta(row.x, row.a, row.b), row.value, 1e-9), "\(row)")
        }
    }

    @Test func quantilesOfTheNormalDistributionAgreeWithSciPy() {
        for row in fixture.normal { #expect(isClose(NormalDistribution.quantile(row.p), row.z), "\(row)") }
        #expect(NormalDistribution.quantile(0) == -.infinity)
    }

    @Test func quantilesOfStudentsTAgreeWithSciPy() {
        for row in fixture.student { #expect(isClose(StudentT(row.df).upperQuantile(row.p), row.t, 1e-9), "\(row)") }
    }

    @Test func theNoncentralTAgreesWithSciPy() {
        for row in fixture.noncentral {
            let value = NoncentralT(degreesOfFreedom: row.df, noncentrality: row.delta).cumulative(row.t)
            #expect(isClose(value, row.value, 1e-6), "\(row): \(value)")
        }
    }

    @Test func quantilesOfChiSquaredAgreeWithSciPy() {
        for row in fixture.chiSquared {
            #expect(isClose(ChiSquared(degreesOfFreedom: row.df).quantile(row.p), row.x, 1e-9), "\(row)")
            #expect(isClose(ChiSquared(degreesOfFreedom: row.df).cumulative(row.x), row.p, 1e-9), "\(row)")
        }
    }

    @Test func testsOfCountsAndSpreadsAgreeWithSciPy() {
        for row in fixture.fisher {
            #expect(
                isClose(FisherExact.test(row.first, of: row.of, row.second, of: row.ofSecond), row.p, 1e-8), "\(row)")
        }
        for row in fixture.brownForsythe { #expect(isClose(BrownForsythe.test(row.groups), row.p, 1e-8), "\(row)") }
        for row in fixture.binomial { #expect(Binomial.quantile(row.p, of: row.count, row.share) == row.k, "\(row)") }
        #expect(BrownForsythe.test([[1, 2], [3]]) == nil && BrownForsythe.test([[1, 1], [2, 2]]) == nil)
        #expect(Binomial.quantile(0.999, of: 10, 0) == 0 && Binomial.quantile(0.999, of: 10, 1) == 10)
    }

    @Test func spreadsInPartsAreMeasuredFromTheirOwnMiddles() {
        let (one, other) = ([[1.0, 2, 4], [11, 12, 14]], [[1.0, 3, 7], [21, 23, 27]])
        // The same distances as of one group each, whose median is the same.
        #expect(
            BrownForsythe.test(parts: [one, other]) == BrownForsythe.test([[1, 2, 4, 1, 2, 4], [1, 3, 7, 1, 3, 7]]))
        let spread = Spread(one)
        #expect(isClose(spread?.deviation, (14.0 / 3 / 2).squareRoot()))
        #expect(Spread([[1]]) == nil && Spread([[2, 2], [3, 3]])?.hasSpread == false)
    }

    @Test func differencesOverSeedsAndImagesAgreeWithStatsmodels() throws {
        for row in fixture.paired {
            try check(try #require(DifferenceEstimate(paired: row.first, row.second, scale: 100)), row)
        }
        for row in fixture.unpaired {
            try check(try #require(DifferenceEstimate(unpaired: row.first, row.second, scale: 100)), row)
        }
    }

    private func check(_ estimate: DifferenceEstimate, _ row: Fixture.Images) throws {
        #expect(isClose(estimate.mean, row.mean, 1e-9) && isClose(estimate.variance, row.variance, 1e-8))
        for (chance, ends) in row.intervals {
            let interval = estimate.interval(try #require(Double(chance)))
            #expect(isClose(interval.lowerBound, ends[0], 1e-7) && isClose(interval.upperBound, ends[1], 1e-7))
        }
        #expect(isClose(estimate.probability, row.probability, 1e-7))
        let odds = estimate.probabilities(margin: 0.5)
        #expect(isClose(odds.above, row.probabilities[0], 1e-6) && isClose(odds.below, row.probabilities[1], 1e-6))
        #expect(isClose(odds.above + odds.within + odds.below, 1))
    }

    @Test func aProbabilityIsBelowAChanceJustWhereItsIntervalLeavesZeroOut() throws {
        for row in fixture.paired + fixture.unpaired {
            let estimate = try #require(
                DifferenceEstimate(paired: row.first, row.second) ?? DifferenceEstimate(unpaired: row.first, row.second)
            )
            for chance in [0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95] {
                #expect((estimate.probability < chance) == !estimate.interval(chance).contains(0), "\(chance)")
            }
        }
    }

    @Test func intervalsThatHoldWheneverOneLooksAreThoseOfTheTheorem() throws {
        for row in fixture.anytime {
            #expect(isClose(DifferenceEstimate.anytimeReach(seeds: row.seeds, row.chance), row.reach), "\(row)")
        }
        #expect(DifferenceEstimate.anytimeReach(seeds: 4, 0.05) == nil, "so few seeds allow none")
    }

    @Test func seedsNeededAreThoseOfTheFormula() throws {
        for row in fixture.needed {
            let images = row.images
            // The estimate of seeds whose spread and images leave so much open.
            let n = Double(row.n)
            let m = 1e6
            let estimate = DifferenceEstimate(
                mean: 0, .init(seeds: row.variance * n * m, images: images * n * m, residual: 0), seeds: row.n,
                images: Int(m))
            let goal: SeedsNeeded.Goal =
                row.tail == 0.05 ? .equivalence(0.1, margin: row.distance + 0.1) : .difference(-row.distance)
            let needed = SeedsNeeded(goal, estimate, chance: row.tail == 0.05 ? row.tail : 2 * row.tail)
            #expect(needed.range?.low == row.low && needed.range?.high == row.high, "\(row): \(needed)")
            #expect(!needed.isBeyondSeeds)
        }
        // 7.8 times what the images leave open, at .05.
        for (difference, isBeyond) in [(0.27, true), (0.29, false)] {
            let estimate = DifferenceEstimate(
                mean: 0, .init(seeds: 60, images: 0.01 * 60_000, residual: 0), seeds: 6, images: 10_000)
            #expect(SeedsNeeded(.difference(difference), estimate, chance: 0.05).isBeyondSeeds == isBeyond)
        }
    }

    @Test func sharesAgreeWithStatsmodelsAndSciPy() throws {
        for row in fixture.wilson {
            let interval = try #require(Binomial.interval(row.successes, of: row.count))
            #expect(isClose(interval.lowerBound, row.interval[0]) && isClose(interval.upperBound, row.interval[1]))
        }
        for row in fixture.fair { #expect(isClose(Binomial.fairTest(row.successes, of: row.count), row.p), "\(row)") }
        #expect(Binomial.interval(0, of: 0) == nil)
    }

    @Test func mcNemarAgreesWithStatsmodels() {
        for row in fixture.mcnemar {
            let test = McNemar(onlyFirst: row.first, onlySecond: row.second)
            #expect(isClose(test.exact, row.exact) && isClose(test.chiSquared, row.chiSquared), "\(row)")
        }
        #expect(McNemar(onlyFirst: 0, onlySecond: 0).chiSquared == 1)
        // As R corrects; statsmodels would count the correction against an even split.
        #expect(McNemar(onlyFirst: 10, onlySecond: 10).chiSquared == 1)
        let counted = McNemar(first: [1, 2, 3, 4], second: [1, 2, 4, 3], labels: [1, 0, 3, 3])
        #expect(counted == McNemar(onlyFirst: 1, onlySecond: 1))
    }

    @Test func comparisonsAgreeWithSciPy() throws {
        for row in fixture.comparisons {
            let differences = try #require(Sample(zip(row.first, row.second).map { $1 - $0 }))
            #expect(isClose(differences.mean, row.mean, 1e-9) && isClose(differences.deviation, row.deviation, 1e-9))
            let estimate = try #require(DifferenceEstimate(seeds: row.first, row.second))
            for (confidence, ends) in row.intervals {
                let confidence = try #require(Double(confidence))
                for interval in [try #require(differences.interval(confidence)), estimate.interval(1 - confidence)] {
                    #expect(isClose(interval.lowerBound, ends[0], 1e-8) && isClose(interval.upperBound, ends[1], 1e-8))
                }
            }
            let superiority = try #require(SameSeedSuperiority(differences))
            for (value, expected) in zip(
                [superiority.probability, superiority.interval.lowerBound, superiority.interval.upperBound],
                row.superiority)
            {
                #expect(abs(value - expected) < 1e-5, "\(superiority), \(row.superiority)")
            }
        }
    }

    @Test func samplesOfOneAndOfEqualValuesClaimNoSpread() throws {
        #expect(Sample([]) == nil)
        let one = try #require(Sample([78.4]))
        #expect(one.mean == 78.4 && one.deviation == nil && one.interval(0.95) == nil && one.differenceOfTwo == nil)
        let equal = try #require(Sample([0.1, 0.1, 0.1]))
        #expect(equal.mean == 0.1 && equal.deviation == 0)
        #expect(SameSeedSuperiority(equal) == nil)
    }
}

@Suite struct StatisticsOfRTests {
    private let fixture = FixtureOfR.all

    @Test func testsAgreeWithR() {
        for row in fixture.noncentral {
            let value = NoncentralT(degreesOfFreedom: row.df, noncentrality: row.delta).cumulative(row.t)
            #expect(isClose(value, row.value, 1e-6), "\(row): \(value)")
        }
        for row in fixture.mcnemar {
            let test = McNemar(onlyFirst: row.first, onlySecond: row.second)
            #expect(isClose(test.exact, row.exact) && isClose(test.chiSquared, row.chiSquared), "\(row)")
        }
    }
}
