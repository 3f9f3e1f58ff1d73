// The parameters that a training ends with, which outlive the rest of its memory.

import Network
import Runtime

/// Holds the weights in the engine's layout, as the training left them: to keep them costs nothing, which an interrupt
/// wants at once. They are put in PyTorch's order when somebody asks.
public final class TrainedParameters: @unchecked Sendable {
    // Unchecked: an executor writes to the memory, and hands it out only after its last step.
    let stored: [StoredTensor]
    let memory: AlignedBuffer<Float>

    init(_ stored: [StoredTensor], in memory: consuming AlignedBuffer<Float>) {
        self.stored = stored
        self.memory = memory
    }

    /// Weights that come from elsewhere.
    ///
    /// - Parameter values: those of each tensor of `architecture.parameters`, in PyTorch's order.
    /// - Returns: `nil` where the system does not have enough memory.
    public convenience init?(_ architecture: Architecture, values: (Int) -> [Float]) {
        var (counting, unused) = (Arena(base: nil), Arena(base: nil))
        _ = ParameterStore(architecture, in: &unused, weights: &counting)
        guard let memory = AlignedBuffer<Float>(count: counting.count) else { return nil }
        var weights = Arena(base: memory.pointer)
        let store = ParameterStore(architecture, in: &unused, weights: &weights)
        for (index, stored) in store.tensors.enumerated() { store.write(values(index), to: stored) }
        self.init(store.tensors, in: memory)
    }

    /// Every tensor, in PyTorch's order.
    public var tensors: [ParameterTensor] { stored.map(\.tensor) }

    /// The values of a tensor, in PyTorch's order.
    ///
    /// Cost: copies them, 4 ns each.
    public func values(_ index: Int) -> [Float] { stored[index].read(from: memory.pointer) }
}
