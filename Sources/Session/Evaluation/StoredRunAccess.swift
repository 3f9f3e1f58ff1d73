// `runs["gap seed 2"]`: a run taken from the store.

import Experiments
import Language
import Network

extension Interpreter {
    /// `runs["gap seed 2"]`, or by its place: `runs[0]` is the newest.
    func run(_ key: Value, of runs: RunsValue, at range: SourceRange) throws -> Value {
        let kept: StoredRun
        switch key {
        case .string(let name):
            if name == "count" { return .integer(runs.count) }
            guard let found = runs.run(called: name) else {
                let names = runs.someNames
                let fix =
                    if let meant = nearestName(to: name, among: names) {
                        "did you mean `runs[\"\(meant)\"]`? `runs` lists them all"
                    } else if let first = names.first {
                        "`runs` lists them all; one is `runs[\"\(first)\"]`"
                    } else {
                        namesToType.toMake(.run)
                    }
                throw fault(.unknownRun, "no stored run is called \"\(name)\"", at: range, fix: fix)
            }
            kept = found
        case .integer(let number):
            guard let found = runs.run(at: number < 0 ? number + runs.count : number) else {
                throw fault(
                    .outOfRange,
                    "there is no run \(number): \(counted(runs.count, "run")) \(runs.count == 1 ? "is" : "are") kept",
                    at: range, fix: "`runs` lists them; the newest is `runs[0]`")
            }
            kept = found
        default:
            throw fault(
                .wrongType, "a stored run is selected by its name, not by \(key.kind)", at: range,
                fix: "write it as `runs` lists it: `runs[\"gap seed 2\"]`")
        }
        return .object(try run(kept, at: range))
    }

    private func run(_ kept: StoredRun, at range: SourceRange) throws -> RunValue {
        defer { context.tellStoreFaults(at: range) }
        guard let store = session.store, let record = store.record(of: kept) else {
            throw fault(
                .unreadableRun, "the record of \(kept.title) cannot be read", at: range, fix: "train it again")
        }
        let training: RestoredTraining
        do { training = try RestoredTraining(record, reader: context.reader) } catch {
            let reason = Stop(error).diagnostic.message
            throw fault(
                .unreadableRun,
                "\(kept.label) was stored by Tandem \(record.context.version), and this version cannot read it: \(reason)",
                at: range, fix: "take that version, or train it again")
        }
        let options = training.options ?? .init()
        var run =
            store.load(kept, training.architecture, options)
            ?? store.withoutWeights(kept, record, training.architecture, options)
        run.tag = kept.tag
        let origin = RunValue.Origin(file: kept.label, record)
        let value = RunValue(
            run, model: training.model, data: nil, origin: origin, place: .init(store: store, key: kept.key),
            defaults: nil)
        session.lastRun = value
        return value
    }
}
