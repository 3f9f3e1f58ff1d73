// What a study will take on this machine, from a few steps of each of its models: before it begins, so that one can
// change one's mind.

import Datasets
import Engine
import Libraries
import Network
import Runtime

public struct StudyCost: Sendable {
    /// Trainings that are still to be done.
    public let runs: Int
    /// All of them together.
    public let seconds: Double
    /// By model.
    public let secondsOfRun: [Int: Double]
    /// Of the largest of the trainings, in bytes.
    public let trainingBytes: Int
    /// The weights that are kept of all of them.
    public let weightBytes: Int

    /// Trains each model for a few steps, half a second or so.
    ///
    /// - Throws: what a training would, before its first step; `cancelled` at an interrupt.
    public init(of study: Study, cancellation: Cancellation) throws(TrainingError) {
        let plan = study.plan
        var count: [Int: Int] = [:]
        for (model, _) in study.missing { count[model, default: 0] += 1 }
        var (seconds, largest, weights) = ([Int: Double](), 0, 0)
        for model in count.keys.sorted() {
            let cost: RunCost
            do throws(TrainingError) {
                cost = try RunCost(plan.models[model], cancellation: cancellation)
            } catch .cancelled { throw .cancelled } catch { throw .of(model: plan.models[model].name, error) }
            seconds[model] = cost.seconds
            largest = max(largest, cost.byteCount)
            if plan.keepsWeights {
                weights += 4 * plan.models[model].architecture.parameterCount * (count[model] ?? 0)
            }
        }
        runs = count.values.reduce(0, +)
        secondsOfRun = seconds
        self.seconds = count.reduce(0) { $0 + Double($1.value) * (seconds[$1.key] ?? 0) }
        (trainingBytes, weightBytes) = (largest, weights)
    }
}

/// What one training will take.
public struct RunCost: Sendable {
    public let seconds: Double
    public let byteCount: Int

    /// Long enough for a mean, short beside any training that one would wait for.
    private static let (enoughSeconds, enoughSteps) = (0.3, 20)

    public init(_ model: StudyModel, cancellation: Cancellation) throws(TrainingError) {
        let (options, dataset) = (model.options, model.dataset)
        try checkFit(model.architecture, dataset, parts: options.partsOfData, views: options.views)
        try options.checkFit(dataset)
        try options.teacher?.checkFit(model.architecture)
        let start = Clock.seconds
        let network = try EngineNetwork(
            model.architecture, dataset: dataset, options: options, isKept: true, cancellation: cancellation)
        try network.initialize()
        let preparation = Clock.seconds - start
        let order = shuffledOrder(count: dataset.training.count, seed: options.seeds.order, epoch: 1)
        let batch = order.prefix(options.batchSize)
        let tested = 0..<min(dataset.test.count, network.batchSize)
        let step: Double
        let evaluation: Double
        do throws(Stopped) {
            step = try Self.seconds { () throws(Stopped) in
                _ = try network.trainStep(batch, epoch: 1, learningRateFactor: 1, momentum: nil)
            }
            evaluation = try Self.seconds { () throws(Stopped) in _ = try network.evaluate(tested) }
        } catch { throw TrainingError(error) }
        // By images, so that a last batch which is not full counts for what it is.
        let training = step * Double(dataset.training.count) / Double(max(1, batch.count))
        let validation = options.selection.measuresValidation ? dataset.validation.count : 0
        let testing = evaluation * Double(dataset.test.count + validation) / Double(max(1, tested.count))
        // Views are measured once, at the end.
        let viewing = Double(options.views?.count ?? 0) * testing
        seconds = preparation + options.passes * training + Double(options.epochs) * testing + viewing
        byteCount = network.byteCount
    }

    /// The mean of a few calls after a first, which takes longer: its memory is touched for the first time.
    private static func seconds(of call: () throws(Stopped) -> Void) throws(Stopped) -> Double {
        try call()
        let start = Clock.seconds
        var count = 0
        repeat {
            try call()
            count += 1
        } while count < 2 || (Clock.seconds - start < enoughSeconds && count < enoughSteps)
        return (Clock.seconds - start) / Double(count)
    }
}
