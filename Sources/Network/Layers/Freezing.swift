// What of a layer's parameters training leaves as it is: what `freeze:` and `biasepochs:` say.

extension Layer {
    public struct Freezing: Hashable, Sendable {
        public enum Part: String, Hashable, Sendable, CaseIterable {
            case nothing = "none"
            /// All but the bias.
            case weights
            case all
        }

        public var part: Part
        /// The first epochs, in which alone the bias learns; `nil`: it learns in all of them.
        public var biasEpochs: Int?

        public init(_ part: Part = .nothing, biasEpochs: Int? = nil) {
            (self.part, self.biasEpochs) = (part, biasEpochs)
        }
    }
}

/// When a tensor learns. While it does not, it gets no update and no decay: PyTorch's `requires_grad_(False)`.
public enum Learning: Hashable, Sendable {
    case always
    case never
    /// In the first epochs, so many.
    case until(epoch: Int)
}

extension Layer.Freezing {
    var isIdle: Bool { self == Self() }

    fileprivate func learning(of role: ParameterTensor.Role) -> Learning {
        let isBias = role.isBias
        return switch part {
        case .all: .never
        case .weights where !isBias: .never
        case .weights, .nothing: isBias ? biasEpochs.map { .until(epoch: $0) } ?? .always : .always
        }
    }

    /// As options, nothing at the defaults.
    var written: [String] {
        (part == .nothing ? [] : ["freeze: \(part.rawValue)"]) + (biasEpochs.map { ["biasepochs: \($0)"] } ?? [])
    }

    /// As settings, nothing at the defaults.
    var settings: [LayerSettings.Value] {
        (part == .nothing ? [] : [.init("freeze", .choice(part.rawValue))])
            + (biasEpochs.map { [.init("biasepochs", .integer($0))] } ?? [])
    }

    /// The statements by which PyTorch leaves it as it is.
    ///
    /// - Parameter module: the layer in Python.
    func python(of module: String, _ placed: PlacedLayer) -> [String] {
        func stopped(_ isMeant: (ParameterTensor.Role) -> Bool) -> [String] {
            placed.parameters.filter { $0.role.isTrained && isMeant($0.role) }.map {
                "\(module).\($0.nameInLayer).requires_grad_(False)"
            }
        }
        let frozen: [String] =
            switch part {
            case .nothing: []
            case .weights: stopped { !$0.isBias }
            case .all: ["\(module).requires_grad_(False)"]
            }
        return frozen
            + (biasEpochs.map { epochs in
                stopped(\.isBias).map { "# after \(epochs == 1 ? "one epoch" : "\(epochs) epochs"): \($0)" }
            } ?? [])
    }
}

extension ParameterTensor {
    /// Its name without the path of its layer: `weight`, or `out_proj.weight`.
    fileprivate var nameInLayer: String {
        name.split(separator: ".").reversed().prefix { Int($0) == nil }.reversed().joined(separator: ".")
    }
}

extension ParameterTensor.Role {
    fileprivate var isBias: Bool { self == .bias || self == .shift }
}

extension LayerSettingsReader {
    mutating func freezing() throws(LayerSettingsError) -> Layer.Freezing {
        Layer.Freezing(
            try choice("freeze", else: .nothing), biasEpochs: try optionalInteger("biasepochs", from: 1))
    }
}

/// A kind of layer with parameters.
protocol FreezableKind: LayerKind {
    var freezing: Layer.Freezing { get set }
    var layer: Layer { get }
}

extension FreezableKind {
    func with(_ freezing: Layer.Freezing) -> Layer? {
        var changed = self
        changed.freezing = freezing
        return changed.layer
    }

    var trainedForm: Layer? { freezing.isIdle ? nil : with(Layer.Freezing()) }
}

extension LayerPlace {
    /// The tensors with what the layer's `freeze:` says of each.
    ///
    /// - Throws: where that changes none of them.
    func frozen(_ parameters: [ParameterTensor]) throws(ShapeFault) -> [ParameterTensor] {
        let freezing = layer.kind.freezing
        guard !freezing.isIdle else { return parameters }
        if freezing.biasEpochs != nil {
            guard freezing.part != .all else { throw fault(.frozenBias) }
            guard parameters.contains(where: \.role.isBias) else {
                throw fault(.noBias)
            }
        }
        let frozen = parameters.map { tensor in
            var tensor = tensor
            if tensor.role.isTrained { tensor.learning = freezing.learning(of: tensor.role) }
            return tensor
        }
        guard freezing.part == .nothing || frozen.contains(where: { $0.learning == .never }) else {
            throw fault(.nothingToFreeze)
        }
        return frozen
    }
}

extension Architecture {
    /// The layers with these numbers in `summary`, and all in their branches, learn nothing; those without parameters
    /// stay as they are.
    public func freezing(_ numbers: Set<Int>) -> Architecture {
        func frozen(_ numbered: NumberedLayer) -> Layer {
            let (layer, kind) = (numbered.placed.layer, numbered.placed.layer.kind)
            guard numbered.branches.isEmpty else {
                let isMeant = numbered.branches.joined().flatMap(\.leaves).contains {
                    $0.number.map(numbers.contains) ?? false
                }
                return isMeant ? layer.with(branches: numbered.branches.map { $0.map(frozen) }) : layer
            }
            guard let number = numbered.number, numbers.contains(number),
                numbered.placed.parameters.contains(where: \.role.isTrained)
            else { return layer }
            return kind.with(Layer.Freezing(.all)) ?? layer
        }
        // Nothing is of another shape.
        return (try? Architecture(input: input, layers: numbered.map(frozen))) ?? self
    }

    /// Whether there are parameters, and none of them learns.
    public var isFrozen: Bool {
        let learned = parameters.filter(\.role.isTrained)
        return !learned.isEmpty && !learned.contains(where: \.isTrained)
    }
}
