// A layer as a name and settings, every value written out: the form in which files keep a network and other machines
// read it, without the language and without its defaults. `Layer.settings` writes it, `Layer.init(_:)` reads it again.

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
    /// In the order in which the layer declares them. A setting that is added to a layer later is left out where it
    /// changes nothing, so that a description written before it is still the same text.
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
    public var settings: LayerSettings { kind.settings }

    /// - Throws: where a setting is missing, of another kind or out of range; a name or a label that is not known may
    ///   be a later version's.
    public init(_ settings: LayerSettings) throws(LayerSettingsError) {
        guard let kind = Self.kinds.first(where: { $0.words.contains(settings.name) }) else {
            throw LayerSettingsError(description: "there is no layer `\(settings.name)`")
        }
        var reader = LayerSettingsReader(settings)
        self = try kind.layer(&reader)
        try reader.finish()
    }
}

/// Takes settings by their labels, and knows at the end which nobody took.
struct LayerSettingsReader {
    /// The layer's word.
    let name: String
    private var left: [String: LayerSetting]
    /// As large as the language lets a setting be: sums and products of shapes stay far from overflow.
    private static let largest = 1 << 20

    init(_ settings: LayerSettings) {
        name = settings.name
        left = Dictionary(settings.values.map { ($0.label, $0.setting) }, uniquingKeysWith: { $1 })
    }

    private func fault(_ label: String, _ wanted: String) -> LayerSettingsError {
        LayerSettingsError(description: "`\(label)` of \(name) is not \(wanted)")
    }

    mutating func integer(_ label: String, from least: Int) throws(LayerSettingsError) -> Int {
        guard case .integer(let value)? = left.removeValue(forKey: label), least...Self.largest ~= value else {
            throw fault(label, "a whole number from \(least) to \(Self.largest)")
        }
        return value
    }

    mutating func optionalInteger(_ label: String, from least: Int) throws(LayerSettingsError) -> Int? {
        left[label] == nil ? nil : try integer(label, from: least)
    }

    mutating func number(
        _ label: String, in range: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude
    ) throws(LayerSettingsError) -> Double {
        switch left.removeValue(forKey: label) {
        case .number(let value)? where range.contains(value): return value
        case .integer(let value)? where range.contains(Double(value)): return Double(value)
        default: throw fault(label, "a number in its range")
        }
    }

    mutating func flag(_ label: String) throws(LayerSettingsError) -> Bool {
        guard case .flag(let value)? = left.removeValue(forKey: label) else { throw fault(label, "true or false") }
        return value
    }

    /// A setting that came later, and is left out at its default.
    mutating func flag(_ label: String, else standard: Bool) throws(LayerSettingsError) -> Bool {
        left[label] == nil ? standard : try flag(label)
    }

    /// Whether it is this choice, which is then taken.
    mutating func isChoice(_ label: String, _ choice: String) throws(LayerSettingsError) -> Bool {
        guard case .choice(choice)? = left[label] else { return false }
        left[label] = nil
        return true
    }

    /// A setting that came later, and is left out at its default.
    mutating func choice<Choice: RawRepresentable<String>>(
        _ label: String, else standard: Choice
    ) throws(LayerSettingsError) -> Choice {
        guard let setting = left.removeValue(forKey: label) else { return standard }
        guard case .choice(let text) = setting, let choice = Choice(rawValue: text) else {
            throw fault(label, "one that is known")
        }
        return choice
    }

    mutating func extent(_ label: String, from least: Int) throws(LayerSettingsError) -> Extent {
        guard case .extent(let value)? = left.removeValue(forKey: label), least...Self.largest ~= value.height,
            least...Self.largest ~= value.width
        else { throw fault(label, "a height and a width from \(least) to \(Self.largest)") }
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

/// A layer as one would type it: its word, with a first argument where it has one, and options.
func typed(_ head: String, _ options: [String]) -> String {
    options.isEmpty ? head : head + (head.contains(" ") ? ", " : " ") + options.joined(separator: ", ")
}

/// The shortest text that reads back, whole numbers without `.0`: `0`, `0.2`, `1e-09`.
func shortest(_ number: Double) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
