// `table`

import Experiments
import Graphics
import Language
import Text

private let values = RestOption("values", .any, workedOut: "the last run", "runs, a study, or lists")
private let textForm = Option("as", OptionKind<TextForm>.choice, workedOut: "table", "print this form as text")
private let sortColumn = Option(
    "by", .text, workedOut: "as given", aliases: ["sort", "sortby", "orderby"],
    "the column that sorts the rows: \"accuracy\" from high to low, others from low to high")
private let measures = Option(
    "measures", .choices(of: OutcomeMeasure.self), workedOut: "accuracy and loss",
    aliases: ["metrics", "metric"],
    "what to show of the test images, after the last epoch or the chosen one; of a study the means over its seeds")
private let paperColumns = Option(
    "columns", .choices(of: PaperColumn.self), workedOut: "mean, n, difference, interval and p",
    "what the table of a study for a paper shows: `as: latex`, `to: \"x.tex\"` and the like")
private let details = Option(
    "details", .boolean, default: false, aliases: ["full", "verbose"], "all details of a study")
private let digest = Option("digest", .boolean, default: false, "add the SHA-256 of each run's weights")

/// Shown as it would be in a file, for copying.
private enum TextForm: String, CaseIterable {
    case latex, markdown, csv, json, html
}

extension Word {
    static let table = Word(
        "table", .looking, "Runs side by side, with the means of a list of runs of one model; a study, or plain lists",
        [values, CommonOptions.to, textForm, sortColumn, measures, paperColumns, details, digest], result: .table,
        example: LookingExample.run + "table a", aliases: ["DataFrame", "tabulate"], .perform(showTable))
}

private func showTable(_ call: Invocation) throws -> Value {
    if let study = call.onlySubject(values, StudyValue.self) { return try showTable(of: study, call) }
    for option in [details, paperColumns] as [any OptionDeclaration] where call.isGiven(option) {
        throw call.fault(
            .nothingToDo, "`\(option.parameter.label):` is for a study", at: call.place(option), fix: "leave it out")
    }
    try call.checkMeasures()
    var table: Table
    switch try call.tableOrPlotSubjects(values) {
    case .runs(let groups):
        let runs = groups.flatMap(\.runs)
        let labels = try call.testLabels(of: runs, for: call[measures] ?? [])
        table = RunTable.table(
            runs.map(\.run), in: means(of: groups), data: runs.map { $0.data?.name ?? $0.dataExpression },
            images: runs.map { $0.data?.dataset.training.count }, labels: labels,
            measures: call[measures], showsDigest: call[digest])
        call.noteUnknownMeasures(call[measures] ?? [], zip(runs, labels).map { ($0.run.label, $0.run, $1) })
    case .lists(let lists):
        for option in [digest, measures] as [any OptionDeclaration] where call.isGiven(option) {
            throw call.fault(
                .nothingToDo, "`\(option.parameter.label):` is for a table of runs, and these are lists",
                at: call.place(option), fix: "leave it out")
        }
        table = listTable(lists)
    case .schedules:
        throw call.fault(.wrongType, "`table` takes runs or lists, not a schedule", fix: "`plot` shows its shape")
    }
    if let name = call[sortColumn] { table = try sorted(table, by: name, call) }
    let value = TableValue(table)
    try call.writeFile(value.rich, forms: value.fileForms)
    switch call[textForm] {
    case .latex: call.context.write(value.fileForms["tex"]?() ?? "")
    case .markdown: call.context.write(table.markdown + "\n")
    case .csv: call.context.write(table.csv + "\n")
    case .json: call.context.write(table.json + "\n")
    case .html: call.context.write(table.html + "\n")
    case nil: call.context.show(value.rich)
    }
    return .object(value)
}

/// The rows of means that a table gets: one for each list of runs of a model.
private func means(of groups: [RunGroup]) -> [(name: String, places: Range<Int>)] {
    var (means, place) = ([(name: String, places: Range<Int>)](), 0)
    for group in groups {
        let places = place..<place + group.runs.count
        if places.count > 1 { means.append((groups.count == 1 ? "mean" : "mean of \(group.name)", places)) }
        place = places.upperBound
    }
    return means
}

extension Invocation {
    fileprivate func checkMeasures() throws {
        guard self[measures]?.isEmpty == true else { return }
        throw noChoice(measures.parameter, example: "[accuracy, f1, calibration]")
    }

    /// Of a list of choices something is none.
    fileprivate func noChoice(_ option: WordParameter, example: String) -> Diagnostic {
        let given = arguments.given(option)?.value
        let wrong = (given?.elements ?? [given].compactMap(\.self)).first { value in
            if case .string(let text) = value { !option.choices.contains(text) } else { true }
        }
        let what =
            wrong.map { "`\(option.label):` has no \($0.literal)" }
            ?? "`\(option.label):` takes one of its choices or several"
        return fault(
            .unknownChoice, "\(what): it takes \(option.choices.joined(separator: ", "))",
            at: arguments.given(option)?.range ?? range, fix: "for example `\(option.label): \(example)`")
    }
}

private func sorted(_ table: Table, by name: String, _ call: Invocation) throws -> Table {
    let titles = table.columns.map(\.title)
    guard let column = titles.firstIndex(of: name) else {
        throw call.fault(
            .unknownChoice, "the table has no column `\(name)`", at: call.place(sortColumn),
            fix: "its columns are \(titles.map { "\"\($0)\"" }.joined(separator: ", "))")
    }
    return table.sorted(by: column)
}

private func showTable(of study: StudyValue, _ call: Invocation) throws -> Value {
    for option in [sortColumn, digest] as [any OptionDeclaration] where call.isGiven(option) {
        throw call.fault(
            .nothingToDo, "`\(option.parameter.label):` is for a table of runs, and this is a study",
            at: call.place(option), fix: "leave it out; a study shows its models in the order in which they were given")
    }
    if call[details], let form = call[textForm], [.csv, .json, .latex].contains(form) {
        throw call.fault(
            .nothingToDo,
            "`details:` adds to what is shown, and `as: \(form.rawValue)` holds the same with it and without",
            at: call.place(details), fix: "leave it out, or write `as: markdown`")
    }
    try call.checkMeasures()
    var report = study.report
    report.measures = call[measures] ?? []
    call.noteUnknownMeasures(
        report.measures,
        study.study.allRuns.compactMap { entry in
            entry.run.run.map { (entry.run.run?.label ?? "", $0, study.data[0].dataset.test.labels) }
        })
    if call[paperColumns]?.isEmpty == true {
        throw call.noChoice(paperColumns.parameter, example: "[mean, n, difference, interval]")
    }
    if call.isGiven(paperColumns), call[textForm] == nil, !call.isGiven(CommonOptions.to) {
        throw call.fault(
            .nothingToDo, "`columns:` is for the table of a paper, which `as:` or `to:` asks for",
            at: call.place(paperColumns), fix: "write `as: latex`, or `to: \"study.tex\"`")
    }
    let rich = report.rich(details: call[details])
    // Programs get every statistic and what it comes from, papers a table.
    let paper = StudyPaper(report: report, columns: call[paperColumns]).tables
    func joined(_ form: (Table) -> String) -> String { paper.map(form).joined(separator: "\n\n") + "\n" }
    let forms: [String: () -> String] = [
        "csv": {
            StudyPaper(report: report, columns: call[paperColumns], isSplit: true).tables.map(\.csv)
                .joined(separator: "\n\n") + "\n"
        }, "json": { String(decoding: StudyJSON(report: report).json.bytes, as: UTF8.self) + "\n" },
        "tex": { Table.latexHead + "\n" + joined(\.latexWithCaption) },
        "md": { call.isGiven(paperColumns) ? joined(\.markdownWithCaption) : (rich.markdown ?? rich.text) + "\n" },
        "html": { call.isGiven(paperColumns) ? joined(\.html) : (rich.html ?? rich.text) + "\n" },
    ]
    try call.writeFile(rich, forms: forms)
    switch call[textForm] {
    case .latex: call.context.write(forms["tex"]?() ?? "")
    case .markdown: call.context.write(forms["md"]?() ?? "")
    case .csv: call.context.write(forms["csv"]?() ?? "")
    case .json: call.context.write(forms["json"]?() ?? "")
    case .html: call.context.write(forms["html"]?() ?? "")
    case nil: call.context.show(rich)
    }
    return .object(study)
}

// MARK: Lists

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
    let rows = values.compactMap(\.elements)
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
