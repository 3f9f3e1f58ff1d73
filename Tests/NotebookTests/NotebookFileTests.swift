// Notebooks read, written and read again.

import Libraries
import Notebook
import Testing

private let document = """
    {"cells": [
      {"cell_type": "markdown", "metadata": {}, "source": ["# Title\\n", "text"]},
      {"cell_type": "code", "id": "abc", "metadata": {"tags": ["x"]}, "execution_count": 2, "source": "1 + 1",
       "outputs": [
         {"output_type": "stream", "name": "stdout", "text": ["a\\n", "b\\n"]},
         {"output_type": "execute_result", "execution_count": 2, "metadata": {}, "data": {"text/plain": ["2"]}},
         {"output_type": "error", "ename": "e", "evalue": "v", "traceback": ["t"]}]}],
     "metadata": {"kernelspec": {"name": "tandem"}}, "nbformat": 4, "nbformat_minor": 4}
    """

@Test func cellsAreReadWithTheirSourcesJoined() throws {
    let notebook = try NotebookFile(bytes: Array(document.utf8), path: "x.ipynb")
    #expect(notebook.cells.map(\.kind) == [.markdown, .code])
    #expect(notebook.cells[0].source == "# Title\ntext")
    #expect(notebook.cells[1].id == "abc")
    #expect(
        notebook.cells[1].outputs == [
            .stream(name: "stdout", text: "a\nb\n"), .result(data: ["text/plain": "2"], executionCount: 2),
            .error(name: "e", message: "v", traceback: ["t"]),
        ])
    #expect(notebook.codeCells.map { [$0.number, $0.index] } == [[1, 1]])
}

@Test func aNotebookReadAgainIsTheSame() throws {
    let notebook = try NotebookFile(bytes: Array(document.utf8), path: "x.ipynb")
    #expect(try NotebookFile(bytes: Array(notebook.text.utf8), path: "x.ipynb") == notebook)
    #expect(notebook.text.contains("\"nbformat_minor\": 5"))
}

@Test(arguments: [
    ("", "it is not JSON: empty"), ("{}", "it has no `nbformat`"),
    (#"{"nbformat": 3}"#, "its format is 3, and only 4 can be read"),
    (
        #"{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": [{"output_type": "error", "traceback": ["a", 1]}]}]}"#,
        "cell 1 has an output that is none of nbformat 4"
    ),
    (
        #"{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": [{"output_type": "stream", "text": [1]}]}]}"#,
        "cell 1 has an output that is none of nbformat 4"
    ),
    (
        #"{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": [{"output_type": "odd"}]}]}"#,
        "cell 1 has an output that is none of nbformat 4"
    ),
    (
        #"{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": {}}]}"#,
        "cell 1 has an output that is none of nbformat 4"
    ),
    (#"{"nbformat": 4, "cells": [{"cell_type": "x"}]}"#, "cell 1 is neither code, markdown nor raw"),
])
func whatIsNoNotebookIsSaid(text: String, reason: String) {
    #expect {
        try NotebookFile(bytes: Array(text.utf8), path: "x.ipynb")
    } throws: { ($0 as? NotebookError)?.reason == reason }
}

@Test func cellsOfOddNamesGetValidAndDifferentOnes() throws {
    let long = String(repeating: "x", count: 65)
    let ids = [
        #""a b""#, #""\#(long)""#, #""same""#, #""same""#, "7", "null", #""""#, #""cell-9""#, #""ä""#, #""good_ID-1""#,
    ]
    let cells =
        ids.map { #"{"cell_type": "raw", "metadata": {}, "source": "", "id": \#($0)}"# }
        + [#"{"cell_type": "raw", "metadata": {}, "source": ""}"#]
    let text = #"{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [\#(cells.joined(separator: ","))]}"#
    let notebook = try NotebookFile(bytes: Array(text.utf8), path: "x.ipynb")
    #expect(
        notebook.cells.map(\.id) == [
            "cell-1", "cell-2", "same", "cell-4", "cell-5", "cell-6", "cell-7", "cell-9", "cell-9-9", "good_ID-1",
            "cell-11",
        ])
}
