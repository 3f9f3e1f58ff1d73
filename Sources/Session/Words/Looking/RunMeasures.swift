// What `table` and `plot` show of the test images of runs beside their accuracy.

import Experiments
import Language
import Text

extension Invocation {
    /// Of the test images of each run, where a measure needs them.
    ///
    /// - Throws: a `Diagnostic` where the data of a run are not available.
    func testLabels(of runs: [RunValue], for measures: [OutcomeMeasure]) throws -> [[Int]] {
        guard measures.contains(where: \.needsLabels) else { return runs.map { _ in [] } }
        return try runs.map { run in
            run.run.accuracy == nil ? [] : try ownData(of: run)?.dataset.test.labels ?? []
        }
    }

    /// What earlier versions have kept of a run is less.
    func noteUnknownMeasures(_ measures: [OutcomeMeasure], _ runs: [(label: String, run: Run, labels: [Int])]) {
        guard !context.isSilent else { return }
        for measure in measures {
            let unknown = runs.filter { $0.run.accuracy != nil && $0.run.value(of: measure, labels: $0.labels) == nil }
            guard let first = unknown.first else { continue }
            let others = unknown.count == 1 ? "" : " and \(counted(unknown.count - 1, "other run"))"
            context.output.report(
                Diagnostic(
                    .note, code: .noValue,
                    "the \(measure.title) of \(first.label)\(others) is not known: an earlier version has kept less of each image",
                    source: context.source, at: range, fix: "`evaluate` measures it where the weights are kept"))
        }
    }
}
