import Testing

@testable import Network

struct ShapeInferenceTests {
    @Test(arguments: [
        (Layer.convolution(.init(width: 8)), "8x30x30"),
        (.convolution(.init(width: 8, padding: .exactly(Extent(1)))), "8x32x32"),
        (.convolution(.init(width: 8, kernel: Extent(5), padding: .same)), "8x32x32"),
        (.convolution(.init(width: 8, stride: Extent(2), padding: .exactly(Extent(1)))), "8x16x16"),
        (.convolution(.init(width: 8, kernel: Extent(3, 5), dilation: Extent(2))), "8x28x24"),
        (.maxPool(.init(size: Extent(2))), "3x16x16"),
        (.maxPool(.init(size: Extent(3), stride: Extent(2), padding: Extent(1))), "3x16x16"),
        (.averagePool(.init(size: Extent(5))), "3x6x6"),
        (.averagePool(.init(size: Extent(5), roundsUp: true)), "3x7x7"),
        // A last window may not begin in the padding behind the map.
        (.maxPool(.init(size: Extent(2), stride: Extent(3), padding: Extent(1), roundsUp: true)), "3x11x11"),
        (.maxPool(.init(size: Extent(2, 1), stride: Extent(33), padding: Extent(1, 0), roundsUp: true)), "3x1x1"),
        (.maxPool(.init(size: Extent(33), stride: Extent(2), roundsUp: true)), "3x1x1"),
        (.adaptiveMaxPool(output: Extent(7, 40)), "3x7x40"), (.layerNorm(.init()), "3x32x32"),
        (.adaptiveAveragePool(output: Extent(7)), "3x7x7"),
        (.flatten, "3072"), (.activation(.relu), "3x32x32"), (.dropout(rate: 0.5), "3x32x32"),
        (.concatenation(branches: [Networks.conv(5), []]), "8x32x32"),
    ])
    func outputShapesArePyTorchs(layer: Layer, output: String) throws {
        #expect(try Architecture(input: Shape([3, 32, 32]), layers: [layer]).output.description == output)
    }

    @Test(arguments: [
        ([Layer.linear(.init(width: 10))], "linear expects a flat input, but it gets 3x32x32"),
        (
            [.flatten, .convolution(.init(width: 8))],
            "conv expects a map of channels, height and width, but it gets a flat 3072"
        ),
        ([.convolution(.init(width: 8, kernel: Extent(33)))], "a 33x33 conv does not fit on a map of 32x32"),
        (
            [.maxPool(.init(size: Extent(34), stride: Extent(2), roundsUp: true))],
            "a 34x34 maxpool does not fit on a map of 32x32"
        ),
        (
            [.flatten, .instanceNorm(.init())],
            "instancenorm expects a map of channels, height and width, but it gets a flat 3072"
        ),
        ([.maxPool(.init(size: Extent(40)))], "a 40x40 maxpool does not fit on a map of 32x32"),
        (
            [.convolution(.init(width: 8, groups: 2))],
            "2 groups must divide both the 3 channels that come in and the width 8"
        ),
        (
            [.maxPool(.init(size: Extent(2), padding: Extent(2)))],
            "the padding of maxpool may be at most half its size, which is 2x2"
        ),
        ([.convolution(.init(width: 8, stride: Extent(2), padding: .same))], "`padding: same` needs stride 1"),
        ([.adaptiveAveragePool(output: Extent(1 << 30))], "adaptiveavgpool would be larger than any memory"),
        (
            [.concatenation(branches: [[], [.maxPool(.init(size: Extent(2)))]])],
            "the branches of concat end in 3x32x32 and 3x16x16: height and width must be equal"
        ),
        (
            [.scale(.init(factor: 2, freezing: .init(.all)))],
            "`scale 2, freeze: all` has no parameters that `freeze:` could leave as they are"
        ),
        (
            [.batchNorm(.init(hasScale: false, freezing: .init(.weights)))],
            "`batchnorm scale: false, freeze: weights` has no parameters that `freeze:` could leave as they are"
        ),
        (
            [.convolution(.init(width: 4, hasBias: false, freezing: .init(biasEpochs: 2)))],
            "`biasepochs:` is for a bias, and `conv 4, bias: false, biasepochs: 2` has none"
        ),
        (
            [.flatten, .linear(.init(width: 4, freezing: .init(.all, biasEpochs: 2)))],
            "with `freeze: all` the bias learns in no epoch, and `biasepochs:` does nothing"
        ),
        (
            [.activation(.relu), .convolution(.init(width: 8, initialization: .whiten))],
            "`init: whiten` takes its filters from the images: it is for a `conv` without groups as the first layer"
        ),
        (
            [.convolution(.init(width: 6, groups: 3, initialization: .whiten))],
            "`init: whiten` takes its filters from the images: it is for a `conv` without groups as the first layer"
        ),
        (
            [.concatenation(branches: [[.convolution(.init(width: 8, initialization: .whiten))]])],
            "`init: whiten` takes its filters from the images: it is for a `conv` without groups as the first layer"
        ),
        (
            [.flatten, .linear(.init(width: 10, initialization: .whiten))],
            "`init: whiten` takes its filters from the images: it is for a `conv` without groups as the first layer"
        ),
        (
            [.convolution(.init(width: 26, kernel: Extent(2), initialization: .whiten))],
            "`init: whiten` has two filters for each eigenvector of its patches: an even width of at most 24"
        ),
        (
            [.convolution(.init(width: 7, initialization: .whiten))],
            "`init: whiten` has two filters for each eigenvector of its patches: an even width of at most 54"
        ),
        (
            [.convolution(.init(width: 8, kernel: Extent(10), initialization: .whiten))],
            "`init: whiten` takes patches of at most 256 values, and these have 300"
        ),
    ])
    func aLayerThatDoesNotFitSaysWhy(layers: [Layer], message: String) {
        let fault = #expect(throws: ShapeFault.self) { try Architecture(input: Shape([3, 32, 32]), layers: layers) }
        #expect(fault?.description == message)
        #expect(fault?.fix != nil)
    }

    @Test func aFaultNamesTheLayerBeforeItAsSummaryNumbersIt() {
        let layers =
            Networks.features([(64, 2), (128, 3), (256, 3), (512, 3)])
            + [.adaptiveAveragePool(output: Extent(2)), .linear(.init(width: 4096))]
        let fault = #expect(throws: ShapeFault.self) { try Architecture(input: Shape([3, 32, 32]), layers: layers) }
        #expect(fault?.trail == "after layer 27 (adaptiveavgpool 2)")
        #expect(fault?.fix == "put `flatten` or `gap` before it")
    }

    @Test func aLinearTakesOnePixelAsFlat() throws {
        let layers: [Layer] = [.adaptiveAveragePool(output: Extent(1)), .linear(.init(width: 10))]
        #expect(try Architecture(input: Shape([3, 8, 8]), layers: layers).parameterCount == 40)
    }

    @Test func aFailedAppendChangesNothing() throws {
        var builder = ArchitectureBuilder(input: Shape([3, 8, 8]))
        try builder.append(.convolution(.init(width: 4)))
        #expect(throws: ShapeFault.self) { try builder.append(.linear(.init(width: 2))) }
        try builder.append(.flatten)
        #expect(builder.architecture.layers.count == 2)
    }
}

struct CostTests {
    @Test func theExperimentCostsWhatPyTorchCounts() throws {
        let architecture = try Architecture(input: Shape([3, 32, 32]), layers: Networks.experiment(pooled: true))
        #expect(architecture.parameterCount == 32_997_834)
        #expect((architecture.operations + 50_000) / 100_000 == 3_478)
        #expect(architecture.parameters.map(\.name).suffix(2) == ["33.weight", "33.bias"])
    }

    @Test func resNet18ForCIFARHasThePapersParameters() throws {
        #expect(try Architecture(input: Shape([3, 32, 32]), layers: Networks.resNet18).parameterCount == 11_173_962)
    }
}
