// What words that compute with numbers share: how numbers are read, and what happens to results that are not finite.

import Language

enum NumberOption {
    static let number = Option("number", .number, isPositional: true, "a number")
    /// Numbers, or one list of them.
    static let list = RestOption("numbers", .any, "numbers, or a list of them")
}

extension Invocation {
    /// The numbers of a call that takes either numbers or one list of them.
    func numbers() throws -> [Value] {
        var values: [Value] = []
        for given in self[NumberOption.list] {
            switch given.value {
            case .integer, .decimal: values.append(given.value)
            case .list(let items), .tuple(let items):
                values.reserveCapacity(values.count + items.values.count)
                for (index, value) in items.values.enumerated() {
                    try checkInterrupt(at: index)
                    guard value.number != nil else {
                        throw noNumber(value, at: given.range)
                    }
                    values.append(value)
                }
            case .range(let first, let last):
                guard let count = rangeCount(first, last), values.count + count <= EvaluationLimits.elements else {
                    throw context.faults.tooLong(at: given.range)
                }
                values.reserveCapacity(values.count + count)
                for offset in 0..<count {
                    try checkInterrupt(at: offset)
                    values.append(.integer(first + offset))
                }
            default:
                throw noNumber(given.value, at: given.range)
            }
        }
        return values
    }

    private func noNumber(_ value: Value, at place: SourceRange) -> Diagnostic {
        // The numbers of a run are its members.
        let isRun = if case .object(is RunValue) = value { true } else { false }
        return fault(
            .wrongType, "`\(arguments.word.name)` takes numbers, not \(value.kind)", at: place,
            fix: isRun
                ? "for example `\(arguments.word.name)([for run in [a, b] { run.accuracy }])`"
                : context.namesToType.example(of: arguments.word))
    }

    /// Looks for an interrupt at every so many elements: one look costs as much as some elements do.
    func checkInterrupt(at index: Int) throws {
        if index & 0xFFFF == 0 { try context.checkInterrupt(at: range) }
    }

    func nonEmptyNumbers() throws -> [Value] {
        let values = try numbers()
        guard !values.isEmpty else {
            throw fault(
                .emptyList, "`\(arguments.word.name)` of nothing has no value",
                fix: context.namesToType.example(of: arguments.word))
        }
        return values
    }

    func wholeOverflow(_ instead: String) -> Diagnostic { context.faults.wholeOverflow(at: range, instead: instead) }

    func finite(_ number: Double) throws -> Value {
        guard number.isFinite else { throw context.faults.overflow(at: range) }
        return .decimal(number)
    }

    /// The whole number that it is.
    func whole(_ number: Double) throws -> Value {
        guard let integer = Int(exactly: number) else {
            throw wholeOverflow("leave `\(arguments.word.name)` out: a decimal that large has no fraction")
        }
        return .integer(integer)
    }
}
