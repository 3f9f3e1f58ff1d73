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

public struct VarianceByRole: Sendable {
    public let model: StudyModel
    public let seeds: [UInt64]
    /// The seeds that all other roles keep while one varies: the first of `seeds`.
    public let bases: [UInt64]
    /// Those that this training draws with, in the order asked for.
    public let roles: [SeedRole]
    /// Those that were asked for and do nothing here.
    public let unusedRoles: [SeedRole]
    public private(set) var runs: [Seeds: StudyRun] = [:]
    /// Those that nothing is drawn with.
    private let idleRoles: [SeedRole]

    /// - Parameters:
    ///   - seeds: two at least.
    ///   - bases: from how many starts a role is varied, since one may be a special case; 1 at least.
    public init(_ model: StudyModel, roles: [SeedRole], seeds: [UInt64], bases: Int = 2) {
        (self.model, self.seeds) = (model, seeds)
        self.bases = Array(seeds.prefix(max(1, bases)))
        func isUsed(_ role: SeedRole) -> Bool {
            role.isUsed(by: model.architecture, from: model.options.start, on: model.dataset)
        }
        self.roles = roles.filter(isUsed)
        idleRoles = SeedRole.allCases.filter { !isUsed($0) }
        unusedRoles = roles.filter { !isUsed($0) }
    }

    /// What the runs of a row are drawn with, for each base; `nil`: all roles vary together, which has no base.
    public func seeds(varying role: SeedRole?) -> [[Seeds]] {
        guard let role else { return [seeds.map { withoutIdle(Seeds($0)) }] }
        return bases.map { base in
            seeds.map { seed in
                var result = Seeds(base)
                result[keyPath: role.path] = seed
                return withoutIdle(result)
            }
        }
    }

    /// Seeds that change nothing are that of the first role that does: no training is done twice for them.
    private func withoutIdle(_ given: Seeds) -> Seeds {
        guard let first = SeedRole.allCases.first(where: { !idleRoles.contains($0) }) else { return given }
        var result = given
        for role in idleRoles { result[keyPath: role.path] = given[keyPath: first.path] }
        return result
    }

    /// All trainings, each once: a base is in every row.
    public var plan: [Seeds] {
        var seen: Set<Seeds> = []
        return (roles.map(Optional.some) + [nil]).flatMap { seeds(varying: $0).flatMap(\.self) }
            .filter { seen.insert($0).inserted }
    }

    /// Those that are still to be done.
    public var missing: [Seeds] { plan.filter { runs[$0] == nil } }

    /// Of a row, of the runs that did not fail; `nil` where no base has two.
    public func spread(varying role: SeedRole?) -> Spread? {
        Spread(seeds(varying: role).map { row in row.compactMap { accuracy($0) } })
    }

    private func accuracy(_ seeds: Seeds) -> Double? {
        guard let run = runs[seeds], !hasFailed(run) else { return nil }
        return run.accuracy
    }

    public func hasFailed(_ run: StudyRun) -> Bool {
        run.hasFailed(FailureRule(labels: model.dataset.test.labels), images: model.dataset.test.count)
    }

    /// How probable spreads this unlike are, if all of these roles spread alike.
    public func areAlike(_ roles: [SeedRole]) -> Double? {
        let spreads = roles.compactMap { spread(varying: $0) }
        guard spreads.count == roles.count else { return nil }
        return BrownForsythe.test(parts: spreads.map(\.values))
    }

    public var failed: Int { runs.values.count(where: hasFailed) }

    /// Takes the missing runs that are stored, and returns them.
    public mutating func take(_ kept: RunSource.Kept) -> [StudyRun] {
        var taken: [StudyRun] = []
        for seeds in missing {
            guard let run = kept(model, seeds) else { continue }
            runs[seeds] = run
            taken.append(run)
        }
        return taken
    }

    /// Trains what is missing; at an interrupt what was done stays.
    ///
    /// - Parameters:
    ///   - seconds: that a training takes.
    ///   - observer: gets how many runs are done, how many there are, and what is heard of those that were missing, by
    ///     their places.
    public mutating func train(
        by source: RunSource = RunSource(), seconds: Double = 0, cancellation: Cancellation,
        observer: (_ done: Int, _ all: Int, RunSource.Event) -> Void
    ) throws(TrainingError) -> StudyEnd {
        let count = plan.count
        let missing = missing
        let wanted = missing.map { RunSource.Wanted(model, $0, keepsWeights: false) }
        let crew = source.crew(wanted, Double(wanted.count) * seconds)
        return try source.getAll(wanted, by: crew, cancellation: cancellation) { event in
            if case .got(let place, let run, _) = event { runs[missing[place]] = run }
            observer(runs.count, count, event)
        }
    }
}
