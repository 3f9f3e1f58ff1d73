// What `runs` does: lists what is kept, by name, model, state and date, frees space, or carries records from store to store.

import Experiments
import Language
import Libraries

func listRuns(_ call: Invocation) throws -> Value {
    let (context, arguments) = (call.context, call.arguments)
    guard let store = context.store else { return .object(RunsValue([], rows: 0)) }
    context.session.publish()
    defer { context.tellStoreFaults(at: call.range) }
    // What was trained a moment ago is among them.
    store.wait()
    if arguments.text("what") == "clean" {
        guard let freed = store.clean() else {
            context.write("nothing was removed: the database of the runs cannot be used\n")
            return .nothing
        }
        context.write(
            "\(counted(freed.files, "file")) removed, \(byteText(freed.byteCount)) freed; all that is known of the runs is kept\n"
        )
        if freed.foundAgain > 0 {
            context.write(
                "kept as well: the weights of \(counted(freed.foundAgain, "run")) found again after the database was lost, "
                    + "since nothing is known of names\n")
        }
        return .nothing
    }
    let action = arguments.text("what")
    if arguments.isGiven("folder"), action == nil {
        throw call.fault(
            .nothingToDo, "`folder:` is for `runs export` and `runs import`", at: arguments.place("folder"),
            fix: "write `runs export, \(arguments["folder"]?.literal ?? "")` or `runs import, ...`")
    }
    if action == "import" { return try importRuns(call, store) }
    let rows = arguments.integer("last") ?? 50
    let isFiltered = ["name", "model", "state", "since"].contains(where: arguments.isGiven)
    if action == "export" {
        let runs = try filtered(store.list(), call)
        return try exportRuns(arguments.isGiven("last") ? Array(runs.prefix(rows)) : runs, call, store)
    }
    return .object(
        isFiltered ? RunsValue(try filtered(store.list(), call), rows: rows) : RunsValue(all: store, rows: rows))
}

/// The runs that the call asks for.
private func filtered(_ runs: [KeptRun], _ call: Invocation) throws -> [KeptRun] {
    let arguments = call.arguments
    var runs = runs
    if let name = arguments.text("name") { runs.removeAll { !$0.title.contains(name) } }
    if let model = arguments.text("model") { runs.removeAll { !$0.model.contains(model) } }
    if let state = arguments.text("state") { runs.removeAll { $0.state != state } }
    if let date = arguments.text("since") {
        guard isDate(date) else {
            throw call.fault(
                .wrongType, "\"\(date)\" is no date", at: arguments.place("since"), fix: "write it as \"2026-11-23\"")
        }
        runs.removeAll { $0.date < date }
    }
    return runs
}

// MARK: Records

private func exportRuns(_ runs: [KeptRun], _ call: Invocation, _ store: RunStore) throws -> Value {
    let (name, path) = try folder(call)
    let carried: RunStore.Carried
    let interruption = call.context.interruption
    do throws(FileError) {
        carried = try store.export(runs, to: path, isCancelled: { interruption.isCancelled })
    } catch {
        throw call.fault(.file, error.description, at: call.arguments.place("folder"))
    }
    report(carried, call, done: "exported to \(name), without weights", none: "no finished run to export")
    try call.context.checkInterrupt(at: call.range)
    return .nothing
}

private func importRuns(_ call: Invocation, _ store: RunStore) throws -> Value {
    let (name, path) = try folder(call)
    let interruption = call.context.interruption
    let carried: RunStore.Carried
    do throws(FileError) {
        carried = try store.import(from: path, isCancelled: { interruption.isCancelled })
    } catch {
        throw call.fault(
            .file, error.description, at: call.arguments.place("folder"),
            fix: "name a folder that `runs export` has written; a path begins at the folder of the notebook or script")
    }
    report(carried, call, done: "imported from \(name)", none: "no records in \(name)")
    try call.context.checkInterrupt(at: call.range)
    return .nothing
}

private func folder(_ call: Invocation) throws -> (name: String, path: String) {
    guard let name = call.arguments.text("folder"), !name.isEmpty else {
        let action = call.arguments.text("what") ?? "export"
        throw call.fault(
            .missingArgument, "`runs \(action)` needs a folder", at: call.arguments.place("what"),
            fix: "write `runs \(action), \"results\"`")
    }
    return (name, try call.path(typed: name, for: "folder"))
}

private func report(_ carried: RunStore.Carried, _ call: Invocation, done: String, none: String) {
    let context = call.context
    var parts = carried.count > 0 || carried.known == 0 ? ["\(counted(carried.count, "run")) \(done)"] : []
    if carried.known > 0 {
        parts.append("\(carried.count > 0 ? "\(carried.known)" : counted(carried.known, "run")) already there")
    }
    if carried.count + carried.known + carried.refused.count == 0 { parts = [none] }
    context.write(parts.joined(separator: "; ") + "\n")
    let refused = carried.refused
    guard let first = refused.first else { return }
    var reasons: [String] = []
    if refused.count > 1 {
        reasons = refused.prefix(shownRefusals).map { "\($0.name): \($0.reason)" }
        if refused.count > shownRefusals { reasons.append("and \(refused.count - shownRefusals) more") }
    }
    context.output.report(
        Diagnostic(
            .warning, code: .record,
            refused.count == 1
                ? "\(first.name) was not taken: \(first.reason)" : "\(refused.count) records were not taken",
            source: context.source, at: call.arguments.place("folder"), context: reasons))
}

/// So many records that were not taken are named.
private let shownRefusals = 8

/// `2026-11-23`, or with a time behind it: `2026-11-23 14:02`.
private func isDate(_ text: String) -> Bool {
    let pattern = Array("0000-00-00 00:00".utf8)
    let bytes = Array(text.utf8)
    guard bytes.count == 10 || bytes.count == pattern.count else { return false }
    return zip(bytes, pattern).allSatisfy { byte, wanted in
        wanted == UInt8(ascii: "0") ? UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte : byte == wanted
    }
}
