// Layers that learn nothing, by their numbers in `summary`.

import Network
import Testing

struct FreezingTests {
    private static let layers: [Layer] = [
        .convolution(.init(width: 4, padding: .exactly(Extent(1)))), .activation(.relu),
        .residual(
            body: [
                .convolution(.init(width: 8, stride: Extent(2), padding: .exactly(Extent(1)))), .batchNorm(.init()),
            ],
            shortcut: nil),
        .concatenation(branches: [[.convolution(.init(width: 4, kernel: Extent(1)))], []]), .flatten,
        .linear(.init(width: 10)),
    ]

    private func frozen(_ numbers: Set<Int>) throws -> Architecture {
        try Architecture(input: Shape([3, 8, 8]), layers: Self.layers).freezing(numbers)
    }

    @Test(
        arguments: [
            ([1], ["0.weight", "0.bias"]),
            ([2], []),
            ([1, 2, 3], ["0.weight", "0.bias", "2.body.0.weight", "2.body.0.bias"]),
            ([5, 6], ["2.shortcut.0.weight", "2.shortcut.1.weight", "2.shortcut.1.bias"]),
            ([7], ["3.0.0.weight", "3.0.0.bias"]), ([8], ["5.weight", "5.bias"]),
        ] as [(Set<Int>, [String])])
    func layersAreFrozenByTheirNumbers(numbers: Set<Int>, names: [String]) throws {
        let network = try frozen(numbers)
        let found = network.parameters.filter { $0.role.isTrained && !$0.isTrained }.map(\.name)
        #expect(found == names)
        #expect(network.parameters.map(\.name) == (try frozen([])).parameters.map(\.name))
        #expect(network.parameterCount == (try frozen([])).parameterCount)
    }

    @Test func whatStaysIsTheSameNetwork() throws {
        #expect(try frozen([2]) == frozen([]) && frozen([8]) != frozen([]))
        #expect(try frozen(Set(1...8)).isFrozen && !frozen(Set(1...7)).isFrozen)
        #expect(try !Architecture(input: Shape([3, 8, 8]), layers: [.flatten]).isFrozen)
    }

    /// As torchsummary 1.5.1 prints it: the parameters of a layer are trainable where its weight is.
    @Test func summaryCountsWhatLearnsAsTorchsummary() throws {
        let network = try Architecture(
            input: Shape([3, 8, 8]),
            layers: [
                .convolution(.init(width: 4, freezing: .init(.weights, biasEpochs: 2))),
                .batchNorm(.init(freezing: .init(.all))), .convolution(.init(width: 2, freezing: .init(biasEpochs: 1))),
                .flatten, .linear(.init(width: 10)),
            ])
        let lines = Summary(network).text.split(separator: "\n")
        #expect(
            lines.filter { $0.contains("params") } == [
                "Total params: 524", "Trainable params: 404", "Non-trainable params: 120",
            ])
    }
}
