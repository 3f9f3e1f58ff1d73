// A study as far as it was trained: its plan, its seeds, and the runs that are there. It never changes; training
// returns a new one.

import Datasets
import Engine

public struct Study: Sendable {
    /// What a `let` calls it.
    public var name: String?
    public let plan: StudyPlan
    /// In the order in which they are trained. Where runs were given that are not paired by their seeds, these are
    /// their places in their lists, from 1.
    public private(set) var seeds: [UInt64]
    /// How many of them were named before the first run.
    public private(set) var plannedSeeds: Int
    /// What was said of a pair before this look at it, where this one was not planned.
    public var earlier: [Int: PairLook] = [:]
    /// The models that are trained with a seed; all where it is not named.
    private var only: [UInt64: Set<Int>] = [:]
    /// By the model that was trained.
    private var runs: [[UInt64: StudyRun]]

    public init(_ plan: StudyPlan, seeds: [UInt64]) {
        self.plan = plan
        self.seeds = seeds
        plannedSeeds = seeds.count
        runs = plan.models.map { _ in [:] }
    }

    /// Of runs that are there, those of each model in the order in which they are paired.
    public init(_ plan: StudyPlan, given: [[StudyRun]]) {
        let isBySeed = plan.pairing == .seeds
        func key(_ run: StudyRun, _ place: Int) -> UInt64 { isBySeed ? run.seeds.initialization : UInt64(place + 1) }
        var seeds: [UInt64] = []
        for (place, run) in given.flatMap({ $0.enumerated() }) where !seeds.contains(key(run, place)) {
            seeds.append(key(run, place))
        }
        self.init(plan, seeds: seeds)
        for (model, runs) in given.enumerated() {
            for (place, run) in runs.enumerated() { add(run, model: model, seed: key(run, place)) }
        }
    }

    /// The run of this model with this seed; a model that is proven to train like another has that one's.
    public func run(_ model: Int, _ seed: UInt64) -> StudyRun? { runs[plan.trained(model)][seed] }

    public mutating func add(_ run: StudyRun, model: Int, seed: UInt64) { runs[plan.trained(model)][seed] = run }

    private func isTrained(_ model: Int, with seed: UInt64) -> Bool {
        only[seed]?.contains(plan.trained(model)) ?? true
    }

    /// What is still to be trained: seed by seed, so that a study which is interrupted has pairs.
    public var missing: [(model: Int, seed: UInt64)] {
        guard !plan.isOfGivenRuns else { return [] }
        return seeds.flatMap { seed in
            plan.trainedModels.filter { runs[$0][seed] == nil && isTrained($0, with: seed) }.map { ($0, seed) }
        }
    }

    public var isComplete: Bool { missing.isEmpty }
    /// All runs, seed by seed.
    public var allRuns: [(model: Int, seed: UInt64, run: StudyRun)] {
        seeds.flatMap { seed in
            plan.models.indices.compactMap { model in run(model, seed).map { (model, seed, $0) } }
        }
    }

    /// The runs of a model that did not fail, seed by seed: those that numbers and pictures are made of.
    public func doneRuns(_ model: Int) -> [StudyRun] {
        seeds.compactMap { run(model, $0) }.filter { !hasFailed($0) }
    }

    public func hasFailed(_ run: StudyRun) -> Bool { run.hasFailed(plan.failureRule, images: plan.test.count) }

    /// The seeds that a model failed with.
    public func failedSeeds(_ model: Int) -> [UInt64] {
        seeds.filter { run(model, $0).map(hasFailed) ?? false }
    }

    // MARK: More seeds

    /// The same study with so many seeds more: the smallest numbers that are not among them yet.
    ///
    /// - Parameter models: those that are trained with them; `nil`: all.
    private func adding(_ count: Int, of models: Set<Int>?) -> Study {
        var study = self
        let trained = models.map { Set($0.map(plan.trained)) }
        // Seeds that these models lack and others have come first.
        var missing = count
        if let trained {
            for seed in study.seeds where missing > 0 {
                guard let others = study.only[seed], !trained.isSubset(of: others) else { continue }
                study.only[seed] = others.union(trained)
                missing -= 1
            }
        }
        var next: UInt64 = 1
        for _ in 0..<missing {
            while study.seeds.contains(next) { next += 1 }
            study.seeds.append(next)
            if let trained { study.only[next] = trained }
        }
        return study
    }

    /// The same as a study that has said its verdict, and now looks once more than was planned.
    public func exploring(_ count: Int, of models: Set<Int>? = nil) -> Study {
        var study = adding(count, of: models)
        for (index, pair) in pairs.enumerated() where study.earlier[index] == nil {
            guard Self.holds(models, pair.first, pair.second) else { continue }
            study.earlier[index] = pair.look
        }
        return study
    }

    /// The study with the seeds that a sequential one goes to next; `nil` at its last look, and for a fixed one.
    public func goingOn(with models: Set<Int>? = nil) -> Study? {
        let least =
            plan.pairs.filter { Self.holds(models, $0.first, $0.second) }.map { seeds(of: $0.first, $0.second).count }
            .min() ?? seeds.count
        guard let next = plan.design.nextLook(after: least) else { return nil }
        var study = adding(next - least, of: models)
        study.plannedSeeds = study.seeds.count
        return study
    }

    /// Whether both are among some models; `nil`: all.
    private static func holds(_ models: Set<Int>?, _ first: Int, _ second: Int) -> Bool {
        models.map { $0.contains(first) && $0.contains(second) } ?? true
    }

    /// The models of pairs that are not settled; `nil` where these are all.
    public var undecidedModels: Set<Int>? {
        let models = Set(pairs.filter { !$0.isSettled }.flatMap { [$0.first, $0.second] })
        return models.count == plan.models.count ? nil : models
    }

    /// Whether a look was not planned.
    public var isExploratory: Bool { !earlier.isEmpty }

    /// The seeds that both models are or will be trained with.
    public func seeds(of first: Int, _ second: Int) -> [UInt64] {
        seeds.filter { isTrained(first, with: $0) && isTrained(second, with: $0) }
    }

    /// The seeds that all models have been trained with, from the first on.
    public var completeSeeds: [UInt64] {
        Array(seeds.prefix { seed in plan.models.indices.allSatisfy { run($0, seed) != nil } })
    }

    // MARK: Values

    /// What is compared, of a model: one a seed whose training did not fail.
    public func values(_ model: Int) -> [Double] { values(plan.measure, model) }
    public func accuracies(_ model: Int) -> [Double] { values(.accuracy, model) }
    public func losses(_ model: Int) -> [Double] { values(.loss, model) }

    public func values(_ measure: OutcomeMeasure, _ model: Int) -> [Double] {
        let labels = plan.test.labels
        return doneRuns(model).compactMap { $0.value(of: measure, labels: labels) }
    }
}
