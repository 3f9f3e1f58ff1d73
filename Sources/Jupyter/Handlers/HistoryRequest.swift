// What was typed before: the last cells, those of a session, or those that match a pattern.

import Libraries
import Session

extension Assistant {
    func history(_ request: Request) throws(RequestError) -> JSONObject {
        let withOutput = try request.flag("output", default: false)
        let count = try request.optionalInteger("n")
        let found: [History.Entry]
        switch try request.text("hist_access_type") {
        case "tail": found = history.tail(count ?? 10)
        case "range":
            // 0 is this session, and negative numbers count back from it.
            found = history.range(
                session: try request.optionalInteger("session") ?? 0, start: try request.optionalInteger("start") ?? 0,
                stop: try request.optionalInteger("stop"))
        case "search":
            found = history.search(
                try request.optionalText("pattern") ?? "*", count: count,
                isUnique: try request.flag("unique", default: false))
        case let type: throw RequestError(message: "unknown hist_access_type \"\(type)\"; use tail, range or search")
        }
        let items = found.map { entry -> JSON in
            let input = JSON.string(entry.input)
            let output = entry.output.map { JSON.string($0) } ?? .null
            return [
                .integer(entry.session), .integer(entry.line), withOutput ? .array([input, output]) : input,
            ]
        }
        return ["status": "ok", "history": .array(items)]
    }
}
