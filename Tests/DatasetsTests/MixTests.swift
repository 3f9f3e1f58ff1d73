// Images that are mirrored in turns, erased in part, or mixed with others: what is drawn is held against the
// definition by chi-square tests over 100,000 draws, and what is made of it pixel by pixel.

import Libraries
import Runtime
import TestSupport
import Testing

@testable import Datasets

struct MixTests {
    private static let draws = 100_000
    private let data: Dataset = {
        var data = Synthetic.make(training: 40, test: 4)
        data.normalization = Normalization(mean: [0.5, 0.25, 0.125], deviation: [1, 1, 1]) ?? .imageNet
        return data
    }()

    private func with(_ transforms: any Transform...) -> Dataset {
        var result = data
        result.augmentation =
            transforms.count == 1 ? Augmentation(transforms[0]) : Augmentation(transforms[0], transforms[1])
        return result
    }

    /// The image as the network sees it, `[C, H, W]`.
    private func written(_ data: Dataset, _ image: Int, epoch: Int = 1) throws -> [Float] {
        var values = [Float](repeating: -9, count: 3072)
        try values.withUnsafeMutableBufferPointer {
            try data.writeTrainingImage(
                image, epoch: epoch, seed: 1, to: $0.baseAddress.unsafelyUnwrapped, planeStride: 1024, rowStride: 32,
                columnStride: 1)
        }
        return values
    }

    private func target(_ data: Dataset, _ image: Int, epoch: Int = 1) -> [Double] {
        var shares = [Double](repeating: 0, count: 10)
        data.addTarget(image, epoch: epoch, seed: 1, to: &shares)
        return shares
    }

    private func mixes(_ transform: any MixingTransform, _ count: Int = draws) -> [Mix] {
        (0..<count).map {
            transform.mix(ImageRandom(seed: 5, image: $0, epoch: 1), among: 20, height: 32, width: 32)
        }
    }

    // MARK: Turns

    @Test func anImageIsMirroredInEverySecondEpoch() throws {
        let turning = with(Flip.alternating)
        var odd = 0
        for image in 0..<40 {
            let plain = try written(data, image)
            let mirrored = (0..<96).flatMap { row in plain[row * 32..<(row + 1) * 32].reversed() }
            let seen = try (1...5).map { try written(turning, image, epoch: $0) }
            #expect(seen[0] == plain || seen[0] == mirrored)
            for epoch in 1..<5 { #expect(seen[epoch] == (seen[epoch - 1] == plain ? mirrored : plain)) }
            odd += seen[0] == mirrored ? 1 : 0
        }
        #expect((10...30).contains(odd))
    }

    // MARK: Mixtures

    /// Of Beta(alpha, alpha): the arcsine law for a half, a line for 1, polynomials for whole numbers.
    @Test func theShareIsDrawnFromTheBetaDistribution() {
        let bounds = (1..<20).map { Double($0) / 20 }
        func shares(_ distribution: (Double) -> Double) -> [Double] {
            let values = [0] + bounds.map(distribution) + [1]
            return zip(values.dropFirst(), values).map { $0 - $1 }
        }
        let cases: [(Double, [Double])] = [
            (1, shares { $0 }),
            (2, shares { $0 * $0 * (3 - 2 * $0) }),
            (3, shares { $0 * $0 * $0 * (10 - 15 * $0 + 6 * $0 * $0) }),
            // asin(sqrt(x)) is the integral of 1 / (2 sqrt(x (1 - x))).
            (0.5, shares { 2 / Double.pi * arcsine($0.squareRoot()) }),
        ]
        for (alpha, expected) in cases {
            var counts = [Int](repeating: 0, count: 20)
            for mix in mixes(Mixup(alpha)) { counts[min(19, Int(mix.share * 20))] += 1 }
            #expect(abs(deviation(counts, expected)) < 4, "alpha \(alpha)")
        }
        // Its mean and variance, 1 / (4 (2 alpha + 1)), for the ones that are used most.
        for alpha in [0.1, 0.2, 0.4, 8] {
            let found = mixes(Mixup(alpha)).map(\.share)
            let mean = found.reduce(0, +) / Double(found.count)
            let variance = found.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(found.count)
            #expect(abs(mean - 0.5) < 0.006 && abs(variance * 4 * (2 * alpha + 1) - 1) < 0.02, "alpha \(alpha)")
        }
        #expect(mixes(Mixup(1e-3), 1000).allSatisfy { $0.share >= 0 && $0.share <= 1 })
    }

    /// Below about 1e-307 no draw is ever accepted: nothing asks for such a number, and it ends.
    @Test func everyDrawEnds() {
        #expect(mixes(Mixup(.leastNonzeroMagnitude), 2).allSatisfy { $0.share == 0.5 })
        for kind in [Mixup.self, CutMix.self] as [any AmountTransform.Type] {
            func isRead(_ amount: Double) -> Bool {
                kind.init(settings: .object([kind.label: .number(amount)])) != nil
            }
            #expect(
                [0, 1e-3, 100].allSatisfy(isRead) && ![.leastNonzeroMagnitude, 9e-4, -1, 101].contains(where: isRead))
        }
    }

    /// By the series, for what `import Foundation` would add to the test.
    private func arcsine(_ x: Double) -> Double {
        // Halves the angle until the series ends soon.
        guard x < 0.3 else { return 2 * arcsine((0.5 * (1 - (1 - x * x).squareRoot())).squareRoot()) }
        var (sum, term) = (x, x)
        for n in 1..<30 {
            term *= x * x * Double(2 * n - 1) / Double(2 * n)
            sum += term / Double(2 * n + 1)
        }
        return sum
    }

    @Test func theOtherImageIsAnyOfTheTrainingSet() {
        for transform in [Mixup(0.2), CutMix(1)] as [any MixingTransform] {
            var counts = [Int](repeating: 0, count: 20)
            for mix in mixes(transform) { counts[mix.partner] += 1 }
            #expect(abs(deviation(counts, Array(repeating: 0.05, count: 20))) < 4)
        }
    }

    @Test func aMixedImageIsTheSumOfTwoAndSoIsItsLabel() throws {
        let mixing = with(Mixup(1), Flip.random)
        let (flipped, random) = (with(Flip.random), { ImageRandom(seed: 1, image: $0, epoch: 3) })
        for image in 0..<20 {
            let mix = Mixup(1).mix(random(image), among: 40, height: 32, width: 32)
            let (own, other) = (try written(flipped, image, epoch: 3), try written(flipped, mix.partner, epoch: 3))
            let expected = zip(own, other).map { Float(mix.share) * $0 + Float(1 - mix.share) * $1 }
            #expect(try written(mixing, image, epoch: 3) == expected)
            var shares = [Double](repeating: 0, count: 10)
            shares[data.training.label(image)] += mix.share
            shares[data.training.label(mix.partner)] += 1 - mix.share
            #expect(target(mixing, image, epoch: 3) == shares)
        }
    }

    @Test func aWindowOfAnotherImageTakesItsShareOfTheLabel() throws {
        let mixing = with(CutMix(1))
        for image in 0..<20 {
            let mix = CutMix(1).mix(ImageRandom(seed: 1, image: image, epoch: 1), among: 40, height: 32, width: 32)
            let window = try #require(mix.window)
            let (own, other) = (try written(data, image), try written(data, mix.partner))
            let expected = (0..<3072).map { place in
                let isInside = window.rows.contains(place / 32 % 32) && window.columns.contains(place % 32)
                return isInside ? other[place] : own[place]
            }
            #expect(try written(mixing, image) == expected)
            let share = 1 - Double(window.rows.count * window.columns.count) / 1024
            #expect(mix.share == share)
            #expect(abs(target(mixing, image).reduce(0, +) - 1) < 1e-15)
        }
    }

    /// `torchvision.transforms.v2.CutMix`: a center anywhere, half a side of int(sqrt(1 - share) / 2 * size).
    @Test func windowsAreThoseOfTorchvision() {
        var generator = SplitMix(state: 3)
        let found = mixes(CutMix(1)).compactMap(\.window)
        var (heights, expected) = ([Int](repeating: 0, count: 33), [Int](repeating: 0, count: 33))
        var (tops, expectedTops) = ([Int](repeating: 0, count: 33), [Int](repeating: 0, count: 33))
        for window in found {
            heights[window.rows.count] += 1
            tops[window.rows.lowerBound] += 1
            let half = Int(0.5 * (1 - Double.random(in: 0..<1, using: &generator)).squareRoot() * 32)
            let center = Int.random(in: 0..<32, using: &generator)
            let (top, bottom) = (max(0, center - half), min(32, center + half))
            expected[bottom - top] += 1
            expectedTops[top] += 1
        }
        #expect(abs(deviation(heights, from: expected)) < 4)
        #expect(abs(deviation(tops, from: expectedTops)) < 4)
    }

    @Test func eachOfTwoWaysMixesHalfOfTheImages() throws {
        let both = Augmentation(Mixup(0.2), CutMix(1))
        let found = (0..<Self.draws).map { image in
            both.mix(ImageRandom(seed: 5, image: image, epoch: 1), among: 20, height: 32, width: 32)?.window != nil
        }
        #expect(abs(Double(found.count { $0 }) / Double(Self.draws) - 0.5) < 0.01)
    }

    // MARK: Erasing

    /// `torchvision.transforms.RandomErasing`: how many images, and how high and wide the rectangles are.
    @Test func rectanglesAreThoseOfTorchvision() {
        var generator = SplitMix(state: 4)
        var (sides, expected) = ([Int](repeating: 0, count: 64), [Int](repeating: 0, count: 64))
        var erased = 0
        var values = [Float](repeating: 1, count: 1024)
        values.withUnsafeMutableBufferPointer { buffer in
            let image = WrittenImage(
                base: buffer.baseAddress.unsafelyUnwrapped, channels: 1, height: 32, width: 32, planeStride: 1024,
                rowStride: 32, columnStride: 1)
            for index in 0..<Self.draws {
                for place in buffer.indices { buffer[place] = 1 }
                Erase(0.25).paint(image, ImageRandom(seed: 5, image: index, epoch: 1))
                let rows = (0..<32).count { row in buffer[row * 32..<row * 32 + 32].contains(0) }
                let columns = (0..<32).count { column in (0..<32).contains { buffer[$0 * 32 + column] == 0 } }
                if rows > 0 {
                    erased += 1
                    sides[rows] += 1
                    sides[32 + columns] += 1
                    let (height, width) = rectangle(&generator)
                    expected[height] += 1
                    expected[32 + width] += 1
                }
            }
        }
        #expect(abs(Double(erased) / Double(Self.draws) - 0.25) < 0.006)
        #expect(abs(deviation(sides, from: expected)) < 4)
    }

    private func rectangle(_ generator: inout SplitMix) -> (Int, Int) {
        while true {
            let area = 1024 * Double.random(in: 0.02..<0.33, using: &generator)
            let ratio = exponential(Double.random(in: logarithm(0.3)..<logarithm(3.3), using: &generator))
            let (height, width) = ((area * ratio).squareRoot().rounded(), (area / ratio).squareRoot().rounded())
            if height < 32, width < 32 { return (Int(height), Int(width)) }
        }
    }

    @Test func whatIsErasedIsTheMean() throws {
        let seen = try written(with(Erase(1)), 7)
        let plain = try written(data, 7)
        let places = (0..<1024).filter { seen[$0] == 0 && plain[$0] != 0 }
        #expect(!places.isEmpty && places.allSatisfy { seen[1024 + $0] == 0 && seen[2048 + $0] == 0 })
    }
}
