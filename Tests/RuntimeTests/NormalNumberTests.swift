// Normal random numbers.

import Runtime
import Testing

struct NormalNumberTests {
    /// `statistics.NormalDist().inv_cdf` of Python 3.12.
    @Test(arguments: [
        (0.5, 0.0), (0.6, 0.2533471031357998), (0.975, 1.9599639845400536), (0.001, -3.090232306167813),
        (1e-10, -6.361340902404056), (1e-20, -9.262340089798405), (0.05, -1.6448536269514726),
    ])
    func quantilesAreThePublishedOnes(share: Double, value: Double) {
        #expect(abs(normalQuantile(share) - value) <= 2e-15 * max(1, abs(value)))
    }

    @Test func theNumbersAreNormal() {
        let count = 100_000
        let numbers = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
            RandomStream(seed: 1, role: .synthesis, stream: 9).fillNormal(buffer)
            initialized = count
        }
        func moment(_ power: Int) -> Double {
            numbers.reduce(0) { sum, x in sum + (0..<power).reduce(1.0) { product, _ in product * x } } / Double(count)
        }
        let expected = [0.0, 1, 0, 3]
        // Five deviations of the mean of the n-th power: those of x^2n, less the square.
        let deviations = [1.0, 2, 15, 96].map { 5 * ($0 / Double(count)).squareRoot() }
        for power in 1...4 {
            #expect(abs(moment(power) - expected[power - 1]) < deviations[power - 1], "moment \(power)")
        }
        // Chi-square over twenty intervals of equal probability; 19 degrees of freedom exceed 43.8 once in a thousand.
        let bounds = (1..<20).map { normalQuantile(Double($0) / 20) }
        var counts = [Int](repeating: 0, count: 20)
        for number in numbers { counts[bounds.count { $0 < number }] += 1 }
        let each = Double(count) / 20
        #expect(counts.reduce(0) { $0 + (Double($1) - each) * (Double($1) - each) / each } < 43.8)
    }

    @Test func apartIsFilledAsTheWhole() {
        func numbers(from first: Int, count: Int) -> [Double] {
            [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
                RandomStream(seed: 3, role: .initialization).fillNormal(buffer, from: first)
                initialized = count
            }
        }
        #expect(numbers(from: 8, count: 7) == Array(numbers(from: 0, count: 15)[8...]))
    }
}
