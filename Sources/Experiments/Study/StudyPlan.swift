// What a study is to find out: which models, on which data, with which seeds, and what counts as a difference.

import Datasets
import Engine
import Network
import Runtime

/// One of the models that are compared, with all that its training is given but the seed.
public struct StudyModel: Sendable {
    /// What tables call it: the model, or the recipe where one model is trained with several.
    public let name: String
    /// What the store calls its runs: the model itself, as `train` does, and with the recipe where there are several.
    public let keptName: String
    public let architecture: Architecture
    /// The seeds in it are not used.
    public let options: TrainingOptions

    /// - Parameter keptName: `nil` where it is the name.
    public init(name: String, keptName: String? = nil, architecture: Architecture, options: TrainingOptions) {
        (self.name, self.keptName) = (name, keptName ?? name)
        (self.architecture, self.options) = (architecture, options)
    }

    /// Of a training with these seeds.
    public func options(_ seeds: Seeds) -> TrainingOptions {
        var options = options
        options.seeds = seeds
        return options
    }

    /// What a training on some data takes, in bytes; `nil` where the engine cannot run it.
    public func byteCount(on dataset: Dataset) -> Int? {
        let capacity = options.capacity(on: dataset, measuring: .test)
        let threads = options.threads ?? ThreadPool.availableThreads
        guard
            let own = try? Executor.requiredBytes(
                architecture, batchSize: options.batchSize, capacity: capacity, optimizer: options.wholeOptimizer,
                precision: options.precision, threads: threads),
            let teacher = try? options.teacherBytes(
                batchSize: options.batchSize, capacity: capacity, threads: threads)
        else { return nil }
        return own + teacher
    }

    /// Whether every training of both ends with the same bits, by proof.
    func trainsLike(_ other: StudyModel) -> Bool {
        var options = other.options(self.options.seeds)
        options.threads = self.options.threads
        return options == self.options
            && Equivalence(architecture, other.architecture).answer == .same(.training)
    }
}

public struct StudyPlan: Sendable {
    public let models: [StudyModel]
    public let dataset: Dataset
    public let design: StudyDesign
    /// In points of accuracy: a smaller difference makes none.
    public let margin: Double
    /// Whether models that are provably identical in training are each trained all the same.
    public let isForced: Bool
    public let keepsWeights: Bool
    /// For each model the first that is proven to train the same, itself where none before it is.
    public internal(set) var twins: [Int]
    /// Models that are provably identical in training, and did not on the engine: the proof is not used.
    public internal(set) var refuted: [(first: Int, second: Int)] = []

    public init(
        models: [StudyModel], dataset: Dataset, design: StudyDesign = .fixed, margin: Double = 0.5,
        isForced: Bool = false, keepsWeights: Bool = false
    ) {
        self.models = models
        self.dataset = dataset
        self.design = design
        self.margin = margin
        self.isForced = isForced
        self.keepsWeights = keepsWeights
        twins = models.indices.map { index in
            models[..<index].firstIndex { $0.trainsLike(models[index]) } ?? index
        }
    }

    /// The same plan with each proof compared with the engine, in the precision that is trained. Where the engine
    /// disagrees, both are trained. What it lacks the memory to check it lacks the memory to train.
    public func checked(cancellation: Cancellation) throws(TrainingError) -> StudyPlan {
        var plan = self
        for (second, first) in twins.enumerated() where first != second {
            let (one, other) = (models[first], models[second])
            do throws(TrainingError) {
                let agrees = try EquivalenceCheck.agrees(
                    one.architecture, other.architecture, precision: one.options.precision, cancellation: cancellation)
                if agrees { continue }
            } catch .outOfMemory { continue } catch { throw error }
            plan.twins[second] = second
            plan.refuted.append((first, second))
        }
        return plan
    }

    /// Whose runs stand for this model's.
    public func trained(_ model: Int) -> Int { isForced ? model : twins[model] }

    /// The models that are trained.
    public var trainedModels: [Int] { models.indices.filter { trained($0) == $0 } }

    /// All pairs of models, in their order.
    public var pairs: [(first: Int, second: Int)] {
        models.indices.flatMap { first in models.indices.dropFirst(first + 1).map { (first, $0) } }
    }

    /// The seeds of a study that names none.
    public var standardSeeds: [UInt64] { Array(1...6) }
}
