// How an optimizer changes the parameters: a rule is given the gradient and the moments of all trained tensors, and
// updates the weights. A rule that treats all values alike runs its kernel over the tiles of each group; one that
// treats a tensor as a matrix looks at `Update.parameters`, and may leave others to another rule.

import CKernels
import Runtime

protocol OptimizerRule: Sendable {
    /// The words that give it.
    static var names: [String] { get }
    var name: String { get }
    var learningRate: Double { get }
    /// All of them, in the order in which they are said, the learning rate first.
    var settings: [OptimizerSetting] { get }
    init(_ reader: inout OptimizerSettingsReader) throws(OptimizerSettingsError)

    /// Whether it has a momentum, which a schedule may change from step to step.
    var hasMomentum: Bool { get }
    /// Whether it treats all values alike, each by itself.
    var isElementwise: Bool { get }
    /// Whether it updates this tensor; the others are left to `others`.
    func updates(_ view: ParameterView) -> Bool
    /// `nil` where it updates all.
    var others: OptimizerOptions? { get }
    /// Numbers kept for each parameter between steps.
    var momentCount: Int { get }
    /// Floats of memory within a step.
    func scratchCount(_ views: [ParameterView]) -> Int
    /// Running products that a step multiplies on, which round alike on every machine, where `pow` may not. They are
    /// kept with the moments; 1 where a rule has none.
    var powers: (Double, Double) { get set }
    /// One step.
    mutating func run(_ update: Update)
}

extension OptimizerRule {
    var isElementwise: Bool { true }
    func updates(_ view: ParameterView) -> Bool { true }
    var others: OptimizerOptions? { nil }
    func scratchCount(_ views: [ParameterView]) -> Int { 0 }
    var powers: (Double, Double) {
        get { (1, 1) }
        // A rule without running products has nothing to restore.
        set {}
    }
}

/// Has the gradients that are only computed within the update.
protocol LateGradients {
    /// Computes the gradient of the tensor that begins at this place of the weights, and gives it to `body` part by
    /// part, on all threads: where each begins in the tensor, its values, and how many they are.
    func forEachPart(of tensor: Int, _ body: (_ start: Int, _ gradient: UnsafePointer<Float>, _ count: Int) -> Void)
}

/// What a rule is given for one step.
struct Update {
    /// Those that learn by the rule, in PyTorch's order, which is that of the memory.
    let parameters: [ParameterView]
    /// The same parameters, neighbors with the same factors together.
    let groups: [ParameterGroup]
    let weights: UnsafeMutablePointer<Float>
    let gradient: UnsafeMutablePointer<Float>
    /// One array after the other, each as long as the weights.
    let moments: UnsafeMutablePointer<Float>
    /// As many floats as the rule asked for.
    let scratch: UnsafeMutablePointer<Float>
    /// Floats of the weights.
    let count: Int
    /// What the learning rate is multiplied by in this step.
    let rate: Double
    /// What a schedule makes of the momentum; `nil` leaves it as it is.
    let momentum: Double?
    /// From 1.
    let step: Int
    let kernels: tandem_kernel_table
    let pool: ThreadPool
    /// Of the tensors whose gradient there is not yet.
    var late: (any LateGradients)?

    /// Parameters of a tile: 256 KB of each array, so that tiles are few and even.
    static let tile = 65_536

    /// The momentum of this step, of a rule whose own is this; one without momentum stays without.
    func momentum(_ own: Double) -> Double { own > 0 ? momentum ?? own : own }

    /// Runs a kernel of `optimizers.inc` over a group, tile by tile, on all threads.
    func run(_ kernel: String, over group: ParameterGroup, _ settings: tandem_optimizer) {
        let destination = weights + group.range.lowerBound
        if let start = group.gradient {
            return run(kernel, over: group.range, gradient: gradient + start, settings, to: destination)
        }
        guard let late else { preconditionFailure("nothing computes this gradient") }
        let run = kernels.update(named: kernel)
        let (moments, count) = (moments + group.range.lowerBound, count)
        late.forEachPart(of: group.range.lowerBound) { start, gradient, length in
            withUnsafePointer(to: settings) {
                run($0, destination + start, gradient, moments + start, count, Int64(length))
            }
        }
    }

    /// Runs it over a tensor whose gradient there is.
    ///
    /// - Parameter destination: what is written in place of the weights.
    func run(
        _ kernel: String, over view: ParameterView, _ settings: tandem_optimizer,
        to destination: UnsafeMutablePointer<Float>
    ) {
        guard let start = view.gradient else { preconditionFailure("this rule looks at whole tensors") }
        run(kernel, over: view.range, gradient: gradient + start, settings, to: destination)
    }

    private func run(
        _ kernel: String, over range: Range<Int>, gradient: UnsafePointer<Float>, _ settings: tandem_optimizer,
        to destination: UnsafeMutablePointer<Float>
    ) {
        let run = kernels.update(named: kernel)
        let (moments, count) = (moments + range.lowerBound, count)
        pool.forEachTile((range.count + Self.tile - 1) / Self.tile) { tile, _ in
            let start = tile * Self.tile
            let length = min(Self.tile, range.count - start)
            withUnsafePointer(to: settings) {
                run($0, destination + start, gradient + start, moments + start, count, Int64(length))
            }
        }
    }
}

extension tandem_kernel_table {
    fileprivate typealias UpdateKernel =
        @convention(c) (
            UnsafePointer<tandem_optimizer>?, UnsafeMutablePointer<Float>?, UnsafePointer<Float>?,
            UnsafeMutablePointer<Float>?, Int, Int64
        ) -> Void

    fileprivate func update(named name: String) -> UpdateKernel {
        var entry = updates
        while let kernel = entry?.pointee, let text = kernel.name {
            if String(cString: text) == name, let run = kernel.run { return run }
            entry = entry?.successor()
        }
        preconditionFailure("optimizers.inc has no `\(name)`")
    }
}
