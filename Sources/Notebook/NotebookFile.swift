// Notebook documents: `.ipynb` in, cells out, and written again as nbformat 4.5 with the outputs of a run.

import Libraries

/// Why a file is no notebook that can be run.
public struct NotebookError: Error, Sendable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    public var description: String { "cannot read \(path) as a notebook: \(reason)" }
}

/// What a code cell left behind.
public enum NotebookOutput: Sendable, Equatable {
    /// Text of `stdout` or `stderr`.
    case stream(name: String, text: String)
    /// Forms by MIME type. `text/plain`, `text/html`, `image/svg+xml`, ...
    case display(data: JSONObject)
    case result(data: JSONObject, executionCount: Int)
    case error(name: String, message: String, traceback: [String])
}

public struct NotebookCell: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case code, markdown, raw
    }

    public var kind: Kind
    /// 1-64 letters, digits, `-` and `_`, unique in the notebook.
    public var id: String
    public var source: String
    /// Of a code cell that was run.
    public var executionCount: Int?
    /// Of a code cell.
    public var outputs: [NotebookOutput]
    public var metadata: JSONObject
    /// Files that a Markdown cell brings along: by name, then by MIME type, in Base64.
    public var attachments: JSONObject?

    /// Whether the notebook continues where this cell fails: Jupyter's tag `raises-exception`.
    public var mayFail: Bool { metadata["tags"]?.array?.contains("raises-exception") == true }

    /// Whether it is passed over and keeps its outputs: the tag `skip-execution` of nbclient.
    public var isSkipped: Bool { metadata["tags"]?.array?.contains("skip-execution") == true }

    public init(_ kind: Kind, id: String, source: String) {
        self.kind = kind
        self.id = id
        self.source = source
        outputs = []
        metadata = [:]
    }
}

/// A notebook as a value.
public struct NotebookFile: Sendable, Equatable {
    public var cells: [NotebookCell]
    public var metadata: JSONObject

    /// Whose cells a notebook has, as far as it says.
    public enum Owner: Sendable, Equatable {
        case tandem
        /// `python`
        case language(String)
        /// `julia-1.9`, where no language is named.
        case kernel(String)
    }

    public internal(set) var owner = Owner.tandem

    public init(cells: [NotebookCell] = []) {
        self.cells = cells
        metadata = [
            "kernelspec": ["display_name": "Tandem", "language": "tandem", "name": "tandem"],
            "language_info": [
                "name": "tandem", "file_extension": ".tandem", "mimetype": "text/x-tandem",
                "pygments_lexer": "swift", "codemirror_mode": "swift",
            ],
        ]
    }

    /// The code cells with their numbers in the notebook, counted from 1 over the code cells, as messages name them.
    public var codeCells: [(number: Int, index: Int)] {
        cells.indices.filter { cells[$0].kind == .code }.enumerated().map { ($0.offset + 1, $0.element) }
    }
}
