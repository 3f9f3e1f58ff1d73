// Which pass computes a layer, by its shapes and the precision.

import Network
import Testing

@testable import Engine

struct AlgorithmChoiceTests {
    private func plan(_ layer: Layer, on input: Shape, _ precision: Precision = .float32) throws -> (any PassPlan)? {
        let placed = try Architecture(input: input, layers: [layer]).layers[0]
        switch AlgorithmChoice(batchSize: 4, images: 4, policy: PrecisionPolicy(precision)).outcome(placed) {
        case .pass(let plan), .relu(let plan), .maxima(let plan): return plan
        case .identity, .passes, .sum, .product, .join, .share: return nil
        }
    }

    private func conv(_ width: Int, kernel: Int = 3, stride: Int = 1, groups: Int = 1) -> Layer {
        .convolution(
            .init(
                width: width, kernel: Extent(kernel), stride: Extent(stride), padding: .exactly(Extent(kernel / 2)),
                groups: groups))
    }

    @Test(arguments: [(map: 4, tiles: [4, 2, 4]), (map: 3, tiles: [4, 2, 4]), (map: 2, tiles: [2, 2, 2])])
    func aConvolutionOfThreeByThreeIsWinograds(row: (map: Int, tiles: [Int])) throws {
        for (precision, tile) in zip([Precision.float32, .precise, .mixed], row.tiles) {
            let plan = try plan(conv(8), on: Shape(channels: 8, height: row.map, width: row.map), precision)
            #expect((plan as? WinogradPlan)?.tiling.size == tile)
        }
    }

    @Test func otherConvolutionsAreDirect() throws {
        let input = Shape(channels: 16, height: 8, width: 8)
        for layer in [conv(7), conv(16, stride: 2), conv(16, kernel: 5), conv(16, groups: 2)] {
            #expect(try plan(layer, on: input) is ProductPlan)
        }
        #expect(try plan(conv(16), on: Shape(channels: 7, height: 8, width: 8)) is ProductPlan)
        #expect(try plan(conv(16), on: Shape(channels: 16, height: 1, width: 8)) is ProductPlan)
        #expect(try plan(conv(16, groups: 16), on: input) is DepthwisePlan)
        #expect(try plan(conv(32, groups: 16), on: input) is ProductPlan)
    }

    @Test func mixedRoundsTheGradientsOfLinearLayersAndSingleValuesAlone() throws {
        let (map, flat) = (Shape(channels: 16, height: 8, width: 8), Shape(features: 32))
        func isMixed(_ layer: Layer, _ input: Shape, _ precision: Precision) throws -> Bool? {
            (try plan(layer, on: input, precision) as? ProductPlan)?.isMixed
        }
        #expect(try isMixed(.linear(.init(width: 8)), flat, .mixed) == true)
        #expect(try isMixed(conv(16, kernel: 1), map, .mixed) == true)
        #expect(try isMixed(conv(16, kernel: 1, stride: 2), map, .mixed) == false)
        #expect(try isMixed(conv(16, kernel: 1, groups: 2), map, .mixed) == false)
        #expect(try isMixed(conv(16, kernel: 5), map, .mixed) == false)
        for precision in [Precision.float32, .precise] {
            #expect(try isMixed(.linear(.init(width: 8)), flat, precision) == false)
        }
    }

    /// Windows of too many taps or phases, and maps with so many zeros around them that offsets of 32 bits do not
    /// reach.
    @Test(
        arguments: [
            [.convolution(.init(width: 4, kernel: Extent(30001), padding: .exactly(Extent(20000))))],
            [.convolution(.init(width: 8, kernel: Extent(513), padding: .same))],
            [.convolution(.init(width: 8, kernel: Extent(513), padding: .exactly(Extent(256)), groups: 2))],
            [
                .maxPool(.init(size: Extent(3), stride: Extent(1), padding: Extent(1))),
                .convolution(.init(width: 8, kernel: Extent(20001), padding: .exactly(Extent(10000)))),
            ],
            [.residual(body: [.convolution(.init(width: 2, kernel: Extent(1001), padding: .same))], shortcut: nil)],
            [.convolution(.init(width: 8, padding: .exactly(Extent(20000)), dilation: Extent(20000)))],
            [.convolution(.init(width: 8, padding: .exactly(Extent(1 << 38)), dilation: Extent(1 << 38)))],
            [.convolution(.init(width: 8, kernel: Extent(2), padding: .same, dilation: Extent(1 << 39)))],
            [
                .concatenation(branches: [
                    [.convolution(.init(width: 2, kernel: Extent(3, 1), padding: .same, dilation: Extent(20000, 1)))],
                    [.convolution(.init(width: 2, kernel: Extent(1, 3), padding: .same, dilation: Extent(1, 20000)))],
                ])
            ],
            [.convolution(.init(width: 2, kernel: Extent(1), padding: .exactly(Extent(8000)))), .flatten],
            [.averagePool(.init(size: Extent(60000), stride: Extent(1), padding: Extent(30000)))],
            [.adaptiveAveragePool(output: Extent(1 << 30, 1))], [.adaptiveAveragePool(output: Extent(1, 1 << 23))],
            [
                .adaptiveAveragePool(output: Extent(513)),
                .convolution(.init(width: 1, kernel: Extent(1), stride: Extent(513))),
            ],
        ] as [[Layer]])
    func whatIsTooLargeIsRefusedByItsNameBeforeItTakesMemory(_ layers: [Layer]) throws {
        let architecture = try Architecture(input: Shape(channels: 2, height: 32, width: 32), layers: layers)
        let names = "\(layers)"
        do throws(EngineError) {
            let count = try Executor.requiredBytes(
                architecture, batchSize: 4, optimizer: .sgd(), threads: 1)
            Issue.record("\(names) takes \(count) bytes")
        } catch {
            guard case .tooLarge(let layer, _) = error else { throw error }
            #expect(layer.hasPrefix("conv ") || layer.contains("avgpool "))
            #expect(error.fix != nil)
        }
    }

    @Test func aKernelAsLargeAsAnImageIsNot() throws {
        let architecture = try Architecture(
            input: Shape(channels: 3, height: 224, width: 224),
            layers: [
                .convolution(.init(width: 8, kernel: Extent(16), stride: Extent(16))),
                .convolution(.init(width: 8, kernel: Extent(14), stride: Extent(14), padding: .exactly(Extent(300)))),
            ])
        #expect(try Executor.requiredBytes(architecture, batchSize: 4, optimizer: .sgd(), threads: 1) > 0)
        let whole = try Architecture(
            input: Shape(channels: 3, height: 512, width: 512),
            layers: [.convolution(.init(width: 1, kernel: Extent(512), stride: Extent(512)))])
        #expect(try Executor.requiredBytes(whole, batchSize: 1, optimizer: .sgd(), threads: 1) > 0)
    }

    @Test func whatDoesNothingHasNoPass() throws {
        let flat = Shape(features: 32)
        #expect(try plan(.flatten, on: flat) == nil)
        #expect(try plan(.dropout(rate: 0), on: flat) == nil)
    }

    @Test func aReLUIsComputedWithWhatStandsBeforeIt() throws {
        let layers: [Layer] = [
            conv(8), .activation(.relu), .batchNorm(.init()), .activation(.relu), .maxPool(.init(size: Extent(2))),
            .activation(.relu),
        ]
        let architecture = try Architecture(input: Shape(channels: 3, height: 8, width: 8), layers: layers)
        let graph = Graph(architecture, AlgorithmChoice(batchSize: 2, images: 2, policy: PrecisionPolicy(.float32)))
        #expect(graph.nodes.map(\.hasReLU) == [true, true, false, false])
        #expect(graph.nodes.map(\.readsOutput) == [true, true, false, true])
        #expect(graph.nodes.map(\.overwritesGradient) == [true, false, false, false])
    }
}
