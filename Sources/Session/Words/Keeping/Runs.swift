// `runs`: lists the runs of the store by name, model, state and date, frees space, or carries records from store to
// store.

import Experiments
import Graphics
import Language
import Libraries

private enum Action: String, CaseIterable {
    case clean, export, `import`
}

private enum State: String, CaseIterable {
    case done, running, interrupted, stopped, diverged
}

private let actionOption: Option<Action?> = Option(
    "what", .choice, workedOut: "the list", isPositional: true,
    "`clean` frees space: weights of unnamed runs, and checkpoints of finished ones; `export` and `import` carry "
        + "results from machine to machine, without weights")
private let folderOption = Option(
    "folder", .path, workedOut: "none", isPositional: true, aliases: ["to", "from", "path", "dir"],
    "where `export` writes records, and `import` reads them: `runs export, \"results\"`")
private let name = Option("name", .text, workedOut: "any", "only runs whose name contains this")
private let model = Option("model", .text, workedOut: "any", "only runs whose model contains this")
private let state: Option<State?> = Option("state", .choice, workedOut: "any", "only runs in this state")
private let since = Option(
    "since", .text, workedOut: "the first", aliases: ["date", "after"], "only runs since this date: `\"2026-11-23\"`")
private let filters: [any OptionDeclaration] = [name, model, state, since]
private let last = Option(
    "last", .integer(1...1_000_000), default: 50, aliases: ["limit", "n", "first"], "at most this many, the newest")

extension Word {
    static let runs = Word(
        "runs", .keeping, "The stored runs of all sessions; `runs[\"gap seed 2\"]` is one of them",
        [actionOption, folderOption] + filters + [last], result: .table, example: trainedRun + "runs",
        aliases: ["history", "experiments", "ls"], shows: .unbound, .perform(listRuns))
}

private func listRuns(_ call: Invocation) throws -> Value {
    let context = call.context
    try refuseLimits(call)
    guard let store = context.store else { return .object(RunsValue([], rows: 0)) }
    context.session.publish()
    defer { context.tellStoreFaults(at: call.range) }
    // What was trained a moment ago is among them.
    store.wait()
    if call[actionOption] == .clean {
        guard context.writesFiles else { return .nothing }
        guard let freed = store.clean() else {
            context.write("nothing was removed: the database of the runs cannot be used\n")
            return .nothing
        }
        context.write(
            "\(counted(freed.files, "file")) removed, \(byteText(freed.byteCount)) freed; the records of the runs are kept\n"
        )
        if freed.foundAgain > 0 {
            context.write(
                "kept as well: the weights of \(counted(freed.foundAgain, "run")) found again after the database was lost, "
                    + "since their names are not known\n")
        }
        return .nothing
    }
    if call.isGiven(folderOption), call[actionOption] == nil {
        throw call.fault(
            .nothingToDo, "`folder:` is for `runs export` and `runs import`", at: call.place(folderOption),
            fix:
                "write `runs export, \(call[folderOption].map { Value.string($0).literal } ?? "")` or `runs import, ...`"
        )
    }
    if call[actionOption] == .import { return try importRuns(call, store) }
    let rows = call[last]
    let isFiltered = filters.contains(where: call.isGiven)
    if call[actionOption] == .export {
        let runs = try filtered(store.list(), call)
        return try exportRuns(call.isGiven(last) ? Array(runs.prefix(rows)) : runs, call, store)
    }
    return .object(
        isFiltered ? RunsValue(try filtered(store.list(), call), rows: rows) : RunsValue(all: store, rows: rows))
}

/// `clean` and `import` take all that there is: who names some of it means something else.
private func refuseLimits(_ call: Invocation) throws {
    let (action, limits): (String, [any OptionDeclaration])
    switch call[actionOption] {
    case .clean?: (action, limits) = ("clean", [folderOption, last] + filters)
    case .import?: (action, limits) = ("import", [last] + filters)
    case .export?, nil: return
    }
    guard let limit = limits.first(where: call.isGiven) else { return }
    throw call.fault(
        .nothingToDo, "`runs \(action)` takes no `\(limit.parameter.label):`; nothing was done",
        at: call.place(limit),
        fix: action == "clean"
            ? "leave it out: `runs clean` removes weights of unnamed runs, and checkpoints of finished ones"
            : "leave it out: `runs import, \"results\"` takes every record of the folder")
}

/// The runs that the call asks for.
private func filtered(_ runs: [StoredRun], _ call: Invocation) throws -> [StoredRun] {
    var runs = runs
    if let part = call[name] { runs.removeAll { !$0.title.contains(part) } }
    if let part = call[model] { runs.removeAll { !$0.model.contains(part) } }
    if let state = call[state] { runs.removeAll { $0.state != state.rawValue } }
    if let date = call[since] {
        guard isDate(date) else {
            throw call.fault(
                .wrongType, "\"\(date)\" is not a date", at: call.place(since), fix: "write it as \"2026-11-23\"")
        }
        runs.removeAll { $0.date < date }
    }
    return runs
}

// MARK: Records

private func exportRuns(_ runs: [StoredRun], _ call: Invocation, _ store: RunStore) throws -> Value {
    let (name, path) = try folder(call)
    guard call.context.writesFiles else { return .nothing }
    let carried: RunStore.Carried
    let interruption = call.context.interruption
    do throws(FileError) {
        carried = try store.export(runs, to: path, isCancelled: { interruption.isCancelled })
    } catch {
        throw call.fault(
            .file, error.description, at: call.place(folderOption),
            fix: error.isFull
                ? error.fixOfWriting : "name a folder that can be written, such as `runs export, \"results\"`")
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
            .file, error.description, at: call.place(folderOption),
            fix: "name a folder that `runs export` has written; a path begins at the folder of the notebook or script")
    }
    report(carried, call, done: "imported from \(name)", none: "no records in \(name)")
    try call.context.checkInterrupt(at: call.range)
    return .nothing
}

private func folder(_ call: Invocation) throws -> (name: String, path: String) {
    guard let name = call[folderOption], !name.isEmpty else {
        let action = (call[actionOption] ?? .export).rawValue
        throw call.fault(
            .missingArgument, "`runs \(action)` needs a folder", at: call.place(actionOption),
            fix: "write `runs \(action), \"results\"`")
    }
    let isRead = call[actionOption] == .import
    return (name, isRead ? call.path(readable: name) : try call.path(typed: name, for: folderOption))
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
            source: context.source, at: call.place(folderOption), context: reasons))
}

/// So many records that were not taken are named.
private let shownRefusals = 8

/// `2026-11-23`, or with a time after it: `2026-11-23 14:02`.
private func isDate(_ text: String) -> Bool {
    let pattern = Array("0000-00-00 00:00".utf8)
    let bytes = Array(text.utf8)
    guard bytes.count == 10 || bytes.count == pattern.count else { return false }
    let isWritten = zip(bytes, pattern).allSatisfy { byte, wanted in
        wanted == UInt8(ascii: "0") ? UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte : byte == wanted
    }
    guard isWritten else { return false }
    let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
    let (year, month) = (numbers[0], numbers[1])
    let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return 1...12 ~= month && 1...days[month - 1] ~= numbers[2]
        && (numbers.count == 3 || 0...23 ~= numbers[3] && 0...59 ~= numbers[4])
}
