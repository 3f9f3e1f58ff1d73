// A network rewritten by rules until none fits any more. Two networks with one normal form are the same as far as the
// rules that were used preserve it.

/// One use of a rule.
public struct RewriteStep: Sendable {
    public let rule: RewriteRule
    /// `layer 27`, by the numbers of `summary`; of a layer that has none, `the layer behind layer 13`.
    public let place: String
    /// As one would type them: `adaptiveavgpool 2`.
    public let before: [String]
    public let after: [String]
}

public struct NormalForm: Sendable {
    public let input: Shape
    /// The layers that are left, each with its number in the `summary` of the network it began as.
    public let layers: [(layer: Layer, number: Int?)]
    public let steps: [RewriteStep]
    /// For each tensor of the form, in order, which of the network's it is: branches that change places take theirs
    /// along.
    public let tensors: [Int]

    /// - Parameter preserving: only rules that leave at least this much as it was are used.
    public init(_ architecture: Architecture, preserving: Preservation) {
        self.init(architecture, rules: RewriteRule.all.filter { $0.preserves >= preserving })
    }

    public init(_ architecture: Architecture, rules: [RewriteRule]) {
        input = architecture.input
        var rewriting = Rewriting(rules: rules)
        let terms = rewriting.normalized(architecture.numbered, input: architecture.input)
        layers = terms.map { ($0.placed.layer, $0.number) }
        steps = rewriting.steps
        tensors = rewriting.tensors
    }

    /// What is left, as a network.
    public var architecture: Architecture? { try? Architecture(input: input, layers: layers.map(\.layer)) }

    /// Whether nothing but names and numbers is different.
    public func isSame(as other: NormalForm) -> Bool {
        input == other.input && layers.map(\.layer) == other.layers.map(\.layer)
    }
}

private struct Rewriting {
    let rules: [RewriteRule]
    var steps: [RewriteStep] = []
    /// The network's tensors so far, in the order of the form. No rule but that of swapped branches changes it.
    var tensors: [Int] = []

    init(rules: [RewriteRule]) { self.rules = rules }

    /// Rewrites until no rule fits. Each replacement looks again at what stands before it, so that the work is
    /// proportional to layers and steps.
    mutating func normalized(_ original: [NumberedLayer], input: Shape) -> [NumberedLayer] {
        rewritten(original.map { inner($0) }, input: input)
    }

    /// - Parameter terms: whose blocks are normal.
    private mutating func rewritten(_ terms: [NumberedLayer], input: Shape) -> [NumberedLayer] {
        var terms = terms
        var index = 0
        while index < terms.count {
            let shape = index == 0 ? input : terms[index - 1].placed.output
            guard let (rule, replaced, new) = fitting(terms[index...], on: shape) else {
                index += 1
                continue
            }
            steps.append(
                RewriteStep(
                    rule: rule, place: place(of: index, in: terms), before: replaced.map(\.placed.layer.description),
                    after: new.map(\.placed.layer.description)))
            terms.replaceSubrange(index..<index + replaced.count, with: new.map { withNormalBranches($0, replaced) })
            index = max(0, index - 1)
        }
        return terms
    }

    /// A concat that a rule has made, whose branches may not be normal any more.
    private mutating func withNormalBranches(_ term: NumberedLayer, _ old: [NumberedLayer]) -> NumberedLayer {
        guard case .concatenation = term.placed.layer, !old.contains(where: { $0.placed.layer == term.placed.layer })
        else { return term }
        let placed = term.placed
        let branches = term.branches.map { rewritten($0, input: placed.input) }
        return NumberedLayer(
            placed: PlacedLayer(
                layer: .concatenation(branches: branches.map { $0.map(\.placed.layer) }), input: placed.input,
                output: placed.output, branches: branches.map { $0.map(\.placed) }, parameters: placed.parameters),
            number: term.number, branches: branches)
    }

    /// A layer with blocks, whose blocks are normal; its shortcut is always said.
    private mutating func inner(_ term: NumberedLayer) -> NumberedLayer {
        let placed = term.placed
        let start = tensors.count
        var (branches, starts) = ([[NumberedLayer]](), [Int]())
        for branch in term.branches {
            starts.append(tensors.count)
            branches.append(normalized(branch, input: placed.input))
        }
        if branches.isEmpty { tensors += start..<start + placed.parameters.count }
        var layers = branches.map { $0.map(\.placed.layer) }
        let layer: Layer
        if case .residual = placed.layer, layers.count == 2 {
            let swap = RewriteRule.swappedBranches
            // What both end with may stand behind them, and does not decide.
            let common = zip(layers[0].reversed(), layers[1].reversed()).prefix { $0 == $1 }.count
            let ownTexts = layers.map { $0.dropLast(common).map(\.description).joined(separator: "; ") }
            if rules.contains(where: { $0.name == swap.name }), ownTexts[0] < ownTexts[1] {
                func text(_ layers: [[Layer]]) -> String {
                    let blocks = layers.map {
                        $0.isEmpty ? "{ }" : "{ \($0.map(\.description).joined(separator: "; ")) }"
                    }
                    return "residual \(blocks.joined(separator: " shortcut "))"
                }
                let (before, place) = (text(layers), term.leaves.lazy.compactMap(\.number).first)
                branches.swapAt(0, 1)
                layers.swapAt(0, 1)
                tensors[start...] = tensors[starts[1]...] + tensors[start..<starts[1]]
                steps.append(
                    RewriteStep(
                        rule: swap, place: place.map { "the residual at layer \($0)" } ?? "a residual",
                        before: [before],
                        after: [text(layers)]))
            }
            layer = .residual(body: layers[0], shortcut: layers[1])
        } else if case .concatenation = placed.layer {
            layer = .concatenation(branches: layers)
        } else {
            return term
        }
        return NumberedLayer(
            placed: PlacedLayer(
                layer: layer, input: placed.input, output: placed.output, branches: branches.map { $0.map(\.placed) },
                parameters: placed.parameters), number: term.number, branches: branches)
    }

    /// The first rule whose layers fit in place of the first of `terms`, those, and what they become.
    private func fitting(
        _ terms: ArraySlice<NumberedLayer>, on input: Shape
    ) -> (rule: RewriteRule, replaced: [NumberedLayer], new: [NumberedLayer])? {
        // No rule looks at more than two layers, but for what follows a concat.
        let isJoin = if case .concatenation? = terms.first?.placed.layer { true } else { false }
        let window = (isJoin ? terms : terms.prefix(2)).map(\.placed)[...]
        for rule in rules {
            guard let replacement = rule.rewrite(window) else { continue }
            let replaced = Array(terms.prefix(replacement.count))
            if let new = placed(replacement.layers, on: input, insteadOf: replaced) { return (rule, replaced, new) }
        }
        return nil
    }

    /// The new layers with their shapes. One that was there before keeps its number.
    private func placed(_ layers: [Layer], on input: Shape, insteadOf old: [NumberedLayer]) -> [NumberedLayer]? {
        guard let architecture = try? Architecture(input: input, layers: layers),
            architecture.output == (old.last?.placed.output ?? input)
        else { return nil }
        let first = old.lazy.compactMap(\.number).first
        return architecture.layers.map { placed in
            if let kept = old.first(where: { $0.placed.layer == placed.layer }) {
                return NumberedLayer(placed: placed, number: kept.number, branches: kept.branches)
            }
            guard placed.branches.isEmpty else {
                return NumberedLayer(placed: placed, number: nil, branches: numberedBranches(placed, old))
            }
            return NumberedLayer(placed: placed, number: placed.layer.kind.isNumbered ? first : nil)
        }
    }

    /// The branches of a new layer. A layer that was there before, or behind the branches, keeps its number.
    private func numberedBranches(_ placed: PlacedLayer, _ old: [NumberedLayer]) -> [[NumberedLayer]] {
        let former = old.first { $0.branches.count == placed.branches.count }?.branches
        return placed.branches.enumerated().map { index, branch in
            branch.enumerated().map { place, placed in
                if let former = former?[index], place < former.count, former[place].placed.layer == placed.layer {
                    return NumberedLayer(placed: placed, number: former[place].number, branches: former[place].branches)
                }
                let moved = old.first { $0.placed.layer == placed.layer }
                return NumberedLayer(
                    placed: placed, number: moved?.number, branches: numberedBranches(placed, moved.map { [$0] } ?? []))
            }
        }
    }

    private func place(of index: Int, in terms: [NumberedLayer]) -> String {
        if let number = terms[index].number { return "layer \(number)" }
        guard let before = terms[..<index].last(where: { $0.number != nil })?.number else { return "the first layer" }
        return "the layer behind layer \(before)"
    }
}
