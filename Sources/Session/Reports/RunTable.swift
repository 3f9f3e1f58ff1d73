// Runs side by side, and the epochs of one run, as tables.

import Experiments
import Graphics

enum RunTable {
    private typealias Cell = Table.Cell

    /// Columns as interfaces name them: name, model, data where they differ, accuracy, top5 where there are more than
    /// ten classes, loss, parameters, operations, epochs, seconds an epoch, images/s, seed.
    ///
    /// - Parameter data: what the data of each run are called.
    static func table(_ runs: [Run], data: [String?], showsDigest: Bool) -> Table {
        let showsData = Set(data.compactMap(\.self)).count > 1
        // Of ten classes, a guess has half of them among five.
        let hasManyClasses = runs.contains { $0.architecture.output.count > 10 && $0.top5 != nil }
        let top5 = hasManyClasses ? [Table.Column("top5", unit: "%", isHighFirst: true)] : []
        var columns = [
            Table.Column("name", isNumber: false), Table.Column("model", isNumber: false),
        ]
        if showsData { columns.append(Table.Column("data", isNumber: false)) }
        columns.append(Table.Column("accuracy", unit: "%", isHighFirst: true))
        columns += top5
        columns += [
            Table.Column("loss"),
            Table.Column("parameters"), Table.Column("operations"), Table.Column("epochs"),
            Table.Column("seconds an epoch", isTiming: true), Table.Column("images/s", isTiming: true),
            Table.Column("seed"),
        ]
        if showsDigest { columns.append(Table.Column("digest", isNumber: false)) }
        var table = Table(columns: columns)
        for (run, data) in zip(runs, data) {
            let ending = run.state == .done ? "" : " (\(run.state))"
            let seconds = run.metrics.isEmpty ? nil : run.metrics.reduce(0) { $0 + $1.seconds } / run.passes
            var cells = [Cell(run.label + ending), Cell(run.model)]
            if showsData { cells.append(Cell(data ?? "")) }
            cells.append(Cell(run.accuracy, digits: 2))
            cells += top5.map { _ in Cell(run.top5, digits: 2) }
            cells += [
                Cell(run.loss, digits: 4),
                Cell(run.architecture.parameterCount), Cell(run.architecture.operations),
                Cell(decimalText(run.passes), number: run.passes),
                Cell(seconds, digits: 1), Cell(run.speed > 0 ? run.speed : nil, digits: 0),
                run.state == .loaded ? Cell("") : Cell(String(run.seed), number: Double(run.seed)),
            ]
            if showsDigest { cells.append(Cell(run.digest)) }
            table.add(cells)
        }
        return table
    }

    /// One row per epoch.
    static func curve(_ run: Run) -> Table {
        var table = Table(
            caption: run.label,
            columns: [
                Table.Column("epoch"), Table.Column("train loss"), Table.Column("train accuracy", unit: "%"),
                Table.Column("loss"), Table.Column("accuracy", unit: "%"), Table.Column("seconds", isTiming: true),
            ])
        for metrics in run.metrics {
            table.add([
                Cell(metrics.epoch), Cell(metrics.trainLoss, digits: 4),
                Cell(metrics.trainAccuracy, digits: 2),
                Cell(metrics.testLoss, digits: 4), Cell(metrics.testAccuracy, digits: 2),
                Cell(metrics.seconds, digits: 1),
            ])
        }
        return table
    }
}

extension Run {
    var seed: UInt64 { options.seeds.initialization }

    /// Percent of the test images whose class is among the five likeliest, after the last epoch.
    var top5: Double? { accuracy == nil ? nil : outcomes.accuracyAmongFive }
}
