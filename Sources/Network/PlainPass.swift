// A layer over one image in plain loops and double precision: forward, and the gradient of its output back to its
// input. Slow beside the engine, but enough for some images of one network, whose gradients of classes the engine does
// not take.

public struct PlainPass: Sendable {
    /// From the layer's input to its output, each in PyTorch's order (`[C, H, W]`).
    public let forward: @Sendable (_ input: [Double]) -> [Double]
    /// From the gradient of the output to that of the input.
    public let backward: @Sendable (_ input: [Double], _ output: [Double], _ gradient: [Double]) -> [Double]

    init(
        forward: @escaping @Sendable (_ input: [Double]) -> [Double],
        backward: @escaping @Sendable (_ input: [Double], _ output: [Double], _ gradient: [Double]) -> [Double]
    ) {
        (self.forward, self.backward) = (forward, backward)
    }

    /// Of a layer that only gives its input another shape, or changes it in training alone.
    static let identity = PlainPass(forward: { $0 }, backward: { $2 })

    /// Each value times a factor of its channel, and a shift added.
    static func scaled(by terms: [(scale: Double, shift: Double)], area: Int) -> PlainPass {
        PlainPass(
            forward: { input in
                input.enumerated().map { $1 * terms[$0 / area].scale + terms[$0 / area].shift }
            },
            backward: { _, _, gradient in gradient.enumerated().map { $1 * terms[$0 / area].scale } })
    }
}

extension PlacedLayer {
    /// The layer as it is after training; `nil` for a layer that has no plain form.
    ///
    /// - Parameter tensors: its own, in PyTorch's order.
    public func plainPass(_ tensors: [[Float]]) -> PlainPass? { layer.kind.plainPass(self, tensors) }
}
