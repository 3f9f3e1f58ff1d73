// `lint`

import Language
import Network

private let model = Option("model", .model, workedOut: "the last model", isPositional: true, "the model")

extension Word {
    static let lint = Word(
        "lint", .comparing, "Layers and parameters without effect", [model], result: .table,
        example: ComparingOption.twoModels + "lint B", aliases: ["check", "advise"], shows: .always,
        .perform { call in
            let (model, architecture) = try call.architecture(model)
            call.context.show(LintReport.rich(architecture, title: model.name))
            return .object(TableValue(LintReport.table(architecture, title: model.name)))
        })
}
