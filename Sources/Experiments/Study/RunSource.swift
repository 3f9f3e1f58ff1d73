// Where a study gets its runs from: the seam behind which runs may be kept, or trained by others.

import Datasets
import Engine
import Glibc
import Runtime

public struct RunSource: Sendable {
    public typealias Kept = @Sendable (StudyModel, Seeds) -> StudyRun?
    public typealias Train =
        @Sendable (StudyModel, Seeds, _ keepsWeights: Bool, Cancellation, (TrainingEvent) -> Void)
        throws(TrainingError) -> Outcome

    /// What came of asking for a training.
    public enum Outcome: Sendable {
        case trained(StudyRun)
        /// Another process has trained it meanwhile.
        case kept(StudyRun)
        /// Another process is at it.
        case held(by: String)
    }

    /// A run of this model with these seeds that need not be trained again.
    public let kept: Kept
    /// Trains one. An interrupted run is given back as such.
    public let train: Train
    /// Whether what came of it is kept beyond the session.
    public let isKept: @Sendable (StudyModel, Seeds) -> Bool

    public init(
        kept: @escaping Kept = { _, _ in nil }, train: @escaping Train = RunSource.trainHere,
        isKept: @escaping @Sendable (StudyModel, Seeds) -> Bool = { _, _ in false }
    ) {
        (self.kept, self.train, self.isKept) = (kept, train, isKept)
    }

    /// Trains on this machine, and keeps nothing beyond the session.
    public static let trainHere: Train = {
        model, seeds, keepsWeights, cancellation, observer throws(TrainingError) in
        .trained(
            try StudyRun(
                training: model, seeds, keepsWeights: keepsWeights, cancellation: cancellation,
                observer: observer))
    }
}

/// Gets all of these runs: those first that no other process is at, then those that the others have ended, or have left
/// unfinished.
///
/// - Parameters:
///   - get: asks for one.
///   - take: gets each.
///   - waiting: is told once that there is nothing else to do than wait, for how many and for whom.
func getAll<Item>(
    _ items: [Item], cancellation: Cancellation, get: (Item) throws(TrainingError) -> RunSource.Outcome,
    take: (Item, StudyRun, _ wasKept: Bool) -> Void, waiting: (_ trainings: Int, _ holder: String) -> Void
) throws(TrainingError) -> StudyEnd {
    var (missing, isWaiting) = (items, false)
    while true {
        var (held, lastHolder) = ([Item](), "")
        for item in missing {
            if cancellation.isCancelled { return .interrupted }
            let outcome: RunSource.Outcome
            do throws(TrainingError) { outcome = try get(item) } catch .cancelled { return .interrupted } catch {
                throw error
            }
            switch outcome {
            case .held(let holder):
                held.append(item)
                lastHolder = holder
            case .kept(let run): take(item, run, true)
            case .trained(let run):
                switch run.state {
                case .done, .diverged: take(item, run, false)
                case .stopped(let reason, let fix): return .stopped(reason: reason, fix: fix)
                case .interrupted, .loaded: return .interrupted
                }
            }
        }
        if held.isEmpty { return .done }
        if held.count < missing.count {
            isWaiting = false
        } else {
            if !isWaiting { waiting(held.count, lastHolder) }
            isWaiting = true
            usleep(50_000)
        }
        missing = held
    }
}
