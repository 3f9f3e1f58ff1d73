// What `runs` does: lists what is kept, by name, model, state and date, or frees room.

import Experiments
import Language

func listRuns(_ call: Invocation) throws -> Value {
    let (interpreter, arguments) = (call.interpreter, call.arguments)
    guard let store = interpreter.store else { return .object(RunsValue([], rows: 0)) }
    interpreter.publish()
    defer { interpreter.tellStoreFaults(at: call.range) }
    // What was trained a moment ago is among them.
    store.wait()
    if arguments.text("what") == "clean" {
        let freed = store.clean()
        interpreter.write(
            "\(counted(freed.files, "file")) removed, \(byteText(freed.byteCount)) freed; all that is known of the runs is kept\n"
        )
        if freed.foundAgain > 0 {
            interpreter.write(
                "kept as well: the weights of \(counted(freed.foundAgain, "run")) found again after the database was lost, "
                    + "since nothing is known of names\n")
        }
        return .nothing
    }
    let rows = arguments.integer("last") ?? 50
    guard ["name", "model", "state", "since"].contains(where: arguments.isGiven) else {
        return .object(RunsValue(all: store, rows: rows))
    }
    var runs = store.list()
    if let name = arguments.text("name") { runs.removeAll { !$0.title.contains(name) } }
    if let model = arguments.text("model") { runs.removeAll { !$0.model.contains(model) } }
    if let state = arguments.text("state") { runs.removeAll { $0.state != state } }
    if let date = arguments.text("since") {
        guard isDate(date) else {
            throw call.fault(
                "wrong-type", "\"\(date)\" is no date", at: arguments.place("since"), fix: "write it as \"2026-11-23\"")
        }
        runs.removeAll { $0.date < date }
    }
    return .object(RunsValue(runs, rows: rows))
}

/// `2026-11-23`, or with a time behind it: `2026-11-23 14:02`.
private func isDate(_ text: String) -> Bool {
    let pattern = Array("0000-00-00 00:00".utf8)
    let bytes = Array(text.utf8)
    guard bytes.count == 10 || bytes.count == pattern.count else { return false }
    return zip(bytes, pattern).allSatisfy { byte, wanted in
        wanted == UInt8(ascii: "0") ? UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte : byte == wanted
    }
}
