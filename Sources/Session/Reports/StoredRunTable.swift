// What `runs` shows: the runs of the store as a table, the newest first.

import Experiments
import Graphics
import Text

enum StoredRunTable {
    private typealias Cell = Table.Cell

    static func table(_ runs: [StoredRun], rows: Int, count: Int) -> Table {
        let older = runs.prefix(rows).filter { !$0.isOfThisEngine }.count
        let captions = [
            count > rows ? "the newest \(rows) of \(grouped(count)) runs" : nil,
            older > 0
                ? "\(counted(older, "run")) of an earlier engine, which rounds differently: `train` trains them again"
                : nil,
        ]
        var table = Table(
            caption: captions.compactMap(\.self).joined(separator: "; "),
            columns: [
                Table.Column("name", isNumber: false), Table.Column("model", isNumber: false),
                Table.Column("data", isNumber: false), Table.Column("accuracy", unit: "%"), Table.Column("loss"),
                Table.Column("epochs"), Table.Column("seed"), Table.Column("state", isNumber: false),
                Table.Column("date", isNumber: false, isTiming: true), Table.Column("time", isTiming: true),
            ])
        for run in runs.prefix(rows) {
            let isWhole = run.epochs == run.lastPlanned
            let planned = decimalText(run.planned)
            let epochs = isWhole ? planned : "\(run.epochs) of \(planned)"
            table.add([
                Cell(run.title), Cell(run.model), Cell(run.dataset), Cell(run.accuracy, digits: 2),
                Cell(run.loss, digits: 4), Cell(epochs, number: isWhole ? run.planned : Double(run.epochs)),
                Cell(String(run.seed), number: Double(run.seed)), Cell(run.state), Cell(run.date),
                Cell(DurationText.span(run.seconds), number: run.seconds),
            ])
        }
        return table
    }
}
