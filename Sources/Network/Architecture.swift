// A network whose every shape is known: what `summary` prints, `diff` compares and the engine runs.

/// A layer at its place, with the shapes that flow in and out.
public struct PlacedLayer: Hashable, Sendable {
    public let layer: Layer
    public let input: Shape
    public let output: Shape
    /// The branches of a `residual` (body, then shortcut; a projecting shortcut that was inferred is here, an identity
    /// is empty) or of a `concat`.
    public let branches: [[PlacedLayer]]
    /// The layer's tensors in the order of PyTorch's `state_dict`: weight, bias, and the running statistics of a batch
    /// norm.
    public let parameters: [ParameterTensor]

    public init(
        layer: Layer, input: Shape, output: Shape, branches: [[PlacedLayer]] = [], parameters: [ParameterTensor] = []
    ) {
        self.layer = layer
        self.input = input
        self.output = output
        self.branches = branches
        self.parameters = parameters
    }
}

/// One tensor of a layer, in PyTorch's shape: `[K, C / groups, kh, kw]` of a convolution, `[out, in]` of a linear
/// layer, `[K]` of a bias and of all tensors of a batch norm, `[C, H, W]` of a map.
public struct ParameterTensor: Hashable, Sendable {
    /// What it does, which says how it begins and whether the optimizer trains it.
    public enum Role: Hashable, Sendable {
        /// Of a product, and its bias.
        case weight
        case bias
        /// Weight and bias of a norm, and a learned factor.
        case scale
        case shift
        /// Below zero, of a prelu.
        case slope
        /// Of each place, added to what is there.
        case position
        case runningMean
        case runningVariance

        /// Whether it is for training to change.
        public var isTrained: Bool { self != .runningMean && self != .runningVariance }

        fileprivate var initial: InitialValues {
            switch self {
            case .weight, .bias: .uniform
            case .scale, .runningVariance: .constant(1)
            case .shift, .runningMean: .constant(0)
            case .slope: .constant(0.25)
            case .position: .normal(deviation: 0.02)
            }
        }
    }

    /// `0.weight`: the index in the flat `nn.Sequential` (a flatten counts), nested `8.body.0.weight`.
    public let name: String
    public let shape: [Int]
    public let role: Role
    public let initial: InitialValues
    public internal(set) var learning = Learning.always

    /// - Parameter initial: where they are not those of its role: 1 of scales and variances, 0 of shifts and means.
    public init(name: String, shape: [Int], role: Role, initial: InitialValues? = nil) {
        self.name = name
        self.shape = shape
        self.role = role
        self.initial = initial ?? role.initial
    }

    /// Whether the optimizer trains it, in some epochs at least.
    public var isTrained: Bool { role.isTrained && learning != .never }

    public var count: Int { shape.reduce(1, *) }
}

public struct Architecture: Hashable, Sendable {
    public let input: Shape
    public let layers: [PlacedLayer]

    /// For `ArchitectureBuilder`, which infers and checks the shapes.
    init(input: Shape, layers: [PlacedLayer]) {
        self.input = input
        self.layers = layers
    }

    public var output: Shape { layers.last?.output ?? input }
}
