// A study as far as it was trained: its plan, its seeds, and the runs that are there. It never changes; training
// returns a new one.

import Datasets
import Engine

public struct Study: Sendable {
    /// What a `let` calls it.
    public var name: String?
    public let plan: StudyPlan
    /// In the order in which they are trained.
    public private(set) var seeds: [UInt64]
    /// The seeds that were named before the first run; more of them make the study exploratory.
    public private(set) var plannedSeeds: Int
    /// What the study said at its end, before seeds were added.
    public private(set) var firstPairs: [StudyPair]?
    /// By the model that was trained.
    private var runs: [[UInt64: StudyRun]]

    public init(_ plan: StudyPlan, seeds: [UInt64]) {
        self.plan = plan
        self.seeds = seeds
        plannedSeeds = seeds.count
        runs = plan.models.map { _ in [:] }
    }

    /// The run of this model with this seed; a model that is proven to train like another has that one's.
    public func run(_ model: Int, _ seed: UInt64) -> StudyRun? { runs[plan.trained(model)][seed] }

    public mutating func add(_ run: StudyRun, model: Int, seed: UInt64) { runs[plan.trained(model)][seed] = run }

    /// What is still to be trained: seed by seed, so that a study which is interrupted has pairs.
    public var missing: [(model: Int, seed: UInt64)] {
        seeds.flatMap { seed in
            plan.trainedModels.filter { runs[$0][seed] == nil }.map { ($0, seed) }
        }
    }

    public var isComplete: Bool { missing.isEmpty }
    /// All runs, seed by seed.
    public var allRuns: [(model: Int, seed: UInt64, run: StudyRun)] {
        seeds.flatMap { seed in
            plan.models.indices.compactMap { model in run(model, seed).map { (model, seed, $0) } }
        }
    }

    /// The runs of a model that did not diverge, seed by seed: those that numbers and pictures are made of.
    public func doneRuns(_ model: Int) -> [StudyRun] {
        seeds.compactMap { run(model, $0) }.filter { $0.state == .done }
    }

    /// Runs whose loss became NaN or infinite.
    public var diverged: [(model: Int, seed: UInt64)] {
        allRuns.filter { $0.run.state.isDiverged && plan.trained($0.model) == $0.model }
            .map { ($0.model, $0.seed) }
    }

    /// Seeds with which a model puts all test images, of several classes, into one: it has learned nothing, which a
    /// mean hides.
    public func unlearnedSeeds(_ model: Int) -> [UInt64] {
        guard Set(plan.dataset.test.labels).count > 1 else { return [] }
        return seeds.filter { seed in run(model, seed).map { Set($0.predictions).count == 1 } ?? false }
    }

    // MARK: More seeds

    /// The same study with so many seeds more: the smallest numbers that are not among them yet.
    ///
    /// A complete study keeps what it has said.
    public func adding(_ count: Int) -> Study {
        var study = self
        var next: UInt64 = 1
        for _ in 0..<count {
            while study.seeds.contains(next) { next += 1 }
            study.seeds.append(next)
        }
        return study
    }

    /// The same as a study that has said its verdict, and now looks for more.
    public func exploring(_ count: Int) -> Study {
        var study = adding(count)
        study.firstPairs = firstPairs ?? pairs
        return study
    }

    /// The seeds that a sequential study goes to next; `nil` at its last look, and for a fixed one.
    public func goingOn() -> Study? {
        guard let look = plan.design.nextLook(after: seeds.count) else { return nil }
        var study = adding(look.seeds - seeds.count)
        study.plannedSeeds = study.seeds.count
        return study
    }

    public var isExploratory: Bool { firstPairs != nil }

    // MARK: Verdicts

    /// The seeds that all models have been trained with, from the first on.
    public var completeSeeds: [UInt64] {
        Array(seeds.prefix { seed in plan.models.indices.allSatisfy { run($0, seed) != nil } })
    }

    /// The look that the verdict is that of.
    public var look: StudyDesign.Look? {
        // Seeds beyond those that were named take no further chance of their own: the first verdict is beside them.
        isExploratory ? StudyDesign.fixed.look(at: completeSeeds.count) : plan.design.look(at: completeSeeds.count)
    }

    public var isDecided: Bool { look != nil && pairs.allSatisfy(\.verdict.isDecided) }

    /// Accuracies of a model, one a seed whose training finished.
    public func accuracies(_ model: Int) -> [Double] { doneRuns(model).compactMap(\.accuracy) }
    public func losses(_ model: Int) -> [Double] { doneRuns(model).compactMap(\.loss) }
}
