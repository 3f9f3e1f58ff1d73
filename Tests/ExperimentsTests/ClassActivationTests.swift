// Looking into a trained network: what its first layers give, and which places decide.

import Engine
import Network
import Runtime
import Testing

@testable import Datasets
@testable import Experiments

struct ClassActivationTests {
    private static let data = Synthetic.make(training: 64, test: 16)

    private func run(_ layers: [Layer]) throws -> Run {
        let architecture = try Architecture(input: Shape(channels: 3, height: 32, width: 32), layers: layers)
        let options = TrainingOptions(epochs: 1, batchSize: 16, seeds: Seeds(1), threads: 1)
        return try Trainer(model: "net", architecture: architecture, dataset: Self.data, options: options)
            .train(cancellation: Cancellation(), observer: { _ in })
    }

    private static let conv = Layer.convolution(.init(width: 6, stride: Extent(2), padding: .exactly(Extent(1))))
    private static let heads: [[Layer]] = [
        [.adaptiveAveragePool(output: Extent(1)), .flatten, .linear(.init(width: 10))],
        [
            .maxPool(.init(size: Extent(2))),
            .averagePool(.init(size: Extent(3), stride: Extent(2), padding: Extent(1))), .flatten,
            .linear(.init(width: 12)), .batchNorm(.init()), .activation(.gelu), .dropout(rate: 0.5),
            .linear(.init(width: 10)),
        ],
        [
            .adaptiveAveragePool(output: Extent(3)), .flatten, .linear(.init(width: 9)), .activation(.tanh),
            .linear(.init(width: 10)), .activation(.sigmoid),
        ],
        [
            .maxPool(.init(size: Extent(4))), .groupNorm(.init(groups: 3)), .flatten, .linear(.init(width: 12)),
            .groupNorm(.init(groups: 2, epsilon: 0.1)), .linear(.init(width: 10)),
        ],
        [
            .maxPool(.init(size: Extent(3), stride: Extent(4), roundsUp: true)), .layerNorm(.init()),
            .prelu(.init(isPerChannel: true)), .instanceNorm(.init(hasScale: true)), .activation(.mish),
            .averagePool(.init(size: Extent(2), stride: Extent(3), padding: Extent(1), roundsUp: true)),
            .batchNorm(.init(hasBias: false)), .activation(.elu(alpha: 0.5)), .flatten, .linear(.init(width: 12)),
            .layerNorm(.init(epsilon: 0.1)), .prelu(.init()), .activation(.softplus), .linear(.init(width: 10)),
        ],
        [
            .adaptiveMaxPool(output: Extent(3)), .activation(.hardswish), .flatten, .linear(.init(width: 10)),
            .activation(.hardsigmoid), .activation(.relu6),
        ],
        [
            .maxPool(.init(size: Extent(4))), .scale(.init(factor: -1.5, isLearned: true)), .flatten,
            .linear(.init(width: 12)), .scale(.init(factor: 0.25)), .linear(.init(width: 10)),
        ],
        [
            .residual(
                body: [.layerNorm(.init()), .attention(.init(heads: 3)), .positionEmbedding(.init())], shortcut: nil),
            .placeMixing(.init(output: Extent(3, 2))), .attention(.init(heads: 1)), .flatten, .linear(.init(width: 10)),
        ],
        [
            .multiplication(body: [
                .adaptiveAveragePool(output: Extent(1)), .linear(.init(width: 3)), .activation(.relu),
                .linear(.init(width: 6)), .activation(.sigmoid),
            ]),
            .residual(body: [.maxPool(.init(size: Extent(2)))], shortcut: [.averagePool(.init(size: Extent(2)))]),
            .residual(body: [.dropPath(rate: 0.2), .activation(.gelu)], shortcut: nil),
            .multiplication(body: [.activation(.tanh)]), .channelShuffle(groups: 2),
            .chunk(branches: [[.averagePool(.init(size: Extent(3), stride: Extent(1), padding: Extent(1)))], []]),
            .concatenation(branches: [[], [.maxPool(.init(size: Extent(3), stride: Extent(1), padding: Extent(1)))]]),
            .adaptiveAveragePool(output: Extent(1)), .flatten,
            .residual(body: [.linear(.init(width: 12))], shortcut: nil),
            .linear(.init(width: 10)),
        ],
        // Over the channels of each place, not over the whole map.
        [.maxPool(.init(size: Extent(4))), .activation(.softmax), .flatten, .linear(.init(width: 10))],
    ]

    @Test(arguments: heads.indices)
    func theHeadInPlainLoopsAgreesWithTheEngine(_ index: Int) throws {
        let run = try run([Self.conv, .batchNorm(.init()), .activation(.relu)] + Self.heads[index])
        let count = try #require(run.lastMap)
        #expect(count == 3)
        let maps = try run.featureMaps(behind: count, of: [0, 5], on: Self.data)
        let whole = try run.featureMaps(behind: run.architecture.layers.count, of: [0, 5], on: Self.data)
        let head = try NetworkHead(run, behind: count)
        for (map, wanted) in zip(maps.values, whole.values) {
            for (a, b) in zip(head.outputs(at: map.map(Double.init)), wanted) { #expect(abs(a - Double(b)) < 1e-4) }
        }
    }

    @Test(arguments: heads.indices)
    func theGradientIsWhatSmallStepsShow(_ index: Int) throws {
        let run = try run([Self.conv] + Self.heads[index])
        let count = try #require(run.lastMap)
        let head = try NetworkHead(run, behind: count)
        let map = try run.featureMaps(behind: count, of: [3], on: Self.data).values[0].map(Double.init)
        let gradient = head.gradient(of: 4, at: map)
        for place in stride(from: 0, to: map.count, by: 97) {
            var (above, below) = (map, map)
            above[place] += 1e-5
            below[place] -= 1e-5
            let slope = (head.outputs(at: above)[4] - head.outputs(at: below)[4]) / 2e-5
            #expect(abs(slope - gradient[place]) < 1e-5, "at \(place)")
        }
    }

    @Test func behindGlobalPoolingItIsTheMapOfZhouAndOthers() throws {
        let run = try run([Self.conv, .activation(.relu)] + Self.heads[0])
        let maps = try run.featureMaps(behind: 2, of: [1], on: Self.data)
        let activation = try #require(try run.classActivations(of: [1], classes: [7], on: Self.data).first)
        // The weights of class 7 in the linear layer, over the maps; what is negative left out; the largest is 1.
        let weights = try run.trained().values(2)[7 * 6..<8 * 6]
        let area = 16 * 16
        let sums = (0..<area).map { place in
            weights.enumerated().reduce(0.0) {
                $0 + Double($1.element) * Double(maps.values[0][$1.offset * area + place])
            }
        }
        let largest = sums.max() ?? 0
        #expect(activation.map.count == area)
        for (value, sum) in zip(activation.map, sums) {
            #expect(abs(value - (largest > 0 ? max(0, sum) / largest : 0)) < 1e-6)
        }
    }

    @Test func aNetworkWithoutAConvolutionHasNoMap() throws {
        let run = try run([.flatten, .linear(.init(width: 10))])
        #expect(throws: ClassActivationError.self) { try run.classActivations(of: [0], classes: [0], on: Self.data) }
    }
}
