// A running training, as the store keeps it: its start, a checkpoint after each epoch and every five minutes, and its
// result. A background thread writes files from a copy; the next step waits only for the copy.

import Engine
import Libraries
import Synchronization

public final class RunKeeper: TrainingKeeper {
    /// Where the training continues; `nil` where it begins with fresh weights.
    public let beginning: Checkpoint?
    /// The run whose checkpoint that is.
    public let source: StoredRun?
    /// Set before the first step.
    var network: (any TrainableNetwork)?
    /// Whether the weights are kept at the end, set before the first step.
    var keepsWeights = true

    /// `nil` where nothing can be written.
    private let writer: RunWriter?
    private var lastKept = Clock.seconds

    /// Seconds between checkpoints within an epoch.
    public var interval = 300.0
    /// The end of an epoch is kept after this time, or after a hundred times what a checkpoint costs: not every end of
    /// short epochs.
    private static let epochInterval = 30.0

    init(_ writer: RunWriter?, beginning: Checkpoint? = nil, source: StoredRun? = nil) {
        self.writer = writer
        self.beginning = beginning
        self.source = source
    }

    /// The name of the run's files; `nil` if it has none.
    public var key: String? { writer?.key }

    /// Whether the result is on disk; `nil` while it is still being written, after waiting as long as an interrupt may
    /// take.
    public var isKept: Bool? {
        guard let writer else { return false }
        return writer.isKept(within: 0.05)
    }

    /// A keeper that only says where to begin; `nil` if that is the start.
    var withoutKeeping: RunKeeper? { beginning.map { RunKeeper(nil, beginning: $0, source: source) } }

    var isDue: Bool {
        guard let writer else { return false }
        return Clock.seconds - lastKept >= interval && !writer.isBusy
    }

    func epochEnded(_ position: TrainingPosition) {
        guard let writer else { return }
        let limit = min(Self.epochInterval, 100 * writer.cost)
        if Clock.seconds - lastKept >= limit, !writer.isBusy { keep(position) }
    }

    func keep(_ position: TrainingPosition) {
        guard let network, let writer else { return }
        let start = Clock.seconds
        lastKept = start
        // Without memory for a copy it is written synchronously.
        let hasRoom = Memory.available().map { $0 > 2 * network.stateByteCount } ?? true
        guard hasRoom, let copy = network.copyState() else {
            return writer.keep(Checkpoint(position: position, state: network.state), since: start)
        }
        writer.keep(Checkpoint(position: position, state: copy), copying: Clock.seconds - start)
    }

    /// The training did not begin: a new run is not listed, and one that continues stays interrupted.
    func abandon() { writer?.abandon() }

    /// Keeps the result, in the background.
    func end(_ run: Run, _ last: Checkpoint) {
        network = nil
        writer?.end(run, last, keepsWeights: keepsWeights)
    }
}
