// What `table` and `show` do.

import Datasets
import Experiments
import Graphics
import Language

func showTable(_ call: Invocation) throws -> Value {
    if let study = call.onlySubject(StudyValue.self) { return try call.showTable(of: study) }
    var table: Table
    switch try call.shownSubjects() {
    case .runs(let groups):
        table = RunTable.table(groups.flatMap(\.runs), showsDigest: call.arguments.boolean("digest") ?? false)
    case .lists(let lists): table = listTable(lists)
    case .schedules:
        throw call.fault(.wrongType, "`table` takes runs or lists, not a schedule", fix: "`plot` shows its shape")
    }
    if let name = call.arguments.text("by") { table = try sorted(table, by: name, call) }
    let value = TableValue(table)
    try call.writeFile(value.rich, forms: value.fileForms)
    switch call.arguments.text("as") {
    case "latex"?: call.context.write(table.latex + "\n")
    case "markdown"?: call.context.write(table.markdown + "\n")
    case "csv"?: call.context.write(table.csv + "\n")
    case "json"?: call.context.write(table.json + "\n")
    case "html"?: call.context.write(table.html + "\n")
    default: call.context.show(value.rich)
    }
    return .object(value)
}

private func sorted(_ table: Table, by name: String, _ call: Invocation) throws -> Table {
    let titles = table.columns.map(\.title)
    guard let column = titles.firstIndex(of: name) else {
        throw call.fault(
            .unknownChoice, "the table has no column `\(name)`", at: call.arguments.place("by"),
            fix: "its columns are \(titles.map { "\"\($0)\"" }.joined(separator: ", "))")
    }
    return table.sorted(by: column)
}

/// Each list is a column; one list of lists or tuples is a table by rows.
private func listTable(_ lists: [(name: String, values: [Value])]) -> Table {
    var titles = lists.map(\.name)
    var columns: [[Table.Cell]] = lists.map { cells($0.values) }
    if lists.count == 1, let rows = rows(lists[0].values) {
        let width = rows.map(\.count).max() ?? 0
        titles = (0..<width).map { String($0 + 1) }
        columns = (0..<width).map { column in cells(rows.map { column < $0.count ? $0[column] : nil }) }
    }
    var table = Table(
        columns: titles.indices.map { index in
            Table.Column(titles[index], isNumber: columns[index].contains { $0.number != nil })
        })
    for row in 0..<(columns.map(\.count).max() ?? 0) {
        table.add(columns.map { row < $0.count ? $0[row] : Table.Cell("") })
    }
    return table
}

/// The rows of a list that holds nothing but lists or tuples.
private func rows(_ values: [Value]) -> [[Value]]? {
    let rows = values.compactMap { value -> [Value]? in
        switch value {
        case .list(let items), .tuple(let items): items.values
        default: nil
        }
    }
    return rows.count == values.count && rows.contains { !$0.isEmpty } ? rows : nil
}

/// Numbers aligned where there is nothing else.
private func cells(_ values: [Value?]) -> [Table.Cell] {
    let given = values.compactMap(\.self)
    let numbers = given.compactMap(\.number)
    guard numbers.count == given.count else { return values.map { Table.Cell($0?.text ?? "") } }
    var texts = aligned(numbers)[...]
    return values.map { value in
        value == nil ? Table.Cell("") : Table.Cell(texts.removeFirst(), number: value?.number)
    }
}

/// The first training images of a data set, or some of each class of an image folder, labelled; of a run its filters or
/// activations.
func showImages(_ call: Invocation) throws -> Value {
    if let given = call.arguments["what"] {
        if case .object(let object) = given, let run = object as? RunValue { return try showLayers(call, run) }
        guard case .object(let object) = given, object is DataValue else {
            throw call.fault(
                .wrongType, "`show` takes a data set or a run, not \(given.kind)", at: call.arguments.place("what"))
        }
    }
    let data = try call.data("what")
    let dataset = data.dataset
    let shown = dataset.shownImages(.training, call.arguments.integer("count") ?? 20)
    let pictures = try shown.map { index in
        let label = dataset.training.label(index)
        let planes: [UInt8]
        do throws(DatasetError) {
            planes = try dataset.training.image(index)
        } catch { throw call.fault(.dataSet, error.message, fix: error.fix) }
        return ImageGrid.Image(
            label: dataset.classNames.indices.contains(label) ? dataset.classNames[label] : String(label),
            channels: dataset.channels, height: dataset.height, width: dataset.width, planes: planes)
    }
    let count = counted(shown.count, "training image")
    let grid = ImageGrid(
        title:
            "\(data.name): \(dataset.isSortedByClass ? "\(count) over its classes" : shown.count == 1 ? "the first training image" : "the first \(count)")",
        pictures: pictures)
    return try call.show(grid, plainText: grid.text)
}
