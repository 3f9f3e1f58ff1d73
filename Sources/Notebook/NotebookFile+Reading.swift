// From the bytes of an `.ipynb` (nbformat 4.0 to 4.5) to cells. What is missing is filled in; what cannot be meant is said.

import Libraries

extension NotebookFile {
    public init(path: String) throws(NotebookError) {
        let bytes: [UInt8]
        do { bytes = try FileSystem.read(path) } catch { throw NotebookError(path: path, reason: error.reason) }
        try self.init(bytes: bytes, path: path)
    }

    /// - Parameter path: for messages.
    public init(bytes: [UInt8], path: String) throws(NotebookError) {
        func fault(_ reason: String) -> NotebookError { NotebookError(path: path, reason: reason) }
        // Some editors begin a file with the mark of UTF-8.
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        let json: JSON
        do { json = try JSON(parsing: bytes) } catch { throw fault("no JSON: \(error)") }
        guard let format = json["nbformat"]?.integer else { throw fault("it has no `nbformat`") }
        guard format == 4 else { throw fault("its format is \(format), and only 4 can be read") }
        guard let items = json["cells"]?.array else { throw fault("it has no `cells`") }

        var cells: [NotebookCell] = []
        var identifiers: Set<String> = []
        for (index, item) in items.enumerated() {
            guard let kind = item["cell_type"]?.string.flatMap(NotebookCell.Kind.init) else {
                throw fault("cell \(index + 1) is neither code, markdown nor raw")
            }
            guard let source = Self.joined(item["source"]) else { throw fault("cell \(index + 1) has no source") }
            var identifier = item["id"]?.string ?? "cell-\(index + 1)"
            while !identifiers.insert(identifier).inserted { identifier += "-\(index + 1)" }
            var cell = NotebookCell(kind, id: identifier, source: source)
            cell.metadata = item["metadata"]?.object ?? [:]
            cell.attachments = item["attachments"]?.object
            if kind == .code {
                cell.executionCount = item["execution_count"]?.integer
                cell.outputs = (item["outputs"]?.array ?? []).compactMap { NotebookOutput($0) }
            }
            cells.append(cell)
        }
        self.init(cells: cells)
        if let metadata = json["metadata"]?.object { self.metadata = metadata }
    }

    /// The language that the notebook says it is in; `nil` where it says nothing.
    public var language: String? {
        if let name = metadata["language_info"]?["name"]?.string { return name }
        guard let kernel = metadata["kernelspec"] else { return nil }
        if let language = kernel["language"]?.string { return language }
        // Jupyter's own kernel, where only its name was kept.
        return kernel["name"]?.string?.hasPrefix("python") == true ? "python" : nil
    }

    /// A text may be kept as one string or as a list of lines with their newlines.
    static func joined(_ value: JSON?) -> String? {
        if let text = value?.string { return text }
        guard let lines = value?.array else { return nil }
        let texts = lines.compactMap(\.string)
        return texts.count == lines.count ? texts.joined() : nil
    }
}

extension NotebookOutput {
    /// `nil` for a kind that nbformat 4 does not know.
    init?(_ json: JSON) {
        switch json["output_type"]?.string {
        case "stream":
            self = .stream(name: json["name"]?.string ?? "stdout", text: NotebookFile.joined(json["text"]) ?? "")
        case "display_data": self = .display(data: Self.data(json["data"]))
        case "execute_result":
            self = .result(data: Self.data(json["data"]), executionCount: json["execution_count"]?.integer ?? 0)
        case "error":
            self = .error(
                name: json["ename"]?.string ?? "", message: json["evalue"]?.string ?? "",
                traceback: json["traceback"]?.array?.compactMap(\.string) ?? [])
        default: return nil
        }
    }

    private static func data(_ json: JSON?) -> JSONObject {
        var data = json?.object ?? [:]
        for type in data.keys {
            if let text = NotebookFile.joined(data[type]) { data[type] = .string(text) }
        }
        return data
    }
}
