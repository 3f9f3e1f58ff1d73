// An architecture as program text: one line of the language that defines it again, with loops, blocks and parameters
// expanded.

extension Architecture {
    /// `input 3x32x32; conv 64, padding: 1; relu; flatten; linear 10`: the body of a model.
    public var program: String {
        (["input \(input)"] + layers.map(\.layer.kind.program)).joined(separator: "; ")
    }
}
