// The optimizer that a training asks for, as a value: a rule with its settings, which are those of `torch.optim`.

public struct OptimizerOptions: Hashable, Sendable {
    /// Before its first step.
    let rule: any OptimizerRule
    public private(set) var roles: RoleFactors
    /// Whether an average of the weights is kept beside the moments.
    public private(set) var keepsAverage = false
    /// Whether the weights of the best epoch so far are kept beside the moments.
    public private(set) var keepsBest = false

    init(_ rule: any OptimizerRule, roles: RoleFactors = RoleFactors()) { (self.rule, self.roles) = (rule, roles) }

    /// The same optimizer with rates and decay by role.
    public func with(_ roles: RoleFactors) -> OptimizerOptions {
        var options = self
        options.roles = roles
        return options
    }

    /// A momentum, or what decays a mean: with 1 nothing new would ever count.
    public static let shares = 0..<1.0

    /// All kinds, each once.
    static let kinds: [any OptimizerRule.Type] = [SGD.self, Adam.self, RMSprop.self, Lion.self, Muon.self]

    /// The same with an average of the weights beside its moments.
    public func keepingAverage(_ keeps: Bool) -> OptimizerOptions {
        var options = self
        options.keepsAverage = keeps
        return options
    }

    /// The same with the best weights so far beside its moments.
    public func keepingBest(_ keeps: Bool) -> OptimizerOptions {
        var options = self
        options.keepsBest = keeps
        return options
    }

    /// `sgd`
    public var name: String { rule.name }
    public var learningRate: Double { rule.learningRate }
    /// Whether it has a momentum, which a schedule may change.
    public var hasMomentum: Bool { rule.hasMomentum }
    /// Numbers kept for each parameter between steps.
    var momentCount: Int { max(rule.momentCount, rule.others?.rule.momentCount ?? 0) }

    /// Whether it updates each value by itself, so that a gradient may come part by part.
    var isElementwise: Bool { rule.isElementwise && rule.others == nil }

    /// Floats of memory within a step.
    func scratchCount(_ store: ParameterStore) -> Int { rule.scratchCount(store.views(roles)) }

    /// All of them, the learning rate first.
    public var settings: [OptimizerSetting] { rule.settings + roles.settings }

    /// - Parameter values: every setting under its key.
    /// - Throws: where a setting is missing, of another kind or out of range; a name or a key that is not known may be
    ///   a later version's.
    public init(name: String, values: [String: OptimizerSetting.Value]) throws(OptimizerSettingsError) {
        guard let kind = Self.kinds.first(where: { $0.names.contains(name) }) else {
            throw OptimizerSettingsError(description: "its optimizer is not known here")
        }
        var reader = OptimizerSettingsReader(name: name, values)
        rule = try kind.init(&reader)
        roles = try RoleFactors(&reader)
        try reader.finish()
    }

    public static func == (first: OptimizerOptions, second: OptimizerOptions) -> Bool {
        first.name == second.name && first.settings == second.settings
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(settings)
    }
}

/// An option of an optimizer's word.
public struct OptimizerSetting: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
        case number(Double)
        case flag(Bool)
        case choice(String)
        case optimizer(OptimizerOptions)
    }

    /// One value of it, with its key in a description.
    public struct Part: Hashable, Sendable {
        public let key: String
        public let value: Value
    }

    /// `weightdecay`
    public let label: String
    /// Two of an option that takes a pair.
    public let parts: [Part]
    /// Whether it is what the word takes where nothing is said; never of the learning rate, which is always said.
    public let isDefault: Bool

    init(_ label: String, _ number: Double, default standard: Double?) {
        (self.label, parts, isDefault) = (label, [Part(key: label, value: .number(number))], number == standard)
    }

    init(_ label: String, _ flag: Bool, default standard: Bool) {
        (self.label, parts, isDefault) = (label, [Part(key: label, value: .flag(flag))], flag == standard)
    }

    init(_ label: String, _ choice: String, default standard: String) {
        (self.label, parts, isDefault) = (label, [Part(key: label, value: .choice(choice))], choice == standard)
    }

    init(_ label: String, _ optimizer: OptimizerOptions, default standard: OptimizerOptions) {
        self.label = label
        parts = [Part(key: label, value: .optimizer(optimizer))]
        isDefault = optimizer == standard
    }

    /// A pair of numbers, each with its key.
    init(_ label: String, _ numbers: KeyValuePairs<String, Double>, default standard: [Double]) {
        self.label = label
        parts = numbers.map { Part(key: $0.key, value: .number($0.value)) }
        isDefault = numbers.map(\.value) == standard
    }
}

/// Why settings are not those of an optimizer.
public struct OptimizerSettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

/// Takes settings by their keys, and knows at the end which nobody took.
struct OptimizerSettingsReader {
    let name: String
    private var left: [String: OptimizerSetting.Value]

    init(name: String, _ values: [String: OptimizerSetting.Value]) { (self.name, left) = (name, values) }

    func has(_ key: String) -> Bool { left[key] != nil }

    mutating func number(
        _ key: String, in range: ClosedRange<Double> = 0...(.greatestFiniteMagnitude)
    ) throws(OptimizerSettingsError) -> Double {
        guard case .number(let value)? = left.removeValue(forKey: key), range.contains(value) else {
            throw OptimizerSettingsError(description: "`\(key)` of the optimizer is not a number in its range")
        }
        return value
    }

    /// A momentum, or what decays a mean.
    mutating func share(_ key: String) throws(OptimizerSettingsError) -> Double {
        try number(key, in: OptimizerOptions.shares.lowerBound...OptimizerOptions.shares.upperBound.nextDown)
    }

    mutating func flag(_ key: String) throws(OptimizerSettingsError) -> Bool {
        guard case .flag(let value)? = left.removeValue(forKey: key) else {
            throw OptimizerSettingsError(description: "`\(key)` of the optimizer is neither true nor false")
        }
        return value
    }

    mutating func choice(_ key: String, of choices: [String]) throws(OptimizerSettingsError) -> String {
        guard case .choice(let value)? = left.removeValue(forKey: key), choices.contains(value) else {
            throw OptimizerSettingsError(description: "`\(key)` of the optimizer is none of its choices")
        }
        return value
    }

    /// One that leaves nothing to others.
    mutating func optimizer(_ key: String) throws(OptimizerSettingsError) -> OptimizerOptions {
        guard case .optimizer(let value)? = left.removeValue(forKey: key), value.rule.others == nil else {
            throw OptimizerSettingsError(description: "`\(key)` of the optimizer is no optimizer of all tensors")
        }
        return value
    }

    func finish() throws(OptimizerSettingsError) {
        if let key = left.keys.min() { throw OptimizerSettingsError(description: "\(name) has no `\(key)`") }
    }
}
