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

private func owner(_ metadata: String, cell: String = "{}") throws -> NotebookFile.Owner {
    let text = """
        {"nbformat": 4, "nbformat_minor": 5, "metadata": \(metadata), "cells": [
          {"cell_type": "markdown", "metadata": {"vscode": {"languageId": "latex"}}, "source": ""},
          {"cell_type": "code", "metadata": {}, "source": "", "outputs": []},
          {"cell_type": "code", "metadata": \(cell), "source": "", "outputs": []}]}
        """
    return try NotebookFile(bytes: Array(text.utf8), path: "x.ipynb").owner
}

@Test(arguments: [
    (#"{"language_info": {"file_extension": ".py"}}"#, "python"),
    (#"{"language_info": {"file_extension": "R"}}"#, "r"), (#"{"language_info": {"file_extension": ".jl"}}"#, "julia"),
    (#"{"language_info": {"file_extension": ".swift"}}"#, "swift"),
    (#"{"language_info": {"mimetype": "text/x-python"}}"#, "python"),
    (#"{"language_info": {"mimetype": "application/julia; charset=utf-8"}}"#, "julia"),
    (#"{"language_info": {"mimetype": "text/x-r-source"}}"#, "r"),
    (#"{"language_info": {"pygments_lexer": "ipython3"}}"#, "python"),
    (#"{"language_info": {"pygments_lexer": "r", "codemirror_mode": "swift"}}"#, "r"),
    (#"{"language_info": {"codemirror_mode": "julia"}}"#, "julia"),
    (#"{"language_info": {"name": "", "codemirror_mode": {"name": "ipython", "version": 3}}}"#, "python"),
    (#"{"kernelspec": {"name": "mine"}, "language_info": {"file_extension": ".py"}}"#, "python"),
    (#"{"kernelspec": "python3"}"#, "python"), (#"{"kernel_info": {"name": "python3"}}"#, "python"),
    (#""python""#, "python"), (#"["python"]"#, "python"), (#"{"language_info": "python"}"#, "python"),
    (#"{"language_info": ["python"]}"#, "python"), (#"{"language_info": {"name": [" R "]}}"#, "R"),
    (#"{"language_info": {"nbconvert_exporter": "python"}}"#, "python"),
    (#"{"language_info": {"nbconvert_exporter": "nbconvert.exporters.PythonExporter"}}"#, "python"),
    (#"{"language_info": {"name": " "}, "kernelspec": {"language": "R"}}"#, "R"),
    (#"{"kernelspec": ["python3"]}"#, "python"), (#"{"kernel_info": "python3"}"#, "python"),
    (#"{"jupytext": {"main_language": "python"}}"#, "python"), (#"{"jupytext": {"main_language": "R"}}"#, "R"),
    (#"{"jupytext": {"text_representation": {"extension": ".py"}}}"#, "python"),
    (#"{"kernelspec": {"name": "micropython"}}"#, "python"), (#"{"kernelspec": {"name": "anaconda3"}}"#, "python"),
    (#"{"kernelspec": {"name": "conda-env-x-py"}}"#, "python"), (#"{"kernelspec": {"name": "xpython"}}"#, "python"),
    (#"{"kernelspec": {"name": "conda-env-tandem-py"}}"#, "python"),
    (#"{"kernelspec": {"name": "tandem", "display_name": "Python (tandem)"}}"#, "python"),
])
func anotherLanguageIsToldByAnyFieldThatNamesIt(metadata: String, language: String) throws {
    #expect(try owner(metadata) == .language(language))
}

@Test(arguments: ["ir", "r", "r-4.3", "IJulia", "conda-env-x-r", "conda-root-r", "venv", "pyspark"])
func anotherKernelIsToldByItsName(name: String) throws {
    #expect(try owner(#"{"kernelspec": {"name": "\#(name)"}}"#) == .kernel(name))
    #expect(try owner(#"{"kernelspec": "\#(name)"}"#) == .kernel(name))
}

@Test(arguments: [
    (#"{"vscode": {"languageId": "python"}}"#, "python"), (#"{"vscode": {"languageId": "r"}}"#, "r"),
    (#"{"dotnet_interactive": {"language": "csharp"}}"#, "csharp"),
    (#"{"polyglot_notebook": {"kernelName": "fsharp"}}"#, "fsharp"),
])
func anotherLanguageIsToldByACodeCell(metadata: String, language: String) throws {
    #expect(try owner("{}", cell: metadata) == .language(language))
    // The notebook knows better.
    #expect(try owner(#"{"language_info": {"name": "tandem"}}"#, cell: metadata) == .tandem)
}

@Test(arguments: [
    "{}", "null", "[]", #"{"kernelspec": "tandem"}"#, #"{"kernelspec": "mine"}"#, #"{"kernelspec": 3}"#,
    #"{"language_info": {}}"#, #"{"language_info": {"file_extension": ".tandem"}}"#,
    #"{"language_info": {"file_extension": ".txt", "mimetype": "text/plain", "pygments_lexer": "text"}}"#,
    #"{"language_info": {"mimetype": "text/x-tandem"}}"#, #"{"language_info": {"codemirror_mode": {"name": "swift"}}}"#,
    #"{"language_info": {"pygments_lexer": "swift", "codemirror_mode": "null"}}"#,
    #"{"kernelspec": {"name": "tandem"}, "language_info": {"pygments_lexer": "python"}}"#,
    #"{"kernelspec": {"name": "tandem-0.2", "display_name": "Tandem 0.2"}}"#, #"{"jupytext": {"formats": "ipynb,md"}}"#,
    #"{"jupytext": {"text_representation": {"extension": ".md"}}}"#,
])
func whatNamesNoOtherLanguageIsOurs(metadata: String) throws {
    #expect(try owner(metadata) == .tandem)
    #expect(try owner(metadata, cell: #"{"vscode": {"languageId": "plaintext"}}"#) == .tandem)
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
