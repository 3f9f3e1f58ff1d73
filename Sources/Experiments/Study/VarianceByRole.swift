// Which kind of randomness the spread comes from: one role's seed varies, all others stay.

import Datasets
import Engine
import Network
import Runtime

public enum SeedRole: String, Sendable, CaseIterable {
    case initialization = "init"
    case order
    case augmentation = "augment"
    case dropout

    public var path: WritableKeyPath<Seeds, UInt64> {
        switch self {
        case .initialization: \.initialization
        case .order: \.order
        case .augmentation: \.augmentation
        case .dropout: \.dropout
        }
    }

    /// Whether anything in this training is drawn with its seed.
    public func isUsed(
        by architecture: Architecture, from start: StartingWeights? = nil, on dataset: Dataset
    ) -> Bool {
        switch self {
        case .order: true
        case .initialization:
            architecture.parameters.enumerated().contains { place, tensor in
                if case .constant = tensor.initial { false } else { start?.takes(place) != true }
            }
        case .augmentation: !dataset.augmentation.isNone
        case .dropout: architecture.layers.contains(where: drops)
        }
    }
}

private func drops(_ layer: PlacedLayer) -> Bool {
    layer.layer.isRandom || layer.branches.contains { $0.contains(where: drops) }
}

public enum VarianceEvent: Sendable {
    case training(TrainingEvent)
    /// One run is done, or was trained by another process.
    case finished(StudyRun, wasKept: Bool)
    /// Nothing is left to train but what other processes are at.
    case waiting(trainings: Int, holder: String)
}

public struct VarianceByRole: Sendable {
    public let model: StudyModel
    public let dataset: Dataset
    public let seeds: [UInt64]
    /// Those that this training draws with, in the order asked for.
    public let roles: [SeedRole]
    /// Those that were asked for and do nothing here.
    public let unusedRoles: [SeedRole]
    public private(set) var runs: [Seeds: StudyRun] = [:]

    /// - Parameter seeds: two at least.
    public init(_ model: StudyModel, on dataset: Dataset, roles: [SeedRole], seeds: [UInt64]) {
        (self.model, self.dataset, self.seeds) = (model, dataset, seeds)
        func isUsed(_ role: SeedRole) -> Bool {
            role.isUsed(by: model.architecture, from: model.options.start, on: dataset)
        }
        self.roles = roles.filter(isUsed)
        unusedRoles = roles.filter { !isUsed($0) }
    }

    /// What the runs of a row are drawn with; `nil`: all roles vary together.
    public func seeds(varying role: SeedRole?) -> [Seeds] {
        seeds.map { seed in
            guard let role else { return Seeds(seed) }
            var result = Seeds(seeds[0])
            result[keyPath: role.path] = seed
            return result
        }
    }

    /// All trainings, each once: the first seed is in every row.
    public var plan: [Seeds] {
        var seen: Set<Seeds> = []
        return (roles.map(Optional.some) + [nil]).flatMap { seeds(varying: $0) }.filter { seen.insert($0).inserted }
    }

    /// Accuracies of a row, of the runs that finished.
    public func sample(varying role: SeedRole?) -> Sample? {
        Sample(seeds(varying: role).compactMap { runs[$0]?.accuracy })
    }

    public var diverged: Int { runs.values.count { $0.state.isDiverged } }

    /// Takes the missing runs that are stored, and returns them.
    public mutating func take(_ kept: RunSource.Kept) -> [StudyRun] {
        var taken: [StudyRun] = []
        for seeds in plan where runs[seeds] == nil {
            guard let run = kept(model, dataset, seeds) else { continue }
            runs[seeds] = run
            taken.append(run)
        }
        return taken
    }

    /// Trains what is missing; at an interrupt what was done stays.
    ///
    /// - Parameter observer: gets how many runs are done, how many there are, and what the current one reports.
    public mutating func train(
        by source: RunSource = RunSource(), cancellation: Cancellation,
        observer: (_ done: Int, _ all: Int, VarianceEvent) -> Void
    ) throws(TrainingError) -> StudyEnd {
        let count = plan.count
        return try getAll(plan.filter { runs[$0] == nil }, cancellation: cancellation) { seeds throws(TrainingError) in
            let done = runs.count
            return try source.train(model, dataset, seeds, false, cancellation) {
                observer(done, count, .training($0))
            }
        } take: { seeds, run, wasKept in
            runs[seeds] = run
            observer(runs.count, count, .finished(run, wasKept: wasKept))
        } waiting: { trainings, holder in
            observer(runs.count, count, .waiting(trainings: trainings, holder: holder))
        }
    }
}
