// `count`

import Language

private let list = Option("list", .any, isPositional: true, "what is counted")

extension Word {
    static let count = Word(
        "count", .values, "How many elements a list, range, tuple or shape has, or letters a string", [list],
        result: .wholeNumber, example: "print count([1, 2, 3])", aliases: ["len", "length", "size"],
        .perform { call in
            switch call[list] {
            case .list(let items), .tuple(let items): return .integer(items.values.count)
            case .string(let text): return .integer(text.count)
            case .shape(let shape): return .integer(shape.sizes.count)
            case .range(let first, let last):
                guard let count = rangeCount(first, last) else { throw call.wholeOverflow("write a shorter range") }
                return .integer(count)
            case let value:
                throw call.fault(
                    .wrongType, "`count` takes a list, not \(value.kind)", at: call.place(list),
                    fix: call.context.namesToType.example(of: call.arguments.word))
            }
        })
}
