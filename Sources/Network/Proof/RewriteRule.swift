// A rule that puts other layers in the place of some, and what that leaves as it was.

public struct RewriteRule: Sendable {
    /// What is in the place of the first `count` layers.
    struct Replacement {
        let count: Int
        let layers: [Layer]
    }

    /// As a sentence without its stop: `relu after relu changes nothing`.
    public let name: String
    /// Why it holds.
    public let explanation: String
    public let preserves: Preservation
    /// The rewriting of a sequence that begins here; `nil` where the rule does not fit. Input and output shapes stay.
    let rewrite: @Sendable (_ layers: ArraySlice<PlacedLayer>, _ input: KnownValues) -> Replacement?

    /// A rule for a sequence.
    init(
        _ name: String, _ preserves: Preservation, because explanation: String,
        sequence: @escaping @Sendable (ArraySlice<PlacedLayer>) -> Replacement?
    ) {
        (self.name, self.preserves, self.explanation) = (name, preserves, explanation)
        rewrite = { layers, _ in sequence(layers) }
    }

    /// A layer that does nothing to some inputs.
    static func doesNothing(
        _ name: String, _ preserves: Preservation, because explanation: String,
        where isIdle: @escaping @Sendable (PlacedLayer, KnownValues) -> Bool
    ) -> RewriteRule {
        RewriteRule(
            name: name, explanation: explanation, preserves: preserves,
            rewrite: { layers, input in
                guard let first = layers.first, isIdle(first, input) else { return nil }
                return Replacement(count: 1, layers: [])
            })
    }

    private init(
        name: String, explanation: String, preserves: Preservation,
        rewrite: @escaping @Sendable (ArraySlice<PlacedLayer>, KnownValues) -> Replacement?
    ) {
        (self.name, self.explanation, self.preserves, self.rewrite) = (name, explanation, preserves, rewrite)
    }

    /// A rule for one layer.
    init(
        _ name: String, _ preserves: Preservation, because explanation: String,
        single: @escaping @Sendable (PlacedLayer) -> [Layer]?
    ) {
        (self.name, self.preserves, self.explanation) = (name, preserves, explanation)
        rewrite = { layers, _ in
            layers.first.flatMap(single).map { Replacement(count: 1, layers: $0) }
        }
    }

    /// A rule for two adjacent layers.
    init(
        _ name: String, _ preserves: Preservation, because explanation: String,
        pair: @escaping @Sendable (PlacedLayer, PlacedLayer) -> [Layer]?
    ) {
        (self.name, self.preserves, self.explanation) = (name, preserves, explanation)
        rewrite = { layers, _ in
            guard layers.count >= 2 else { return nil }
            return pair(layers[layers.startIndex], layers[layers.startIndex + 1])
                .map { Replacement(count: 2, layers: $0) }
        }
    }
}
