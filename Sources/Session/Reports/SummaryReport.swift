// `summary`: torchsummary's table as text, and a richer one with multiply-adds as HTML.

import Graphics
import Libraries
import Network
import Text

enum SummaryReport {
    static func rich(_ architecture: Architecture, title: String) -> RichValue {
        let summary = Summary(architecture)
        var text = summary.text
        if text.hasSuffix("\n") { text.removeLast() }
        return RichValue(text: text, html: html(summary, title: title))
    }

    private static func html(_ summary: Summary, title: String) -> String {
        let architecture = summary.architecture
        func cells(_ cells: [String], _ tag: String = "td") -> String {
            let left = "style=\"text-align:left\""
            return "<tr>"
                + cells.enumerated().map { index, cell in
                    "<\(tag) \(index == 1 ? left : "style=\"text-align:right\"")>\(markupEscaped(cell))</\(tag)>"
                }.joined() + "</tr>"
        }
        var html =
            "<table style=\"margin-left:0;margin-right:auto\"><caption style=\"text-align:left\">\(markupEscaped(title)): \(architecture.input) → \(architecture.output)</caption>"
        html += "<thead>" + cells(["", "layer", "output", "parameters", "multiply-adds"], "th") + "</thead><tbody>"
        for row in summary.rows {
            html += cells([
                String(row.number), row.layer.layer.description, row.layer.output.description,
                row.layer.parameterCount == 0 ? "" : grouped(row.layer.parameterCount),
                row.layer.operations == 0 ? "" : grouped(row.layer.operations),
            ])
        }
        html += "</tbody><tfoot>"
        html += cells(["", "total", "", grouped(architecture.parameterCount), grouped(architecture.operations)], "th")
        if summary.frozenCount > 0 {
            html += cells(["", "trainable", "", grouped(architecture.parameterCount - summary.frozenCount), ""], "th")
        }
        return html + "</tfoot></table>"
    }
}
