// What was typed before: the last cells, those of a session, or those that match a pattern.

import Libraries
import Session

extension Assistant {
    func history(_ request: Request) throws(RequestError) -> JSONObject {
        let withOutput = try request.flag("output", default: false)
        let count = request.content?["n"]?.integer
        let found: [History.Entry]
        switch try request.text("hist_access_type") {
        case "tail": found = history.tail(count ?? 10)
        case "range":
            // 0 is this session, and negative numbers count back from it.
            found = history.range(
                session: request.content?["session"]?.integer ?? 0, start: request.content?["start"]?.integer ?? 0,
                stop: request.content?["stop"]?.integer)
        case "search":
            found = history.search(
                request.content?["pattern"]?.string ?? "*", count: count,
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
