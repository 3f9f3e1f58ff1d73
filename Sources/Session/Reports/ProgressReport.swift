// How far something long is, as one bar that is drawn in place.

import Graphics
import Libraries

final class ProgressReport {
    private let interpreter: Interpreter
    private var update: ProgressUpdate
    private var lastTime = -Double.infinity
    private var isDrawn = false

    init(_ interpreter: Interpreter, title: String) {
        self.interpreter = interpreter
        interpreter.progressCount += 1
        update = ProgressUpdate(id: interpreter.progressCount, title: title, fraction: 0, facts: [])
    }

    /// Passed on at most ten times a second.
    ///
    /// - Parameter chart: the same as a picture.
    func update(title: String? = nil, fraction: Double, facts: [String], chart: (() -> ProgressChart)? = nil) {
        if let title { update.title = title }
        update.fraction = fraction.isFinite ? min(1, max(0, fraction)) : 0
        update.facts = facts
        let now = Clock.seconds
        guard now - lastTime >= 0.1 else { return }
        lastTime = now
        isDrawn = true
        if let chart = chart?() { update.svg = { chart.svg } }
        interpreter.output.progress(update)
    }

    /// The state that stays. Something that was over before a bar was drawn leaves none, unless it has something to say.
    func finish(
        title: String? = nil, fraction: Double? = nil, facts: [String]? = nil, chart: ProgressChart? = nil
    ) {
        guard isDrawn || facts != nil else { return }
        if let title { update.title = title }
        if let fraction { update.fraction = fraction }
        if let facts { update.facts = facts }
        if let chart { update.svg = { chart.svg } }
        update.isFinal = true
        interpreter.output.progress(update)
    }
}
