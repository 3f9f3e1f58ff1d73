// What is read of an odd file is made such that it is valid nbformat 4.5 when it is written: names of cells, and
// metadata of which the schema says the form. Metadata of other names are kept whatever they hold.

import Libraries

extension NotebookFile {
    /// The names of cells, valid and different: those of the file where they are, else `cell-3` for the third.
    static func identifiers(of cells: [JSON]) -> [String] {
        var isGiven: Set<String> = []
        let own = cells.map { cell -> String? in
            guard let text = cell["id"]?.string, (1...64).contains(text.utf8.count), text.utf8.allSatisfy(isNameByte),
                isGiven.insert(text).inserted
            else { return nil }
            return text
        }
        return own.enumerated().map { index, identifier in
            if let identifier { return identifier }
            var made = "cell-\(index + 1)"
            while !isGiven.insert(made).inserted { made += "-\(index + 1)" }
            return made
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    // MARK: Metadata

    /// Of the notebook.
    static func valid(_ metadata: JSONObject) -> JSONObject {
        var metadata = metadata
        // Which format it was converted from; the schema says not to write it.
        metadata["orig_nbformat"] = nil
        if metadata["title"]?.string == nil { metadata["title"] = nil }
        if metadata["authors"]?.array == nil { metadata["authors"] = nil }
        let standard = NotebookFile().metadata
        for (key, required, texts) in [
            ("kernelspec", ["display_name", "name"], []),
            ("language_info", ["name"], ["file_extension", "mimetype", "pygments_lexer"]),
        ] where metadata[key] != nil {
            var values = metadata[key]?.object ?? [:]
            for text in required where values[text]?.string == nil { values[text] = standard[key]?[text] }
            for text in texts where values[text]?.string == nil { values[text] = nil }
            if let mode = values["codemirror_mode"], key == "language_info", mode.string == nil, mode.object == nil {
                values["codemirror_mode"] = nil
            }
            metadata[key] = .object(values)
        }
        return metadata
    }

    /// Of a cell.
    static func valid(_ metadata: JSONObject, of kind: NotebookCell.Kind) -> JSONObject {
        var metadata = metadata
        if metadata["name"]?.string?.isEmpty ?? true { metadata["name"] = nil }
        if metadata["jupyter"]?.object == nil { metadata["jupyter"] = nil }
        if let tags = metadata["tags"] {
            var names: [String] = []
            for name in (tags.array ?? []).compactMap(\.string) where !name.isEmpty && !name.contains(",") {
                if !names.contains(name) { names.append(name) }
            }
            metadata["tags"] = .array(names.map { .string($0) })
        }
        if kind == .raw, metadata["format"]?.string == nil { metadata["format"] = nil }
        if kind == .code {
            if metadata["collapsed"]?.bool == nil { metadata["collapsed"] = nil }
            if metadata["scrolled"]?.bool == nil, metadata["scrolled"] != "auto" { metadata["scrolled"] = nil }
            if let times = metadata["execution"]?.object, times.keys.allSatisfy({ times[$0]?.string != nil }) {
                return metadata
            }
            metadata["execution"] = nil
        }
        return metadata
    }

    /// Forms of something by MIME type, their texts joined: none but JSON is of another kind than text.
    static func bundle(_ json: JSON?) -> JSONObject {
        var data = json?.object ?? [:]
        for type in data.keys {
            if let text = joined(data[type]) {
                data[type] = .string(text)
            } else if !type.hasPrefix("application/") || type != "application/json" && !type.hasSuffix("+json") {
                data[type] = nil
            }
        }
        return data
    }

    /// The files of a cell that may have some.
    static func attachments(_ json: JSON?, of kind: NotebookCell.Kind) -> JSONObject? {
        guard kind != .code, var attachments = json?.object else { return nil }
        for name in attachments.keys {
            attachments[name] = attachments[name]?.object == nil ? nil : .object(bundle(attachments[name]))
        }
        return attachments
    }
}
