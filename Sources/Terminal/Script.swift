// The cells of a file: a `.tandem` script is one cell, a notebook has one for each of its code cells.

import Language
import Libraries
import Notebook

enum Script {
    /// - Throws: `FileError` or `NotebookError`, which name the path and the reason.
    static func cells(of path: String) throws -> [SourceText] {
        guard path.hasSuffix(".ipynb") else { return [SourceText(try FileSystem.readText(path), name: path)] }
        let notebook = try NotebookFile(path: path)
        return notebook.codeCells.map { number, index in
            SourceText(notebook.cells[index].source, name: "\(path):cell \(number)")
        }
    }
}
