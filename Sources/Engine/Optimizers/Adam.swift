// `torch.optim.Adam` (Kingma and Ba 2014) and `torch.optim.AdamW` (Loshchilov and Hutter 2017).

import CKernels

struct Adam: OptimizerRule {
    let learningRate: Double
    let beta1: Double
    let beta2: Double
    let epsilon: Double
    let weightDecay: Double
    /// Whether the decay shrinks the weights instead of being added to the gradient.
    let isDecoupled: Bool

    let momentCount = 2
    /// beta1^t and beta2^t.
    var powers = (1.0, 1.0)

    mutating func run(_ update: Update) {
        powers = (powers.0 * beta1, powers.1 * beta2)
        for group in update.groups {
            let rate = learningRate * (update.rate * group.factors.learningRate)
            let decay = weightDecay * group.factors.weightDecay
            // As PyTorch's, all in double until here.
            var settings = tandem_optimizer()
            settings.rest1 = Float(1 - beta1)
            settings.beta2 = Float(beta2)
            settings.rest2 = Float(1 - beta2)
            settings.epsilon = Float(epsilon)
            settings.weight_decay = isDecoupled ? 0 : Float(decay)
            settings.weight_factor = isDecoupled ? Float(1 - rate * decay) : 1
            settings.step_size = Float(rate / (1 - powers.0))
            settings.root_scale = Float(1 / (1 - powers.1).squareRoot())
            update.run("adam", over: group, settings)
        }
    }
}
