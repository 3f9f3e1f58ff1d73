// Where `tandem run --output` writes: checked before the first cell runs.

import Language
import Libraries
import Notebook

struct OutputFile {
    private enum Form {
        case notebook, page
    }

    let path: String
    private let form: Form

    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter input: the file that is run.
    /// - Throws: `Fault` for a path that can hold no notebook, and `FileError` for a place where nothing can be
    ///   written.
    init(_ typed: String, for input: String) throws {
        let path = try FileSystem.resolve(typed: typed, in: ".")
        switch FileSystem.fileExtension(of: path).lowercased() {
        case "ipynb": form = .notebook
        case "html", "htm": form = .page
        default: throw Fault(description: "--output writes a notebook (.ipynb) or a page (.html), not \(path)")
        }
        // A notebook may be executed in its place; a script would be lost, and so would a notebook to its page.
        let isNotebook = Script.isNotebook(input)
        if let file = FileSystem.identity(path), file == FileSystem.identity(input), !isNotebook || form == .page {
            let kind = isNotebook ? "notebook" : "script"
            throw Fault(description: "--output would replace the \(kind) that is run, \(input): give it another name")
        }
        try FileSystem.checkWritable(path)
        self.path = path
    }

    /// Where the place has become unusable meanwhile, the file goes to the folder for temporary files.
    func write(_ notebook: NotebookFile, title: String) throws {
        let text = form == .page ? NotebookPage(notebook, title: title, code: Self.colored).html : notebook.text
        do { try FileSystem.write(text, to: path) } catch {
            let rescue: String
            do {
                rescue = FileSystem.join(try FileSystem.makeTemporaryFolder(), FileSystem.name(of: path))
                try FileSystem.write(text, to: rescue)
            } catch let second {
                throw Fault(description: "\(error); nor to the folder for temporary files: \(second)")
            }
            throw Fault(description: "\(error); it is in \(rescue) instead")
        }
    }

    /// The code of a cell as HTML, in the page's colors.
    static func colored(_ code: String) -> String {
        SourceText(code).pieces.map { piece in
            let text = markupEscaped(piece.text)
            switch piece.kind {
            case .word: return "<b class=\"word\">\(text)</b>"
            case .number: return "<span class=\"number\">\(text)</span>"
            case .string: return "<span class=\"string\">\(text)</span>"
            case .comment: return "<i class=\"comment\">\(text)</i>"
            case .plain: return text
            }
        }.joined()
    }
}
