// Whether two networks compute the same function: what `diff` proves before a step is trained.

public struct Equivalence: Sendable {
    public enum Answer: Hashable, Sendable {
        /// They have one normal form, by rules that preserve this much.
        case same(Preservation)
        /// Their weights have other shapes, or their outputs do: they are two families of functions.
        case different
        /// The weights have the same shapes, but no rule leads from one network to the other.
        case unknown
    }

    /// Where the normal forms begin to differ.
    public struct Difference: Sendable {
        /// The layer of each network with its number in `summary`; `nil`: it has ended.
        public let first: (number: Int?, layer: String)?
        public let second: (number: Int?, layer: String)?
    }

    public let answer: Answer
    /// What was rewritten in each network on the way to the normal form.
    public let steps: [[RewriteStep]]
    /// For networks that are not the same.
    public let difference: Difference?

    public init(_ first: Architecture, _ second: Architecture) {
        for preservation in Preservation.allCases.reversed() {
            let forms = [first, second].map { NormalForm($0, preserving: preservation) }
            guard forms[0].isSame(as: forms[1]) else { continue }
            let kept = preservation == .training && !Self.drawsTheSame(first, second) ? .bits : preservation
            (answer, steps, difference) = (.same(kept), forms.map(\.steps), nil)
            return
        }
        let forms = [first, second].map { NormalForm($0, preserving: .outputs) }
        let haveSameWeights =
            first.input == second.input && first.output == second.output
            && first.parameters.map(\.shape) == second.parameters.map(\.shape)
        answer = haveSameWeights ? .unknown : .different
        steps = forms.map(\.steps)
        difference = Difference(forms[0], forms[1])
    }

    /// Whether all weights are drawn from the same streams, and all dropouts: a stream is a matter of what a layer is, of the
    /// shape of its weight, and of how many of those came before.
    private static func drawsTheSame(_ first: Architecture, _ second: Architecture) -> Bool {
        RandomDraws(first) == RandomDraws(second)
    }
}

extension Equivalence.Difference {
    fileprivate init(_ first: NormalForm, _ second: NormalForm) {
        let (a, b) = (first.layers, second.layers)
        let index = zip(a, b).prefix { $0.layer == $1.layer }.count
        self.first = index < a.count ? (a[index].number, a[index].layer.description) : nil
        self.second = index < b.count ? (b[index].number, b[index].layer.description) : nil
    }
}

/// What a network asks of the random streams of `init` and `dropout`, in order.
private struct RandomDraws: Equatable {
    private var weights: [[Int]] = []
    private var products: [Bool] = []
    private var dropouts: [Double] = []

    init(_ architecture: Architecture) { architecture.layers.forEach { add($0) } }

    private mutating func add(_ placed: PlacedLayer) {
        if case .dropout(let rate) = placed.layer, rate > 0 { dropouts.append(rate) }
        if case .linear = placed.layer { products.append(true) }
        if case .convolution = placed.layer { products.append(false) }
        weights += placed.parameters.map(\.shape)
        placed.branches.joined().forEach { add($0) }
    }
}
