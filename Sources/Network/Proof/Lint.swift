// Layers and parameters without effect, in numbers: what `lint` lists, and `summary` in short.

import Text

public struct LintNote: Hashable, Sendable {
    /// The rule that found it: `a layer that does nothing`.
    public let rule: String
    /// The number of the layer in `summary`, if it has one.
    public let layer: Int?
    /// One line in which the layer stands: `layer 27 (adaptiveavgpool 2) does nothing here: its input already is
    /// 512x2x2`.
    public let message: String
    /// What to write instead.
    public let advice: String
    /// Whether something is wasted for certain, so that a training says it too; else it is worth a thought.
    public let isWaste: Bool
}

public struct LintRule: Sendable {
    public let name: String
    /// What it looks for, and why that matters.
    public let explanation: String
    fileprivate var isWaste = true
    fileprivate typealias Found = (layer: NumberedLayer, message: String, advice: String)
    fileprivate let notes: @Sendable (LintContext) -> [Found]
}

extension Architecture {
    /// All that the rules find, in the order of the layers.
    public var lint: [LintNote] {
        let context = LintContext(self)
        return LintRule.all.flatMap { rule in
            rule.notes(context).map { found in
                LintNote(
                    rule: rule.name, layer: found.layer.number, message: "\(found.layer.title) \(found.message)",
                    advice: found.advice, isWaste: rule.isWaste)
            }
        }.enumerated().sorted { ($0.element.layer ?? 0, $0.offset) < ($1.element.layer ?? 0, $1.offset) }.map(\.element)
    }
}

/// The layers of a network in the runs in which they follow each other: the network's own, and those of each branch.
private struct LintContext {
    struct Run {
        /// Each with what is known of its input.
        let layers: [(layer: NumberedLayer, input: KnownValues)]
        let isShortcut: Bool
    }

    let architecture: Architecture
    private(set) var runs: [Run] = []

    init(_ architecture: Architecture) {
        self.architecture = architecture
        add(architecture.numbered, on: KnownValues(), isShortcut: false)
    }

    private mutating func add(_ layers: [NumberedLayer], on input: KnownValues, isShortcut: Bool) {
        var values = input
        let run = layers.map { layer in
            defer { values = values.after(layer.placed) }
            return (layer: layer, input: values)
        }
        runs.append(Run(layers: run, isShortcut: isShortcut))
        for (layer, input) in run {
            var isResidual = false
            if case .residual = layer.placed.layer { isResidual = true }
            for (index, branch) in layer.branches.enumerated() {
                add(branch, on: input, isShortcut: isResidual && index == 1)
            }
        }
    }

    /// Every layer with those after it, the branches' own included.
    func each<Found>(_ body: (NumberedLayer, ArraySlice<NumberedLayer>, Run) -> Found?) -> [Found] {
        runs.flatMap { run in
            let layers = run.layers.map(\.layer)
            return layers.indices.compactMap { body(layers[$0], layers[($0 + 1)...], run) }
        }
    }

    /// Every layer whose weights begin with zeros, with the next one that does something else with these.
    func eachBeginningAtZero<Found>(_ body: (NumberedLayer, NumberedLayer) -> Found?) -> [Found] {
        each { layer, behind, _ in
            guard layer.placed.traits.beginsAtZero, let next = behind.first(where: { !$0.placed.keepsZeros })
            else { return nil }
            return body(layer, next)
        }
    }
}

extension LintRule {
    public static let all: [LintRule] = [
        LintRule(
            name: "a layer that does nothing",
            explanation: "Its output is its input, bit for bit, in training too: the network is the same without it."
        ) { context in
            context.runs.flatMap(\.layers).compactMap { layer, input -> Found? in
                if let note = layer.placed.traits.idleNote { return (layer, note.message, note.advice) }
                guard case .activation(let activation) = layer.placed.layer,
                    let note = activation.form.idleNote(input)
                else { return nil }
                return (layer, "does nothing: \(note)", "leave it out")
            }
        },
        LintRule(
            name: "two shuffles that undo each other",
            explanation: "Channels that are put in another order and back again are where they were before."
        ) { context in
            context.each { layer, behind, _ -> Found? in
                guard let next = behind.first, layer.placed.isShuffling, next.placed.isShuffling else { return nil }
                let channels = layer.placed.input.channels
                let (first, second) = (
                    layer.placed.layer.shuffledChannels(of: channels), next.placed.layer.shuffledChannels(of: channels)
                )
                guard second.map({ first[$0] }) == Array(0..<channels) else { return nil }
                return (
                    next, "undoes \(layer.title): every channel is where it was before the two",
                    "leave both out, or put layers between them"
                )
            }
        },
        LintRule(
            name: "a factor of 0",
            explanation:
                "Its output is 0 whatever comes in, and no gradient comes back through it: what is before it in its branch, "
                + "or in the network, does nothing and learns nothing."
        ) { context in
            context.each { layer, _, _ -> Found? in
                guard case .scale(let scale) = layer.placed.layer, scale.factor == 0, !scale.isLearned else {
                    return nil
                }
                return (
                    layer, "gives 0 whatever comes in, and lets no gradient through",
                    "write another factor, or `learned: true`, which begins with 0 and learns"
                )
            }
        },
        LintRule(
            name: "an adaptive pool that copies",
            explanation:
                "Where its output is larger than its input, an adaptive pool repeats values; a linear layer after it "
                + "then holds many weights for the same value, which act as their sum."
        ) { context in
            context.each { layer, behind, _ -> Found? in
                let (input, output) = (layer.placed.input, layer.placed.output)
                guard layer.placed.layer.adaptiveOutput != nil, output.count > input.count else { return nil }
                let copies =
                    output.count % input.count == 0
                    ? "copies each value \(output.count / input.count) times"
                    : "makes \(grouped(output.count)) values of \(grouped(input.count))"
                var message = "\(copies): its input is \(input)"
                let next = behind.drop { $0.placed.traits.passesValues }.first
                if let next, case .linear(let settings) = next.placed.layer {
                    let (weights, acting) = (settings.width * output.count, settings.width * input.count)
                    message += ", so that the \(grouped(weights)) weights of \(next.title) act as \(grouped(acting))"
                }
                return (layer, message, "leave it out")
            }
        },
        LintRule(
            name: "a bias before batchnorm",
            explanation:
                "Batch norm takes the mean of each channel out, and any bias with it; its own shift does the work."
        ) { context in
            context.each { layer, behind, _ -> Found? in
                guard let next = behind.first?.placed, next.traits.removesBias, layer.placed.traits.hasBias else {
                    return nil
                }
                return (
                    layer,
                    "has \(grouped(layer.placed.output.channels)) biases that the \(next.layer.settings.name) after it removes",
                    "write `bias: false`"
                )
            }
        },
        LintRule(
            name: "zeros before relu",
            explanation:
                "Weights that begin with zeros give zeros, and relu lets no gradient through where nothing is above zero: the "
                + "layer, and all before it, never learn."
        ) { context in
            context.eachBeginningAtZero { layer, next -> Found? in
                guard [.activation(.relu), .activation(.relu6)].contains(next.placed.layer) else { return nil }
                return (
                    layer, "never learns: it begins with zeros, of which \(next.title) lets no gradient through",
                    "choose another `init:`, or keep zeros for the last layer of a `residual`'s body"
                )
            }
        },
        LintRule(
            name: "zeros behind zeros",
            explanation:
                "Of two layers that begin with zeros the second is given zeros, so that its weights have no gradient, and "
                + "lets none through to the first: only the biases of the second learn."
        ) { context in
            context.eachBeginningAtZero { layer, next -> Found? in
                guard next.placed.traits.beginsAtZero else { return nil }
                return (
                    next, "begins with zeros, as \(layer.title) before it does: the weights of neither ever learn",
                    "keep `init: zeros` in one of them at most"
                )
            }
        },
        LintRule(
            name: "a norm of single values",
            explanation:
                "A value that is normalized by itself is 0, so that the norm gives its shift whatever comes in: nothing is "
                + "learned through it."
        ) { context in
            context.each { layer, _, _ -> Found? in
                guard let single = layer.placed.traits.normalizesSingleValues else { return nil }
                return (layer, "gives the same whatever comes in: \(single.what)", single.advice)
            }
        },
        LintRule(
            name: "a softmax before the loss",
            explanation:
                "Training measures the cross-entropy of the softmax of the outputs. A softmax of the network's own is "
                + "applied twice: the loss cannot come near 0, and gradients are small."
        ) { context in
            guard let last = context.architecture.numbered.last(where: { $0.placed.layer != .flatten }),
                let note = last.placed.traits.lastLayerNote
            else { return [] }
            return [(last, note.message, note.advice)]
        },
        LintRule(
            name: "products with nothing between",
            explanation:
                "Two linear layers, two convolutions, or two layers that mix places, without a function between them compute "
                + "nothing that one could not, unless the first is narrower than what goes in and what comes out."
        ) { context in
            context.each { layer, behind, _ -> Found? in
                guard let next = behind.first(where: { !$0.placed.traits.isView }) else { return nil }
                let size: (Shape) -> Int
                switch (layer.placed.layer, next.placed.layer) {
                case (.placeMixing, .placeMixing): size = { $0.height * $0.width }
                default:
                    guard layer.placed.traits.isProduct, next.placed.traits.isProduct,
                        layer.placed.layer.family == next.placed.layer.family
                    else { return nil }
                    size = { $0.channels }
                }
                let (before, between, after) = (
                    size(layer.placed.input), size(layer.placed.output), size(next.placed.output)
                )
                guard between >= min(before, after) else { return nil }
                return (
                    next, "follows \(layer.title) with no function between them: one layer could compute both",
                    "put `relu` between them"
                )
            }
        },
        LintRule(
            name: "a position embedding that acts as less",
            explanation:
                "Two maps that are added act as their sum; and where a mean over the map follows, with nothing before it that "
                + "bends or looks at places, a map that is added acts as one value for each channel."
        ) { context in
            context.each { layer, behind, _ -> Found? in
                guard case .positionEmbedding = layer.placed.layer, let next = behind.first else { return nil }
                if case .positionEmbedding = next.placed.layer {
                    return (
                        layer, "adds a map, and \(next.title) another one: one could hold their sum", "leave it out"
                    )
                }
                let (count, channels) = (layer.placed.output.count, layer.placed.output.channels)
                guard count > channels, let mean = behind.first(where: { !$0.placed.isSameProductAtEachPlace }),
                    mean.placed.isMeanOfMap
                else { return nil }
                return (
                    layer,
                    "adds \(grouped(count)) values that act as \(grouped(channels)): \(mean.title) takes their mean",
                    "leave it out, or put layers between them that use places, such as `attention`"
                )
            }
        },
        LintRule(
            name: "attention over one place",
            explanation:
                "The share of a single place is 1, whatever its query and its key: their weights never learn, and what is left "
                + "are two products."
        ) { context in
            context.each { layer, _, _ -> Found? in
                let input = layer.placed.input
                guard case .attention = layer.placed.layer, input.extent == Extent(1) else { return nil }
                let all = layer.placed.parameters.reduce(0) { $0 + $1.count }
                let idle = 2 * input.channels * (input.channels + 1)
                return (
                    layer,
                    "has one place to look at: \(grouped(idle)) of its \(grouped(all)) weights, for queries and keys, do nothing",
                    "write `conv \(input.channels), kernel: 1`, or use it on a larger map"
                )
            }
        },
        LintRule(
            name: "attention that knows no order",
            explanation:
                "Attention takes places as a set. Where all layers before it compute each place, or each patch of the image, by "
                + "itself, and all layers after it up to a mean or a maximum over the map do too, the same patches in another "
                + "order give the same outputs.",
            isWaste: false
        ) { context in
            let layers = context.architecture.numbered
            guard let end = layers.firstIndex(where: { $0.placed.isOfWholeMap }),
                let first = layers[..<end].firstIndex(where: { $0.leaves.contains(where: \.isAttention) }),
                layers[..<first].allSatisfy({ $0.placed.cutsPatches || $0.placed.treatsPlacesAlike }),
                layers[first..<end].allSatisfy(\.placed.treatsPlacesAlike),
                let attention = layers[first].leaves.first(where: \.isAttention),
                attention.placed.input.extent != Extent(1)
            else { return [] }
            return [
                (
                    attention,
                    "cannot tell places apart: the patches of an image in any order give the same up to \(layers[end].title)",
                    "put `positionembedding` before it"
                )
            ]
        },
        LintRule(
            name: "values that are never read",
            explanation:
                "A stride larger than its window jumps over values, and one that does not fit the map leaves its last "
                + "rows or columns out. In a shortcut that is how ResNet halves its maps, and not reported.",
            isWaste: false
        ) { context in
            context.each { layer, _, run -> Found? in
                guard !run.isShortcut, let unread = layer.placed.unread else { return nil }
                let ceil = layer.placed.layer.pooling != nil ? ", or write `ceil: true`" : ""
                return (layer, unread, "choose stride, padding or the map's size so that they fit\(ceil)")
            }
        },
        LintRule(
            name: "a receptive field larger than the image",
            explanation: "From this layer on each value depends on all of the image; what its windows add is padding.",
            isWaste: false
        ) { context in
            var field = ReceptiveField()
            let image = context.architecture.input
            guard !image.isFlat else { return [] }
            for layer in context.architecture.numbered {
                if layer.placed.output.isFlat { return [] }
                field.append(layer.placed)
                guard field.size.height > image.height, field.size.width > image.width else { continue }
                let first = layer.leaves.first ?? layer
                return [
                    (
                        first,
                        "sees more than the image: its receptive field, \(field.size) pixels, is larger than \(image.extent)",
                        "fewer layers or pools may suffice, or a larger image"
                    )
                ]
            }
            return []
        },
    ]
}

extension NumberedLayer {
    fileprivate var isAttention: Bool { if case .attention = placed.layer { true } else { false } }
}

extension PlacedLayer {
    /// Whether it takes a value for each channel of all of a map, the mean or the largest.
    fileprivate var isOfWholeMap: Bool {
        guard !input.isFlat, input.extent != Extent(1), output.extent == Extent(1) else { return false }
        if layer.adaptiveOutput != nil { return true }
        guard let pooling = layer.pooling else { return false }
        return pooling.size == input.extent && pooling.padding == Extent(0)
    }

    fileprivate var isMeanOfMap: Bool {
        if case .mean = layer.kind.function { isOfWholeMap } else { false }
    }

    /// Whether it is one product with a matrix, the same at each place.
    fileprivate var isSameProductAtEachPlace: Bool {
        switch layer {
        case .convolution(let settings):
            settings.kernel == Extent(1) && settings.stride == Extent(1) && output.extent == input.extent
        case .scale, .channelShuffle: true
        default: false
        }
    }

    /// Whether places in another order give the same in that order.
    fileprivate var treatsPlacesAlike: Bool {
        switch layer {
        case .positionEmbedding: false
        case .attention: true
        case .residual, .concatenation, .multiplication, .chunk:
            branches.allSatisfy { $0.allSatisfy(\.treatsPlacesAlike) }
        default: traits.keepsPlacesApart || isSameProductAtEachPlace
        }
    }

    /// Whether it makes each place of pixels that no other place is made of.
    fileprivate var cutsPatches: Bool {
        guard branches.isEmpty, let windows = traits.windows, windows.padding == Extent(0) else { return false }
        return windows.reach.height <= windows.stride.height && windows.reach.width <= windows.stride.width
    }

    fileprivate var isShuffling: Bool { if case .channelShuffle = layer { !isIdle } else { false } }
    /// Whether `lint` says already that it does nothing.
    private var isIdle: Bool { traits.idleNote != nil }

    /// Whether zeros come out where zeros go in, before the first step.
    fileprivate var keepsZeros: Bool { if case .batchNorm = layer { true } else { traits.isView } }

    /// What its windows leave out, in words.
    fileprivate var unread: String? {
        guard let windows = traits.windows, let padding = windows.padding, windows.dilation == Extent(1) else {
            return nil
        }
        let (window, stride) = (windows.size, windows.stride)
        if stride.height > window.height || stride.width > window.width, output.height > 1 || output.width > 1 {
            let share = min(window.height, stride.height) * min(window.width, stride.width)
            return
                "reads \(share) of every \(stride.height * stride.width) values: its stride \(stride) is larger than its window \(window)"
        }
        let rows = input.height + padding.height - ((output.height - 1) * stride.height + window.height)
        let columns = input.width + padding.width - ((output.width - 1) * stride.width + window.width)
        guard rows > 0 || columns > 0 else { return nil }
        var left: [String] = []
        if rows > 0 { left.append("the last\(rows > 1 ? " \(rows)" : "") of \(input.height) rows") }
        if columns > 0 { left.append("the last\(columns > 1 ? " \(columns)" : "") of \(input.width) columns") }
        return "never reads \(left.joined(separator: " and "))"
    }
}
