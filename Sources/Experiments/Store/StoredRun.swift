// A run as the store lists it, a row of its database: without weights, and without the curves of its epochs.

import Engine
import Libraries

public struct StoredRun: Sendable, Equatable {
    /// The name of its files.
    public let key: String
    let identity: String
    /// Its last name.
    public let name: String?
    public let model: String
    public let seed: UInt64
    /// `2`, or `1, orderseed 3`.
    public let seedText: String
    public let dataset: String
    /// `done`, `diverged`, `stopped`, `interrupted` (also one whose process was killed), or `running`, here or in
    /// another process.
    public let state: String
    /// Seconds since 1970.
    public let started: Int
    public let seconds: Double
    /// The planned epochs, which may end within one, and those that are complete.
    public let planned: Double
    public let epochs: Int
    /// The number of the last planned one.
    public var lastPlanned: Int { Int(planned.rounded(.up)) }
    /// Percent on the test images, and the loss there, after the last whole epoch; `nil` for a run that diverged.
    public let accuracy: Double?
    public let loss: Double?
    /// The engine's arithmetic that it was trained with: of another one, the same training has other bits.
    let arithmetic: Int
    public var isOfThisEngine: Bool { arithmetic == arithmeticVersion }
    /// Whether it was found again from its files, so that it may have had a name.
    let isFoundAgain: Bool

    /// `gap`, or `gap seed 2` without a name.
    public var label: String { name ?? plainLabel }
    public var plainLabel: String { "\(model) seed \(seedText)" }
    /// The one name that means this run alone: `gap seed 2 #3f2a91c0` for an older one of several that no `let` has
    /// named.
    public var title: String { name ?? plainLabel + (tag.map { " #\($0)" } ?? "") }
    /// What distinguishes an older run from the newest one of its model and seed; `nil` of that one.
    public var tag: String? { isOlder ? String(key.prefix(Self.tagLength)) : nil }
    /// Whether there is a newer run of its model and seed.
    public internal(set) var isOlder = false
    static let tagLength = 8
    /// `2026-11-23 14:02`
    public var date: String { Clock.minute(of: started) }
    public var hasEnded: Bool { state == "done" || state == "diverged" }

    static let columns =
        "key, identity, name, model, seed, dataset, state, started, seconds, planned, epochs, accuracy, loss, found, "
        + "arithmetic"

    /// - Parameter isLive: whether a process trains the run of this key.
    init(_ row: [DatabaseValue], isLive: (String) -> Bool) {
        let key = row[0].text ?? ""
        self.key = key
        identity = row[1].text ?? ""
        name = row[2].text
        model = row[3].text ?? ""
        seedText = row[4].text ?? "0"
        seed = UInt64(seedText.prefix { $0 != "," }) ?? 0
        dataset = row[5].text ?? ""
        let state = row[6].text ?? ""
        self.state = state == "running" && !isLive(key) ? "interrupted" : state
        started = row[7].integer ?? 0
        seconds = row[8].number ?? 0
        // A database may hold anything.
        planned = min(max(0, row[9].number ?? 0), 1e9)
        epochs = row[10].integer ?? 0
        // What a training had reached before it diverged is no result of it.
        accuracy = state == "diverged" ? nil : row[11].number
        loss = state == "diverged" ? nil : row[12].number
        isFoundAgain = row[13].integer == 1
        arithmetic = row[14].integer ?? 1
    }
}
