// `lint`

import Language
import Network

extension Word {
    static let lint = Word(
        "lint", .comparing, "Layers and parameters without effect", [CommonOptions.model], result: .table,
        example: ComparingOption.twoModels + "lint B", aliases: ["check", "advise"], shows: .always,
        .perform { call in
            let (model, architecture) = try call.architecture()
            call.context.show(LintReport.rich(architecture, title: model.name))
            return .object(TableValue(LintReport.table(architecture, title: model.name)))
        })
}
