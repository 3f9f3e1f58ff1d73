// What stands in a table or a plot: runs, lists of numbers, schedules.

import Graphics
import Language

/// Runs that belong together, or one alone.
struct RunGroup {
    let name: String
    let runs: [RunValue]
}

enum ShownSubjects {
    case runs([RunGroup])
    case lists([(name: String, values: [Value])])
    case schedules([(name: String, schedule: ScheduleValue)])
}

extension Invocation {
    /// The subject, where it is one value of this kind.
    func onlySubject<Object: ObjectValue>(_ option: RestOption<Value>, _ type: Object.Type) -> Object? {
        let given = self[option]
        return given.count == 1 ? object(given[0].value, type) : nil
    }

    /// The subjects of the call; the last run where there is none. A list of runs of one model is a group.
    func shownSubjects(_ option: RestOption<Value>) throws -> ShownSubjects {
        let subjects = self[option]
        if subjects.isEmpty {
            let run = try lastRun()
            return .runs([RunGroup(name: title(run), runs: [run])])
        }
        var groups: [RunGroup] = []
        var lists: [(name: String, values: [Value])] = []
        var schedules: [(name: String, schedule: ScheduleValue)] = []
        for given in subjects {
            if let run = object(given.value, RunValue.self) {
                groups.append(RunGroup(name: title(run), runs: [run]))
            } else if let schedule = object(given.value, ScheduleValue.self) {
                schedules.append((schedule.text, schedule))
            } else if let values = try elements(given) {
                let runs = values.compactMap { object($0, RunValue.self) }
                if !runs.isEmpty, runs.count == values.count {
                    let isOneModel = Set(runs.map(\.run.model)).count == 1 && runs.count > 1
                    if isOneModel {
                        groups.append(RunGroup(name: name(given.range) ?? runs[0].run.model, runs: runs))
                    } else {
                        groups += runs.map { RunGroup(name: title($0), runs: [$0]) }
                    }
                } else {
                    lists.append((name(given.range) ?? "list \(lists.count + 1)", values))
                }
            } else {
                throw wrongSubject(given)
            }
        }
        guard [groups.isEmpty, lists.isEmpty, schedules.isEmpty].count(where: { !$0 }) == 1 else {
            throw fault(.wrongType, "`\(arguments.word.name)` takes either runs or lists, not both at once")
        }
        return !groups.isEmpty ? .runs(groups) : !lists.isEmpty ? .lists(lists) : .schedules(schedules)
    }

    private func wrongSubject(_ given: RestOption<Value>.Given) -> Diagnostic {
        let written = context.source[given.range]
        let fix: String? =
            switch given.value {
            case .model: "train it before: `let a = train \(written)`"
            case .template(let template) where template.isModel: "train it before: `let a = train \(written)`"
            case .object(is RunsValue):
                "`\(written)` alone shows them as a table; the newest of them is `\(arguments.word.name) \(written)[0]`"
            default: nil
            }
        return fault(
            .wrongType, "`\(arguments.word.name)` takes runs or lists, not \(given.value.kind)", at: given.range,
            fix: fix)
    }

    private func object<Object: ObjectValue>(_ value: Value, _ type: Object.Type) -> Object? {
        if case .object(let object) = value { object as? Object } else { nil }
    }

    /// `a (pooled)`: a picture is read without the cell that named the runs.
    private func title(_ value: RunValue) -> String {
        value.run.name.map { $0 == value.run.model ? $0 : "\($0) (\(value.run.model))" } ?? value.run.label
    }

    private func elements(_ given: RestOption<Value>.Given) throws -> [Value]? {
        guard case .range(let first, let last) = given.value else { return given.value.elements }
        guard (rangeCount(first, last) ?? .max) <= Limits.elements else {
            throw context.faults.tooLong(at: given.range)
        }
        return first <= last ? (first...last).map { .integer($0) } : []
    }

    /// What the program calls a list.
    private func name(_ range: SourceRange) -> String? {
        let text = context.source[range]
        return text.unicodeScalars.allSatisfy(\.isNamePart) && text.first?.isNumber == false ? text : nil
    }
}
