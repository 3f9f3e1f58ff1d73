// One training under way, as the store keeps it: where it begins, a checkpoint after each epoch and every five minutes,
// and its result. Files are written from a copy by a background thread; the next step waits for the copy alone.

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

    /// In the middle of an epoch, in seconds.
    private static let interval = 300.0
    /// An epoch's end is kept where so much time has passed, or a hundred times what it costs: of quick epochs not
    /// each.
    private static let epochInterval = 30.0

    init(_ writer: RunWriter?, beginning: Checkpoint? = nil, source: StoredRun? = nil) {
        self.writer = writer
        self.beginning = beginning
        self.source = source
    }

    /// Names the files of the run; `nil` where it has none.
    public var key: String? { writer?.key }

    /// Whether what the training came to is on the disk; `nil` where it is still being written, which is waited for no
    /// longer than an interrupt may take.
    public var isKept: Bool? {
        guard let writer else { return false }
        return writer.isKept(within: 0.05)
    }

    /// Where to begin, alone; `nil` where that is the start.
    var withoutKeeping: RunKeeper? { beginning.map { RunKeeper(nil, beginning: $0, source: source) } }

    var isDue: Bool {
        guard let writer else { return false }
        return Clock.seconds - lastKept >= Self.interval && !writer.isBusy
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
        // Without room for a copy it is written here and now.
        let hasRoom = Memory.available().map { $0 > 2 * network.stateByteCount } ?? true
        guard hasRoom, let copy = network.copyState() else {
            return writer.keep(Checkpoint(position: position, state: network.state), since: start)
        }
        writer.keep(Checkpoint(position: position, state: copy), copying: Clock.seconds - start)
    }

    /// Keeps what the training came to, in the background: nobody waits for it.
    func end(_ run: Run, _ last: Checkpoint) {
        network = nil
        writer?.end(run, last, keepsWeights: keepsWeights)
    }
}
