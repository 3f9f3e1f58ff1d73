// Calls: which word or definition a head means, and the check of its arguments against what it declares.

import Language
import Network

extension Interpreter {
    /// A head with arguments outside of layer position: the word first, then a definition (rule 7).
    func evaluate(_ expression: Call, at range: SourceRange) throws -> Value {
        let name = expression.callee.text
        if let word = Vocabulary.word(name) {
            return try call(
                word, expression.arguments, bodies: expression.bodies, at: range, place: expression.callee.range)
        }
        guard let value = find(name) else { throw unknownName(name, at: expression.callee.range) }
        guard case .template(let template) = value else {
            throw notCallable(value, expression, at: range)
        }
        guard template.isModel else {
            throw fault(
                "layer-outside", "the block `\(name)` stands in the body of a model or block", at: range)
        }
        return .model(try instantiate(template, expression.arguments, at: range))
    }

    private func notCallable(_ value: Value, _ call: Call, at range: SourceRange) -> Diagnostic {
        let name = call.callee.text
        var fix: String?
        if call.style == .command, let first = call.arguments.first, first.label == nil {
            let written = source[first.value.range]
            fix =
                switch first.value.kind {
                case .unary(.negate, _): "`\(name) - \(written.dropFirst())` subtracts"
                case .list: "`\(name)\(written)` takes an element, without the space"
                default: nil
                }
        }
        return fault("not-callable", "`\(name)` is \(value.kind), not a word", at: range, fix: fix)
    }

    /// Calls a word with arguments that are not evaluated yet.
    /// - Parameter place: the word itself, for faults that are about it rather than about an argument.
    func call(
        _ word: Word, _ arguments: [Call.Argument], bodies: [Body], at range: SourceRange, place: SourceRange
    ) throws -> Value {
        if case .notYet = word.action { throw notYet(word, at: place) }
        if word.isLayer {
            throw fault(
                "layer-outside", "`\(word.name)` is a layer, and layers stand in the body of a model or block",
                at: place, fix: "`model Net { input 3x32x32; \(word.example.split(separator: "\n")[0]) }`")
        }
        try checkBodies(word, bodies)
        let checked = try check(arguments, for: word, at: range, place: place)
        guard case .perform(let perform) = word.action else { return .nothing }
        let value = try perform(Invocation(arguments: checked, interpreter: self))
        guard case .object(let object) = value, let data = object as? DataValue else { return value }
        return .object(
            DataValue(data.dataset, boundName: data.boundName, expression: dataExpression(word, checked)))
    }

    /// The call that made a data set, as text that makes it again: its own data spelled out, and without the options that say only
    /// where files lie.
    private func dataExpression(_ word: Word, _ arguments: Arguments) -> String? {
        var parts: [String] = []
        for parameter in word.parameters {
            if case .data = parameter.kind {
                let data = arguments.object(parameter.label, DataValue.self) ?? lastData
                guard let expression = data?.expression else { return nil }
                parts.append(expression)
                continue
            }
            guard arguments.isGiven(parameter.label), let value = arguments[parameter.label] else { continue }
            if case .text = parameter.kind, !parameter.isRequired { continue }
            let isBare = parameter.isPositional && parameter.isRequired
            parts.append(isBare ? value.literal : "\(parameter.label): \(value.literal)")
        }
        return "\(word.name)(\(parts.joined(separator: ", ")))"
    }

    func notYet(_ word: Word, at place: SourceRange) -> Diagnostic {
        fault("not-yet", "`\(word.name)` is not yet there: the word is reserved for a later version", at: place)
    }

    func checkBodies(_ word: Word, _ bodies: [Body]) throws {
        if case .branches = word.action { return }
        guard let body = bodies.first else { return }
        throw fault(
            "unexpected-block", "`\(word.name)` takes no block", at: SourceRange(body.range.start, body.range.start + 1)
        )
    }

    /// Evaluates the arguments of a call in their order and puts each to its parameter.
    func check(
        _ given: [Call.Argument], for word: Word, at range: SourceRange, place: SourceRange
    ) throws -> Arguments {
        var checked = Arguments(word: word, range: range)
        var positional = word.parameters.filter(\.isPositional)[...]
        for argument in given {
            var parameter: Parameter
            var evaluated: Value?
            if let label = argument.label {
                guard let match = word.parameters.first(where: { $0.label == label.text && !$0.isRest }) else {
                    throw unknownOption(label, of: word)
                }
                parameter = match
                guard !checked.isGiven(match.label) else {
                    throw fault("given-twice", "`\(label.text):` is given twice", at: label.range)
                }
            } else {
                while let next = positional.first, !next.isRest, checked.isGiven(next.label) {
                    positional = positional.dropFirst()
                }
                guard let next = positional.first else { throw tooMany(argument, for: word) }
                if !next.isRest { positional = positional.dropFirst() }
                parameter = next
                // A subject that is left out is the last one (rule 11): `take 5000`, `save "a.safetensors"`.
                if next.isSubject, let behind = positional.first {
                    let first = try evaluate(argument.value)
                    evaluated = first
                    if !first.mayBeSubject {
                        parameter = behind
                        if !behind.isRest { positional = positional.dropFirst() }
                    }
                }
            }
            let value =
                try evaluated.map { try convert($0, to: parameter, of: word, at: argument.value.range) }
                ?? coerce(argument.value, to: parameter, of: word)
            if parameter.isRest {
                checked.addRest(value, at: argument.value.range)
            } else {
                checked.set(parameter.label, value, at: argument.value.range)
            }
        }
        for parameter in word.parameters where parameter.isRequired {
            if parameter.isRest ? checked.rest.isEmpty : !checked.isGiven(parameter.label) {
                throw fault(
                    "missing-argument",
                    "`\(word.name)` needs \(parameter.isPositional ? "" : "`\(parameter.label):`, ")"
                        + "\(parameter.isPositional ? "`\(parameter.label)`: " : "")\(parameter.help)", at: place,
                    fix: "for example `\(word.example.split(separator: "\n").last ?? "")`")
            }
        }
        return checked
    }

    private func tooMany(_ argument: Call.Argument, for word: Word) -> Diagnostic {
        let count = word.parameters.count(where: \.isPositional)
        let takes = count == 0 ? "takes no value without a label" : "takes at most \(count) without a label"
        let labels = word.labels
        return fault(
            "too-many-arguments", "`\(word.name)` \(takes)", at: argument.value.range,
            fix: labels.isEmpty ? nil : "options: \(labels.joined(separator: ", "))")
    }

    func unknownOption(_ label: Identifier, of word: Word) -> Diagnostic {
        let labels = word.labels
        let plain = label.text.lowercased().filter { $0 != "_" }
        let meant =
            word.parameters.first { $0.aliases.contains { $0.lowercased().filter { $0 != "_" } == plain } }?.label
            ?? nearestName(to: label.text, among: labels)
        let options = labels.isEmpty ? "it takes none" : "options: \(labels.joined(separator: ", "))"
        return fault(
            "unknown-option", "there is no `\(label.text):` option of `\(word.name)`", at: label.range,
            fix: meant.map { "did you mean `\($0):`?   \(options)" } ?? options)
    }

    // MARK: One argument

    /// The value of an argument in the form its parameter declares.
    private func coerce(_ expression: Expression, to parameter: Parameter, of word: Word) throws -> Value {
        if case .word = parameter.kind { return .string(try wordName(expression)) }
        if !parameter.choices.isEmpty, let choice = try choice(expression, parameter) { return choice }
        let value = try evaluate(expression)
        if value.isNothing { throw fault("no-value", "this gives no value", at: expression.range) }
        return try convert(value, to: parameter, of: word, at: expression.range)
    }

    /// A bare choice comes before a variable of its name (rule 7), also inside a list.
    private func choice(_ expression: Expression, _ parameter: Parameter) throws -> Value? {
        switch expression.kind {
        case .name(let name):
            if parameter.choices.contains(name) { return .string(name) }
            if find(name) == nil, Vocabulary.word(name) == nil { throw noChoice(name, parameter, at: expression.range) }
        case .list(let elements):
            let values = try elements.map { try choice($0, parameter) }
            let chosen = values.compactMap { $0 }
            if !chosen.isEmpty, chosen.count == elements.count { return .list(Items(chosen)) }
        default: break
        }
        return nil
    }

    private func noChoice(_ text: String, _ parameter: Parameter, at range: SourceRange) -> Diagnostic {
        fault(
            "unknown-choice", "`\(parameter.label):` takes \(parameter.takes), not `\(text)`", at: range,
            fix: nearestName(to: text, among: parameter.choices).map { "did you mean `\($0)`?" })
    }

    private func wordName(_ expression: Expression) throws -> String {
        switch expression.kind {
        case .name(let name): return name
        case .string(let parts):
            return parts.map { part in
                if case .text(let text) = part { text } else { "" }
            }.joined()
        default: throw fault("wrong-type", "this takes the name of a word", at: expression.range)
        }
    }

    private func convert(
        _ value: Value, to parameter: Parameter, of word: Word, at range: SourceRange
    ) throws -> Value {
        func wrong() -> Diagnostic {
            let name = parameter.isPositional ? "`\(word.name)`" : "`\(parameter.label):`"
            let subject = parameter.isPositional && !parameter.isRest ? "`\(parameter.label)` of \(name)" : name
            var fix: String?
            if case .run = parameter.kind, value.completionKind == "model" {
                fix = "train it before: `let a = train \(source[range])`"
            }
            return fault(
                "wrong-type", "\(subject) takes \(parameter.takes), not \(described(value))", at: range, fix: fix)
        }
        func outside() -> Diagnostic {
            let name = parameter.isPositional ? "`\(parameter.label)` of `\(word.name)`" : "`\(parameter.label):`"
            return fault(
                "out-of-range", "\(name) is \(parameter.rangeText ?? "something else"), not \(value.text)", at: range)
        }
        switch (parameter.kind, value) {
        case (.integer(let limits), .integer(let number)):
            guard limits.contains(number) else { throw outside() }
            return value
        case (.integer(let limits), .decimal(let number)):
            // A size that comes out of a division which divides exactly is whole.
            guard number == number.rounded(), abs(number) < 1e15 else { throw wrong() }
            guard limits.contains(Int(number)) else { throw outside() }
            return .integer(Int(number))
        case (.decimal(let limits, let excludesLowest, let excludesHighest), .integer),
            (.decimal(let limits, let excludesLowest, let excludesHighest), .decimal):
            guard let number = value.number, limits.contains(number),
                !(excludesLowest && number == limits.lowerBound),
                !(excludesHighest && number == limits.upperBound)
            else { throw outside() }
            return value
        case (.extent(let least), .integer(let size)):
            guard size >= least, size <= 1 << 20 else { throw outside() }
            return value
        case (.extent(let least), .shape(let shape)) where shape.sizes.count == 2:
            guard shape.sizes.allSatisfy({ $0 >= least && $0 <= 1 << 20 }) else { throw outside() }
            return value
        case (.boolean, .boolean), (.text, .string), (.shape, .shape), (.model, .model), (.network, .model), (.any, _),
            (.word, _):
            return value
        case (.shape, .integer(let size)) where size > 0: return .shape(try shape([size], at: range))
        case (.list, .list), (.list, .range), (.list, .tuple): return value
        case (.model, .template(let template)), (.network, .template(let template)):
            guard template.isModel else { throw wrong() }
            if let model = template.standard { return .model(model) }
            return .model(try instantiate(template, [], at: range))
        case (.run, .object(let object)) where object is RunValue: return value
        case (.network, .object(let object)) where object is RunValue: return value
        case (.data, .object(let object)) where object is DataValue: return value
        case (.optimizer, .object(let object)) where object is OptimizerValue: return value
        case (.schedule, .object(let object)) where object is ScheduleValue: return value
        case (_, .string(let text)) where !parameter.choices.isEmpty:
            guard parameter.choices.contains(text) else { throw noChoice(text, parameter, at: range) }
            return value
        default: throw wrong()
        }
    }
}
