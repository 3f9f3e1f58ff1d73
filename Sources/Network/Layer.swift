// The kinds of layers, one case each. All that is known of a kind is in its file under `Layers`: settings, shape rule,
// cost, names and traits. A layer knows nothing of the shape it meets; `Architecture` places it after others and infers
// the shapes.

public indirect enum Layer: Hashable, Sendable {
    case convolution(Convolution)
    case linear(Linear)
    case batchNorm(BatchNorm)
    case groupNorm(GroupNorm)
    case layerNorm(LayerNorm)
    case instanceNorm(InstanceNorm)
    case scale(Scale)
    case attention(Attention)
    case positionEmbedding(PositionEmbedding)
    case placeMixing(PlaceMixing)
    case activation(Activation)
    case prelu(PReLU)
    case maxPool(Pooling)
    case averagePool(Pooling)
    /// `nn.AdaptiveMaxPool2d(output)`; `globalmaxpool` is the one with output 1.
    case adaptiveMaxPool(output: Extent)
    /// `nn.AdaptiveAvgPool2d(output)`; `globalavgpool` is the one with output 1.
    case adaptiveAveragePool(output: Extent)
    case flatten
    /// Zeroes with probability `rate` in training and divides the rest by `1 - rate`.
    case dropout(rate: Double)
    /// At the head of a residual's body: in training leaves out, with probability `rate`, what that makes of an image,
    /// and divides the rest by `1 - rate`.
    case dropPath(rate: Double)
    /// Adds its input to what its body makes of it. Where shapes differ a 1x1 convolution projects the input (option B
    /// of the ResNet paper), or what `shortcut` says.
    case residual(body: [Layer], shortcut: [Layer]?)
    /// Multiplies its input by what its body makes of it: as many values, or one for each channel.
    case multiplication(body: [Layer])
    /// Joins its branches along the channels.
    case concatenation(branches: [[Layer]])
    /// Gives each branch an equal share of the channels, and joins what they make of it.
    case chunk(branches: [[Layer]])
    /// `nn.ChannelShuffle(groups)`
    case channelShuffle(groups: Int)

    /// All kinds, each once.
    static var kinds: [any LayerKind.Type] {
        [
            Convolution.self, Linear.self, BatchNorm.self, GroupNorm.self, LayerNorm.self, InstanceNorm.self,
            Scale.self, Activation.self, PReLU.self, MaxPool.self, AveragePool.self, AdaptiveMaxPool.self,
            AdaptiveAveragePool.self, Flatten.self, Dropout.self, DropPath.self, Residual.self, Multiplication.self,
            Concatenation.self, Chunk.self, ChannelShuffle.self, Attention.self, PositionEmbedding.self,
            PlaceMixing.self,
        ]
    }

    /// What is known of it.
    var kind: any LayerKind {
        switch self {
        case .convolution(let settings): settings
        case .linear(let settings): settings
        case .batchNorm(let settings): settings
        case .groupNorm(let settings): settings
        case .layerNorm(let settings): settings
        case .instanceNorm(let settings): settings
        case .scale(let settings): settings
        case .attention(let settings): settings
        case .positionEmbedding(let settings): settings
        case .placeMixing(let settings): settings
        case .activation(let activation): activation
        case .prelu(let settings): settings
        case .maxPool(let windows): MaxPool(windows: windows)
        case .averagePool(let windows): AveragePool(windows: windows)
        case .adaptiveMaxPool(let output): AdaptiveMaxPool(output: output)
        case .adaptiveAveragePool(let output): AdaptiveAveragePool(output: output)
        case .flatten: Flatten()
        case .dropout(let rate): Dropout(rate: rate)
        case .dropPath(let rate): DropPath(rate: rate)
        case .residual(let body, let shortcut): Residual(body: body, shortcut: shortcut)
        case .multiplication(let body): Multiplication(body: body)
        case .concatenation(let branches): Concatenation(branches: branches)
        case .chunk(let branches): Chunk(branches: branches)
        case .channelShuffle(let groups): ChannelShuffle(groups: groups)
        }
    }
}

extension Layer: CustomStringConvertible {
    /// As one would type it: `conv 64, padding: 1`, `maxpool 2`, `globalavgpool`. Options at their default are left
    /// out.
    public var description: String { kind.description }

    public var family: LayerFamily { kind.family }
    /// Whether each training step draws random numbers for it.
    public var isRandom: Bool { kind.isRandom }

    /// The layers of its blocks as they were written, each block with its name in the names of parameters.
    public var blocks: [(name: String, layers: [Layer])] {
        kind.blocks.enumerated().map { (kind.branchName($0.offset), $0.element) }
    }

    /// The layer with other layers in its blocks, those of a residual's shortcut said.
    func with(branches: [[Layer]]) -> Layer { (kind as? any BranchingKind)?.with(branches: branches) ?? self }

    /// The class of `torch.nn` that this layer is, over an input of the given rank; that of our own for a branching
    /// layer.
    func moduleName(flat: Bool) -> String { kind.moduleName(flat: flat) }
}
