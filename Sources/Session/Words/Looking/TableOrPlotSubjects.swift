// What `table` and `plot` are given: runs, lists of numbers, or schedules.

import Graphics
import Language

/// Runs that belong together, or one alone.
struct RunGroup {
    let name: String
    let runs: [RunValue]
}

enum TableOrPlotSubjects {
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
    func tableOrPlotSubjects(_ option: RestOption<Value>) throws -> TableOrPlotSubjects {
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
                let listed = values.compactMap { object($0, ScheduleValue.self) }
                if !listed.isEmpty, listed.count == values.count {
                    schedules += listed.map { ($0.text, $0) }
                } else if !runs.isEmpty, runs.count == values.count {
                    let isOneModel = Set(runs.map(\.run.model)).count == 1 && runs.count > 1
                    if isOneModel {
                        groups.append(
                            RunGroup(name: context.source.name(at: given.range) ?? runs[0].run.model, runs: runs))
                    } else {
                        groups += runs.map { RunGroup(name: title($0), runs: [$0]) }
                    }
                } else {
                    lists.append((context.source.name(at: given.range) ?? "list \(lists.count + 1)", values))
                }
            } else {
                throw wrongSubject(given, option)
            }
        }
        guard [groups.isEmpty, lists.isEmpty, schedules.isEmpty].count(where: { !$0 }) == 1 else {
            throw fault(
                .wrongType, "`\(arguments.word.name)` takes runs, lists or schedules, not two of these at once",
                at: subjects.last?.range, fix: "show them one after the other")
        }
        return !groups.isEmpty ? .runs(groups) : !lists.isEmpty ? .lists(lists) : .schedules(schedules)
    }

    private func wrongSubject(_ given: RestOption<Value>.Given, _ option: RestOption<Value>) -> Diagnostic {
        // What a word shows by itself alone.
        let isShownAlone: Bool =
            switch given.value.kind {
            case .study: true
            case .rateSearch: arguments.word.name == "plot"
            default: false
            }
        if isShownAlone, self[option].count > 1 {
            return fault(
                .wrongCount, "`\(arguments.word.name)` takes \(given.value.kind) alone", at: given.range,
                fix: "write `\(arguments.word.name) \(context.source[given.range])`")
        }
        return fault(
            .wrongType, "`\(arguments.word.name)` takes runs or lists, not \(given.value.kind)", at: given.range,
            fix: fix(showing: given.value, at: given.range))
    }

    /// What shows a value that the word cannot.
    func fix(showing value: Value, at place: SourceRange) -> String {
        let written = context.source[place]
        let word = arguments.word
        switch value {
        case .model: return "train it first: `let a = train \(written)`"
        case .template(let template) where template.isModel: return "train it first: `let a = train \(written)`"
        case .object(is RunsValue):
            return "`\(written)` alone shows them as a table; the newest of them is `\(word.name) \(written)[0]`"
        case .object(is StudyValue): return "`table \(written)` and `plot \(written)` show it"
        case .object(is ScheduleValue), .object(is RateSearchValue): return "`plot \(written)` shows it"
        case .object(let object) where !(object is RunValue || object is DataValue):
            return "`print \(written)` shows it"
        default: return context.namesToType.example(of: word)
        }
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
        guard (rangeCount(first, last) ?? .max) <= EvaluationLimits.elements else {
            throw context.faults.tooLong(at: given.range)
        }
        return first <= last ? (first...last).map { .integer($0) } : []
    }
}

extension SourceText {
    /// What the program calls a value; `nil` where that is made in this place.
    func name(at range: SourceRange) -> String? {
        let text = self[range]
        return text.unicodeScalars.allSatisfy(\.isNamePart) && text.first?.isNumber == false ? text : nil
    }
}
