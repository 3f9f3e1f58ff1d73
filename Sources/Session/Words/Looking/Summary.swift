// `summary`

extension Word {
    static let summary = Word(
        "summary", .looking, "The layers of a model with their output shapes and parameters",
        [CommonOptions.model, CommonOptions.to], result: .table, example: LookingExample.model + "summary Net",
        aliases: ["torchsummary", "describe", "modelsummary", "info"], .perform(showSummary))
}

private func showSummary(_ call: Invocation) throws -> Value {
    let (model, architecture) = try call.architecture()
    let rich = SummaryReport.rich(architecture, title: model.name)
    try call.writeFile(rich)
    call.context.show(rich)
    if let notes = LintReport.short(architecture) { call.context.show(notes) }
    return .object(SummaryValue(rich))
}
