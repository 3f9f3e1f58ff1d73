// A network rewritten by rules until none applies. Two networks with one normal form are the same as far as the rules
// that were used preserve it.

/// One use of a rule.
public struct RewriteStep: Sendable {
    public let rule: RewriteRule
    /// `layer 27`, by the numbers of `summary`; of a layer that has none, `the layer after layer 13`.
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
    /// For each tensor of the form, in order, what of the network's it is: branches that change places take theirs
    /// along, and a norm that is applied in branches has a part of its tensors in each.
    public let tensors: [TensorPart]

    /// - Parameter preserving: only rules that leave at least this much as it was are used.
    public init(_ architecture: Architecture, preserving: Preservation) {
        self.init(architecture, rules: RewriteRule.all.filter { $0.preserves >= preserving })
    }

    public init(_ architecture: Architecture, rules: [RewriteRule]) {
        input = architecture.input
        var rewriting = Rewriting(rules: rules, tensors: architecture.parameters.map(\.count))
        let terms = rewriting.normalized(architecture.numbered.map(\.spelledOut), input: architecture.input)
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

/// Values of a tensor that follow each other.
public struct TensorPart: Hashable, Sendable {
    public let tensor: Int
    public let range: Range<Int>

    public func values(of tensors: [[Float]]) -> [Float] { Array(tensors[tensor][range]) }
}

private struct Rewriting {
    let rules: [RewriteRule]
    var steps: [RewriteStep] = []
    /// The network's tensors in the order of the form. Two rules change it: that of swapped branches, and that of norms
    /// after a concat.
    var tensors: [TensorPart]

    /// - Parameter tensors: how many values each has.
    init(rules: [RewriteRule], tensors: [Int]) {
        self.rules = rules
        self.tensors = tensors.enumerated().map { TensorPart(tensor: $0, range: 0..<$1) }
    }

    /// What stands before a layer: what is known of its input, and how many tensors the layers before it have.
    private struct Start {
        var values: KnownValues
        var tensors: Int
    }

    /// Rewrites until no rule fits. Each replacement looks again at what is before it, so that the work is
    /// proportional to layers and steps.
    ///
    /// - Parameters:
    ///   - original: whose shortcuts are all said.
    ///   - values: what is known of the input.
    ///   - tensors: how many stand before the first of these layers.
    mutating func normalized(
        _ original: [NumberedLayer], input: Shape, values: KnownValues = KnownValues(), tensors: Int = 0
    ) -> [NumberedLayer] {
        var terms = original
        var starts = [Start(values: values, tensors: tensors)]
        var index = 0
        while index < terms.count {
            let (shape, start) = (index == 0 ? input : terms[index - 1].placed.output, starts[index])
            terms[index] = withNormalBranches(terms[index], start)
            guard let (rule, replaced, new) = fitting(terms[index...], on: shape, start.values) else {
                let term = terms[index]
                starts.append(
                    Start(values: start.values.after(term.placed), tensors: start.tensors + term.tensorCount))
                index += 1
                continue
            }
            steps.append(
                RewriteStep(
                    rule: rule, place: place(of: index, in: terms), before: replaced.map(\.placed.layer.description),
                    after: new.map(\.placed.layer.description)))
            if rule.name == RewriteRule.partsInBranches.name { splitTensors(of: replaced, from: start.tensors) }
            terms.replaceSubrange(index..<index + replaced.count, with: new)
            index = max(0, index - 1)
            starts.removeSubrange((index + 1)...)
        }
        return terms
    }

    /// The tensors of a norm after a concat, as those of a norm at the end of each branch.
    private mutating func splitTensors(of terms: [NumberedLayer], from start: Int) {
        guard terms.count == 2 else { return }
        let counts = terms[0].branches.map { $0.reduce(0) { $0 + $1.tensorCount } }
        let norm = start + counts.reduce(0, +)
        let whole = tensors[norm..<norm + terms[1].tensorCount]
        let all = terms[1].placed.input.channels
        var (parts, place, channel): ([TensorPart], Int, Int) = ([], start, 0)
        for (branch, count) in zip(terms[0].branches, counts) {
            parts += tensors[place..<place + count]
            place += count
            let channels = (branch.last?.placed.output ?? terms[0].placed.inputOfBranches).channels
            parts += whole.map { part in
                // Of a position embedding as many a channel as there are places.
                let size = part.range.count / max(1, all)
                let first = part.range.lowerBound + channel * size
                return TensorPart(tensor: part.tensor, range: first..<first + channels * size)
            }
            channel += channels
        }
        tensors.replaceSubrange(start..<norm + whole.count, with: parts)
    }

    /// A layer with its blocks rewritten for what comes into them, those of a residual in their order.
    private mutating func withNormalBranches(_ term: NumberedLayer, _ start: Start) -> NumberedLayer {
        guard !term.branches.isEmpty else { return term }
        let placed = term.placed
        var starts: [Int] = []
        var branches: [[NumberedLayer]] = []
        var count = start.tensors
        for branch in term.branches {
            starts.append(count)
            let rewritten = normalized(
                branch, input: placed.inputOfBranches, values: start.values, tensors: count)
            count += rewritten.reduce(0) { $0 + $1.tensorCount }
            branches.append(rewritten)
        }
        if case .residual = placed.layer, branches.count == 2,
            let swap = rules.first(where: { $0.name == RewriteRule.swappedBranches.name })
        {
            let layers = branches.map { $0.map(\.placed.layer) }
            // What both end with may stand behind them, and does not decide.
            let common = zip(layers[0].reversed(), layers[1].reversed()).prefix { $0 == $1 }.count
            let ownTexts = layers.map { $0.dropLast(common).map(\.description).joined(separator: "; ") }
            let isDropped = if case .dropPath? = layers[0].first { true } else { false }
            if ownTexts[0] < ownTexts[1], !isDropped {
                func text(_ layers: [[Layer]]) -> String {
                    let blocks = layers.map {
                        $0.isEmpty ? "{ }" : "{ \($0.map(\.description).joined(separator: "; ")) }"
                    }
                    return "residual \(blocks.joined(separator: " shortcut "))"
                }
                let place = term.leaves.lazy.compactMap(\.number).first
                branches.swapAt(0, 1)
                tensors[start.tensors..<count] = tensors[starts[1]..<count] + tensors[start.tensors..<starts[1]]
                steps.append(
                    RewriteStep(
                        rule: swap, place: place.map { "the residual at layer \($0)" } ?? "a residual",
                        before: [text(layers)], after: [text(layers.reversed())]))
            }
        }
        return term.with(branches)
    }

    /// The first rule whose layers fit in place of the first of `terms`, those, and what they become.
    private func fitting(
        _ terms: ArraySlice<NumberedLayer>, on input: Shape, _ values: KnownValues
    ) -> (rule: RewriteRule, replaced: [NumberedLayer], new: [NumberedLayer])? {
        // No rule looks at more than two layers, but for what follows a concat or a chunk.
        let isJoin = if case .join? = terms.first?.placed.layer.kind.function { true } else { false }
        let window = (isJoin ? terms : terms.prefix(2)).map(\.placed)[...]
        for rule in rules {
            guard let replacement = rule.rewrite(window, values) else { continue }
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

    /// The branches of a new layer. A layer that was there before, or after the branches, keeps its number.
    private func numberedBranches(_ placed: PlacedLayer, _ old: [NumberedLayer]) -> [[NumberedLayer]] {
        let former = old.first { $0.branches.count == placed.branches.count }?.branches
        return placed.branches.enumerated().map { index, branch in
            branch.enumerated().map { place, placed in
                // Of a shorter branch the last layers are gone, or the first.
                if let former = former?[index],
                    let kept = [place, place + former.count - branch.count].first(where: {
                        former.indices.contains($0) && former[$0].placed.layer == placed.layer
                    })
                {
                    return NumberedLayer(placed: placed, number: former[kept].number, branches: former[kept].branches)
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
        return "the layer after layer \(before)"
    }
}

extension NumberedLayer {
    /// How many tensors it has, those of its branches included.
    fileprivate var tensorCount: Int {
        branches.joined().reduce(placed.parameters.count) { $0 + $1.tensorCount }
    }

    /// The layer with its shortcuts said, where they are inferred.
    fileprivate var spelledOut: NumberedLayer { branches.isEmpty ? self : with(branches.map { $0.map(\.spelledOut) }) }

    /// The layer with other branches.
    fileprivate func with(_ branches: [[NumberedLayer]]) -> NumberedLayer {
        NumberedLayer(
            placed: PlacedLayer(
                layer: placed.layer.with(branches: branches.map { $0.map(\.placed.layer) }), input: placed.input,
                output: placed.output, branches: branches.map { $0.map(\.placed) },
                parameters: placed.parameters), number: number, branches: branches)
    }
}
