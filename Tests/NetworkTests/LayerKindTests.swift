// What every kind of layer must answer.

import Testing

@testable import Network

struct LayerKindTests {
    @Test(arguments: Layer.Activation.all)
    func anActivationIsReadFromTheSettingsItWrites(activation: Layer.Activation) throws {
        let layer = Layer.activation(activation)
        #expect(layer.settings.name == layer.description)
        #expect(Layer.Activation.words.contains(layer.settings.name))
        #expect(try Layer(layer.settings) == layer)
    }

    @Test func aLayerOfAnUnknownNameIsRefused() {
        #expect((try? Layer(LayerSettings("warp"))) == nil)
    }

    @Test func noTwoKindsShareAName() {
        let words = Layer.kinds.flatMap { $0.words }
        #expect(Set(words).count == words.count)
    }

    /// `lint` and the numbers of `summary` rest on it.
    @Test func whatStandsInNoRowIsAViewOrHasBranches() throws {
        let layers: [Layer] = [
            .convolution(.init(width: 4)), .batchNorm(.init()), .activation(.relu), .maxPool(.init(size: Extent(2))),
            .averagePool(.init(size: Extent(1))), .residual(body: [.activation(.tanh)], shortcut: nil),
            .concatenation(branches: [[], [.activation(.gelu)]]), .adaptiveAveragePool(output: Extent(1)), .flatten,
            .dropout(rate: 0.5), .linear(.init(width: 2)), .groupNorm(.init(groups: 2)),
            .scale(.init(factor: 1, isLearned: true)), .multiplication(body: [.activation(.sigmoid)]),
            .chunk(branches: [[], [.activation(.tanh)]]),
        ]
        let architecture = try Architecture(input: Shape([3, 8, 8]), layers: layers)
        #expect(
            architecture.layers.map { $0.layer.kind.isNumbered }
                == [true, true, true, true, true, false, false, true, false, true, true, true, true, false, false])
        #expect(architecture.numbered.flatMap(\.leaves).compactMap(\.number) == Array(1...14))
    }
}
