// How weights begin: distributions, exact values, and what PyTorch and NumPy make of the same data.

import Engine
import Foundation
import Network
import Runtime
import Testing

struct InitializationTests {
    private static let shape = Shape([3, 9, 8])

    /// The tensors of one layer, as they begin.
    private func begun(
        _ layers: Layer..., on input: Shape = shape, images: FirstImages? = nil, seed: UInt64 = 1, threads: Int = 2
    ) throws -> [[Float]] {
        let executor = try Executor(
            Architecture(input: input, layers: layers), batchSize: 1, optimizer: .sgd(), seeds: Seeds(seed),
            pool: ThreadPool(threadCount: threads))
        executor.initialize(seed: seed, images: images)
        return executor.parameters.indices.map(executor.parameter)
    }

    private static func convolution(
        _ width: Int, _ kernel: Extent, groups: Int = 1, _ initialization: Layer.Initialization
    ) -> Layer {
        .convolution(.init(width: width, kernel: kernel, groups: groups, initialization: initialization))
    }

    /// A convolution from 16 channels in two groups, so that fan in and fan out are 8 * 15 and 400 * 15.
    private static let map = Shape([16, 6, 6])
    private static func grouped(_ initialization: Layer.Initialization) -> Layer {
        convolution(400, Extent(5, 3), groups: 2, initialization)
    }

    /// Kolmogorov and Smirnov's test: the largest distance from the distribution is above 1.95 / sqrt(n) once in a
    /// thousand.
    private func isDrawn(_ values: [Float], from cumulative: (Double) -> Double) -> Bool {
        let count = Double(values.count)
        let distances = values.sorted().enumerated().map { index, value in
            let share = cumulative(Double(value))
            return max(abs(share - Double(index) / count), abs(Double(index + 1) / count - share))
        }
        return (distances.max() ?? 1) < 1.95 / count.squareRoot()
    }

    @Test func kaimingIsNormalByTheFanIn() throws {
        let tensors = try begun(Self.grouped(.kaiming), on: Self.map)
        let deviation = (2.0 / (8 * 15)).squareRoot()
        #expect(isDrawn(tensors[0]) { 0.5 * erfc(-$0 / deviation / 2.squareRoot()) })
        #expect(!isDrawn(tensors[0]) { 0.5 * erfc(-$0 / (1.05 * deviation) / 2.squareRoot()) }, "5 % are seen")
        #expect(tensors[1] == [Float](repeating: 0, count: 400))
    }

    @Test func xavierIsUniformByBothFans() throws {
        let tensors = try begun(Self.grouped(.xavier), on: Self.map)
        let bound = (6.0 / (8 * 15 + 400 * 15)).squareRoot()
        #expect(isDrawn(tensors[0]) { min(1, max(0, ($0 / bound + 1) / 2)) })
        #expect(tensors[0].allSatisfy { abs(Double($0)) <= bound * (1 + 1e-7) })
        #expect(tensors[1] == [Float](repeating: 0, count: 400))
        let linear = try begun(.linear(.init(width: 200, initialization: .xavier)), on: Shape(features: 300))
        let linearBound = (6.0 / 500).squareRoot()
        #expect(isDrawn(linear[0]) { min(1, max(0, ($0 / linearBound + 1) / 2)) })
    }

    /// `nn.MultiheadAttention._reset_parameters`.
    @Test func attentionBeginsAsPyTorchs() throws {
        let layer = Layer.attention(.init(heads: 4))
        let tensors = Array(try begun(Self.convolution(64, Extent(1), .standard), layer).dropFirst(2))
        let (bound, ofOutput) = ((6.0 / (64 + 192)).squareRoot(), (1.0 / 64).squareRoot())
        #expect(isDrawn(tensors[0]) { min(1, max(0, ($0 / bound + 1) / 2)) })
        #expect(isDrawn(tensors[2]) { min(1, max(0, ($0 / ofOutput + 1) / 2)) })
        #expect((tensors[1] + tensors[3]).allSatisfy { $0 == 0 })
    }

    @Test func positionsBeginNormal() throws {
        let layer = Layer.positionEmbedding(.init())
        let tensors = try begun(Self.convolution(48, Extent(1), .standard), layer, layer)
        for values in tensors.suffix(2) { #expect(isDrawn(values) { 0.5 * erfc(-$0 / 0.02 / 2.squareRoot()) }) }
        #expect(tensors[2] != tensors[3])
    }

    @Test func theDefaultIsUniformByTheFanIn() throws {
        let tensors = try begun(Self.grouped(.standard), on: Self.map)
        let bound = (1.0 / (8 * 15)).squareRoot()
        #expect(isDrawn(tensors[0]) { min(1, max(0, ($0 / bound + 1) / 2)) })
        #expect(isDrawn(tensors[1]) { min(1, max(0, ($0 / bound + 1) / 2)) })
    }

    @Test func tensorsOfOneShapeAreDrawnApart() throws {
        let layer = Layer.linear(.init(width: 40, initialization: .kaiming))
        let executor = try Executor(
            Architecture(
                input: Shape(features: 40),
                layers: [.linear(.init(width: 40, initialization: .zeros)), layer, layer, .linear(.init(width: 40))]),
            batchSize: 1, optimizer: .sgd(), seeds: Seeds(1), pool: ThreadPool(threadCount: 1))
        executor.initialize(seed: 1)
        let alone = try begun(layer, on: Shape(features: 40))
        #expect(executor.parameter(2) != executor.parameter(4) && executor.parameter(2) != alone[0])
        let plain = try Executor(
            Architecture(
                input: Shape(features: 40), layers: [Layer](repeating: .linear(.init(width: 40)), count: 4)),
            batchSize: 1, optimizer: .sgd(), seeds: Seeds(1), pool: ThreadPool(threadCount: 1))
        plain.initialize(seed: 1)
        #expect(executor.parameter(6) == plain.parameter(6), "what others begin with moves no stream")
    }

    /// Wider and higher than long, and square.
    @Test(arguments: [(10, Shape([5, 4, 4]), 3), (70, Shape([2, 4, 4]), 3), (45, Shape([5, 4, 4]), 3)])
    func orthogonalRowsOrColumnsAreOrthonormal(width: Int, input: Shape, kernel: Int) throws {
        let tensors = try begun(Self.convolution(width, Extent(kernel), .orthogonal), on: input)
        let columns = input.channels * kernel * kernel
        let (count, length) = (min(width, columns), max(width, columns))
        func value(_ vector: Int, _ place: Int) -> Double {
            Double(tensors[0][width <= columns ? vector * columns + place : place * columns + vector])
        }
        for one in 0..<count {
            for other in 0...one {
                let product = (0..<length).reduce(0.0) { $0 + value(one, $1) * value(other, $1) }
                #expect(abs(product - (one == other ? 1 : 0)) < 1e-6)
            }
        }
        #expect(tensors[1].allSatisfy { $0 == 0 })
    }

    /// The trace of an evenly distributed orthogonal matrix has mean 0 and variance 1 (Diaconis and Shahshahani 1994).
    @Test func orthogonalWeightsAreEvenlyDistributed() throws {
        let traces = try (1...400 as ClosedRange<UInt64>).map { seed -> Double in
            let weight = try begun(
                .linear(.init(width: 5, initialization: .orthogonal)), on: Shape(features: 5), seed: seed, threads: 1)
            return (0..<5).reduce(0.0) { $0 + Double(weight[0][$1 * 6]) }
        }
        #expect(abs(traces.reduce(0, +) / 400) < 0.2)
        #expect(abs(traces.reduce(0) { $0 + $1 * $1 } / 400 - 1) < 0.3)
    }

    @Test func diracPassesChannelsOnAndLeavesTheRest() throws {
        let input = Shape([6, 4, 4])
        let (dirac, plain) = (
            try begun(Self.convolution(8, Extent(3, 2), groups: 2, .dirac), on: input),
            try begun(Self.convolution(8, Extent(3, 2), groups: 2, .standard), on: input)
        )
        // Two groups of four filters over three channels: the fourth filter begins as by default.
        for filter in 0..<8 {
            for channel in 0..<3 {
                for tap in 0..<6 {
                    let place = (filter * 3 + channel) * 6 + tap
                    let isOne = channel == filter % 4 && tap == 1 * 2 + 1
                    #expect(dirac[0][place] == (filter % 4 == 3 ? plain[0][place] : isOne ? 1 : 0))
                }
            }
        }
        #expect(dirac[1].allSatisfy { $0 == 0 })
        let linear = try begun(.linear(.init(width: 3, initialization: .dirac)), on: Shape(features: 4))
        #expect(linear[0] == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])
    }

    @Test func aDiracConvolutionGivesItsInput() throws {
        let layer = Layer.convolution(
            .init(width: 20, padding: .exactly(Extent(1)), initialization: .dirac))
        let input = Shape([20, 6, 6])
        let source = MemoryImages(shape: Shape([3, 6, 6]), count: 2, classes: 10, seed: 1)
        let executor = try Executor(
            Architecture(
                input: Shape([3, 6, 6]), layers: [Self.convolution(20, Extent(1), .standard), layer, .flatten]),
            batchSize: 2, optimizer: .sgd(), seeds: Seeds(1), pool: ThreadPool(threadCount: 1))
        let plain = try Executor(
            Architecture(input: Shape([3, 6, 6]), layers: [Self.convolution(20, Extent(1), .standard), .flatten]),
            batchSize: 2, optimizer: .sgd(), seeds: Seeds(1), pool: ThreadPool(threadCount: 1))
        for network in [executor, plain] {
            network.initialize(seed: 1)
            _ = try network.evaluate(0..<2, of: source, cancellation: Cancellation())
        }
        #expect(relativeError(executor.outputs(image: 1), plain.outputs(image: 1)) < 1e-5)
        #expect(plain.outputs(image: 1).count == input.count)
    }

    @Test func zerosAreZeros() throws {
        let tensors = try begun(Self.convolution(5, Extent(3), .zeros))
        #expect(tensors.joined().allSatisfy { $0 == 0 && $0.sign == .plus })
    }

    // MARK: Whitening

    private static let kernels = [(Extent(2), 1), (Extent(3, 2), 1), (Extent(2, 3), 2)]

    private func whitened(
        _ kernel: Extent, _ dilation: Int, width: Int? = nil, _ file: TensorFile, threads: Int = 2
    ) throws -> [Float] {
        let images = MemoryImages(
            shape: Self.shape, values: file.values("images"), labels: [Int](repeating: 0, count: 70))
        return try begun(
            .convolution(
                .init(
                    width: width ?? 6 * kernel.height * kernel.width, kernel: kernel, dilation: Extent(dilation),
                    initialization: .whiten)), images: FirstImages(images, of: 70), threads: threads)[0]
    }

    /// Eigenvectors of `numpy.linalg.eigh`, whose sign is a matter of taste.
    @Test(arguments: kernels) func whiteningFiltersAreNumPys(kernel: Extent, dilation: Int) throws {
        let file = try TensorFile(fixture: "whitening")
        let expected = file.values("filters.\(kernel.height)x\(kernel.width).\(dilation)")
        let found = try whitened(kernel, dilation, file)
        let size = 3 * kernel.height * kernel.width
        #expect(found.count == 2 * expected.count && expected.count == size * size)
        for row in 0..<size {
            let (one, other) = (
                Array(found[row * size..<(row + 1) * size]), Array(expected[row * size..<(row + 1) * size])
            )
            let sign: Float = zip(one, other).reduce(0) { $0 + $1.0 * $1.1 } < 0 ? -1 : 1
            #expect(relativeError(one.map { sign * $0 }, other) < 1e-5, "eigenvector \(row + 1)")
            #expect((one.max { abs($0) < abs($1) } ?? 0) > 0)
        }
        #expect(found[expected.count...].elementsEqual(found[..<expected.count].map { -$0 }))
    }

    @Test func fewerFiltersAreThoseOfTheLargestEigenvalues() throws {
        let file = try TensorFile(fixture: "whitening")
        let (all, few) = (try whitened(Extent(2), 1, file), try whitened(Extent(2), 1, width: 8, file))
        #expect(few == Array(all[..<48]) + all[..<48].map { -$0 })
    }

    @Test(arguments: [Layer.Initialization.kaiming, .xavier, .orthogonal, .dirac, .whiten], [1, 3, 7])
    func threadsDoNotChangeTheBits(_ initialization: Layer.Initialization, threads: Int) throws {
        let images = MemoryImages(shape: Self.shape, count: 150, classes: 10, seed: 3)
        let first = FirstImages(images, of: 150)
        let layer = Self.convolution(54, Extent(3), initialization)
        #expect(
            try begun(layer, images: first, threads: threads) == begun(layer, images: first, threads: 2))
    }
}
