// A file that can be run, as a notebook: an `.ipynb` is one, a `.tandem` script becomes one of a single cell.

import Language
import Libraries
import Notebook

struct Script {
    var notebook: NotebookFile
    /// The code cells in order: where each is among the notebook's cells, and its text.
    let cells: [(index: Int, source: SourceText)]

    /// By its ending, in small or capital letters.
    static func isNotebook(_ path: String) -> Bool { FileSystem.fileExtension(of: path).lowercased() == "ipynb" }

    /// - Throws: `FileError` or `NotebookError`, which name the path and the reason.
    static func read(_ path: String) throws -> Script {
        guard isNotebook(path) else {
            return Script(text: try FileSystem.readScript(path, limit: SyntaxLimits.cellBytes), name: path)
        }
        let notebook = try NotebookFile(path: path)
        switch notebook.owner {
        case .tandem: break
        case .language(let language):
            throw NotebookError(
                path: path, reason: "its cells are in \(language): run it with a kernel of that language")
        case .kernel(let name):
            throw NotebookError(
                path: path,
                reason:
                    "its kernel is `\(name)`: run it with that kernel, or name `tandem` in its metadata's `kernelspec`")
        }
        return Script(
            notebook: notebook,
            cells: notebook.codeCells.filter { !notebook.cells[$0.index].isSkipped }.map { number, index in
                (index, SourceText(notebook.cells[index].source, name: "\(path):cell \(number)"))
            })
    }
}

extension Script {
    /// Hides them in what is written of the notebook; the cells that are run keep them.
    mutating func hidePasswords() {
        for (index, _) in cells {
            notebook.cells[index].source = withoutSecrets(notebook.cells[index].source, passwordsOnly: true)
        }
    }

    /// - Parameter name: what the text is called in messages.
    init(text: String, name: String) {
        self.init(
            notebook: NotebookFile(cells: [NotebookCell(.code, id: "script", source: text)]),
            cells: [(0, SourceText(text, name: name))])
    }
}
