// A head of attention over many places takes seconds: a step that is cancelled meanwhile leaves out the rest of it.

import CKernels
import Network
import Runtime
import Synchronization
import Testing

@testable import Engine

private let cancellation = Cancellation()
private let softmaxes = Atomic(0)

@Suite struct AttentionTests {
    /// Cancelled in the first of four chunks of queries.
    @Test func aCancelledStepEndsWithinAHead() throws {
        let architecture = try Architecture(
            input: Shape([3, 16, 16]),
            layers: [
                .convolution(.init(width: 8, kernel: Extent(1))), .attention(.init(heads: 1)), .flatten,
                .linear(.init(width: 2)),
            ])
        let room = 1 << 21
        guard let memory = AlignedBuffer<Float>(count: 3 * room) else {
            Issue.record("no memory")
            return
        }
        func passes(in base: UnsafeMutablePointer<Float>?) throws -> [any LayerPass] {
            var arena = Arena(base: base)
            var (weights, moments) = (Arena(base: base.map { $0 + room }), Arena(base: base.map { $0 + 2 * room }))
            let plan = try Plan(
                architecture, batchSize: 1, images: 1, optimizer: .sgd(), policy: PrecisionPolicy(.float32),
                dropoutSeed: 0,
                threads: 1, in: &arena, weights: &weights, moments: &moments)
            #expect(max(arena.count, weights.count, moments.count) <= room)
            return plan.passes
        }
        // How much it takes, before it is taken.
        _ = try passes(in: nil)
        let attention = try #require(passes(in: memory.pointer).lazy.compactMap { $0 as? Attention }.first)
        var kernels = InstructionSet.portable.kernels
        kernels.softmax_rows = { _, _, _, _ in
            softmaxes.add(1, ordering: .relaxed)
            cancellation.cancel()
        }
        let pool = ThreadPool(threadCount: 1)
        for isForward in [true, false] {
            cancellation.reset()
            softmaxes.store(0, ordering: .relaxed)
            let step = Step(
                kernels: kernels, pool: pool, cancellation: cancellation, images: 1, part: BatchPart(batchSize: 1),
                number: 0)
            if isForward { attention.forward(step) } else { attention.backward(step) }
            #expect(softmaxes.load(ordering: .relaxed) == 1, "\(isForward ? "forward" : "backward")")
        }
    }
}
