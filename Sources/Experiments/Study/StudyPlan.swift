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
    public let dataset: Dataset
    /// What distinguishes that data from other data of the study: its digest, or nothing where there is no other.
    public let dataKey: String
    /// The seeds in it are not used.
    public let options: TrainingOptions

    /// - Parameter keptName: `nil` where it is the name.
    public init(
        name: String, keptName: String? = nil, architecture: Architecture, dataset: Dataset, dataKey: String = "",
        options: TrainingOptions
    ) {
        (self.name, self.keptName) = (name, keptName ?? name)
        (self.architecture, self.options) = (architecture, options)
        (self.dataset, self.dataKey) = (dataset, dataKey)
    }

    /// Of a training with these seeds.
    public func options(_ seeds: Seeds) -> TrainingOptions {
        var options = options
        options.seeds = seeds
        return options
    }

    /// What a training takes, in bytes; `nil` where the engine cannot run it.
    public var byteCount: Int? {
        let capacity = options.capacity(on: dataset, measuring: .test)
        let threads = options.threads ?? ThreadPool.availableThreads
        guard
            let own = try? Executor.requiredBytes(
                architecture, batchSize: options.batchSize, capacity: capacity, optimizer: options.wholeOptimizer,
                gradient: options.gradient(on: dataset), precision: options.precision, threads: threads),
            let teacher = try? options.teacherBytes(
                batchSize: options.batchSize, capacity: capacity, threads: threads)
        else { return nil }
        return own + teacher
    }

    /// Whether every training of both ends with the same bits, by proof.
    func trainsLike(_ other: StudyModel) -> Bool {
        var options = other.options(self.options.seeds)
        options.threads = self.options.threads
        return options == self.options && other.dataKey == dataKey
            && Equivalence(architecture, other.architecture).answer == .same(.training)
    }
}

/// What makes a pair of two runs.
public enum Pairing: Hashable, Sendable {
    /// The same seed.
    case seeds
    /// Nothing: each model has runs of its own seeds.
    case none
    /// The same fold.
    case folds
}

/// What the sides of a study are: networks, or one network, by its name, with something that differs.
public enum ComparedThing: Hashable, Sendable {
    case models
    case recipes(of: String)
    case dataSets(of: String)
    /// With parts switched off.
    case variants(of: String)
}

public struct StudyPlan: Sendable {
    public let models: [StudyModel]
    public let compared: ComparedThing
    public let design: StudyDesign
    /// What is compared.
    public let measure: OutcomeMeasure
    /// In the unit of the measure: a smaller difference makes none.
    public let margin: Double
    /// The model that each of the others is compared with; `nil` where every pair is compared.
    public let baseline: Int?
    /// Whether models that are provably identical in training are each trained all the same.
    public let isForced: Bool
    public let keepsWeights: Bool
    public let pairing: Pairing
    /// Whether its runs were given, so that none is trained for it.
    public let isOfGivenRuns: Bool
    /// When a run has failed.
    public let failureRule: FailureRule
    /// For each model the first that is proven to train the same, itself where none before it is.
    public internal(set) var twins: [Int]
    /// Models that are provably identical in training, and did not on the engine: the proof is not used.
    public internal(set) var refuted: [(first: Int, second: Int)] = []

    /// - Parameter models: all tested on the same images.
    public init(
        models: [StudyModel], compared: ComparedThing = .models, design: StudyDesign = .fixed,
        measure: OutcomeMeasure = .accuracy, margin: Double = 0.5, baseline: Int? = nil, isForced: Bool = false,
        keepsWeights: Bool = false
    ) {
        self.models = models
        self.compared = compared
        self.design = design
        self.measure = measure
        self.margin = margin
        self.baseline = baseline
        self.isForced = isForced
        self.keepsWeights = keepsWeights
        pairing = .seeds
        isOfGivenRuns = false
        failureRule = FailureRule(labels: models.first?.dataset.test.labels ?? [])
        twins = models.indices.map { index in
            models[..<index].firstIndex { $0.trainsLike(models[index]) } ?? index
        }
    }

    /// Of runs that are there: nothing is proven of them, and nothing trained.
    public init(
        given models: [StudyModel], pairing: Pairing, measure: OutcomeMeasure = .accuracy, margin: Double = 0.5,
        baseline: Int? = nil
    ) {
        self.models = models
        compared = .models
        design = .fixed
        self.measure = measure
        self.margin = margin
        self.baseline = baseline
        self.pairing = pairing
        isForced = true
        keepsWeights = true
        isOfGivenRuns = true
        failureRule = FailureRule(labels: models.first?.dataset.test.labels ?? [])
        twins = Array(models.indices)
    }

    /// The images that all models are tested on.
    public var test: ImageSet { models[0].dataset.test }
    public var classNames: [String] { models[0].dataset.classNames }

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

    /// The pairs that are compared: each with the baseline, or all, in their order.
    public var pairs: [(first: Int, second: Int)] {
        if let baseline { return models.indices.filter { $0 != baseline }.map { (baseline, $0) } }
        return models.indices.flatMap { first in models.indices.dropFirst(first + 1).map { (first, $0) } }
    }

    /// How many of them share the chance of a wrong statement: a proof takes none.
    public var tested: Int { max(1, pairs.count { twins[$0.first] != twins[$0.second] }) }

    /// The seeds of a study that names none.
    public var standardSeeds: [UInt64] { Array(1...6) }
}
