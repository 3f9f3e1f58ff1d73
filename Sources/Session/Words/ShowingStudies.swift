// What the looking words do with a study.

extension Invocation {
    /// `table study`
    func showTable(of study: StudyValue) throws -> Value {
        let report = study.report
        let rich = report.rich(details: arguments.boolean("details") ?? false)
        let (runs, table) = (report.runs, report.table)
        // A program gets the runs and computes anew; a paper gets the table.
        try writeFile(
            rich,
            forms: [
                "csv": { runs.csv + "\n" }, "json": { runs.json + "\n" }, "tex": { table.latex + "\n" },
            ])
        switch arguments.text("as") {
        case "latex"?: context.write(table.latex + "\n")
        case "markdown"?: context.write((rich.markdown ?? rich.text) + "\n")
        case "csv"?: context.write(runs.csv + "\n")
        default: context.show(rich)
        }
        return .object(study)
    }
}
