// A layer as a name and settings, every value written out: the form in which files keep a network and other machines read it, without
// the language and without its defaults. `Layer.settings` writes it, `Layer.init(_:)` reads it again.

/// One value of a layer.
public enum LayerSetting: Hashable, Sendable {
    case integer(Int)
    case number(Double)
    case flag(Bool)
    case choice(String)
    /// Height, then width.
    case extent(Extent)
    /// Layers within this one: the body of a `residual`.
    case layers([Layer])
    /// The branches of a `concat`.
    case branches([[Layer]])
}

public struct LayerSettings: Hashable, Sendable {
    /// The layer's word: `conv`.
    public var name: String
    /// In the order in which the layer declares them. A setting that is added to a layer later is left out where it changes nothing,
    /// so that a description written before it is still the same text.
    public var values: [Value]

    public struct Value: Hashable, Sendable {
        public var label: String
        public var setting: LayerSetting

        public init(_ label: String, _ setting: LayerSetting) { (self.label, self.setting) = (label, setting) }
    }

    public init(_ name: String, _ values: [Value] = []) { (self.name, self.values) = (name, values) }
}

/// Why settings are not those of a layer.
public struct LayerSettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

extension Layer {
    public var settings: LayerSettings {
        switch self {
        case .convolution(let layer): layer.settings
        case .linear(let layer):
            LayerSettings("linear", [.init("width", .integer(layer.width)), .init("bias", .flag(layer.hasBias))])
        case .batchNorm(let layer):
            LayerSettings(
                "batchnorm", [.init("eps", .number(layer.epsilon)), .init("momentum", .number(layer.momentum))])
        case .activation(let activation): activation.settings
        case .maxPool(let pooling): LayerSettings("maxpool", pooling.values)
        case .averagePool(let pooling): LayerSettings("avgpool", pooling.values)
        case .adaptiveAveragePool(let output):
            LayerSettings("adaptiveavgpool", [.init("output", .extent(output))])
        case .flatten: LayerSettings("flatten")
        case .dropout(let rate): LayerSettings("dropout", [.init("rate", .number(rate))])
        case .residual(let body, let shortcut):
            LayerSettings(
                "residual",
                [.init("body", .layers(body))] + (shortcut.map { [.init("shortcut", .layers($0))] } ?? []))
        case .concatenation(let branches): LayerSettings("concat", [.init("branches", .branches(branches))])
        }
    }

    /// - Throws: where a setting is missing, of another kind or out of range; a name or a label that is not known may be a later version's.
    public init(_ settings: LayerSettings) throws(LayerSettingsError) {
        var reader = LayerSettingsReader(settings)
        switch settings.name {
        case "conv": self = .convolution(try Convolution(&reader))
        case "linear":
            self = .linear(Linear(width: try reader.integer("width", from: 1), hasBias: try reader.flag("bias")))
        case "batchnorm":
            self = .batchNorm(
                BatchNorm(epsilon: try reader.number("eps"), momentum: try reader.number("momentum", in: 0...1)))
        case "maxpool": self = .maxPool(try Pooling(&reader))
        case "avgpool": self = .averagePool(try Pooling(&reader))
        case "adaptiveavgpool": self = .adaptiveAveragePool(output: try reader.extent("output", from: 1))
        case "flatten": self = .flatten
        case "dropout": self = .dropout(rate: try reader.number("rate", in: 0...1))
        case "residual":
            self = .residual(body: try reader.layers("body"), shortcut: try reader.optionalLayers("shortcut"))
        case "concat": self = .concatenation(branches: try reader.branches("branches"))
        case let name:
            guard let activation = try Activation(name, &reader) else {
                throw LayerSettingsError(description: "there is no layer `\(name)`")
            }
            self = .activation(activation)
        }
        try reader.finish()
    }
}

extension Layer.Convolution {
    fileprivate var settings: LayerSettings {
        let padding: LayerSetting =
            switch self.padding {
            case .exactly(let extent): .extent(extent)
            case .same: .choice("same")
            }
        return LayerSettings(
            "conv",
            [
                .init("width", .integer(width)), .init("kernel", .extent(kernel)), .init("stride", .extent(stride)),
                .init("padding", padding), .init("dilation", .extent(dilation)), .init("groups", .integer(groups)),
                .init("bias", .flag(hasBias)),
            ])
    }

    fileprivate init(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) {
        self.init(
            width: try reader.integer("width", from: 1), kernel: try reader.extent("kernel", from: 1),
            stride: try reader.extent("stride", from: 1),
            padding: try reader.isChoice("padding", "same")
                ? .same : .exactly(try reader.extent("padding", from: 0)),
            dilation: try reader.extent("dilation", from: 1), groups: try reader.integer("groups", from: 1),
            hasBias: try reader.flag("bias"))
    }
}

extension Layer.Pooling {
    fileprivate var values: [LayerSettings.Value] {
        [.init("size", .extent(size)), .init("stride", .extent(stride)), .init("padding", .extent(padding))]
    }

    fileprivate init(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) {
        self.init(
            size: try reader.extent("size", from: 1), stride: try reader.extent("stride", from: 1),
            padding: try reader.extent("padding", from: 0))
    }
}

extension Layer.Activation {
    fileprivate var settings: LayerSettings {
        switch self {
        case .relu: LayerSettings("relu")
        case .leakyReLU(let slope): LayerSettings("leakyrelu", [.init("slope", .number(slope))])
        case .gelu: LayerSettings("gelu")
        case .sigmoid: LayerSettings("sigmoid")
        case .tanh: LayerSettings("tanh")
        case .softmax: LayerSettings("softmax")
        }
    }

    /// - Returns: `nil` where it is no activation's name.
    fileprivate init?(_ name: String, _ reader: inout LayerSettingsReader) throws(LayerSettingsError) {
        switch name {
        case "relu": self = .relu
        case "leakyrelu": self = .leakyReLU(slope: try reader.number("slope"))
        case "gelu": self = .gelu
        case "sigmoid": self = .sigmoid
        case "tanh": self = .tanh
        case "softmax": self = .softmax
        default: return nil
        }
    }
}

/// Takes settings by their labels, and knows at the end which nobody took.
struct LayerSettingsReader {
    private let name: String
    private var left: [String: LayerSetting]

    init(_ settings: LayerSettings) {
        name = settings.name
        left = Dictionary(settings.values.map { ($0.label, $0.setting) }, uniquingKeysWith: { $1 })
    }

    private func fault(_ label: String, _ wanted: String) -> LayerSettingsError {
        LayerSettingsError(description: "`\(label)` of \(name) is not \(wanted)")
    }

    mutating func integer(_ label: String, from least: Int) throws(LayerSettingsError) -> Int {
        guard case .integer(let value)? = left.removeValue(forKey: label), value >= least else {
            throw fault(label, "a whole number from \(least)")
        }
        return value
    }

    mutating func number(
        _ label: String, in range: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude
    ) throws(LayerSettingsError) -> Double {
        switch left.removeValue(forKey: label) {
        case .number(let value)? where range.contains(value): return value
        case .integer(let value)? where range.contains(Double(value)): return Double(value)
        default: throw fault(label, "a number of its range")
        }
    }

    mutating func flag(_ label: String) throws(LayerSettingsError) -> Bool {
        guard case .flag(let value)? = left.removeValue(forKey: label) else { throw fault(label, "true or false") }
        return value
    }

    /// Whether it is this choice, which is then taken.
    mutating func isChoice(_ label: String, _ choice: String) throws(LayerSettingsError) -> Bool {
        guard case .choice(choice)? = left[label] else { return false }
        left[label] = nil
        return true
    }

    mutating func extent(_ label: String, from least: Int) throws(LayerSettingsError) -> Extent {
        guard case .extent(let value)? = left.removeValue(forKey: label), value.height >= least, value.width >= least
        else { throw fault(label, "a height and a width from \(least)") }
        return value
    }

    mutating func layers(_ label: String) throws(LayerSettingsError) -> [Layer] {
        guard let layers = try optionalLayers(label) else { throw fault(label, "a list of layers") }
        return layers
    }

    mutating func optionalLayers(_ label: String) throws(LayerSettingsError) -> [Layer]? {
        switch left.removeValue(forKey: label) {
        case nil: return nil
        case .layers(let layers)?: return layers
        default: throw fault(label, "a list of layers")
        }
    }

    mutating func branches(_ label: String) throws(LayerSettingsError) -> [[Layer]] {
        guard case .branches(let branches)? = left.removeValue(forKey: label) else {
            throw fault(label, "a list of branches")
        }
        return branches
    }

    func finish() throws(LayerSettingsError) {
        if let label = left.keys.min() { throw LayerSettingsError(description: "\(name) has no `\(label)`") }
    }
}
