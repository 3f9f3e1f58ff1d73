// The update of all trained parameters, after every backward pass: the gradient's norm is limited, then the optimizer's
// rule runs.

import CKernels
import Runtime

struct Optimizer {
    /// Of a run: holds the running products.
    private var rule: any OptimizerRule
    /// Of the run.
    private let all: [ParameterView]
    /// That learn in the current epoch, in the order of the memory, and their groups.
    private var parameters: [ParameterView]
    private var groups: [ParameterGroup]
    private var epoch = 1
    private let weights: UnsafeMutablePointer<Float>
    private let gradient: UnsafeMutablePointer<Float>
    private let moments: UnsafeMutablePointer<Float>
    private let count: Int
    private let largestNorm: Double?
    private var norm: GradientNorm

    /// - Parameters:
    ///   - parameters: all that are trained, in the order of the memory.
    ///   - moments: one array after the other, each as long as the trained weights.
    init(
        _ rule: any OptimizerRule, _ store: ParameterStore, parameters: [ParameterView],
        moments: UnsafeMutablePointer<Float>, largestNorm: Double?
    ) {
        precondition(store.trainedCount % 16 == 0, "parameters are padded to whole vectors")
        self.rule = rule
        all = parameters
        self.parameters = parameters
        groups = ParameterGroup.joining(parameters)
        weights = store.weights
        gradient = store.gradient
        count = store.trainedCount
        self.moments = moments
        self.largestNorm = largestNorm
        norm = GradientNorm(of: store.gradient, count: store.trainedCount)
    }

    /// The rule's running products.
    var powers: (Double, Double) {
        get { rule.powers }
        set { rule.powers = newValue }
    }

    /// - Parameters:
    ///   - rate: what the learning rate is multiplied by in this step.
    ///   - epoch: from 1.
    mutating func step(_ kernels: tandem_kernel_table, _ pool: ThreadPool, rate: Double, epoch: Int) {
        if epoch != self.epoch {
            self.epoch = epoch
            parameters = all.filter { $0.learns(in: epoch) }
            groups = ParameterGroup.joining(parameters)
        }
        // The gradient of what no longer learns counts in no norm.
        for view in all where !view.learns(in: epoch) {
            (gradient + view.range.lowerBound).update(repeating: 0, count: view.range.count)
        }
        if let largestNorm { norm.limit(to: largestNorm, kernels, pool) }
        rule.run(
            Update(
                parameters: parameters, groups: groups, weights: weights, gradient: gradient, moments: moments,
                count: count, rate: rate, kernels: kernels, pool: pool))
    }
}
