// A layer over one image in plain loops and double precision: forward, and the gradient of its output back to its
// input. Slow compared with the engine, but enough for some images of one network, whose gradients of classes the
// engine does not take.

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

    /// One after the other.
    static func sequence(_ passes: [PlainPass]) -> PlainPass {
        guard passes.count != 1 else { return passes[0] }
        return PlainPass(
            forward: { input in passes.reduce(input) { $1.forward($0) } },
            backward: { input, _, gradient in
                var values = [input]
                for pass in passes { values.append(pass.forward(values[values.count - 1])) }
                return passes.indices.reversed().reduce(gradient) {
                    passes[$1].backward(values[$1], values[$1 + 1], $0)
                }
            })
    }

    /// The sum of what each makes of one input.
    static func sum(_ passes: [PlainPass]) -> PlainPass {
        PlainPass(
            forward: { input in added(passes.map { $0.forward(input) }) },
            backward: { input, _, gradient in
                added(passes.map { $0.backward(input, $0.forward(input), gradient) })
            })
    }

    /// What each makes of a part of the input, one behind the other.
    ///
    /// - Parameters:
    ///   - parts: what each reads.
    ///   - counts: how many values each gives.
    static func joined(_ passes: [PlainPass], reading parts: [Range<Int>], counts: [Int]) -> PlainPass {
        PlainPass(
            forward: { input in zip(passes, parts).flatMap { $0.forward(Array(input[$1])) } },
            backward: { input, output, gradient in
                var result = [Double](repeating: 0, count: input.count)
                var first = 0
                for ((pass, part), count) in zip(zip(passes, parts), counts) {
                    let own = first..<first + count
                    let back = pass.backward(Array(input[part]), Array(output[own]), Array(gradient[own]))
                    for (place, value) in zip(part, back) { result[place] += value }
                    first += count
                }
                return result
            })
    }

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
    public func plainPass(_ tensors: [[Float]]) -> PlainPass? {
        guard !layer.blocks.isEmpty else { return layer.kind.plainPass(self, tensors) }
        var rest = tensors[...]
        var passes: [PlainPass] = []
        for branch in branches {
            var own: [PlainPass] = []
            for placed in branch {
                let count = placed.tensorCount
                guard let pass = placed.plainPass(Array(rest.prefix(count))) else { return nil }
                own.append(pass)
                rest = rest.dropFirst(count)
            }
            passes.append(.sequence(own))
        }
        return layer.kind.plainPass(self, branches: passes)
    }

    /// With those of its branches.
    public var tensorCount: Int { parameters.count + branches.joined().reduce(0) { $0 + $1.tensorCount } }
}

/// The sums of the values at each place.
private func added(_ terms: [[Double]]) -> [Double] {
    terms.dropFirst().reduce(terms[0]) { zip($0, $1).map(+) }
}
