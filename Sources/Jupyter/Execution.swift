// One execute_request: what it asks for, and how it runs.

import Language
import Libraries
import Session

struct Execution: Sendable {
    let request: Request
    let code: String
    let isSilent: Bool
    let isStored: Bool
    let allowsInput: Bool
    let stopsOnError: Bool
    let userExpressions: JSONObject
    /// What is wrong with the request. Such a cell waits for its turn, is counted and fails as any other.
    let fault: RequestError?
    /// What the cell is called in front ends, `[3]`; known when it starts.
    var count = 0

    init(_ request: Request) {
        var fault = request.fault.map { RequestError(message: $0) }
        func value<Value>(_ read: () throws(RequestError) -> Value, else standard: Value) -> Value {
            do {
                return try read()
            } catch {
                fault = fault ?? error
                return standard
            }
        }
        func flag(_ key: String, default standard: Bool) -> Bool {
            value({ () throws(RequestError) in try request.flag(key, default: standard) }, else: standard)
        }
        self.request = request
        code = value({ () throws(RequestError) in try request.text("code") }, else: "")
        isSilent = flag("silent", default: false)
        isStored = flag("store_history", default: true) && !isSilent
        allowsInput = flag("allow_stdin", default: false)
        stopsOnError = flag("stop_on_error", default: true)
        userExpressions = value(
            { () throws(RequestError) in try request.optionalObject("user_expressions") ?? [:] }, else: [:])
        self.fault = fault
    }

    struct Result: Sendable {
        /// The content of the reply.
        var content: JSONObject
        var isError: Bool
        /// The plain text of the cell's value, for the history.
        var text: String?
    }

    /// Runs the cell; everything it shows is with the broadcaster when this returns.
    func run(
        in workspace: Workspace, output: CellOutput, broadcaster: Broadcaster, strayOutput: StrayOutput?
    ) -> Result {
        if let fault { return failure(fault.content) }
        output.begin(self)
        let outcome = workspace.execute(SourceText(code))
        strayOutput?.drain()
        let cell = output.end()
        var payload = (cell?.pages ?? []).map { page -> JSON in
            ["source": "page", "data": .object(page.bundle), "start": 0]
        }
        switch outcome {
        case .finished: break
        case .quit: payload.append(["source": "ask_exit", "keepkernel": false])
        case .failed(let first), .interrupted(let first):
            let reported = cell?.errors ?? []
            let traceback = Traceback(reported.isEmpty ? [first] : reported, isColored: true)
            if !isSilent { broadcaster.send(request.broadcast("error", traceback.content)) }
            return self.failure(traceback.reply)
        }
        let content: JSONObject = [
            "status": "ok", "execution_count": .integer(count), "payload": .array(payload),
            "user_expressions": .object(evaluateExpressions(in: workspace)),
        ]
        return Result(content: content, isError: false, text: cell?.resultText)
    }

    private func failure(_ reply: JSONObject) -> Result {
        var content = reply
        content["execution_count"] = .integer(count)
        content["user_expressions"] = [:]
        content["payload"] = []
        return Result(content: content, isError: true, text: nil)
    }

    private func evaluateExpressions(in workspace: Workspace) -> JSONObject {
        var results = JSONObject()
        for name in userExpressions.keys {
            do {
                let value = try workspace.evaluate(userExpressions[name]?.string ?? "")
                results[name] = ["status": "ok", "data": .object(value.bundle), "metadata": [:]]
            } catch {
                results[name] = .object(Traceback([error], isColored: true).reply)
            }
        }
        return results
    }
}
