// The traceback of a failed cell, as notebooks and Jupyter take it, and the stream of its notes: the same for every
// front end.

import Language
import Libraries

extension Diagnostic {
    /// The stream of a notebook that takes it, unless it is an error. JupyterLab shows `stderr` on red: right for what
    /// somebody wrote and may want to look at again, an alarm where a note only says what happens.
    public var streamName: String { severity == .note && range == nil ? "stdout" : "stderr" }
}

public struct Traceback: Sendable {
    /// The kind of the first fault: `no-such-name`.
    public var name: String
    public var message: String
    /// What front ends show: the block of each fault, with place and fix.
    public var blocks: [String]

    public init(name: String, message: String, blocks: [String]) {
        (self.name, self.message, self.blocks) = (name, message, blocks)
    }

    /// - Parameter faults: all that were found in the cell, at least one.
    public init(_ faults: [Diagnostic], isColored: Bool) {
        self.init(
            name: (faults.first?.code ?? .failed).text,
            message: faults.first.map { DiagnosticText.printable($0.message) } ?? "the cell failed",
            blocks: faults.map { DiagnosticText($0, isColored: isColored).block })
    }

    /// The content of an `error` message.
    public var content: JSONObject {
        ["ename": .string(name), "evalue": .string(message), "traceback": .array(blocks.map { .string($0) })]
    }

    /// The content of a reply.
    public var reply: JSONObject {
        var content = content
        content["status"] = "error"
        return content
    }
}
