// Cells as nbformat 4.5: texts as lists of lines and keys in the order Jupyter writes them, so that versions compare
// well.

import Libraries

extension NotebookFile {
    /// The whole file, with a newline at its end.
    public var text: String {
        let document: JSON = [
            "cells": .array(cells.map(\.json)), "metadata": .object(metadata), "nbformat": 4, "nbformat_minor": 5,
        ]
        return document.indentedText + "\n"
    }

    public func write(to path: String) throws(FileError) { try FileSystem.write(text, to: path) }

    /// Each line with its newline.
    static func lines(_ text: String) -> JSON {
        var lines: [JSON] = []
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            line.append(scalar)
            if scalar == "\n" {
                lines.append(.string(String(line)))
                line = String.UnicodeScalarView()
            }
        }
        if !line.isEmpty { lines.append(.string(String(line))) }
        return .array(lines)
    }
}

extension NotebookCell {
    fileprivate var json: JSON {
        var object = JSONObject()
        if let attachments { object["attachments"] = .object(attachments) }
        object["cell_type"] = .string(kind.rawValue)
        if kind == .code { object["execution_count"] = executionCount.map { .integer($0) } ?? .null }
        object["id"] = .string(id)
        object["metadata"] = .object(metadata)
        if kind == .code { object["outputs"] = .array(outputs.map(\.json)) }
        object["source"] = NotebookFile.lines(source)
        return .object(object)
    }
}

extension NotebookOutput {
    fileprivate var json: JSON {
        switch self {
        case .stream(let name, let text):
            ["name": .string(name), "output_type": "stream", "text": NotebookFile.lines(text)]
        case .display(let data):
            ["data": Self.data(data), "metadata": [:], "output_type": "display_data"]
        case .result(let data, let count):
            [
                "data": Self.data(data), "execution_count": .integer(count), "metadata": [:],
                "output_type": "execute_result",
            ]
        case .error(let name, let message, let traceback):
            [
                "ename": .string(name), "evalue": .string(message), "output_type": "error",
                "traceback": .array(traceback.map { .string($0) }),
            ]
        }
    }

    private static func data(_ data: JSONObject) -> JSON {
        var data = data
        for type in data.keys {
            if let text = data[type]?.string { data[type] = NotebookFile.lines(text) }
        }
        return .object(data)
    }
}
