// A rule that puts other layers in the place of some, and what that leaves as it was.

public struct RewriteRule: Sendable {
    /// What stands in the place of the first `count` layers.
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
    let rewrite: @Sendable (ArraySlice<PlacedLayer>) -> Replacement?

    /// A rule for a sequence.
    init(
        _ name: String, _ preserves: Preservation, because explanation: String,
        sequence: @escaping @Sendable (ArraySlice<PlacedLayer>) -> Replacement?
    ) {
        (self.name, self.preserves, self.explanation, rewrite) = (name, preserves, explanation, sequence)
    }

    /// A rule for one layer.
    init(
        _ name: String, _ preserves: Preservation, because explanation: String,
        single: @escaping @Sendable (PlacedLayer) -> [Layer]?
    ) {
        (self.name, self.preserves, self.explanation) = (name, preserves, explanation)
        rewrite = { layers in
            layers.first.flatMap(single).map { Replacement(count: 1, layers: $0) }
        }
    }

    /// A rule for two layers behind each other.
    init(
        _ name: String, _ preserves: Preservation, because explanation: String,
        pair: @escaping @Sendable (PlacedLayer, PlacedLayer) -> [Layer]?
    ) {
        (self.name, self.preserves, self.explanation) = (name, preserves, explanation)
        rewrite = { layers in
            guard layers.count >= 2 else { return nil }
            return pair(layers[layers.startIndex], layers[layers.startIndex + 1])
                .map { Replacement(count: 2, layers: $0) }
        }
    }
}
