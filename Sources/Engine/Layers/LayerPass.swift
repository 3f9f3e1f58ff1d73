// A layer that runs. Passes are made by the plan, in order; each knows the maps it reads and writes.

protocol LayerPass: AnyObject {
    func forward(_ step: Step)
    /// From the gradient of the output to that of the input and of the parameters; both are overwritten.
    func backward(_ step: Step)
    /// Takes over what the step learned besides the parameters, once no cancellation can undo it.
    func commit()
}

extension LayerPass {
    func commit() {}
}

/// A pass whose weights' gradient waits for the update, which takes it part by part.
protocol LatePass: LayerPass {
    /// As `LateGradients.forEachPart`.
    func forEachWeightGradient(
        _ step: Step, _ body: (_ start: Int, _ gradient: UnsafePointer<Float>, _ count: Int) -> Void)
}

/// A pass from one map to one other.
protocol SinglePass: LayerPass {
    var ports: Ports { get }
}

extension SinglePass {
    var input: BlockedMap { ports.input }
    var inputGradient: BlockedMap? { ports.inputGradient }
    var output: BlockedMap { ports.output }
    var outputGradient: BlockedMap { ports.outputGradient }

    /// `inputGradient` where this step needs it: for passes that save much without.
    func inputGradient(in step: Step) -> BlockedMap? { step.needsInputGradient ? inputGradient : nil }
}

/// What a pass with one input reads and writes.
struct Ports {
    let input: BlockedMap
    /// `nil` where it is not needed.
    let inputGradient: BlockedMap?
    let output: BlockedMap
    let outputGradient: BlockedMap
}
