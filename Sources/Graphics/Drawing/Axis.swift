// What an axis measures: that decides its ticks, their texts and the unit in its title.

public struct Axis: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case number
        /// Counts something: ticks are whole.
        case whole
        /// Percent; never below 0 or above 100.
        case percent
        /// Time, given in seconds; the title says in what it is shown.
        case seconds
        /// Equal steps are equal factors; values at or below 0 are left out.
        case logarithmic
        /// Parameters, multiply-adds: logarithmic, with `10k` and `32M` as ticks.
        case magnitude

        var isLogarithmic: Bool { self == .logarithmic || self == .magnitude }
    }

    /// Without the unit that `kind` brings along: `test accuracy`, `time`.
    public var label: String
    public var kind: Kind

    public init(_ label: String, _ kind: Kind = .number) {
        self.label = label
        self.kind = kind
    }

    /// `test accuracy (%)`; times are in seconds here.
    var title: String {
        switch kind {
        case .percent: "\(label) (%)"
        case .seconds: "\(label) (s)"
        default: label
        }
    }

    func shows(_ value: Double) -> Bool { value.isFinite && (!kind.isLogarithmic || value > 0) }
}
