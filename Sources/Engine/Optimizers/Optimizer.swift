// The update of all trained parameters, after every backward pass: the gradient's norm is limited, then the optimizer's
// rule runs.

import CKernels
import Runtime

struct Optimizer {
    /// A rule with the tensors that it updates.
    private struct Part {
        /// Of a run: holds the running products.
        var rule: any OptimizerRule
        /// Of the run.
        let all: [ParameterView]
        /// That learn in the current epoch, in the order of the memory, and their groups.
        private(set) var parameters: [ParameterView]
        private(set) var groups: [ParameterGroup]

        init(_ rule: any OptimizerRule, _ parameters: [ParameterView]) {
            self.rule = rule
            all = parameters
            self.parameters = parameters
            groups = ParameterGroup.joining(parameters)
        }

        mutating func begin(epoch: Int) {
            parameters = all.filter { $0.learns(in: epoch) }
            groups = ParameterGroup.joining(parameters)
        }
    }

    /// One, or two where the first leaves tensors to the second.
    private var parts: [Part]
    private var epoch = 1
    private let weights: UnsafeMutablePointer<Float>
    private let gradient: UnsafeMutablePointer<Float>
    private let moments: UnsafeMutablePointer<Float>
    private let scratch: UnsafeMutablePointer<Float>
    private let count: Int
    private let largestNorm: Double?
    private var norm: GradientNorm

    /// - Parameters:
    ///   - moments: one array after the other, each as long as the trained weights.
    ///   - scratch: as many floats as `OptimizerOptions.scratchCount` says.
    init(
        _ options: OptimizerOptions, _ store: ParameterStore, moments: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, largestNorm: Double?
    ) {
        precondition(store.trainedCount % 16 == 0, "parameters are padded to whole vectors")
        let (rule, views) = (options.rule, store.views(options.roles))
        parts = [Part(rule, views.filter(rule.updates))]
        if let others = rule.others {
            parts.append(Part(others.rule, store.views(others.roles).filter { !rule.updates($0) }))
        }
        self.scratch = scratch
        weights = store.weights
        gradient = store.gradient
        count = store.trainedCount
        self.moments = moments
        self.largestNorm = largestNorm
        norm = GradientNorm(of: store.gradient, count: store.gradientCount)
    }

    /// The running products of the last rule: one that leaves tensors to another has none.
    var powers: (Double, Double) {
        get { parts[parts.count - 1].rule.powers }
        set { parts[parts.count - 1].rule.powers = newValue }
    }

    /// - Parameters:
    ///   - step: from 1.
    ///   - rate: what the learning rate is multiplied by in this step.
    ///   - momentum: what the momentum is in this step; `nil`: as it was given.
    ///   - epoch: from 1.
    ///   - late: computes the gradients that there are not yet.
    mutating func step(
        _ step: Int, _ kernels: tandem_kernel_table, _ pool: ThreadPool, rate: Double, momentum: Double?, epoch: Int,
        late: any LateGradients
    ) {
        if epoch != self.epoch {
            self.epoch = epoch
            for index in parts.indices { parts[index].begin(epoch: epoch) }
        }
        // The gradient of what no longer learns counts in no norm.
        for part in parts {
            for view in part.all where !view.learns(in: epoch) {
                guard let start = view.gradient else { continue }
                (gradient + start).update(repeating: 0, count: view.range.count)
            }
        }
        if let largestNorm { norm.limit(to: largestNorm, kernels, pool) }
        for index in parts.indices {
            let part = parts[index]
            parts[index].rule.run(
                Update(
                    parameters: part.parameters, groups: part.groups, weights: weights, gradient: gradient,
                    moments: moments, scratch: scratch, count: count, rate: rate, momentum: momentum, step: step,
                    kernels: kernels, pool: pool, late: late))
        }
    }
}
