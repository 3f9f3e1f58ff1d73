// How a cell failed, and where its notes go, as notebooks keep it and as Jupyter sends it: the same whatever front end
// ran the cell.

import Language
import Libraries

extension Diagnostic {
    /// The stream of a notebook that takes it, unless it is an error. JupyterLab shows `stderr` on red: right for what
    /// somebody wrote and may want to look at again, an alarm where a note only says what happens.
    public var streamName: String { severity == .note && range == nil ? "stdout" : "stderr" }
}

public struct CellFailure: Sendable {
    /// The kind of the first fault: `no-such-name`.
    public var name: String
    public var message: String
    /// What front ends show: the block of each fault, with place and fix.
    public var traceback: [String]

    public init(name: String, message: String, traceback: [String]) {
        (self.name, self.message, self.traceback) = (name, message, traceback)
    }

    /// - Parameter faults: all that were found in the cell, at least one.
    public init(_ faults: [Diagnostic], isColored: Bool) {
        self.init(
            name: (faults.first?.code ?? .failed).text,
            message: faults.first.map { DiagnosticText.printable($0.message) } ?? "the cell failed",
            traceback: faults.map { DiagnosticText($0, isColored: isColored).block })
    }

    /// The content of an `error` message.
    public var content: JSONObject {
        ["ename": .string(name), "evalue": .string(message), "traceback": .array(traceback.map { .string($0) })]
    }

    /// The content of a reply.
    public var reply: JSONObject {
        var content = content
        content["status"] = "error"
        return content
    }
}
