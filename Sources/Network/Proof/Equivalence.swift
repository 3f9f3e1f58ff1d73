// Whether two networks compute the same function: what `diff` proves before a step is trained.

public struct Equivalence: Sendable {
    public enum Answer: Hashable, Sendable {
        /// They have one normal form, by rules that preserve this much.
        case same(Preservation)
        /// They take or give another number of values.
        case different
        /// No rule leads from one network to the other. They may still compute the same functions, with other weights.
        case unknown
    }

    /// Where the normal forms begin to differ.
    public struct Difference: Sendable {
        /// The layer of each network with its number in `summary`; `nil`: it has ended.
        public let first: (number: Int?, layer: String)?
        public let second: (number: Int?, layer: String)?
    }

    public let answer: Answer
    /// What was rewritten in each network until both were the same; empty where they are not.
    public let steps: [[RewriteStep]]
    /// For networks that are not the same.
    public let difference: Difference?
    /// What of the first network's tensors holds the same values as what of the second's, all of these; `nil` where
    /// they do not fit.
    private let sharedWeights: [(first: TensorPart, second: TensorPart)]?

    public init(_ first: Architecture, _ second: Architecture) {
        for preservation in Preservation.allCases.reversed() {
            let rules = RewriteRule.all.filter { $0.preserves >= preservation }
            guard let forms = Self.oneForm(first, second, rules) else { continue }
            let kept = preservation == .training && !Self.drawsTheSame(first, second) ? .bits : preservation
            let shortest = Self.shortest(first, second, forms)
            (answer, steps, difference) = (.same(kept), shortest.map(\.steps), nil)
            sharedWeights = zip(shortest[0].tensors, shortest[1].tensors).map { ($0, $1) }
            return
        }
        let haveSameValues = first.input.count == second.input.count && first.output.count == second.output.count
        answer = haveSameValues ? .unknown : .different
        steps = [[], []]
        let haveSameWeights =
            first.input == second.input && first.output == second.output
            && first.parameters.map(\.shape) == second.parameters.map(\.shape)
        sharedWeights =
            haveSameWeights
            ? first.parameters.enumerated().map { index, tensor in
                let whole = TensorPart(tensor: index, range: 0..<tensor.count)
                return (whole, whole)
            } : nil
        difference = Difference(first, second)
    }

    /// The second network's tensors with the values of the first's; `nil` where they do not fit.
    public func weights(of second: Architecture, like first: [[Float]]) -> [[Float]]? {
        guard let sharedWeights else { return nil }
        var tensors = second.parameters.map { [Float](repeating: 0, count: $0.count) }
        for (from, to) in sharedWeights { tensors[to.tensor].replaceSubrange(to.range, with: from.values(of: first)) }
        return tensors
    }

    /// Whether each of the second network's tensors holds values of the first's.
    public var hasSharedWeights: Bool { sharedWeights != nil }

    /// The normal forms of both by these rules, if they are the same.
    private static func oneForm(
        _ first: Architecture, _ second: Architecture, _ rules: [RewriteRule]
    ) -> [NormalForm]? {
        let forms = [first, second].map { NormalForm($0, rules: rules) }
        return forms[0].isSame(as: forms[1]) ? forms : nil
    }

    /// The same proof without the rules that it does not need: those that only bring both networks to the normal form.
    private static func shortest(_ first: Architecture, _ second: Architecture, _ forms: [NormalForm]) -> [NormalForm] {
        var forms = forms
        var needed: [RewriteRule] = []
        for rule in forms.flatMap(\.steps).map(\.rule) where !needed.contains(where: { $0.name == rule.name }) {
            needed.append(rule)
        }
        for rule in needed {
            let fewer = needed.filter { $0.name != rule.name }
            guard let shorter = oneForm(first, second, fewer) else { continue }
            (needed, forms) = (fewer, shorter)
        }
        return forms
    }

    /// Whether all weights are drawn from the same streams, and all dropouts: a stream is a matter of what a layer is,
    /// of the shape of its weight, and of how many of those came before.
    private static func drawsTheSame(_ first: Architecture, _ second: Architecture) -> Bool {
        RandomDraws(first) == RandomDraws(second)
    }
}

extension Equivalence.Difference {
    /// Where the normal forms part that keep the training, in the layers as they were written.
    fileprivate init(_ first: Architecture, _ second: Architecture) {
        let forms = [first, second].map { NormalForm($0, preserving: .training).layers }
        let same = zip(forms[0], forms[1]).prefix { $0.layer == $1.layer }.count
        let titles = zip(forms, [first, second]).map { form, architecture -> (number: Int?, layer: String)? in
            let rest = form.dropFirst(same)
            // A flatten has no number; what is after it says more.
            guard let layer = rest.first(where: { $0.number != nil }) ?? rest.first else { return nil }
            let written = architecture.numbered.flatMap(\.leaves).first {
                $0.number != nil && $0.number == layer.number
            }
            return (layer.number, (written?.placed.layer ?? layer.layer).description)
        }
        (self.first, self.second) = (titles[0], titles[1])
    }
}

/// What a network asks of the random streams of `init` and `dropout`, in order.
private struct RandomDraws: Equatable {
    private var weights: [[Int]] = []
    private var products: [Bool] = []
    private var dropouts: [Layer] = []

    init(_ architecture: Architecture) {
        for layer in architecture.layers { add(layer) }
    }

    private mutating func add(_ placed: PlacedLayer) {
        if placed.layer.isRandom { dropouts.append(placed.layer) }
        if case .linear = placed.layer { products.append(true) }
        if case .convolution = placed.layer { products.append(false) }
        weights += placed.parameters.map(\.shape)
        for layer in placed.branches.joined() { add(layer) }
    }
}
