// The runs of the store as a value: what `runs` shows, and where `runs["gap seed 2"]` looks one up.

import Experiments
import Graphics
import Language
import Network

final class RunsValue: ObjectValue {
    static let kind = ValueKind.runs

    /// The newest first; not all of them where they are not filtered, and `store` has the others.
    private let runs: [StoredRun]
    private let store: RunStore?
    let count: Int
    private let rows: Int

    /// - Parameter rows: at most so many are shown.
    init(_ runs: [StoredRun], rows: Int) {
        (self.runs, self.rows, count) = (runs, rows, runs.count)
        store = nil
    }

    /// All runs of a store. Only those that are shown are read.
    init(all store: RunStore, rows: Int) {
        (self.store, self.rows, runs) = (store, rows, store.list(limit: rows))
        count = runs.count < rows ? runs.count : store.count
    }

    /// The one that the list calls so; the newest also as `gap seed 2`, though a `let` has named it.
    func run(called name: String) -> StoredRun? {
        store?.kept(called: name) ?? runs.first { $0.title == name } ?? runs.first { $0.plainLabel == name }
    }

    func run(at place: Int) -> StoredRun? {
        if runs.indices.contains(place) { return runs[place] }
        return place < 0 ? nil : store?.list(limit: 1, after: place).first
    }

    var someNames: [String] { (store?.list(limit: 1000) ?? Array(runs.prefix(1000))).map(\.title) }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }
    var text: String { rich.text }

    var rich: RichValue {
        guard !runs.isEmpty else { return RichValue(text: "no runs") }
        return TableValue(StoredRunTable.table(runs, rows: rows, count: count)).rich
    }

    static let memberHelp: [(name: String, help: String)] = [("count", "how many there are")]
    func member(_ name: String) -> Value? { name == "count" ? .integer(count) : nil }
}
