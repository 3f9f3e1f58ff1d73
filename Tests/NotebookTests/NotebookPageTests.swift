// A notebook as a page: what it shows of each output, and that nothing of it is cut.

import Libraries
import Notebook
import Testing

private func notebook(_ outputs: String, source: String = "let a = 1") throws -> NotebookFile {
    let document = """
        {"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": "\(source)",
         "outputs": [\(outputs)]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        """
    return try NotebookFile(bytes: Array(document.utf8), path: "x.ipynb")
}

@Test func codeIsShownAsItIsColoredAndElseEscaped() throws {
    let cell = try notebook("", source: "a < b")
    #expect(NotebookPage(cell, title: "t").html.contains("<code>a &lt; b</code>"))
    #expect(NotebookPage(cell, title: "t") { "<i>\($0.count)</i>" }.html.contains("<code><i>5</i></code>"))
}

@Test func aPageShowsThePictureThatScales() throws {
    let data =
        #"{"output_type": "display_data", "metadata": {}, "data": {"text/plain": "p", "image/png": "AAAA", "image/svg+xml": "<svg/>"}}"#
    let page = NotebookPage(try notebook(data), title: "t").html
    #expect(page.contains("<svg/>") && !page.contains("AAAA"))
}

@Test func whatIsWideScrollsOnTheScreenAndBreaksOnPaper() throws {
    let style = NotebookPage(try notebook(""), title: "t").html
    let parts = style.split(separator: "@media print", maxSplits: 1).map(String.init)
    try #require(parts.count == 2)
    for wide in [".output", ".markdown", "pre"] {
        #expect(parts[0].contains("\(wide) {") && parts[1].contains(wide), "\(wide)")
    }
    #expect(parts[0].contains("overflow-x: auto"))
    #expect(parts[1].contains("overflow: visible") && parts[1].contains("white-space: normal !important"))
}

/// On paper; long names break.
@Test func numbersNeverBreak() throws {
    let style = NotebookPage(try notebook(""), title: "t").html
    let print = try #require(style.split(separator: "@media print", maxSplits: 1).last)
    let rules = print.split(separator: "}").filter { $0.contains("overflow-wrap: anywhere") && !$0.contains("pre {") }
    #expect(rules.count == 1 && rules[0].contains("td[style*=\"text-align:left\"]") && rules[0].contains("min-width"))
    #expect(!rules[0].contains("th,"))
}

@Test func fencedCodeIsColoredInTextToo() throws {
    func page(_ fence: String) throws -> String {
        let document = """
            {"cells": [{"cell_type": "markdown", "id": "a", "metadata": {},
             "source": "a\\n\\n```\(fence)\\nlet a = 1 < 2 && \\"x\\"\\n```\\n\\nb `let`"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
            """
        let file = try NotebookFile(bytes: Array(document.utf8), path: "x.ipynb")
        return NotebookPage(file, title: "t") { "<i>\(markupEscaped($0))</i>" }.html
    }
    for fence in ["swift", "tandem", "Tandem"] {
        #expect(
            try page(fence).contains("\"><i>let a = 1 &lt; 2 &amp;&amp; &quot;x&quot;\n</i></code></pre>"), "\(fence)")
        #expect(try page(fence).contains("<code>let</code>"))
    }
    for fence in ["", "python"] { #expect(try !page(fence).contains("<i>")) }
}
