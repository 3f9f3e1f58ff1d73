// From the bytes of an `.ipynb` (nbformat 4.0 to 4.5) to cells. What is missing is filled in; what cannot be meant is
// said.

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
        let json: JSON
        do { json = try JSON(parsing: bytes) } catch { throw fault("it is not JSON: \(error)") }
        guard let format = json["nbformat"]?.integer else { throw fault("it has no `nbformat`") }
        guard format == 4 else { throw fault("its format is \(format), and only 4 can be read") }
        guard let items = json["cells"]?.array else { throw fault("it has no `cells`") }

        var cells: [NotebookCell] = []
        let identifiers = Self.identifiers(of: items)
        for (index, item) in items.enumerated() {
            guard let kind = item["cell_type"]?.string.flatMap(NotebookCell.Kind.init) else {
                throw fault("cell \(index + 1) is neither code, markdown nor raw")
            }
            guard let source = Self.joined(item["source"]) else { throw fault("cell \(index + 1) has no source") }
            var cell = NotebookCell(kind, id: identifiers[index], source: source)
            cell.metadata = Self.valid(item["metadata"]?.object ?? [:], of: kind)
            cell.attachments = Self.attachments(item["attachments"], of: kind)
            if kind == .code {
                cell.executionCount = item["execution_count"]?.integer.flatMap { $0 >= 0 ? $0 : nil }
                let given = (item["outputs"] ?? []).array
                cell.outputs = (given ?? []).compactMap { NotebookOutput($0) }
                // Of a cell that is passed over they are written again.
                guard cell.outputs.count == given?.count else {
                    throw fault("cell \(index + 1) has an output that is none of nbformat 4")
                }
            }
            cells.append(cell)
        }
        self.init(cells: cells)
        owner = Self.owner(json["metadata"] ?? [:], cells: items)
        if let metadata = json["metadata"]?.object { self.metadata = Self.valid(metadata) }
    }

    /// A text may be kept as one string or as a list of lines with their newlines.
    static func joined(_ value: JSON?) -> String? {
        value?.string ?? value?.strings?.joined()
    }
}

extension NotebookOutput {
    /// `nil` for a kind that nbformat 4 does not know.
    init?(_ json: JSON) {
        switch json["output_type"]?.string {
        case "stream":
            guard let text = NotebookFile.joined(json["text"] ?? "") else { return nil }
            self = .stream(name: json["name"]?.string ?? "stdout", text: text)
        case "display_data": self = .display(data: NotebookFile.bundle(json["data"]))
        case "execute_result":
            self = .result(
                data: NotebookFile.bundle(json["data"]), executionCount: max(0, json["execution_count"]?.integer ?? 0))
        case "error":
            guard let traceback = (json["traceback"] ?? []).strings else { return nil }
            self = .error(
                name: json["ename"]?.string ?? "", message: json["evalue"]?.string ?? "", traceback: traceback)
        default: return nil
        }
    }
}
