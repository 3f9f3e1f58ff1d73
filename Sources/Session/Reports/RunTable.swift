// Runs side by side, and the epochs of one run, as tables.

import Experiments
import Graphics
import Network

enum RunTable {
    private typealias Cell = Table.Cell

    /// Columns as interfaces name them: name, model, data where they differ, accuracy, top5 where there are more than
    /// ten classes, loss, parameters, operations, epochs, seconds an epoch, images/s, seed.
    ///
    /// - Parameters:
    ///   - data: what the data of each run are called.
    ///   - images: that each trained on, where that is known.
    ///   - labels: of the test images of each.
    ///   - measures: instead of accuracy, top5 and loss.
    ///   - groups: runs of one model whose means are added, by their places among the runs.
    static func table(
        _ runs: [Run], in groups: [(name: String, places: Range<Int>)] = [], data: [String?], images: [Int?],
        labels: [[Int]], measures chosen: [OutcomeMeasure]?, showsDigest: Bool
    ) -> Table {
        let showsData = Set(data.compactMap(\.self)).count > 1
        // Of ten classes, a guess has half of them among five.
        let hasManyClasses = runs.contains { $0.architecture.output.count > 10 && $0.top5 != nil }
        let measures = chosen ?? (hasManyClasses ? [.accuracy, .top5, .loss] : [.accuracy, .loss])
        var columns = [Table.Column("name", isNumber: false), Table.Column("model", isNumber: false)]
        if showsData { columns.append(Table.Column("data", isNumber: false)) }
        columns += measures.map(\.column)
        columns += [
            Table.Column("parameters"), Table.Column("operations"), Table.Column("epochs"),
            Table.Column("seconds an epoch", isTiming: true), Table.Column("images/s", isTiming: true),
            Table.Column("seed"),
        ]
        let showsResult = runs.contains { $0.resultText != nil }
        if showsResult { columns.append(Table.Column("result", isNumber: false)) }
        if showsDigest { columns.append(Table.Column("digest", isNumber: false)) }
        var table = Table(columns: columns)
        let times = zip(runs, images).map { secondsAnEpoch($0, images: $1) }
        for (index, (run, (data, labels))) in zip(runs, zip(data, labels)).enumerated() {
            let ending = run.state == .done ? "" : " (\(run.state))"
            var cells = [Cell(run.label + ending), Cell(run.model)]
            if showsData { cells.append(Cell(data ?? "")) }
            cells += measures.map { Cell(run.value(of: $0, labels: labels), digits: $0.digits) }
            cells += [
                Cell(run.architecture.parameterCount), Cell(run.architecture.operations),
                Cell(decimalText(run.passes), number: run.passes),
                Cell(times[index], digits: 1), Cell(run.speed > 0 ? run.speed : nil, digits: 0),
                run.state == .loaded ? Cell("") : Cell(String(run.seed), number: Double(run.seed)),
            ]
            if showsResult { cells.append(Cell(run.resultText ?? (run.result == nil ? "" : "the last epoch"))) }
            if showsDigest { cells.append(Cell(run.digest)) }
            table.add(cells)
        }
        for group in groups {
            // What diverged came to nothing.
            let members = group.places.filter { !runs[$0].state.isDiverged }
            guard members.count > 1 else { continue }
            let isWhole = members.count == group.places.count
            var cells = [
                Cell(group.name + (isWhole ? "" : " (\(members.count) of \(group.places.count) runs)")), Cell(""),
            ]
            func mean(_ value: (Int) -> Double?) -> Double? {
                let known = members.compactMap(value)
                return known.count == members.count ? known.reduce(0, +) / Double(known.count) : nil
            }
            func common(_ value: (Architecture) -> Int) -> Cell {
                let values = Set(members.map { value(runs[$0].architecture) })
                return values.count == 1 ? values.first.map { Cell($0) } ?? Cell("") : Cell("")
            }
            if showsData { cells.append(Cell("")) }
            cells += measures.map { measure in
                Cell(mean { runs[$0].value(of: measure, labels: labels[$0]) }, digits: measure.digits)
            }
            let epochs = mean { runs[$0].passes } ?? 0
            cells += [
                common(\.parameterCount), common(\.operations),
                Cell(decimalText((epochs * 100).rounded() / 100), number: epochs),
                Cell(mean { times[$0] }, digits: 1),
                Cell(mean { runs[$0].speed > 0 ? runs[$0].speed : nil }, digits: 0),
            ]
            table.addSummary(cells)
        }
        return table
    }

    /// Mean over whole epochs; of a training that has none, what a whole one would take.
    ///
    /// - Parameter images: that it trained on.
    static func secondsAnEpoch(_ run: Run, images: Int?) -> Double? {
        let whole = run.metrics.filter { Double($0.epoch) <= run.passes }
        if !whole.isEmpty { return whole.reduce(0) { $0 + $1.seconds } / Double(whole.count) }
        guard let part = run.metrics.first, let images, run.images > 0 else { return nil }
        return part.trainingSeconds * Double(images) / Double(run.images) + part.seconds - part.trainingSeconds
    }

    /// One row per epoch.
    static func curve(_ run: Run) -> Table {
        let isValidated = run.options.selection.measuresValidation
        let validation = [Table.Column("validation loss"), Table.Column("validation accuracy", unit: "%")]
        var table = Table(
            caption: run.label,
            columns: [
                Table.Column("epoch"), Table.Column("train loss"), Table.Column("train accuracy", unit: "%"),
                Table.Column("loss"), Table.Column("accuracy", unit: "%"),
            ] + (isValidated ? validation : []) + [Table.Column("seconds", isTiming: true)])
        for metrics in run.metrics {
            var cells = [
                Cell(metrics.epoch), Cell(metrics.trainLoss, digits: 4),
                Cell(metrics.trainAccuracy, digits: 2),
                Cell(metrics.testLoss, digits: 4), Cell(metrics.testAccuracy, digits: 2),
            ]
            if isValidated {
                cells += [
                    Cell(metrics.validation?.loss, digits: 4), Cell(metrics.validation?.accuracy, digits: 2),
                ]
            }
            table.add(cells + [Cell(metrics.seconds, digits: 1)])
        }
        return table
    }
}

extension OutcomeMeasure {
    var title: String {
        switch self {
        case .accuracy, .loss, .top5: rawValue
        case .f1: "macro F1"
        case .calibration: "calibration error"
        }
    }

    var digits: Int { self == .loss ? 4 : 2 }

    var column: Table.Column {
        switch self {
        case .accuracy, .top5, .f1: Table.Column(title, unit: unit, isHighFirst: true)
        case .calibration, .loss: Table.Column(title, unit: unit)
        }
    }
}

extension OutcomeMeasure {
    /// The column of a study's table, and its cell: the mean of those that are known.
    var meanColumn: Table.Column { Table.Column(title, unit: unit) }

    func meanCell(_ values: [Double]) -> Table.Cell {
        Table.Cell(values.isEmpty ? nil : values.reduce(0, +) / Double(values.count), digits: digits)
    }
}

extension Run {
    var seed: UInt64 { options.seeds.initialization }

    /// Percent of the test images whose class is among the five likeliest.
    var top5: Double? { accuracy == nil ? nil : outcomes.accuracyAmongFive }
}
