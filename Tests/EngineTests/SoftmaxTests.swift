// The kernel of `softmax` against its formula, one value at a time: powers and shares have the same bits.

import CKernels
import Runtime
import Testing

@testable import Engine

struct SoftmaxTests {
    /// - Returns: what the kernel gives, and the powers of e that it leaves.
    private static func results(_ values: [Float], _ set: InstructionSet) -> (shares: [Float], powers: [Double]) {
        let blocks = (values.count + 15) / 16
        let x = values + [Float](repeating: 7, count: blocks * 16 - values.count)
        var (y, powers) = ([Float](repeating: -1, count: x.count), [Double](repeating: -1, count: x.count))
        set.kernels.softmax_channels(x, 16, &y, 16, Int32(values.count), &powers)
        return (y, powers)
    }

    private static func check(_ values: [Float], _ set: InstructionSet) {
        var largest = values[0]
        for value in values where !(value <= largest) { largest = value }
        let powers = values.map { exponential(Double($0) - Double(largest)) }
        let sum = powers.reduce(0, +)
        let (shares, found) = results(values, set)
        for index in values.indices {
            let expected = Float(powers[index] / sum)
            let isEqual =
                expected.isNaN
                ? shares[index].isNaN
                : expected.bitPattern == shares[index].bitPattern
                    && powers[index].bitPattern == found[index].bitPattern
            guard !isEqual else { continue }
            Issue.record("\(set): \(values[index]) of \(values.count) values: \(shares[index]), not \(expected)")
            return
        }
    }

    @Test(arguments: InstructionSet.allCases.filter(\.isAvailable))
    func sharesHaveTheBitsOfTheirFormula(set: InstructionSet) {
        var generator = SystemRandomNumberGenerator()
        for count in [1, 2, 10, 15, 16, 17, 33, 1000] {
            for scale in [Float.leastNormalMagnitude / 128, 1e-6, 1, 30, 700, 1e6] {
                Self.check((0..<count).map { _ in Float.random(in: -scale...scale, using: &generator) }, set)
            }
        }
        // Where e^x ends, and halves of ln 2, between two whole numbers.
        let ends: [Float] = [0, -0.0, -743, -745.13, -745.14, -746, -747, -1e30, -.infinity]
        Self.check(ends + (0...300).map { -Float($0) * 0.34657359 } + (0...300).map { -Float($0) / 4 }, set)
    }

    @Test(arguments: InstructionSet.allCases.filter(\.isAvailable))
    func powersOfManyValuesHaveTheBitsOfTheirFormula(set: InstructionSet) {
        var generator = SystemRandomNumberGenerator()
        Self.check((0..<200_000).map { _ in Float.random(in: -750...0, using: &generator) }, set)
        Self.check((0..<200_000).map { _ in Float.random(in: -1...0, using: &generator) }, set)
    }

    @Test(arguments: InstructionSet.allCases.filter(\.isAvailable))
    func aValueThatIsNoNumberReachesEveryShare(set: InstructionSet) {
        for odd in [Float.nan, .infinity] {
            for place in [0, 5, 17, 19] {
                var values = (0..<20).map { Float($0) }
                values[place] = odd
                Self.check(values, set)
                let shares = Self.results(values, set).shares
                #expect(shares.prefix(20).filter { $0.isNaN }.count == 20)
            }
        }
        Self.check([Float](repeating: -.infinity, count: 3), set)
    }
}
