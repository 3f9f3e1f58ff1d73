// Rewriting a network by rules, in their order.

import Testing

@testable import Network

struct NormalFormTests {
    /// A rule whose layers do not fit in their place gives way to the next.
    @Test func aRuleThatCannotBePlacedHidesNoOther() throws {
        let relu = Layer.activation(.relu)
        let odd = RewriteRule("relu is a flatten", .training, because: "it is not") { placed in
            placed.layer == relu ? [.flatten] : nil
        }
        let network = try Architecture(input: Shape([3, 8, 8]), layers: [relu, relu, relu])
        let form = NormalForm(network, rules: [odd] + RewriteRule.all)
        #expect(form.layers.map(\.layer) == [relu])
        #expect(form.steps.map(\.rule.name) == ["relu after relu does nothing", "relu after relu does nothing"])
    }
}
