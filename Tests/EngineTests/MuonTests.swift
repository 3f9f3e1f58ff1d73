// Muon's step against plain loops in double precision, for matrices of every form, and which tensors it leaves to
// others.

import CKernels
import Network
import Runtime
import Testing

@testable import Engine

struct MuonTests {
    /// Two steps of a matrix `[outputs, rows]` whose weights, gradients and moments are in the engine's layout.
    private static func steps(
        _ outputs: Int, _ rows: Int, gradients: [[Float]], threads: Int, set: InstructionSet
    ) throws -> [Float] {
        let tensor = ParameterTensor(name: "w", shape: [outputs, rows], role: .weight)
        let stored = StoredTensor(tensor: tensor, offset: 0)
        let view = ParameterView(
            range: 0..<stored.paddedCount, gradient: 0, shape: tensor.shape, role: .weight, factors: GroupFactors(),
            isHidden: true)
        var rule = OptimizerOptions.muon(learningRate: 0.5, momentum: 0.8, weightDecay: 0.2).rule
        #expect(rule.updates(view))
        let (count, scratch) = (stored.paddedCount, rule.scratchCount([view]))
        guard let memory = AlignedBuffer<Float>(count: 3 * count + scratch + 16) else {
            throw EngineError.outOfMemory(byteCount: 0)
        }
        let (weights, end) = (memory.pointer, memory.pointer + 3 * count + scratch)
        end.update(repeating: 7, count: 16)
        for (number, gradient) in gradients.enumerated() {
            stored.forEachElement(of: 0..<outputs) { weights[count + $1] = gradient[$0] }
            rule.run(
                Update(
                    parameters: [view], groups: ParameterGroup.joining([view]), weights: weights,
                    gradient: weights + count, moments: weights + 2 * count, scratch: weights + 3 * count,
                    count: count, rate: 1, momentum: nil, step: number + 1, kernels: set.kernels,
                    pool: ThreadPool(threadCount: threads)))
        }
        #expect((0..<16).allSatisfy { end[$0] == 7 }, "beyond its scratch memory")
        return stored.read(from: weights)
    }

    private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int64(bitPattern: state) >> 40) / 8_388_608
        }
    }

    /// As the definition has it, in double precision.
    private static func plainSteps(_ outputs: Int, _ rows: Int, gradients: [[Float]]) -> [Double] {
        func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
            a.map { row in
                var sums = [Double](repeating: 0, count: b[0].count)
                for (factor, other) in zip(row, b) {
                    for index in sums.indices { sums[index] += factor * other[index] }
                }
                return sums
            }
        }
        func transposed(_ a: [[Double]]) -> [[Double]] { a[0].indices.map { column in a.map { $0[column] } } }
        let count = outputs * rows
        var (weights, mean) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
        for gradient in gradients.map({ $0.map(Double.init) }) {
            for index in 0..<count { mean[index] = 0.8 * mean[index] + 0.2 * gradient[index] }
            let direction = (0..<count).map { 0.2 * gradient[$0] + 0.8 * mean[$0] }
            let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
            var x = (0..<outputs).map { k in (0..<rows).map { direction[k * rows + $0] / norm } }
            if outputs > rows { x = transposed(x) }
            for _ in 0..<5 {
                let gram = product(x, transposed(x))
                let square = product(gram, gram)
                let polynomial = gram.indices.map { i in
                    gram.indices.map { -4.7750 * gram[i][$0] + 2.0315 * square[i][$0] + (i == $0 ? 3.4445 : 0) }
                }
                x = product(polynomial, x)
            }
            if outputs > rows { x = transposed(x) }
            let scale = max(1, Double(outputs) / Double(rows)).squareRoot()
            for index in 0..<count {
                weights[index] = 0.9 * weights[index] - 0.5 * scale * x[index / rows][index % rows]
            }
        }
        return weights
    }

    @Test(arguments: [(1, 9), (9, 1), (20, 27), (33, 32), (45, 70), (70, 45), (31, 301), (130, 17), (64, 64)])
    func aStepIsThatOfPlainLoops(shape: (outputs: Int, rows: Int)) throws {
        let (outputs, rows) = shape
        let gradients = (1...2).map { Self.numbers(outputs * rows, seed: $0) }
        let expected = Self.plainSteps(outputs, rows, gradients: gradients)
        let largest = expected.map(abs).max() ?? 0
        let first = try Self.steps(outputs, rows, gradients: gradients, threads: 2, set: .portable)
        #expect(zip(first, expected).allSatisfy { abs(Double($0) - $1) < 5e-5 * largest }, "\(shape)")
        for set in InstructionSet.allCases where set.isAvailable {
            for threads in [1, 3, 7] {
                let other = try Self.steps(outputs, rows, gradients: gradients, threads: threads, set: set)
                #expect(other.map(\.bitPattern) == first.map(\.bitPattern), "\(shape), \(set), \(threads) threads")
            }
        }
    }

    @Test func noGradientIsNoStepAndWhatIsNotANumberArrivesAtTheWeights() throws {
        var gradient = [Float](repeating: 0, count: 20 * 30)
        #expect(try Self.steps(20, 30, gradients: [gradient], threads: 1, set: .portable).allSatisfy { $0 == 0 })
        gradient[77] = .nan
        #expect(try Self.steps(20, 30, gradients: [gradient], threads: 1, set: .portable).allSatisfy(\.isNaN))
    }

    @Test func muonHasTheWeightsBetweenTheFirstAndTheLast() throws {
        let architecture = try Architecture(
            input: Shape([3, 8, 8]),
            layers: [
                .convolution(.init(width: 20)), .batchNorm(.init()), .convolution(.init(width: 24)), .flatten,
                .linear(.init(width: 30)), .scale(.init(factor: 1, isLearned: true)), .linear(.init(width: 10)),
            ])
        var (arena, weights) = (Arena(base: nil), Arena(base: nil))
        let store = ParameterStore(architecture, in: &arena, weights: &weights)
        let rule = OptimizerOptions.muon().rule
        let taken = store.views(RoleFactors()).map(rule.updates)
        #expect(
            zip(taken, store.tensors.filter(\.tensor.role.isTrained)).filter(\.0).map(\.1.tensor.name)
                == ["2.weight", "4.weight"])
    }
}
