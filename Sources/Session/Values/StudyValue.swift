// A study, and what `variance` found, as values.

import Experiments
import Graphics

final class StudyValue: ObjectValue {
    static let kind = ValueKind.study

    let study: Study
    /// Of its sides, in their order.
    let models: [Model]
    let data: [DataValue]
    let defaults: String?
    /// The runs of each side, where they were there before it.
    private let given: [[RunValue]]
    /// Of its runs so far: they read the predictions of all.
    private let pairs: [StudyPair]

    init(
        _ study: Study, models: [Model], data: [DataValue], defaults: String? = nil, given: [[RunValue]] = [],
        pairs: [StudyPair]? = nil
    ) {
        self.study = study
        self.models = models
        self.data = data
        self.defaults = defaults
        self.given = given
        self.pairs = pairs ?? study.pairs
    }

    var boundName: String? { study.name }

    func named(_ name: String) -> any ObjectValue {
        var study = study
        study.name = name
        return StudyValue(study, models: models, data: data, given: given, pairs: pairs)
    }

    /// Its data are called by names that mean them now.
    var report: StudyReport {
        let names = Set(data.map(\.name))
        var dataName = data.first?.name ?? "data"
        // `CIFAR-10 fold 1 of 5`: it is one of those that were compared.
        if study.plan.pairing == .folds, let end = dataName.firstRange(of: " fold ") {
            dataName = String(dataName[..<end.lowerBound])
        } else if names.count > 1 {
            dataName += " and others"
        }
        return StudyReport(study, pairs: pairs, dataName: dataName, defaults: defaults)
    }

    /// `gap and flat over 6 seeds: equivalent within 0.5 points`
    var text: String {
        let names = study.plan.models.map(\.name)
        let models = names.count == 2 ? names.joined(separator: " and ") : names.joined(separator: ", ")
        return "\(models) over \(counted(study.completeSeeds.count, "seed")): "
            + report.verdicts.joined(separator: "; ")
    }

    var rich: RichValue { report.rich(details: false) }
    var completionKind: String { "study" }

    static let memberHelp: [(name: String, help: String)] = [
        ("verdict", "the answer in words"), ("decided", "whether more seeds are not needed"),
        ("difference", "mean of the second model minus the first, in points"),
        ("low", "the lower end of the interval that the verdict comes from"), ("high", "its upper end"),
        ("seeds", "the seeds that every model was trained with"), ("models", "what the models are called"),
        ("failed", "one list per model, with the seeds whose run failed"),
        ("accuracies", "one list per model, with one number for each seed whose run did not fail"),
        ("table", "one row per training"),
        ("runs", "the runs, one after the other; with their weights where `keep: true` says so"),
    ]

    var missingMemberFix: String? {
        "`difference`, `low` and `high` need two models, and two seeds with which both train"
    }

    func member(_ name: String) -> Value? {
        let interval = pairs.count == 1 ? pairs[0].interval : nil
        switch name {
        case "verdict": return .string(report.verdicts.joined(separator: "; "))
        case "decided": return .boolean(pairs.allSatisfy(\.isSettled))
        case "difference": return pairs.count == 1 ? pairs[0].mean.map { .decimal($0) } : nil
        case "low": return interval.map { .decimal($0.lowerBound) }
        case "high": return interval.map { .decimal($0.upperBound) }
        case "seeds": return .list(Items(study.completeSeeds.map { .integer(Int(clamping: $0)) }))
        case "models": return .list(Items(study.plan.models.map { .string($0.name) }))
        case "failed":
            return .list(
                Items(
                    study.plan.models.indices.map { model in
                        .list(Items(study.failedSeeds(model).map { .integer(Int(clamping: $0)) }))
                    }))
        case "accuracies":
            return .list(
                Items(
                    study.plan.models.indices.map { model in
                        .list(Items(study.accuracies(model).map { .decimal($0) }))
                    }))
        case "table": return .object(TableValue(report.runs))
        case "runs": return .list(Items(runs))
        default: return nil
        }
    }

    private var runs: [Value] {
        guard given.isEmpty else { return given.flatMap { $0.map { .object($0) } } }
        return study.allRuns.filter { study.plan.trained($0.model) == $0.model }.compactMap { entry in
            guard var run = entry.run.run else { return nil }
            // As the store lists it, so that what is printed finds it there.
            run = run.called(study.plan.models[entry.model].keptName)
            return .object(RunValue(run, model: models[entry.model], data: data[entry.model], defaults: nil))
        }
    }
}

/// Which kind of randomness the spread of a model comes from.
final class VarianceValue: ObjectValue {
    static let kind = ValueKind.variances

    let variance: VarianceByRole
    private let data: DataValue

    init(_ variance: VarianceByRole, data: DataValue) {
        (self.variance, self.data) = (variance, data)
    }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }
    var text: String { rich.text }
    var rich: RichValue { VarianceReport.rich(variance, dataName: data.name) }

    static let memberHelp: [(name: String, help: String)] = [
        ("table", "one row per kind of randomness"), ("roles", "the kinds that were tried"),
        ("spreads", "the standard deviation of each, in points; nan where fewer than two runs finished"),
    ]

    func member(_ name: String) -> Value? {
        switch name {
        case "table": .object(TableValue(VarianceReport.table(variance, dataName: data.name)))
        case "roles": .list(Items(variance.roles.map { .string($0.rawValue) }))
        case "spreads":
            // One a role, so that both lists go together.
            .list(Items(variance.roles.map { .decimal(variance.spread(varying: $0)?.deviation ?? .nan) }))
        default: nil
        }
    }
}
