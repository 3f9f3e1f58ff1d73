/// What a training does to its gradient besides the optimizer's own settings.
public struct GradientOptions: Hashable, Sendable {
    /// The share of each label that is spread evenly over all classes (Szegedy et al. 2016), as `nn.CrossEntropyLoss`
    /// has it.
    public var labelSmoothing: Double
    /// Where the norm of the whole gradient is larger, it is scaled to this: `torch.nn.utils.clip_grad_norm_`.
    public var largestNorm: Double?

    public init(labelSmoothing: Double = 0, largestNorm: Double? = nil) {
        self.labelSmoothing = labelSmoothing
        self.largestNorm = largestNorm
    }
}
