// What the proof says of pairs of networks, those that only look alike among them.

import Network
import Testing

struct EquivalenceTests {
    private static let relu = Layer.activation(.relu)
    private static func conv(_ width: Int, kernel: Int = 3, stride: Int = 1, padding: Int = 1) -> Layer {
        .convolution(
            .init(
                width: width, kernel: Extent(kernel), stride: Extent(stride), padding: .exactly(Extent(padding))))
    }
    private static func pool(_ size: Int, stride: Int? = nil) -> Layer {
        .maxPool(.init(size: Extent(size), stride: stride.map { Extent($0) }))
    }
    private static func linear(_ width: Int) -> Layer { .linear(.init(width: width)) }

    private func answer(
        _ first: [Layer], _ second: [Layer], input: Shape = Shape([3, 8, 8])
    ) throws -> Equivalence.Answer {
        let networks = try [first, second].map { try Architecture(input: input, layers: $0) }
        let there = Equivalence(networks[0], networks[1]).answer
        #expect(Equivalence(networks[1], networks[0]).answer == there, "the order of the two does not matter")
        return there
    }

    /// The blog's networks: on a map of 512x2x2, an adaptive pool to 2 is the identity.
    @Test func theBlogsNetworksTrainTheSame() throws {
        var body: [Layer] = []
        for (width, depth) in [(64, 2), (128, 3), (256, 3), (512, 3)] {
            for _ in 0..<depth { body += [Self.conv(width), Self.relu] }
            body.append(Self.pool(2))
        }
        let head: [Layer] = [.flatten, Self.linear(4096), Self.relu, .dropout(rate: 0.2), Self.linear(10)]
        let input = Shape([3, 32, 32])
        let gap = try Architecture(input: input, layers: body + [.adaptiveAveragePool(output: Extent(2))] + head)
        let flat = try Architecture(input: input, layers: body + head)
        let proof = Equivalence(gap, flat)
        #expect(proof.answer == .same(.training))
        let step = try #require(proof.steps[0].first { $0.before == ["adaptiveavgpool 2"] })
        #expect(step.place == "layer 27" && step.after.isEmpty)
        let smaller = try Architecture(input: input, layers: body + [.adaptiveAveragePool(output: Extent(1))] + head)
        let other = Equivalence(smaller, flat)
        #expect(other.answer == .different)
        #expect(other.difference != nil)
    }

    private static let same: [(String, [Layer], [Layer], Preservation)] = [
        ("relu and max-pool", [relu, pool(2), .flatten, linear(3)], [pool(2), relu, .flatten, linear(3)], .training),
        (
            "relu through two pools", [relu, pool(2), pool(2), .flatten, linear(3)],
            [pool(2), pool(2), relu, .flatten, linear(3)], .training
        ),
        (
            "gap, and an average over all of the map",
            [.adaptiveAveragePool(output: Extent(1)), .flatten, linear(3)],
            [.averagePool(.init(size: Extent(8))), linear(3)], .training
        ),
        (
            "padding: same",
            [
                .convolution(.init(width: 4, padding: .same)), .flatten, linear(3),
            ], [conv(4), .flatten, linear(3)], .training
        ),
        ("dropout 0", [.dropout(rate: 0), .flatten, linear(3)], [.flatten, linear(3)], .training),
        (
            "the function is the same, the training is not",
            [.dropout(rate: 1e-9), .flatten, linear(3)], [.flatten, linear(3)], .bits
        ),
        (
            "sigmoid and max-pool", [.activation(.sigmoid), pool(2), .flatten, linear(3)],
            [pool(2), .activation(.sigmoid), .flatten, linear(3)], .outputs
        ),
        (
            "tanh and max-pool", [.activation(.tanh), pool(2), .flatten, linear(3)],
            [pool(2), .activation(.tanh), .flatten, linear(3)], .outputs
        ),
        ("pools of pools", [pool(2), pool(2), .flatten, linear(3)], [pool(4), .flatten, linear(3)], .bits),
        (
            "a head of convolutions", [conv(7, kernel: 8, padding: 0), relu, conv(3, kernel: 1, padding: 0), .flatten],
            [.flatten, linear(7), relu, linear(3)], .outputs
        ),
        (
            "class maps, then gap",
            [conv(3, kernel: 1, padding: 0), .adaptiveAveragePool(output: Extent(1)), .flatten],
            [.adaptiveAveragePool(output: Extent(1)), .flatten, linear(3)], .outputs
        ),
        (
            "inside a residual",
            [.residual(body: [conv(3), relu, relu, .dropout(rate: 0)], shortcut: []), .flatten, linear(3)],
            [.residual(body: [conv(3), relu], shortcut: nil), .flatten, linear(3)], .training
        ),
        (
            "a projection that is written out",
            [
                .residual(
                    body: [conv(6)],
                    shortcut: [.convolution(.init(width: 6, kernel: Extent(1), hasBias: false))]), .flatten, linear(3),
            ],
            [.residual(body: [conv(6)], shortcut: nil), .flatten, linear(3)], .training
        ),
    ]

    @Test(arguments: same)
    func areTheSame(_ name: String, _ first: [Layer], _ second: [Layer], _ preserved: Preservation) throws {
        #expect(try answer(first, second) == .same(preserved), "\(name)")
    }

    private static let notProven: [(String, [Layer], [Layer])] = [
        (
            "kernel 1 with stride 2 leaves values out", [pool(1, stride: 2), .flatten, linear(3)],
            [.flatten, linear(3)]
        ),
        (
            "gelu is not monotone", [.activation(.gelu), pool(2), .flatten, linear(3)],
            [pool(2), .activation(.gelu), .flatten, linear(3)]
        ),
        (
            "a negative slope turns the order round",
            [.activation(.leakyReLU(slope: -0.1)), pool(2), .flatten, linear(3)],
            [pool(2), .activation(.leakyReLU(slope: -0.1)), .flatten, linear(3)]
        ),
        (
            "softmax over channels is not softmax over values", [.activation(.softmax), .flatten, linear(3)],
            [.flatten, .activation(.softmax), linear(3)]
        ),
        (
            "pools that overlap", [pool(3, stride: 2), pool(3, stride: 2), .flatten, linear(3)],
            [pool(7, stride: 4), .flatten, linear(3)]
        ),
        (
            "an adaptive pool to a smaller map", [.adaptiveAveragePool(output: Extent(4)), .flatten, linear(3)],
            [
                .flatten, linear(3),
            ]
        ),
        (
            "relu and average pool", [relu, .averagePool(.init(size: Extent(2))), .flatten, linear(3)],
            [.averagePool(.init(size: Extent(2))), relu, .flatten, linear(3)]
        ),
        ("another width", [conv(4), .flatten, linear(3)], [conv(5), .flatten, linear(3)]),
        ("relu, or none", [conv(4), relu, .flatten, linear(3)], [conv(4), .flatten, linear(3)]),
    ]

    @Test(arguments: notProven)
    func areNotProven(_ name: String, _ first: [Layer], _ second: [Layer]) throws {
        let answer = try answer(first, second)
        #expect(answer == .different || answer == .unknown, "\(name): \(answer)")
    }

    @Test func rulesHaveNamesOfTheirOwn() {
        #expect(Set(RewriteRule.all.map(\.name)).count == RewriteRule.all.count)
    }
}
