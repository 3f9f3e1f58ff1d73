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
    struct Power: Decodable {
        let difference, deviation, level: Double
        let seeds: Int
        let powerAtTen: Double
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
    struct Holm: Decodable { let p, adjusted: [Double] }
    struct Comparison: Decodable {
        let first, second: [Double]
        let mean, deviation: Double
        let intervals: [String: [Double]]
        let bootstrap: [Double]
        let signFlip, tTest, superiority, correlation, equivalence, varianceRatio: Double
    }

    let logGamma: [LogGamma]
    let beta: [Beta]
    let normal: [Normal]
    let student: [Student]
    let noncentral: [Noncentral]
    let power: [Power]
    let wilson: [Wilson]
    let fair: [Fair]
    let mcnemar: [Table]
    let holm: [Holm]
    let comparisons: [Comparison]

    static let all: Fixture = read("statistics.json")
}

/// What Fixtures/statistics.R wrote from R, of the same samples.
private struct FixtureOfR: Decodable {
    struct Power: Decodable {
        let difference, deviation, level: Double
        let seeds: Int
    }
    struct Comparison: Decodable {
        let intervals: [String: [Double]]
        let bootstrap: [Double]
        let tTest, equivalence, correlation, superiority, varianceRatio: Double
    }

    let power: [Power]
    let noncentral: [Fixture.Noncentral]
    let mcnemar: [Fixture.Table]
    let holm: [Fixture.Holm]
    let comparisons: [Comparison]

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

    @Test func seedsNeededAndPowerAgreeWithStatsmodels() {
        for row in fixture.power {
            let count = SeedsNeeded.count(difference: row.difference, deviation: row.deviation, level: row.level)
            #expect(count == row.seeds)
            let power = SeedsNeeded.power(
                seeds: 10, difference: row.difference, deviation: row.deviation, level: row.level)
            #expect(isClose(power, row.powerAtTen, 1e-8))
        }
        #expect(SeedsNeeded.count(difference: 1e-4, deviation: 1) == nil, "beyond what anybody trains")
        #expect(SeedsNeeded.count(difference: 50, deviation: 0.01) == 2)
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

    @Test func holmAgreesWithStatsmodels() {
        for row in fixture.holm {
            let adjusted = Holm.adjusted(row.p)
            #expect(zip(adjusted, row.adjusted).allSatisfy { isClose($0, $1) }, "\(row)")
            // Held against its own level, each question gets the answer of the correction.
            let levels = Holm.levels(row.p, 0.05)
            for index in row.p.indices {
                #expect((row.p[index] <= levels[index]) == (row.adjusted[index] <= 0.05), "\(row), \(levels)")
            }
        }
    }

    @Test func comparisonsAgreeWithSciPyAndStatsmodels() throws {
        for row in fixture.comparisons {
            let comparison = PairedComparison(row.first, row.second)
            let differences = try #require(comparison.differences)
            #expect(isClose(differences.mean, row.mean, 1e-9) && isClose(differences.deviation, row.deviation, 1e-9))
            for (confidence, ends) in row.intervals {
                let interval = try #require(Double(confidence).flatMap { differences.interval($0) })
                #expect(isClose(interval.lowerBound, ends[0], 1e-8) && isClose(interval.upperBound, ends[1], 1e-8))
            }
            #expect(isClose(comparison.tTest, row.tTest, 1e-8))
            let (first, second) = (try #require(Sample(row.first)), try #require(Sample(row.second)))
            #expect(isClose(varianceRatioTest(first, second), row.varianceRatio, 1e-9))
            #expect(isClose(comparison.superiority, row.superiority))
            #expect(isClose(comparison.correlation, row.correlation, 1e-9))
            #expect(isClose(EquivalenceTest.test(differences, margin: 0.5), row.equivalence, 1e-8))
            // Beyond twenty both draw signs, each a million times or so.
            let tolerance = row.first.count > SignFlip.largestExact ? 0.005 : 1e-12
            #expect(abs(try #require(comparison.signFlip) - row.signFlip) <= tolerance)
        }
    }

    /// Both draw resamples: with 10,000 the ends of an interval move by two hundredths of its width.
    @Test func theBootstrapAgreesWithSciPy() throws {
        for row in fixture.comparisons where row.first.count > 3 {
            let interval = try #require(PairedComparison(row.first, row.second).bootstrap)
            let tolerance = 0.04 * (row.bootstrap[1] - row.bootstrap[0])
            #expect(abs(interval.lowerBound - row.bootstrap[0]) < tolerance, "\(interval), \(row.bootstrap)")
            #expect(abs(interval.upperBound - row.bootstrap[1]) < tolerance, "\(interval), \(row.bootstrap)")
        }
    }

    @Test func anIntervalInsideTheMarginIsWhatTheTwoOneSidedTestsSay() throws {
        for row in fixture.comparisons {
            let differences = try #require(PairedComparison(row.first, row.second).differences)
            let inner = try #require(differences.interval(0.9))
            #expect((inner.lowerBound > -0.5 && inner.upperBound < 0.5) == (row.equivalence < 0.05))
        }
    }

    @Test func samplesOfOneAndOfEqualValuesClaimNoSpread() throws {
        #expect(Sample([]) == nil)
        let one = try #require(Sample([78.4]))
        #expect(one.mean == 78.4 && one.deviation == nil && one.interval(0.95) == nil && one.differenceOfTwo == nil)
        let equal = try #require(Sample([0.1, 0.1, 0.1]))
        #expect(equal.mean == 0.1 && equal.deviation == 0 && equal.tTest == nil)
        #expect(Bootstrap.interval(of: equal) == nil)
        #expect(correlation([1, 1, 1], [1, 2, 3]) == nil)
        #expect(correlation([1, 2], [1, 3]) == nil, "two points always lie on a line")
        #expect(SignFlip.test([]) == nil)
        #expect(probabilityOfSuperiority([], []) == nil)
        #expect(probabilityOfSuperiority([1, 2], [2, 3]) == 0.875)
    }

    @Test func sixSeedsAreTheFewestWhoseSignsCanTell() {
        #expect(SignFlip.test([1, 2, 3, 4, 5]) == 0.0625)
        #expect(SignFlip.test([1, 2, 3, 4, 5, 6]) == 0.03125)
        #expect(SignFlip.fewestSeeds(0.05) == 6 && SignFlip.fewestSeeds(0.01) == 8)
    }

    @Test func theSignsOfManySeedsAreDrawn() throws {
        let exact = try #require(SignFlip.test((0..<20).map { Double($0) - 6 }))
        // A difference of 0 changes no sum, and takes the question to the other side of the limit.
        let drawn = try #require(SignFlip.test((0..<20).map { Double($0) - 6 } + [0], samples: 100_000))
        #expect(abs(exact - drawn) < 0.005)
        #expect(drawn == SignFlip.test((0..<20).map { Double($0) - 6 } + [0], samples: 100_000), "with a seed")
    }
}

@Suite struct StatisticsOfRTests {
    private let fixture = FixtureOfR.all

    @Test func comparisonsAgreeWithR() throws {
        for (sample, row) in zip(Fixture.all.comparisons, fixture.comparisons) {
            let comparison = PairedComparison(sample.first, sample.second)
            let differences = try #require(comparison.differences)
            for (confidence, ends) in row.intervals {
                let interval = try #require(Double(confidence).flatMap { differences.interval($0) })
                #expect(isClose(interval.lowerBound, ends[0], 1e-8) && isClose(interval.upperBound, ends[1], 1e-8))
            }
            #expect(isClose(comparison.tTest, row.tTest, 1e-8))
            #expect(isClose(EquivalenceTest.test(differences, margin: 0.5), row.equivalence, 1e-8))
            #expect(isClose(comparison.correlation, row.correlation, 1e-9))
            #expect(isClose(comparison.superiority, row.superiority))
            let (first, second) = (try #require(Sample(sample.first)), try #require(Sample(sample.second)))
            #expect(isClose(varianceRatioTest(first, second), row.varianceRatio, 1e-9))
        }
        #expect(fixture.comparisons.count == Fixture.all.comparisons.count)
    }

    /// R's `boot` interpolates between resamples where SciPy takes one, so that few seeds leave the two further apart.
    @Test func theBootstrapAgreesWithR() throws {
        for (sample, row) in zip(Fixture.all.comparisons, fixture.comparisons) where sample.first.count > 3 {
            let interval = try #require(PairedComparison(sample.first, sample.second).bootstrap)
            let tolerance = 0.04 * (row.bootstrap[1] - row.bootstrap[0])
            #expect(abs(interval.lowerBound - row.bootstrap[0]) < tolerance, "\(interval), \(row.bootstrap)")
            #expect(abs(interval.upperBound - row.bootstrap[1]) < tolerance, "\(interval), \(row.bootstrap)")
        }
    }

    @Test func testsAndSeedsNeededAgreeWithR() {
        for row in fixture.power {
            #expect(
                SeedsNeeded.count(difference: row.difference, deviation: row.deviation, level: row.level) == row.seeds)
        }
        for row in fixture.noncentral {
            let value = NoncentralT(degreesOfFreedom: row.df, noncentrality: row.delta).cumulative(row.t)
            #expect(isClose(value, row.value, 1e-6), "\(row): \(value)")
        }
        for row in fixture.mcnemar {
            let test = McNemar(onlyFirst: row.first, onlySecond: row.second)
            #expect(isClose(test.exact, row.exact) && isClose(test.chiSquared, row.chiSquared), "\(row)")
        }
        for row in fixture.holm {
            #expect(zip(Holm.adjusted(row.p), row.adjusted).allSatisfy { isClose($0, $1) }, "\(row)")
        }
    }
}
