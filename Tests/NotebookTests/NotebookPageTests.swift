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
