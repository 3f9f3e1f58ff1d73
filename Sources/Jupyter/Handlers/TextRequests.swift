// is_complete, complete and inspect: what is in the text of a cell.

import Language
import Libraries
import Session

extension Assistant {
    func isComplete(_ request: Request) throws(RequestError) -> JSONObject {
        switch workspace.completeness(of: try request.text("code")) {
        case .complete: ["status": "complete"]
        case .incomplete(let indent): ["status": "incomplete", "indent": .string(indent)]
        case .invalid: ["status": "invalid"]
        }
    }

    func complete(_ request: Request) throws(RequestError) -> JSONObject {
        let code = try request.text("code")
        let list = workspace.complete(code, at: try request.cursor(in: code))
        let types = list.items.map { item -> JSON in
            [
                "start": .integer(list.start), "end": .integer(list.end), "text": .string(item.text),
                "type": .string(item.kind), "signature": .string(item.detail),
            ]
        }
        return [
            "status": "ok", "matches": .array(list.items.map { .string($0.text) }),
            "cursor_start": .integer(list.start), "cursor_end": .integer(list.end),
            "metadata": ["_jupyter_types_experimental": .array(types)],
        ]
    }

    func inspect(_ request: Request) throws(RequestError) -> JSONObject {
        let code = try request.text("code")
        let page = workspace.inspect(code, at: try request.cursor(in: code))
        return [
            "status": "ok", "found": .bool(page != nil), "data": .object(page?.bundle ?? [:]),
            "metadata": [:],
        ]
    }
}
