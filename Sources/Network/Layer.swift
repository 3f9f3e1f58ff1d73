// The kinds of layers, one case each, with their settings as PyTorch names them. A layer knows nothing of the shape it
// meets; `Architecture` places it behind others and infers the shapes.

public indirect enum Layer: Hashable, Sendable {
    case convolution(Convolution)
    case linear(Linear)
    case batchNorm(BatchNorm)
    case activation(Activation)
    case maxPool(Pooling)
    case averagePool(Pooling)
    /// `nn.AdaptiveAvgPool2d(output)`; `globalavgpool` is the one with output 1.
    case adaptiveAveragePool(output: Extent)
    case flatten
    /// Zeroes with probability `rate` in training and divides the rest by `1 - rate`.
    case dropout(rate: Double)
    /// Adds its input to what its body makes of it. Where shapes differ a 1x1 convolution projects the input (option B of
    /// the ResNet paper), or what `shortcut` says.
    case residual(body: [Layer], shortcut: [Layer]?)
    /// Joins its branches along the channels.
    case concatenation(branches: [[Layer]])

    /// `nn.Conv2d(C, width, kernel, stride, padding, dilation, groups, bias)`
    public struct Convolution: Hashable, Sendable {
        public enum Padding: Hashable, Sendable {
            case exactly(Extent)
            /// As much as keeps the map's size at stride 1, the odd pixel at the end, as PyTorch's `padding='same'`.
            case same
        }

        public var width: Int
        public var kernel: Extent
        public var stride: Extent
        public var padding: Padding
        public var dilation: Extent
        public var groups: Int
        public var hasBias: Bool

        public init(
            width: Int, kernel: Extent = Extent(3), stride: Extent = Extent(1), padding: Padding = .exactly(Extent(0)),
            dilation: Extent = Extent(1), groups: Int = 1, hasBias: Bool = true
        ) {
            self.width = width
            self.kernel = kernel
            self.stride = stride
            self.padding = padding
            self.dilation = dilation
            self.groups = groups
            self.hasBias = hasBias
        }
    }

    /// `nn.Linear(in, width, bias)`
    public struct Linear: Hashable, Sendable {
        public var width: Int
        public var hasBias: Bool

        public init(width: Int, hasBias: Bool = true) {
            self.width = width
            self.hasBias = hasBias
        }
    }

    /// `nn.BatchNorm2d`, over flat input `nn.BatchNorm1d`.
    public struct BatchNorm: Hashable, Sendable {
        public var epsilon: Double
        public var momentum: Double

        public init(epsilon: Double = 1e-5, momentum: Double = 0.1) {
            self.epsilon = epsilon
            self.momentum = momentum
        }
    }

    public enum Activation: Hashable, Sendable {
        case relu
        case leakyReLU(slope: Double)
        case gelu
        case sigmoid
        case tanh
        case softmax
    }

    /// `nn.MaxPool2d` or `nn.AvgPool2d(size, stride, padding)`, rounding down; an average counts its padding.
    public struct Pooling: Hashable, Sendable {
        public var size: Extent
        public var stride: Extent
        public var padding: Extent

        public init(size: Extent, stride: Extent? = nil, padding: Extent = Extent(0)) {
            self.size = size
            self.stride = stride ?? size
            self.padding = padding
        }
    }
}
