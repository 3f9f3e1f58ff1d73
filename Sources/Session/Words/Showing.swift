// What `table`, `plot` and `show` do.

import Datasets
import Experiments
import Graphics
import Language

/// What stands in a table or a plot: runs, or lists of numbers with what the program calls them.
private enum Shown {
    case runs([RunValue])
    case lists([(name: String, values: [Value])])
}

extension Invocation {
    /// The subjects of the call, lists of runs taken apart; the last run where there is none.
    fileprivate func shown() throws -> Shown {
        if arguments.rest.isEmpty { return .runs([try run()]) }
        var runs: [RunValue] = []
        var lists: [(name: String, values: [Value])] = []
        for given in arguments.rest {
            if let run = asRun(given.value) {
                runs.append(run)
            } else if let values = try elements(given) {
                let inner = values.compactMap(asRun)
                if !inner.isEmpty, inner.count == values.count {
                    runs += inner
                } else {
                    lists.append((title(given.range, lists.count + 1), values))
                }
            } else {
                throw fault(
                    "wrong-type", "`\(arguments.word.name)` takes runs or lists, not \(given.value.kind)",
                    at: given.range,
                    fix: isModel(given.value)
                        ? "train it before: `let a = train \(interpreter.source[given.range])`" : nil)
            }
        }
        guard runs.isEmpty || lists.isEmpty else {
            throw fault("wrong-type", "`\(arguments.word.name)` takes either runs or lists, not both at once")
        }
        return runs.isEmpty ? .lists(lists) : .runs(runs)
    }

    private func asRun(_ value: Value) -> RunValue? {
        if case .object(let object) = value { object as? RunValue } else { nil }
    }

    private func elements(_ given: Arguments.Given) throws -> [Value]? {
        switch given.value {
        case .list(let items), .tuple(let items): return items.values
        case .range(let first, let last):
            guard (interpreter.rangeCount(first, last) ?? .max) <= Limits.elements else {
                throw interpreter.tooLong(at: given.range)
            }
            return first <= last ? (first...last).map { .integer($0) } : []
        default: return nil
        }
    }

    /// A list is called what the program calls it.
    private func title(_ range: SourceRange, _ number: Int) -> String {
        let text = interpreter.source[range]
        let isName = text.unicodeScalars.allSatisfy(CursorText.isNamePart) && text.first?.isNumber == false
        return isName ? text : "list \(number)"
    }
}

private func isModel(_ value: Value) -> Bool {
    switch value {
    case .model: true
    case .template(let template): template.isModel
    default: false
    }
}

func showTable(_ call: Invocation) throws -> Value {
    if let study = call.onlyStudy() { return try call.showTable(of: study) }
    let table: Table
    switch try call.shown() {
    case .runs(let runs): table = RunTable.table(runs, showsDigest: call.arguments.boolean("digest") ?? false)
    case .lists(let lists): table = listTable(lists)
    }
    let value = TableValue(table)
    try call.writeFile(value.rich, forms: value.fileForms)
    switch call.arguments.text("as") {
    case "latex"?: call.interpreter.write(table.latex + "\n")
    case "markdown"?: call.interpreter.write(table.markdown + "\n")
    case "csv"?: call.interpreter.write(table.csv + "\n")
    default: call.interpreter.show(value.rich)
    }
    return .object(value)
}

/// Each list is a column; one list of lists or tuples is a table by rows.
private func listTable(_ lists: [(name: String, values: [Value])]) -> Table {
    func isNumeric(_ values: [Value]) -> Bool { !values.isEmpty && values.allSatisfy { $0.number != nil } }
    func cell(_ value: Value) -> Table.Cell { Table.Cell(value.text, number: value.number) }
    if lists.count == 1 {
        let rows = lists[0].values.map { value -> [Value]? in
            switch value {
            case .list(let items), .tuple(let items): items.values
            default: nil
            }
        }.compactMap { $0 }
        let width = rows.map(\.count).max() ?? 0
        if !rows.isEmpty, rows.count == lists[0].values.count, width > 0 {
            let columns = (0..<width).map { column in
                Table.Column(
                    String(column + 1), isNumber: isNumeric(rows.filter { $0.count > column }.map { $0[column] }))
            }
            var table = Table(columns: columns)
            for row in rows { table.add(row.map(cell)) }
            return table
        }
    }
    var table = Table(columns: lists.map { Table.Column($0.name, isNumber: isNumeric($0.values)) })
    for row in 0..<(lists.map(\.values.count).max() ?? 0) {
        table.add(lists.map { row < $0.values.count ? cell($0.values[row]) : Table.Cell("") })
    }
    return table
}

func showPlot(_ call: Invocation) throws -> Value {
    let y = call.arguments.text("y") ?? "accuracy"
    let isOverTime = call.arguments.text("x") == "time"
    let plot: Plot
    switch try call.shown() {
    case .runs(let runs): plot = runPlot(runs, y: y, isOverTime: isOverTime)
    case .lists(let lists):
        plot = Plot(
            title: lists.map(\.name).joined(separator: ", "), xLabel: "index", yLabel: "value",
            series: try lists.map { list in
                let points = try list.values.enumerated().map { index, value in
                    guard let number = value.number else {
                        throw call.fault("wrong-type", "`plot` takes lists of numbers, not of \(value.kind)")
                    }
                    return Plot.Point(Double(index), number)
                }
                return Plot.Series(list.name, points)
            }, countsX: true)
    }
    // Times differ from run to run, and the plain text is what notebooks are compared by.
    let text = isOverTime ? "\(plot.title): \(plot.series.map(\.name).joined(separator: ", "))" : plot.table().text
    let table = plot.table(limit: Limits.elements)
    let rich = RichValue(text: text, terminalText: { plot.table().text(columns: $0) }, svg: plot.svg)
    try call.writeFile(
        rich,
        forms: [
            "csv": { table.csv + "\n" }, "md": { table.markdown + "\n" }, "json": { table.json + "\n" },
            "html": { "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n" + plot.svg + "\n" },
        ])
    call.interpreter.show(rich)
    return .object(ShownValue(rich))
}

private func runPlot(_ runs: [RunValue], y: String, isOverTime: Bool) -> Plot {
    let (title, unit): (String, String) =
        switch y {
        case "loss": ("test loss", "")
        case "trainaccuracy": ("training accuracy", " (%)")
        case "trainloss": ("training loss", "")
        default: ("test accuracy", " (%)")
        }
    let series = runs.map { value in
        var seconds = 0.0
        let points = value.run.metrics.map { metrics -> Plot.Point in
            seconds += metrics.seconds
            let height =
                switch y {
                case "loss": metrics.testLoss
                case "trainaccuracy": metrics.trainAccuracy
                case "trainloss": metrics.trainLoss
                default: metrics.testAccuracy
                }
            return Plot.Point(isOverTime ? seconds : Double(metrics.epoch), height)
        }
        // `a (pooled)`: a picture is read without the cell that named the runs.
        let name = value.run.name.map { $0 == value.run.model ? $0 : "\($0) (\(value.run.model))" }
        return Plot.Series(name ?? value.run.label, points)
    }
    return Plot(
        title: title, xLabel: isOverTime ? "seconds" : "epoch", yLabel: title + unit, series: series,
        countsX: !isOverTime)
}

/// The first training images, labelled.
func showImages(_ call: Invocation) throws -> Value {
    let data = try call.data("data")
    let dataset = data.dataset
    let count = min(call.arguments.integer("count") ?? 20, dataset.training.count)
    let pictures = try (0..<count).map { index in
        let label = dataset.training.label(index)
        let planes: [UInt8]
        do throws(DatasetError) {
            planes = try dataset.training.image(index)
        } catch { throw call.fault("data-set", error.message, fix: error.fix) }
        return ImageGrid.Picture(
            label: dataset.classNames.indices.contains(label) ? dataset.classNames[label] : String(label),
            channels: dataset.channels, height: dataset.height, width: dataset.width, planes: planes)
    }
    let grid = ImageGrid(title: "\(data.name): the first \(counted(count, "training image"))", pictures: pictures)
    let rich = RichValue(text: grid.text, svg: grid.svg)
    try call.writeFile(rich)
    call.interpreter.show(rich)
    return .object(ShownValue(rich))
}
