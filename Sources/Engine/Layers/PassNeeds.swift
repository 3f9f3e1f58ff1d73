// What the passes of a layer need, declared next to them: the plan reserves it, and the graph joins and forks by it.

import Network

struct PassNeeds: Hashable {
    /// The zeros that its forward pass reads around its input.
    var inputHalo = Halo()
    /// The zeros that its backward pass reads around the gradient of its output.
    var gradientHalo = Halo()
    /// Whether its backward pass reads its input.
    var readsInput = false
    /// Whether its backward pass reads its output.
    var readsOutput = false
    /// Whether it can compute the ReLU after it with its own output; its backward pass then reads that, but where it
    /// takes maxima.
    var takesReLU = false
    /// Whether its backward pass overwrites the gradient of its output where it has a ReLU: nobody else may then read
    /// it.
    var overwritesGradientOfReLU = false
    /// The weight whose gradient waits for the update, and reads input and the gradient of the output there.
    var lateWeight: ParameterTensor?
    /// Floats of scratch that each thread needs.
    var threadScratch = 0
    /// Floats of scratch that all threads share.
    var sharedScratch = 0
}

/// How a layer runs, before there is memory.
protocol PassPlan {
    var needs: PassNeeds { get }
    /// - Parameter hasReLU: whether it computes the ReLU after it; only where `needs.takesReLU`.
    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass
    /// The same with the maximum of each window of 2x2 in place of its output, which then is never written; `nil` where
    /// it cannot.
    func takingMaxima() -> (any PassPlan)?
}

extension PassPlan {
    func takingMaxima() -> (any PassPlan)? { nil }
}

/// Where passes are made: the memory of a plan.
struct PassSite {
    let parameters: ParameterStore
    /// The largest batch.
    let images: Int
    let scratch: Scratch
    let dropoutSeed: UInt64
    /// Dropouts and droppaths made so far, which draw from streams of their own.
    var dropouts = 0
    var arena: Arena
}
