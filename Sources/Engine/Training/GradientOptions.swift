/// What a training does to its gradient besides the optimizer's own settings.
public struct GradientOptions: Hashable, Sendable {
    /// The share of each label that is spread evenly over all classes (Szegedy et al. 2016), as `nn.CrossEntropyLoss`
    /// has it.
    public var labelSmoothing: Double
    /// Where the norm of the whole gradient is larger, it is scaled to this: `torch.nn.utils.clip_grad_norm_`.
    public var largestNorm: Double?
    /// What the loss of an image counts, by its class: `weight` of `nn.CrossEntropyLoss`. Empty: 1. An output that no
    /// class is named for counts 1.
    public var classWeights: [Double]
    /// Whether the gradient of all weights is there between `Executor.accumulateGradients` and `applyUpdate`. Else that
    /// of linear layers is computed within the update, part by part, where the optimizer and the other options allow
    /// it: it takes no memory, and is read from the cache. Every bit stays.
    public var isKept: Bool

    public init(
        labelSmoothing: Double = 0, largestNorm: Double? = nil, classWeights: [Double] = [], isKept: Bool = true
    ) {
        self.isKept = isKept
        self.labelSmoothing = labelSmoothing
        self.largestNorm = largestNorm
        self.classWeights = classWeights
    }
}
