// Where the words of a study get their runs from: the store where it has them, otherwise a training here that the store
// keeps, without its weights unless they are asked for.

import Datasets
import Engine
import Experiments

extension Invocation {
    /// - Parameter models: with their data, by what the study calls them.
    func runSource(_ models: [String: (model: Model, data: DataValue)], keepsWeights: Bool) throws -> RunSource {
        try checkEnvironment()
        guard let store = context.store else { return RunSource() }
        let isFresh = self[CommonOptions.fresh]
        let sides = try models.mapValues {
            try StudyRecords.Side(model: $0.model, data: $0.data, digest: digest(of: $0.data))
        }
        let records = StudyRecords(store: store, sides: sides)
        return RunSource(
            kept: { model, seeds in isFresh ? nil : records.kept(model, seeds, keepsWeights: keepsWeights) },
            train: { model, seeds, keepsWeights, cancellation, observer throws(TrainingError) in
                try store.wait(unless: cancellation)
                var claim: TrainingClaim?
                if !isFresh {
                    switch store.claim(try records.identity(model, seeds)) {
                    case .held(let holder): return .held(by: holder)
                    case .granted(let granted): claim = granted
                    }
                    if let run = records.kept(model, seeds, keepsWeights: keepsWeights) { return .kept(run) }
                }
                let keeper = try records.begin(model, seeds, claim, isFresh: isFresh, keepsWeights: keepsWeights)
                return .trained(
                    try StudyRun(
                        training: model, seeds, keepsWeights: keepsWeights, keeper: keeper,
                        cancellation: cancellation, observer: observer))
            },
            isKept: { model, seeds in (try? records.identity(model, seeds)).map(store.isEnded) ?? false })
    }
}

/// The trainings of a study as the store knows them.
private struct StudyRecords: Sendable {
    let store: RunStore
    let sides: [String: Side]

    struct Side: Sendable {
        let model: Model
        let data: DataValue
        /// Of the data; read once, for it reads every pixel.
        let digest: String
    }

    func identity(_ model: StudyModel, _ seeds: Seeds) throws(TrainingError) -> RunIdentity {
        try RunDescription(
            model.architecture, dataDigest: sides[model.name]?.digest ?? "", data: nil, model.options(seeds)
        ).identity()
    }

    func kept(_ model: StudyModel, _ seeds: Seeds, keepsWeights: Bool) -> StudyRun? {
        guard let identity = try? identity(model, seeds) else { return nil }
        let byteCount = model.byteCount ?? 0
        guard keepsWeights else {
            return store.endedRecord(identity).map {
                StudyRun($0, of: model, seeds: seeds, byteCount: byteCount)
            }
        }
        return store.kept(identity).flatMap { store.load($0, model.architecture, model.options(seeds)) }.map {
            StudyRun($0, byteCount: byteCount, keepsWeights: true)
        }
    }

    func begin(
        _ model: StudyModel, _ seeds: Seeds, _ claim: TrainingClaim?, isFresh: Bool, keepsWeights: Bool
    ) throws(TrainingError) -> RunKeeper? {
        guard let side = sides[model.name] else { return nil }
        let options = model.options(seeds)
        let record = try RunProgram.record(
            beginning: side.model, called: model.keptName, model.architecture, on: side.data, side.digest, options)
        return store.begin(
            record, model.architecture, options, claim, isFresh: isFresh, keepsWeights: keepsWeights)
    }
}
