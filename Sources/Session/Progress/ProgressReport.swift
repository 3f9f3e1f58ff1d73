// The progress of a long activity, as one display that is updated in place.

import Graphics
import Libraries

final class ProgressReport {
    private let session: SessionState
    private var update: ProgressUpdate
    private let begin = Clock.seconds
    private var lastTime = -Double.infinity
    private var isDrawn = false

    init(_ session: SessionState, title: String) {
        self.session = session
        session.progressCount += 1
        update = ProgressUpdate(id: session.progressCount, title: title, fraction: 0, facts: [])
    }

    /// The time so far, shown at the end in place of the time left.
    var elapsed: String { DurationText.clock(Clock.seconds - begin) }

    /// Passed on at most ten times a second.
    ///
    /// - Parameter curves: of the current training, with its epochs.
    func update(
        title: String? = nil, fraction: Double, facts: [String], curves: (ProgressCurves, epochs: Int)? = nil
    ) {
        if let title { update.title = title }
        update.fraction = fraction.isFinite ? min(1, max(0, fraction)) : 0
        update.facts = facts
        let now = Clock.seconds
        guard now - lastTime >= 0.1 else { return }
        lastTime = now
        isDrawn = true
        set(curves)
        session.output.progress(update)
    }

    /// The state that remains. Something that was over before it was drawn leaves none, unless it has something to say.
    ///
    /// - Parameters:
    ///   - isDone: whether all of it was done; else the bar remains where it was.
    ///   - fraction: where the bar remains, if that is known better than by the last update.
    ///   - results: its results in numbers, none of them a time.
    ///   - facts: `nil`: those of the last update.
    func finish(
        title: String, isDone: Bool, fraction: Double? = nil, results: [String] = [], facts: [String]? = nil,
        conclusion: String = "", curves: (ProgressCurves, epochs: Int)? = nil
    ) {
        guard isDrawn || facts != nil || !conclusion.isEmpty else { return }
        update.title = title
        update.fraction = isDone ? 1 : fraction ?? update.fraction
        update.results = results
        update.facts = results + (facts ?? update.facts)
        update.conclusion = conclusion
        if isDone || curves != nil { set(curves) }
        update.isFinal = true
        session.output.progress(update)
    }

    private func set(_ curves: (ProgressCurves, epochs: Int)?) {
        update.panels = curves?.0.panels ?? []
        update.epochs = curves?.epochs ?? 0
    }
}
