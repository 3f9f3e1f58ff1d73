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

    /// A training that is asked for.
    public struct Wanted: Sendable {
        public let model: StudyModel
        public let seeds: Seeds
        public let keepsWeights: Bool

        public init(_ model: StudyModel, _ seeds: Seeds, keepsWeights: Bool) {
            (self.model, self.seeds, self.keepsWeights) = (model, seeds, keepsWeights)
        }
    }

    /// What is heard of the trainings that were asked for, by their places in that list.
    public enum Event: Sendable {
        case training(Int, TrainingEvent)
        case got(Int, StudyRun, wasKept: Bool)
        /// The process that trained it has ended; another one takes it over.
        case lost(Int, reason: String)
        /// All remaining trainings are running in other processes.
        case waiting(trainings: Int, holder: String)
        /// Who trains, and how many of them, for the moment.
        case status(String)
        /// Something that people should know.
        case note(String)
        /// What the store of another process could not keep, or found damaged.
        case storeFault(message: String, fix: String?)
    }

    /// A run of this model with these seeds that need not be trained again.
    public let kept: Kept
    /// Trains one. An interrupted run is given back as such.
    public let train: Train
    /// Whether what came of it is kept beyond the session.
    public let isKept: @Sendable (StudyModel, Seeds) -> Bool
    /// Who trains several at once, for trainings that take so many seconds one after the other; `nil`: one after the
    /// other, here.
    public var crew: @Sendable (_ trainings: [Wanted], _ seconds: Double) -> (any TrainingCrew)? = { _, _ in nil }

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

/// Trains several at once, each in a process of its own: a fault, or a lack of memory, ends one of them.
public protocol TrainingCrew: Sendable {
    /// How many trainings at once, at most.
    var count: Int { get }
    /// Threads of each.
    var threads: Int { get }
    /// Whether it trains on this machine.
    var isHere: Bool { get }

    /// Gets all of these runs, of which others may train or have trained some.
    ///
    /// - Parameter observer: called on this thread.
    /// - Returns: besides the end the places of those that only this process can train.
    func train(
        _ trainings: [RunSource.Wanted], cancellation: Cancellation, observer: (RunSource.Event) -> Void
    ) throws(TrainingError) -> (end: StudyEnd, left: [Int])
}

extension RunSource {
    /// Gets all of these runs: those first that no other process is at, then those that the others have ended, or have
    /// left unfinished.
    ///
    /// - Parameter crew: trains several at once, where there is one.
    func getAll(
        _ trainings: [Wanted], by crew: (any TrainingCrew)?, cancellation: Cancellation, observer: (Event) -> Void
    ) throws(TrainingError) -> StudyEnd {
        guard let crew else {
            return try getHere(trainings, Array(trainings.indices), cancellation, observer)
        }
        let (end, left) = try crew.train(trainings, cancellation: cancellation, observer: observer)
        guard case .done = end else { return end }
        return try getHere(trainings, left, cancellation, observer)
    }

    /// One after the other.
    private func getHere(
        _ trainings: [Wanted], _ places: [Int], _ cancellation: Cancellation, _ observer: (Event) -> Void
    ) throws(TrainingError) -> StudyEnd {
        var (missing, isWaiting) = (places, false)
        // Rounds in which nothing came.
        var idle = 0
        while true {
            var (held, lastHolder) = ([Int](), "")
            for place in missing {
                if cancellation.isCancelled { return .interrupted }
                let wanted = trainings[place]
                let outcome: Outcome
                do throws(TrainingError) {
                    outcome = try train(wanted.model, wanted.seeds, wanted.keepsWeights, cancellation) {
                        observer(.training(place, $0))
                    }
                } catch .cancelled { return .interrupted } catch { throw error }
                switch outcome {
                case .held(let holder):
                    held.append(place)
                    lastHolder = holder
                case .kept(let run): observer(.got(place, run, wasKept: true))
                case .trained(let run):
                    switch run.state {
                    case .done, .diverged: observer(.got(place, run, wasKept: false))
                    case .stopped(let reason, let fix): return .stopped(reason: reason, fix: fix)
                    case .interrupted, .loaded: return .interrupted
                    }
                }
            }
            if held.isEmpty { return .done }
            if held.count < missing.count {
                (isWaiting, idle) = (false, 0)
            } else {
                if !isWaiting { observer(.waiting(trainings: held.count, holder: lastHolder)) }
                (isWaiting, idle) = (true, idle + 1)
                // Twenty times a second at first, and once a second in a long wait: the files may be on a server.
                for _ in 0..<min(20, 1 + idle / 20) where !cancellation.isCancelled { usleep(50_000) }
            }
            missing = held
        }
    }
}
