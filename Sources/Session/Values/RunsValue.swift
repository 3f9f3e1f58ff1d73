// The runs that are kept, as a value: what `runs` shows, and where `runs["gap seed 2"]` takes one.

import Experiments
import Graphics
import Language
import Network

final class RunsValue: ObjectValue {
    static let kind = "a list of kept runs"

    /// The newest first; not all of them where they are not filtered, and `store` has the others.
    private let runs: [KeptRun]
    private let store: RunStore?
    let count: Int
    private let rows: Int

    /// - Parameter rows: at most so many are shown.
    init(_ runs: [KeptRun], rows: Int) {
        (self.runs, self.rows, count) = (runs, rows, runs.count)
        store = nil
    }

    /// All runs of a store. Only those that are shown are read.
    init(all store: RunStore, rows: Int) {
        (self.store, self.rows, runs) = (store, rows, store.list(limit: rows))
        count = runs.count < rows ? runs.count : store.count
    }

    /// The one that the list calls so; the newest also as `gap seed 2`, though a `let` has named it.
    fileprivate func run(called name: String) -> KeptRun? {
        store?.kept(called: name) ?? runs.first { $0.title == name } ?? runs.first { $0.plainLabel == name }
    }

    fileprivate func run(at place: Int) -> KeptRun? {
        if runs.indices.contains(place) { return runs[place] }
        return place < 0 ? nil : store?.list(limit: 1, after: place).first
    }

    fileprivate var someNames: [String] { (store?.list(limit: 1000) ?? Array(runs.prefix(1000))).map(\.title) }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }
    var text: String { rich.text }

    var rich: RichValue {
        guard !runs.isEmpty else { return RichValue(text: "no runs") }
        return TableValue(KeptRunTable.table(runs, rows: rows, count: count)).rich
    }

    static let memberHelp: [(name: String, help: String)] = [("count", "how many they are")]
    func member(_ name: String) -> Value? { name == "count" ? .integer(count) : nil }
}

extension Interpreter {
    /// `runs["gap seed 2"]`, or by its place: `runs[0]` is the newest.
    func run(_ key: Value, of runs: RunsValue, at range: SourceRange) throws -> Value {
        let kept: KeptRun
        switch key {
        case .string(let name):
            if name == "count" { return .integer(runs.count) }
            guard let found = runs.run(called: name) else {
                let names = runs.someNames
                let meant = nearestName(to: name, among: names) ?? names.first
                throw fault(
                    .unknownRun, "no run is kept that is called \"\(name)\"", at: range,
                    fix: meant.map { "did you mean `runs[\"\($0)\"]`? `runs` lists them all" })
            }
            kept = found
        case .integer(let number):
            guard let found = runs.run(at: number < 0 ? number + runs.count : number) else {
                throw fault(
                    .outOfRange, "there is no run \(number): \(counted(runs.count, "run")) are kept", at: range)
            }
            kept = found
        default:
            throw fault(
                .wrongType, "a kept run is taken by its name, not by \(key.kind)", at: range,
                fix: "write it as `runs` lists it: `runs[\"gap seed 2\"]`")
        }
        return .object(try run(kept, at: range))
    }

    private func run(_ kept: KeptRun, at range: SourceRange) throws -> RunValue {
        defer { tellStoreFaults(at: range) }
        guard let store, let record = store.record(of: kept) else {
            throw fault(
                .unreadableRun, "what is kept of \(kept.title) cannot be read", at: range, fix: "train it again")
        }
        let training: RestoredTraining
        do { training = try RestoredTraining(record, for: self) } catch {
            let reason = Stop(error).diagnostic.message
            throw fault(
                .unreadableRun,
                "\(kept.label) was kept by Tandem \(record.context.version), and this one cannot read it: \(reason)",
                at: range)
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
        lastRun = value
        return value
    }
}
