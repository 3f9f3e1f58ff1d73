// A network made to run: its memory, its weights, one training step, and the evaluation of a batch.

import CKernels
import Network
import Runtime

/// The result of a batch.
public struct BatchResult: Sendable {
    /// Sum over the images of the cross-entropy, measured before the update. Where classes have weights, the weighted
    /// mean times the images.
    public var loss: Double
    /// Of each image; a training step collects none.
    public var outcomes: [ImageOutcome]
    /// Images whose prediction is their label.
    public var correct: Int
}

/// What a network makes of one image that it is measured on.
public struct ImageOutcome: Hashable, Sendable {
    /// The likeliest class, the first of equals.
    public var prediction: Int
    /// Whether its label is among the five likeliest classes.
    public var isAmongFive: Bool
    /// The probability of the likeliest class after softmax, 0...1.
    public var confidence: Double
    /// Cross-entropy in nats.
    public var loss: Double
}

/// A part of a step that was just done; layers are numbered as in `Executor.layers`.
public enum StepPart: Hashable, Sendable {
    case batch
    case forward(Int)
    case loss
    case backward(Int)
    case update
}

/// Used by one thread at a time. A step allocates next to nothing: its maps, gradients and scratch are planned here.
public final class Executor {
    public let architecture: Architecture
    /// The most images that are in memory at a time: a batch, or the part of one where its steps are done in parts.
    public let batchSize: Int
    /// The most images that a step can have.
    public let capacity: Int
    /// Training steps done.
    public private(set) var steps = 0
    /// Called after each part of a step, in order: for measuring.
    public var observer: ((StepPart) -> Void)?

    /// What the optimizer's learning rate is multiplied by in the next step: a schedule sets it.
    public var learningRateFactor = 1.0
    /// The optimizer's momentum in the next step, where a schedule sets it; `nil`: as it was given.
    public var momentum: Double?

    /// Whose outputs for the same images the training follows as well; `nil`: the labels alone.
    public var teacher: Teaching?

    private let labelSmoothing: Double
    /// Of each output; empty where all count alike.
    private let classWeights: [Double]
    private let pool: ThreadPool
    private let kernels: tandem_kernel_table
    private let plan: Plan
    private var optimizer: Optimizer
    private let memory: AlignedBuffer<Float>
    private let moments: OptimizerMoments
    private let trained: TrainedParameters
    private var isReleased = false
    private let keepsGradient: Bool
    /// Of the last gradient, from 1.
    private var epoch = 1
    /// An update is never cut.
    private let uncut = Cancellation()
    /// The images of the current batch.
    private var batch: [Int] = []
    /// What one of them is to be taken for.
    private var target: [Double]
    /// Where steps are done in parts, else empty: the sum of the gradients, and the running statistics before the step.
    private let accumulation: AlignedBuffer<Float>

    /// Plans the memory and takes it. Weights are zero until `initialize` or `setParameter`.
    ///
    /// - Parameters:
    ///   - parts: of a full batch, which are done one after the other, each of ceil(batch / parts) images.
    ///   - capacity: the most images that a step has, where there are fewer than a batch: the memory is for those
    ///     alone, and every bit is that of a whole batch's plan.
    public init(
        _ architecture: Architecture, batchSize: Int, parts: Int = 1, capacity: Int? = nil,
        optimizer options: OptimizerOptions,
        seeds: Seeds,
        gradient gradientOptions: GradientOptions = GradientOptions(), precision: Precision = .float32,
        pool: ThreadPool, instructionSet: InstructionSet? = nil
    ) throws(EngineError) {
        precondition(batchSize > 0 && parts > 0, "a batch has at least one image")
        let batchSize = (batchSize + parts - 1) / parts
        let capacity = min(batchSize, capacity ?? batchSize)
        keepsGradient = Self.keepsGradient(gradientOptions, parts: parts)
        if instructionSet == nil { try EngineError.checkEnvironment() }
        let chosen: InstructionSet
        if let instructionSet { chosen = instructionSet } else { chosen = try InstructionSet.chosen() }
        kernels = chosen.kernels
        let policy = PrecisionPolicy(precision, multipliesPairs: chosen.multipliesPairs)
        let need = try Self.need(
            architecture, batchSize: batchSize, capacity: capacity, optimizer: options, policy: policy,
            keepsGradient: keepsGradient, threads: pool.threadCount)
        guard let memory = AlignedBuffer<Float>(count: need.rest),
            let weightMemory = AlignedBuffer<Float>(count: need.weights),
            let moments = OptimizerMoments(count: need.moments),
            let accumulation = AlignedBuffer<Float>(count: parts > 1 ? need.weights : 0)
        else { throw .outOfMemory(byteCount: need.byteCount(parts: parts)) }
        var (arena, weights) = (Arena(base: memory.pointer), Arena(base: weightMemory.pointer))
        var momentArena = Arena(base: moments.memory.pointer)
        plan = try Plan(
            architecture, batchSize: batchSize, images: capacity, optimizer: options, policy: policy,
            keepsGradient: keepsGradient, dropoutSeed: seeds.dropout,
            threads: pool.threadCount, in: &arena, weights: &weights, moments: &momentArena)
        trained = TrainedParameters(plan.parameters.tensors, in: weightMemory)
        optimizer = Optimizer(
            options, plan.parameters, moments: plan.moments, scratch: plan.updateScratch,
            largestNorm: gradientOptions.largestNorm)
        labelSmoothing = gradientOptions.labelSmoothing
        let (given, outputs) = (gradientOptions.classWeights, plan.loss.logits.channels)
        precondition(given.count <= outputs, "there is an output for each class")
        classWeights = given.isEmpty ? [] : given + Array(repeating: 1, count: outputs - given.count)
        self.memory = memory
        self.moments = moments
        self.accumulation = accumulation
        self.architecture = architecture
        self.batchSize = batchSize
        self.capacity = capacity
        self.pool = pool
        target = Array(repeating: 0, count: plan.loss.logits.channels)
    }

    /// Bytes that a training takes; nothing is allocated to find out.
    public static func requiredBytes(
        _ architecture: Architecture, batchSize: Int, parts: Int = 1, capacity: Int? = nil, optimizer: OptimizerOptions,
        gradient: GradientOptions = GradientOptions(), precision: Precision = .float32, threads: Int
    ) throws(EngineError) -> Int {
        let batchSize = (batchSize + parts - 1) / parts
        let need = try need(
            architecture, batchSize: batchSize, capacity: min(batchSize, capacity ?? batchSize), optimizer: optimizer,
            policy: PrecisionPolicy(precision, multipliesPairs: try InstructionSet.chosen().multipliesPairs),
            keepsGradient: keepsGradient(gradient, parts: parts), threads: threads)
        return need.byteCount(parts: parts)
    }

    /// A sum of several gradients, and the norm of all, need the whole one.
    private static func keepsGradient(_ options: GradientOptions, parts: Int) -> Bool {
        options.isKept || options.largestNorm != nil || parts > 1
    }

    /// Floats of the weights, of the optimizer's moments, and of all else.
    private static func need(
        _ architecture: Architecture, batchSize: Int, capacity: Int, optimizer: OptimizerOptions,
        policy: PrecisionPolicy, keepsGradient: Bool, threads: Int
    ) throws(EngineError) -> Need {
        var (arena, weights, moments) = (Arena(base: nil), Arena(base: nil), Arena(base: nil))
        _ = try Plan(
            architecture, batchSize: batchSize, images: capacity, optimizer: optimizer, policy: policy,
            keepsGradient: keepsGradient, dropoutSeed: 0,
            threads: threads, in: &arena, weights: &weights, moments: &moments)
        return Need(weights: weights.count, moments: moments.count, rest: arena.count)
    }

    private struct Need {
        let weights: Int
        let moments: Int
        let rest: Int
        /// - Parameter parts: of a step.
        func byteCount(parts: Int) -> Int { 4 * ((parts > 1 ? 2 : 1) * weights + moments + rest) }
    }

    // MARK: Steps

    /// One step of the optimizer on the mean loss of a batch. All or nothing: cancelled before the update, the weights
    /// are as they were.
    public func train(
        _ images: some Collection<Int>, of source: some BatchSource, epoch: Int, cancellation: Cancellation
    ) throws(EngineError) -> BatchResult {
        var part = BatchPart(batchSize: images.count, weight: weight(of: images, source, epoch: epoch))
        guard accumulation.count > 0, images.count > batchSize else {
            let result = try accumulateGradients(
                images, of: source, epoch: epoch, part: part, cancellation: cancellation)
            applyUpdate()
            return result
        }
        // The sum of the gradients, in the order of the parts, then the running statistics as they were.
        let store = plan.parameters
        let (sum, statistics) = (accumulation.pointer, accumulation.pointer + store.trainedCount)
        let statisticsCount = store.count - store.trainedCount
        statistics.update(from: store.weights + store.trainedCount, count: statisticsCount)
        var whole = BatchResult(loss: 0, outcomes: [], correct: 0)
        do throws(EngineError) {
            while true {
                let result = try accumulateGradients(
                    images.dropFirst(part.firstImage).prefix(batchSize), of: source, epoch: epoch, part: part,
                    cancellation: cancellation)
                whole.loss += result.loss
                whole.correct += result.correct
                let isFirst = part.firstImage == 0
                part.firstImage += batchSize
                let isLast = part.firstImage >= images.count
                forEachTile(of: store.trainedCount) { range in
                    for index in range {
                        if !isFirst { store.gradient[index] += sum[index] }
                        if !isLast { sum[index] = store.gradient[index] }
                    }
                }
                if isLast { break }
                for pass in plan.passes { pass.commit() }
            }
        } catch {
            (store.weights + store.trainedCount).update(from: statistics, count: statisticsCount)
            throw error
        }
        applyUpdate()
        return whole
    }

    /// What these images count together, each the mean of its classes' weights by its shares of them; `nil` where each
    /// counts 1.
    private func weight(of images: some Collection<Int>, _ source: some BatchSource, epoch: Int) -> Double? {
        guard !classWeights.isEmpty else { return nil }
        var weight = 0.0
        for image in images {
            for index in target.indices { target[index] = 0 }
            source.addTarget(image, epoch: epoch, to: &target)
            for (share, factor) in zip(target, classWeights) { weight += share * factor }
        }
        return weight
    }

    /// The first half of a step: the gradient of these images' share of the mean loss of a batch, which replaces the
    /// last one's. Gradients of the batch's other images may then be added with `withGradient`, before `applyUpdate`.
    /// Cancelled, nothing has changed.
    ///
    /// - Parameter part: which part of the batch the images are.
    public func accumulateGradients(
        _ images: some Collection<Int>, of source: some BatchSource, epoch: Int, part: BatchPart,
        cancellation: Cancellation
    ) throws(EngineError) -> BatchResult {
        precondition(!isReleased, "the weights were given away")
        let step = makeStep(images: images.count, part: part, cancellation)
        // As it is measured, in memory of its own.
        if let teacher {
            let step = makeStep(images: images.count, part: nil, cancellation)
            try teacher.executor.run(images, of: source, epoch: epoch, step: step)
        }
        let result = try forward(images, of: source, epoch: epoch, step: step)
        self.epoch = epoch
        for index in stride(from: plan.passes.count - 1, through: 0, by: -1)
        where epoch <= plan.layers[index].backwardEpochs {
            plan.passes[index].backward(step.with(inputGradient: epoch <= plan.layers[index].inputGradientEpochs))
            guard !step.isCancelled else { throw .cancelled }
            observer?(.backward(index))
        }
        return result
    }

    /// The second half: the optimizer updates the weights by the gradient, and batch norms learn their statistics.
    public func applyUpdate() {
        let late = LatePasses(
            passes: plan.late, step: makeStep(images: batch.count, part: nil, uncut), observer: observer)
        optimizer.step(
            steps + 1, kernels, pool, rate: learningRateFactor, momentum: momentum, epoch: epoch, late: late)
        for pass in plan.passes { pass.commit() }
        observer?(.update)
        steps += 1
    }

    // MARK: The average of the weights, and of the running statistics of batch norms

    /// Moves the average towards the weights by a share of the difference; 1 makes it a copy.
    public func average(towardsWeights share: Double) {
        forEachAveraged { average, weights, count in
            guard share < 1 else { return average.update(from: weights, count: count) }
            let share = Float(share)
            for index in 0..<count { average[index] += share * (weights[index] - average[index]) }
        }
    }

    /// Makes the average the weights.
    public func loadAverage() {
        forEachAveraged { average, weights, count in weights.update(from: average, count: count) }
    }

    /// Puts the average in the place of the weights, to be measured, and back.
    public func exchangeAverage() { exchangeWeights(with: plan.average) }

    /// Likewise the best weights so far.
    public func exchangeBest() { exchangeWeights(with: plan.best) }

    private func exchangeWeights(with kept: UnsafeMutablePointer<Float>?) {
        guard let kept else { preconditionFailure("the optimizer keeps no such weights") }
        let weights = plan.parameters.weights
        forEachTile(of: plan.parameters.count) { range in
            for index in range { (kept[index], weights[index]) = (weights[index], kept[index]) }
        }
    }

    /// Keeps the weights, and the running statistics of batch norms, as the best so far.
    public func keepBest() {
        guard let best = plan.best else { preconditionFailure("the optimizer keeps no best weights") }
        let weights = plan.parameters.weights
        forEachTile(of: plan.parameters.count) { range in
            (best + range.lowerBound).update(from: weights + range.lowerBound, count: range.count)
        }
    }

    private func forEachAveraged(
        _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
    ) {
        guard let average = plan.average else { preconditionFailure("the optimizer keeps no average") }
        let weights = plan.parameters.weights
        forEachTile(of: plan.parameters.count) { range in
            body(average + range.lowerBound, weights + range.lowerBound, range.count)
        }
    }

    private func forEachTile(of count: Int, _ body: (Range<Int>) -> Void) {
        let tile = 1 << 16
        pool.forEachTile((count + tile - 1) / tile) { index, _ in
            body(index * tile..<min(count, (index + 1) * tile))
        }
    }

    /// The gradient of all trained parameters after `accumulateGradients`, in the engine's layout: that of each
    /// executor of the same layers.
    public func withGradient<Result>(_ body: (UnsafeMutableBufferPointer<Float>) -> Result) -> Result {
        precondition(keepsGradient, "`GradientOptions.isKept` was not asked for")
        return body(
            UnsafeMutableBufferPointer(start: plan.parameters.gradient, count: plan.parameters.gradientCount))
    }

    /// The loss and predictions of a batch; dropout does nothing, and nothing is learned.
    ///
    /// - Parameter views: whose outputs are averaged; `nil`: the images as they are.
    public func evaluate(
        _ images: some Collection<Int>, of source: some BatchSource, views: Views? = nil, cancellation: Cancellation
    ) throws(EngineError) -> BatchResult {
        let step = makeStep(images: images.count, part: nil, cancellation)
        guard let views else { return try forward(images, of: source, epoch: 0, step: step) }
        let logits = plan.loss.logits
        var sums = [Double](repeating: 0, count: images.count * logits.channels)
        for view in views.all {
            try run(images, of: source, epoch: 0, step: step, view: view)
            for image in 0..<images.count {
                for (index, output) in outputs(image: image).enumerated() {
                    sums[image * logits.channels + index] += view.weight * Double(output)
                }
            }
        }
        for image in 0..<images.count {
            let values = logits.at(image: image)
            for index in 0..<logits.channels {
                values[index / 16 * logits.blockStride + index % 16] = Float(sums[image * logits.channels + index])
            }
        }
        return measured(of: source, epoch: 0, step: step)
    }

    /// - Parameter part: `nil` in evaluation.
    private func makeStep(images: Int, part: BatchPart?, _ cancellation: Cancellation) -> Step {
        precondition(images > 0 && images <= capacity, "a batch has 1 to \(capacity) images")
        return Step(
            kernels: kernels, pool: pool, cancellation: cancellation, images: images, part: part, number: steps)
    }

    private func forward(
        _ images: some Collection<Int>, of source: some BatchSource, epoch: Int, step: Step
    ) throws(EngineError) -> BatchResult {
        try run(images, of: source, epoch: epoch, step: step)
        return measured(of: source, epoch: epoch, step: step)
    }

    /// The network's outputs for a batch.
    private func run(
        _ images: some Collection<Int>, of source: some BatchSource, epoch: Int, step: Step, view: View? = nil
    ) throws(EngineError) {
        batch.removeAll(keepingCapacity: true)
        batch.append(contentsOf: images)
        let (input, batch) = (plan.input, batch)
        step.forEachTile(batch.count) { tile, _ in
            source.writeImage(
                batch[tile], epoch: epoch, to: input.at(image: tile), planeStride: 1, rowStride: input.rowStride,
                columnStride: 16)
            view?.apply(to: input, image: tile)
        }
        if source.hasFailed { throw .cancelled }
        observer?(.batch)
        for (index, pass) in plan.passes.enumerated() {
            pass.forward(step)
            guard !step.isCancelled else { throw .cancelled }
            observer?(.forward(index))
        }
    }

    /// What these outputs say of the last batch, and in training the gradient by them.
    private func measured(of source: some BatchSource, epoch: Int, step: Step) -> BatchResult {
        var result = BatchResult(loss: 0, outcomes: [], correct: 0)
        var distilled = 0.0
        if !step.isTraining { result.outcomes.reserveCapacity(batch.count) }
        for (place, image) in batch.enumerated() {
            let label = source.label(image)
            for index in target.indices { target[index] = 0 }
            if step.isTraining { source.addTarget(image, epoch: epoch, to: &target) } else { target[label] = 1 }
            let labels = step.isTraining ? teacher.map { 1 - $0.weight } ?? 1 : 1
            let outcome = plan.loss.outcome(
                image: place, shares: target, smoothing: step.isTraining ? labelSmoothing : 0,
                weights: step.isTraining ? classWeights : [], gradientScale: step.part.map { labels / $0.weight })
            result.loss += labels * outcome.loss
            if let part = step.part, let teacher {
                distilled += plan.loss.distill(
                    image: place, from: teacher.executor.plan.loss, temperature: teacher.temperature,
                    weight: teacher.weight, gradientScale: 1 / Double(part.batchSize))
            }
            if !step.isTraining {
                result.outcomes.append(
                    ImageOutcome(
                        prediction: outcome.prediction,
                        isAmongFive: plan.loss.isAmong(first: 5, image: place, label: label),
                        confidence: outcome.confidence, loss: outcome.loss))
            }
            // Of an image that is mixed from two, the class of the larger share is the right one.
            result.correct += target[outcome.prediction] >= 0.5 ? 1 : 0
        }
        // The mean of the batch is the sum divided by what its images count.
        if let part = step.part, !classWeights.isEmpty { result.loss *= Double(part.batchSize) / part.weight }
        result.loss += distilled
        observer?(.loss)
        return result
    }

    /// The layers that run, in order: those that change nothing are left out, and a ReLU may be part of what is
    /// before it.
    public var layers: [PlannedLayer] { plan.layers }

    // MARK: The state between two steps

    /// All that the next step depends on, copied: the training continues.
    ///
    /// Cost: a copy of weights and moments, 60 ms for 33 million with Adam.
    /// - Returns: `nil` where the system does not have enough memory for a second state.
    public func copyState() -> TrainingState? { TrainingState(copying: state) }

    /// The same, given away: no step may follow, and nothing is copied.
    public func releaseState() -> TrainingState {
        isReleased = true
        return state
    }

    /// The same as it is, valid until the next step.
    public var state: TrainingState {
        TrainingState(
            parameters: trained, moments: moments, powers: optimizer.powers, steps: steps,
            keepsAverage: plan.average != nil, keepsBest: plan.best != nil)
    }

    /// Continues from a state of the same layers and optimizer, as if its steps had been done here.
    public func restore(_ state: TrainingState) {
        precondition(state.moments.count == moments.count, "the state of another optimizer")
        load(state.parameters)
        moments.memory.pointer.update(from: state.moments.memory.pointer, count: moments.count)
        optimizer.powers = state.powers
        steps = state.steps
    }

    // MARK: Parameters

    /// Draws fresh weights from the seed of `init`.
    ///
    /// - Parameters:
    ///   - images: what layers are whitened by; without them these begin as by default.
    ///   - cancellation: once it is cancelled, or an image could not be had, weights may be missing, and no step may
    ///     follow.
    public func initialize(seed: UInt64, images: FirstImages? = nil, cancellation: Cancellation? = nil) {
        plan.parameters.initialize(
            seed: seed, input: architecture.input, images: images, on: pool, cancellation)
        // The moments' pages come here, where an interrupt is heard at once: the first update cannot be cut, and they
        // would hold it up for 0.3 s (33 million parameters with Adam).
        let (first, count, tile) = (moments.memory.pointer, moments.count, 1 << 20)
        pool.forEachTile((count + tile - 1) / tile, cancellation: cancellation) { index, _ in
            for place in stride(from: index * tile, to: min(count, (index + 1) * tile), by: 1024) { first[place] = 0 }
        }
    }

    /// Every tensor in PyTorch's order, the running statistics of batch norms among them.
    public var parameters: [ParameterTensor] { plan.parameters.tensors.map(\.tensor) }

    /// The values of a tensor, in PyTorch's order.
    public func parameter(_ index: Int) -> [Float] {
        trained.values(index)
    }

    /// The gradient of a trained tensor after the last step, in PyTorch's order.
    public func gradient(_ index: Int) -> [Float] {
        let stored = plan.parameters.tensors[index]
        guard let start = plan.parameters.gradientOffset(stored.tensor) else {
            preconditionFailure("running statistics, and what is frozen or not kept, have no gradient")
        }
        return stored.read(from: plan.parameters.gradient + (start - stored.offset))
    }

    /// - Parameter values: as many as the tensor has, in PyTorch's order.
    public func setParameter(_ index: Int, to values: [Float]) {
        plan.parameters.write(values, to: plan.parameters.tensors[index])
    }

    /// Takes over the weights of a training of the same layers.
    public func load(_ other: TrainedParameters) {
        let (theirs, ours) = (other.stored, plan.parameters.tensors)
        precondition(
            theirs.map(\.tensor.shape) == ours.map(\.tensor.shape) && theirs.map(\.offset) == ours.map(\.offset),
            "weights of another network, or of one that freezes others")
        plan.parameters.weights.update(from: other.memory.pointer, count: plan.parameters.count)
    }

    /// Gives the weights away. The executor can still evaluate, but not train.
    public func release() -> TrainedParameters {
        isReleased = true
        return trained
    }

    /// The network's outputs for an image of the last batch.
    public func outputs(image: Int) -> [Float] {
        let logits = plan.loss.logits
        return (0..<logits.channels).map { logits.at(image: image)[$0 / 16 * logits.blockStride + $0 % 16] }
    }
}

/// The passes whose weights' gradient waited for the update.
private struct LatePasses: LateGradients {
    let passes: [Int: (layer: Int, pass: any LatePass)]
    let step: Step
    let observer: ((StepPart) -> Void)?

    func forEachPart(of tensor: Int, _ body: (_ start: Int, _ gradient: UnsafePointer<Float>, _ count: Int) -> Void) {
        guard let (layer, pass) = passes[tensor] else { preconditionFailure("no pass computes this gradient") }
        observer?(.update)
        pass.forEachWeightGradient(step, body)
        observer?(.backward(layer))
    }
}
