// Which pass computes a layer: Winograd's algorithm, a direct product or a depthwise one, and with how many bits. The
// rules look at shapes alone, never at timings, which would change the bits from run to run.

import Network

struct AlgorithmChoice {
    /// The batch by which algorithms are chosen.
    let batchSize: Int
    /// The most images that a step has: no more than a batch, and fewer where there are not so many.
    let images: Int
    let policy: PrecisionPolicy
    /// Whether gradients of linear layers wait for the update.
    var hasLateGradients = false

    /// What becomes of a layer.
    enum Outcome {
        /// Nothing: its output is its input.
        case identity
        case pass(any PassPlan)
        /// Several, one after the other.
        case passes([Part])
        /// Part of the pass before it where that takes it along, else a pass of its own.
        case relu(any PassPlan)
        /// Maxima of windows of 2x2: part of the pass before it where that takes them along, else a pass of its own.
        case maxima(any PassPlan)
        /// The sum of its branches.
        case sum
        /// Its input times what its branch makes of it.
        case product
        /// The channels of its branches, one after the other.
        case join
        /// The same, where each branch gets a share of the channels.
        case share
    }

    /// One of the passes of a layer.
    struct Part {
        /// What a profile adds to the layer's name.
        let name: String
        /// Its input, its output, and the parameters that are its own.
        let placed: PlacedLayer
        /// Multiply-adds of one image in the forward pass.
        let operations: Int
        let plan: any PassPlan
    }

    func outcome(_ placed: PlacedLayer) -> Outcome {
        switch placed.layer {
        case .convolution(let settings): .pass(convolution(placed, settings))
        case .linear: .pass(product(placed, Window(), groups: 1))
        case .batchNorm(let settings): .pass(BatchNormPlan(settings: settings, tensors: placed.parameters))
        case .groupNorm(let settings):
            .pass(GroupNormPlan(groups: settings.groups, epsilon: settings.epsilon, tensors: placed.parameters))
        case .layerNorm(let settings): .pass(LayerNormPlan(settings: settings, tensors: placed.parameters))
        case .instanceNorm(let settings):
            .pass(
                GroupNormPlan(
                    groups: placed.input.channels, epsilon: settings.epsilon, tensors: placed.parameters))
        case .scale(let settings):
            settings.isIdle ? .identity : .pass(ScalePlan(factor: settings.factor, tensors: placed.parameters))
        case .attention(let settings): .passes(attention(placed, settings))
        case .positionEmbedding: .pass(PositionEmbeddingPlan(tensors: placed.parameters))
        case .placeMixing:
            .pass(PlaceMixingPlan(input: placed.input, output: placed.output, tensors: placed.parameters))
        case .activation(.relu): .relu(ActivationPlan(activation: .relu))
        case .activation(.softmax): .pass(SoftmaxPlan(channels: placed.input.channels))
        case .activation(let activation): .pass(ActivationPlan(activation: activation))
        case .prelu(let settings): .pass(PReLUPlan(settings: settings, tensors: placed.parameters))
        case .maxPool(let windows):
            windows == Layer.Pooling(size: Extent(2))
                ? .maxima(PoolingPlan(kind: .maximum, windows: windows))
                : .pass(PoolingPlan(kind: .maximum, windows: windows))
        case .averagePool(let windows): .pass(PoolingPlan(kind: .average, windows: windows))
        case .adaptiveMaxPool: .pass(PoolingPlan(kind: .maximum, windows: nil))
        case .adaptiveAveragePool: .pass(PoolingPlan(kind: .average, windows: nil))
        case .flatten: placed.input.isFlat ? .identity : .pass(FlattenPlan())
        case .dropout(let rate): rate == 0 ? .identity : .pass(DropoutPlan(rate: rate))
        case .dropPath(let rate): rate == 0 ? .identity : .pass(DropPathPlan(rate: rate))
        case .residual: .sum
        case .multiplication: .product
        case .concatenation: .join
        case .chunk: .share
        case .channelShuffle:
            .pass(ChannelShufflePlan(channels: placed.layer.shuffledChannels(of: placed.input.channels)))
        }
    }

    // MARK: Convolutions and linear layers

    private func convolution(_ placed: PlacedLayer, _ settings: Layer.Convolution) -> any PassPlan {
        let window = Window(settings)
        if let tile = winogradTile(placed, settings) {
            return WinogradPlan(
                tiling: WinogradTiling(
                    size: tile, input: placed.input, output: placed.output, batchSize: batchSize, images: images),
                input: placed.input, padding: window.padding, tensors: placed.parameters)
        }
        let groups = settings.groups
        if groups > 1, groups == placed.input.channels, groups == placed.output.channels {
            return DepthwisePlan(
                input: placed.input, output: placed.output, window: window, tensors: placed.parameters)
        }
        return product(placed, window, groups: groups)
    }

    private func product(_ placed: PlacedLayer, _ window: Window, groups: Int) -> any PassPlan {
        let isMixed = policy.hasMixedGradients && window == Window() && groups == 1
        let isOfVectors = window == Window() && groups == 1 && placed.output.height * placed.output.width == 1
        return ProductPlan(
            input: placed.input, output: placed.output, window: window, groups: groups, isMixed: isMixed,
            lateWeight: hasLateGradients && isOfVectors && !isMixed
                ? placed.parameters.first { $0.role == .weight && $0.learning == .always } : nil,
            images: images, tensors: placed.parameters)
    }

    /// A linear layer at each place to queries, keys and values, attention over all places, and another linear layer.
    private func attention(_ placed: PlacedLayer, _ settings: Layer.Attention) -> [Part] {
        let shape = placed.input
        let all = Shape(channels: 3 * shape.channels, height: shape.height, width: shape.width)
        func part(
            _ name: String, _ input: Shape, _ output: Shape, _ tensors: ArraySlice<ParameterTensor>,
            _ plan: (PlacedLayer) -> any PassPlan
        ) -> Part {
            let own = PlacedLayer(layer: placed.layer, input: input, output: output, parameters: Array(tensors))
            let operations =
                tensors.first.map { $0.count * shape.height * shape.width }
                ?? Layer.Attention.operationsOfScores(shape)
            return Part(name: name, placed: own, operations: operations, plan: plan(own))
        }
        func linear(_ own: PlacedLayer) -> any PassPlan { product(own, Window(), groups: 1) }
        return [
            part("queries, keys, values", shape, all, placed.parameters[..<2], linear),
            part("scores", all, shape, []) { _ in AttentionPlan(settings, output: shape) },
            part("projection", shape, shape, placed.parameters[2...], linear),
        ]
    }

    /// With fewer channels the transforms cost more than the products save.
    private static let fewestWinogradChannels = 8

    /// Outputs of a tile of Winograd's algorithm in each direction: 4, or 2 for maps smaller than that and where it
    /// must be precise; `nil` where this is no convolution of 3x3 with stride 1 over enough channels and pixels.
    private func winogradTile(_ placed: PlacedLayer, _ settings: Layer.Convolution) -> Int? {
        guard settings.groups == 1, settings.kernel == Extent(3), settings.stride == Extent(1),
            settings.dilation == Extent(1),
            min(placed.input.channels, placed.output.channels) >= Self.fewestWinogradChannels
        else { return nil }
        let smaller = min(placed.output.height, placed.output.width)
        return smaller < 2 ? nil : min(smaller >= 3 ? 4 : 2, policy.largestTile)
    }
}
