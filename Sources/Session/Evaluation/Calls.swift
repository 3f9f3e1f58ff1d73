// Calls: which word or definition a head means, and the check of its arguments against what it declares.

import Experiments
import Language
import Network

extension Interpreter {
    /// A head with arguments outside of layer position: the word first, then a definition.
    func evaluate(_ expression: Call, at range: SourceRange) throws -> Value {
        let name = expression.callee.text
        if let word = visibleWord(name) {
            return try call(
                word, expression.arguments, bodies: expression.bodies, at: range, place: expression.callee.range)
        }
        guard let value = find(name) else { throw unknownName(name, at: expression.callee.range, call: expression) }
        guard case .template(let template) = value else {
            throw notCallable(value, expression, at: range)
        }
        guard template.isModel else {
            throw fault(
                .layerOutside, "the block `\(name)` belongs in the body of a model or block", at: range,
                fix: "write `model Net { input 3x32x32; \(source[range]) }`")
        }
        return .model(try instantiate(template, expression.arguments, at: range))
    }

    func notCallable(_ value: Value, _ call: Call, at range: SourceRange) -> Diagnostic {
        let name = call.callee.text
        var fix: String?
        var edits: [TextEdit] = []
        if call.style == .command, let first = call.arguments.first, first.label == nil {
            let written = source[first.value.range]
            let space = SourceRange(call.callee.range.end, first.value.range.start)
            switch first.value.kind {
            case .unary(.negate, _):
                fix = "`\(name) - \(written.dropFirst())` subtracts"
                edits = [TextEdit(SourceRange(space.start, space.end + 1), " - ")]
            case .list:
                fix = "`\(name)\(written)` takes an element, without the space"
                edits = [TextEdit(space, "")]
            default: break
            }
        } else if call.style == .parentheses, call.arguments.isEmpty {
            fix = "leave the parentheses out: `\(name)`"
            edits = [TextEdit(faults.range(of: call), name)]
        }
        return fault(.notCallable, "`\(name)` is \(value.kind), not a word", at: range, fix: fix, edits: edits)
    }

    /// A layer where none can be.
    func layerOutside(_ word: Word, at range: SourceRange, place: SourceRange) -> Diagnostic {
        let message = "`\(word.name)` is a layer, and layers belong in the body of a model or block"
        let written = source[range]
        let before = source.bytes[..<min(range.start, source.bytes.count)].reversed().first {
            $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t")
        }
        let isStatement = before.map { "\n\r;{}".utf8.contains($0) } ?? true
        let isShort = written.utf8.count <= 60 && !written.contains("\n")
        guard isStatement, isShort else {
            return fault(.layerOutside, message, at: place, fix: "for example `\(word.example)`")
        }
        let model =
            word.name == "input" ? "model Net { \(written); flatten }" : "model Net { input 3x32x32; \(written) }"
        return fault(.layerOutside, message, at: place, fix: "write `\(model)`", edits: [TextEdit(range, model)])
    }

    /// Calls a word with arguments that are not evaluated yet.
    /// - Parameter place: the word itself, for faults that are about it rather than about an argument.
    func call(
        _ word: Word, _ arguments: [Call.Argument], bodies: [Body], at range: SourceRange, place: SourceRange
    ) throws -> Value {
        if word.isLayer {
            throw layerOutside(word, at: range, place: place)
        }
        try checkBodies(word, bodies)
        let checked = try check(arguments, for: word, at: range, place: place)
        guard case .perform(let perform) = word.action else { return .nothing }
        let value = try perform(Invocation(arguments: checked, context: context))
        switch value {
        case .object(let data as DataValue): return .object(data.made(by: dataExpression(word, checked)))
        case .list(let elements) where word.group == .data:
            let expression = dataExpression(word, checked)
            return .list(
                Items(
                    elements.values.enumerated().map { index, element in
                        guard case .object(let data as DataValue) = element else { return element }
                        return .object(data.made(by: expression.map { "\($0)[\(index)]" }))
                    }))
        default: return value
        }
    }

    /// The call that made a data set, as text that makes it again: its own data spelled out, and without the options
    /// that say only where files lie.
    private func dataExpression(_ word: Word, _ arguments: Arguments) -> String? {
        var parts: [String] = []
        for parameter in word.parameters {
            if case .data = parameter.kind {
                var data = session.lastData
                if case .object(let given as DataValue)? = arguments.given(parameter)?.value { data = given }
                guard let expression = data?.expression else { return nil }
                parts.append(expression)
                continue
            }
            guard let value = arguments.given(parameter)?.value else { continue }
            if parameter.isText, !parameter.isRequired { continue }
            let isBare = parameter.isPositional && parameter.isRequired
            parts.append(isBare ? value.literal : "\(parameter.label): \(value.literal)")
        }
        return "\(word.name)(\(parts.joined(separator: ", ")))"
    }

    func checkBodies(_ word: Word, _ bodies: [Body]) throws {
        if case .branches = word.action { return }
        guard let body = bodies.first else { return }
        throw fault(
            .unexpectedBlock, "`\(word.name)` takes no block",
            at: SourceRange(body.range.start, body.range.start + 1),
            fix: "leave `{ … }` out", edits: [TextEdit(body.range, "")])
    }

    /// Evaluates the arguments of a call in order and assigns each to its parameter.
    func check(
        _ given: [Call.Argument], for word: Word, at range: SourceRange, place: SourceRange
    ) throws -> Arguments {
        var checked = Arguments(word: word, range: range)
        var matching = ArgumentMatching(word)
        let outer = (checkedArguments, enclosingArguments)
        (checkedArguments, enclosingArguments) = (given, checkedArguments)
        defer { (checkedArguments, enclosingArguments) = outer }
        for argument in given {
            var parameter = try self.parameter(for: argument, &matching, among: given)
            let value: Value
            if argument.label == nil, parameter.isSubject, matching.following != nil {
                // A subject that is left out is the last one: `take 5000`, `save "a.safetensors"`.
                if let fault = misfit(argument.value, parameter, of: word),
                    matching.following.map({ misfit(argument.value, $0, of: word) != nil }) == true
                {
                    throw fault
                }
                let subject = try evaluate(argument.value)
                if !subject.mayBeSubject, matching.mayLeaveOutSubject(among: given) {
                    parameter = matching.skip(parameter)
                }
                value = try convert(subject, to: parameter, of: word, at: argument.value.range)
            } else {
                value = try coerce(argument.value, to: parameter, of: word)
            }
            if parameter.isRest {
                checked.addRest(value, at: argument.value.range)
            } else {
                checked.set(parameter, value, at: argument.value.range)
            }
        }
        if let missing = matching.missing { throw missingArgument(missing, of: word, at: place) }
        return checked
    }

    /// The parameter that the next argument of a call is for.
    func parameter(
        for argument: Call.Argument, _ matching: inout ArgumentMatching, among all: [Call.Argument]
    ) throws(Diagnostic) -> WordParameter {
        switch matching.next(argument.label?.text) {
        case .parameter(let parameter): return parameter
        case .unknown:
            guard let label = argument.label else { throw tooMany(argument, for: matching.word, among: all) }
            throw unknownOption(label, of: matching.word, value: argument.value, among: all)
        case .givenTwice:
            let label = argument.label?.text ?? ""
            throw fault(
                .givenTwice, "`\(label):` is given twice", at: argument.label?.range,
                fix: "leave one of them out")
        }
    }

    func missingArgument(_ parameter: WordParameter, of word: Word, at place: SourceRange) -> Diagnostic {
        fault(
            .missingArgument,
            "`\(word.name)` needs \(parameter.isPositional ? "" : "`\(parameter.label):`, ")"
                + "\(parameter.isPositional ? "`\(parameter.label)`: " : "")\(parameter.help)", at: place,
            fix: namesToType.example(of: word))
    }

    private func tooMany(_ argument: Call.Argument, for word: Word, among all: [Call.Argument]) -> Diagnostic {
        let positional = word.positional
        let named = positional.filter { parameter in all.contains { $0.label?.text == parameter.label } }
        let count = positional.count - named.count
        let takes =
            (count == 0 ? "takes no value without a label" : "takes at most \(count) without a label")
            + (named.isEmpty ? "" : " beside \(named.map { "`\($0.label):`" }.joined(separator: ", "))")
        // A parameter takes one value.
        let labels =
            positional.isEmpty
            ? word.labels
            : word.parameters.filter { !$0.isPositional }.map(\.label).filter { label in
                !all.contains { $0.label?.text == label }
            }
        let written = source[argument.value.range]
        var fix =
            !labels.isEmpty
            ? "options: \(labels.joined(separator: ", "))"
            : word.labels.isEmpty ? "it takes no options either" : "leave `\(written)` out"
        var edits: [TextEdit] = []
        let options = all.filter { $0.label != nil }.map { source[faults.range(of: $0)] }
        let plain = word.name + (options.isEmpty ? "" : " " + options.joined(separator: ", "))
        if let sizes = inferredSizes(in: word, among: all) {
            (fix, edits) = sizes
        } else if word.isLayer, count == 0, all.allSatisfy({ $0.label != nil || isSize($0.value) }) {
            // `batchnorm 64`, `flatten 1`, `relu true`
            let reason = word.name == "batchnorm" ? ": the channels that come in are inferred" : ""
            // `nn.PReLU(64)` has a slope a channel, where `nn.PReLU()` and `prelu` have one.
            let hasSlopes = word.name == "prelu" && written != "1" && options.isEmpty
            fix =
                hasSlopes
                ? "write `prelu perchannel: true`: a slope for each of the channels that come in"
                : "write `\(plain)`\(reason)"
        } else if word.name == "linear", all.count(where: { $0.label == nil }) == 3 {
            fix = "the size that comes in is inferred: write `linear \(source[all[1].value.range]), bias: \(written)`"
        } else if word.name == "dropout", case .boolean = argument.value.kind {
            fix = "leave `\(written)` out: nothing is computed in place"
        } else if word.parameters.count == 1, case .extent? = word.parameters.first?.kind, all.count == 2,
            let shape = shapeText(all.map(\.value))
        {
            let range = all.reduce(argument.value.range) { $0.union($1.value.range) }
            (fix, edits) = ("write `\(word.name) \(shape)`", [TextEdit(range, shape)])
        } else if word.parameters.count == 1, case .shape? = word.parameters.first?.kind,
            let shape = shapeText(all.map(\.value))
        {
            // `input 3, 32, 32`
            let range = all.reduce(argument.value.range) { $0.union($1.value.range) }
            (fix, edits) = ("write `\(word.name) \(shape)`", [TextEdit(range, shape)])
        } else if let list = listMeant(at: argument.value.range, of: word, among: all) {
            (fix, edits) = list
        } else if let option = optionTaking(argument.value, of: word, among: all) {
            (fix, edits) = ("write `\(option)`", [TextEdit(argument.value.range, option)])
        } else if let each = eachInTurn(argument, of: word, among: all) {
            fix = each
        } else if let label = labelTaking(argument.value, of: word), !all.contains(where: { $0.label?.text == label }) {
            let start = argument.value.range.start
            (fix, edits) = ("write `\(label): \(written)`", [TextEdit(SourceRange(start, start), "\(label): ")])
        }
        return fault(.tooManyArguments, "`\(word.name)` \(takes)", at: argument.value.range, fix: fix, edits: edits)
    }

    /// `groupnorm 8, 64`, `attention 8, 4`, `batchnorm 8, 1e-5`: sizes that other libraries are given, and that are
    /// inferred here.
    private func inferredSizes(
        in word: Word, among all: [Call.Argument]
    ) -> (fix: String, edits: [TextEdit])? {
        let given = all.prefix { $0.label == nil && isNumber($0.value) }.map(\.value)
        let rest = all.dropFirst(given.count)
        guard let first = given.first, let last = given.last, given.count > word.positional.count,
            rest.allSatisfy({ $0.label != nil })
        else { return nil }
        let kept: String
        var what = "the channels that come in are inferred"
        /// The parts that the channels are divided into stand first in one library and last in another: they are the
        /// smaller number.
        func parts(_ usual: Int) -> String {
            guard case .integer(let one) = given[0].kind, case .integer(let other) = given[1].kind, one > 0, other > 0
            else { return source[given[usual].range] }
            let isUsual = usual == 0 ? other.isMultiple(of: one) : one.isMultiple(of: other)
            let isTurned = usual == 0 ? one.isMultiple(of: other) : other.isMultiple(of: one)
            let place = !isUsual && isTurned ? 1 - usual : usual
            what = "\(source[given[1 - place].range]) is taken for the channels that come in, which are inferred"
            return source[given[place].range]
        }
        switch word.name {
        case Word.groupNorm.name: kept = parts(0)
        case Word.attention.name: kept = "heads: \(parts(1))"
        case Word.mixPlaces.name: (kept, what) = (source[given[1].range], "the places that come in are inferred")
        case Word.batchNorm.name where given.count > 1:
            // PyTorch's order.
            kept = zip(["eps", "momentum"], given.dropFirst()).compactMap { label, value in
                isStandard(value, label, of: word)
                    ? nil : "\(label): \(source[value.range])"
            }.joined(separator: ", ")
        default: return nil
        }
        let options = ([kept].filter { !$0.isEmpty } + rest.map { source[faults.range(of: $0)] }).joined(
            separator: ", ")
        let end = rest.last.map { faults.range(of: $0).end } ?? last.range.end
        return (
            "write `\([word.name, options].filter { !$0.isEmpty }.joined(separator: " "))`: \(what)",
            [TextEdit(SourceRange(first.range.start, end), options)]
        )
    }

    private func isNumber(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .integer, .decimal: true
        default: false
        }
    }

    /// Whether a number is what an option is by default.
    private func isStandard(_ expression: Expression, _ label: String, of word: Word) -> Bool {
        guard case .value(let standard)? = word.parameter(label)?.standard, case .decimal(let number) = expression.kind
        else { return false }
        return standard.number == number
    }

    /// Whether this is a literal number or truth value.
    private func isSize(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .integer, .boolean: true
        default: false
        }
    }

    /// The one option that takes what this names.
    private func labelTaking(_ expression: Expression, of word: Word) -> String? {
        switch expression.kind {
        case .name(let name):
            (boundKinds[name] ?? find(name)?.kind ?? visibleWord(name)?.result).flatMap { labelTaking($0, of: word) }
        case .call(let call): visibleWord(call.callee.text).flatMap { labelTaking($0.result, of: word) }
        default: nil
        }
    }

    /// `3x32x32` for sizes that stand one by one, as in a list or tuple of another library.
    private func shapeText(_ sizes: [Expression]) -> String? {
        let numbers = sizes.compactMap { size -> Int? in
            if case .integer(let number) = size.kind, number > 0 { number } else { nil }
        }
        guard (1...3).contains(numbers.count), numbers.count == sizes.count else { return nil }
        return numbers.map(String.init).joined(separator: "x")
    }

    private func unknownOption(
        _ label: Identifier, of word: Word, value: Expression, among all: [Call.Argument]
    ) -> Diagnostic {
        let labels = word.labels
        let options = labels.isEmpty ? "it takes none" : "options: \(labels.joined(separator: ", "))"
        let message = "there is no `\(label.text):` option of `\(word.name)`"
        func unknown(_ fix: String, _ edits: [TextEdit] = []) -> Diagnostic {
            fault(.unknownOption, message, at: label.range, fix: fix, edits: edits)
        }
        func meaning(_ meant: String) -> Diagnostic {
            // `kernel_size: (3, 1)`
            if let parameter = word.parameter(meant),
                let instead = ForeignValue.meant(source[value.range], for: parameter)
            {
                let edit = TextEdit(label.range.union(value.range), "\(meant): \(instead.text)")
                return unknown(instead.fix(for: parameter), [edit])
            }
            return unknown("did you mean `\(meant):`?   \(options)", [TextEdit(label.range, meant)])
        }
        if let fix = ForeignFunction.option(label.text, of: word, taking: source[value.range]) { return unknown(fix) }
        // `ema: 0.99`
        if Vocabulary.word(label.text) != nil,
            let (fix, edits) = optionElsewhere(label, value, in: word, among: all)
        {
            return unknown(fix, edits)
        }
        if let meant = word.label(alias: label.text) { return meaning(meant) }
        // A run resumes with its own options.
        if word.parameters.contains(where: { $0.label == "run" }), Word.train.labels.contains(label.text) {
            return unknown("it is an option of `train`, and a run keeps those that it was trained with")
        }
        if let (fix, edits) = optionElsewhere(label, value, in: word, among: all) { return unknown(fix, edits) }
        if let meant = nearestName(to: label.text, among: labels) { return meaning(meant) }
        return unknown(owner(of: label.text, besides: word) ?? options)
    }

    /// The words that give what an option of this kind takes, the usual one first.
    static func makers(of kind: WordParameter.Kind) -> [Word] {
        guard let result = kind.made, result != .model, result != .study else { return [] }
        let makers = Vocabulary.all.filter { $0.result == result }
        return makers.filter { $0.name == "adam" } + makers.filter { $0.name != "adam" }
    }

    // MARK: One argument

    /// The value of an argument in the form its parameter declares.
    private func coerce(_ expression: Expression, to parameter: WordParameter, of word: Word) throws -> Value {
        if case .word = parameter.kind { return .string(try wordName(expression, parameter, of: word)) }
        if let choice = try chosen(expression, parameter, of: word) { return choice }
        if let layer = layerWord(expression) { throw layerAsValue(layer, parameter, at: expression.range) }
        if let fault = misfit(expression, parameter, of: word) { throw fault }
        let value = try evaluate(expression)
        if value.isNothing { throw noValue(at: expression.range) }
        return try convert(value, to: parameter, of: word, at: expression.range)
    }

    /// The layer word that is in a value's place.
    private func layerWord(_ expression: Expression) -> Word? {
        switch expression.kind {
        case .name(let name): find(name) == nil ? visibleWord(name).flatMap { $0.isLayer ? $0 : nil } : nil
        case .call(let call): visibleWord(call.callee.text).flatMap { $0.isLayer ? $0 : nil }
        default: nil
        }
    }

    /// Refuses a word whose result a parameter does not take before it does anything: a training of an hour would end
    /// in that error. Also a bare word where a string or one of the choices is wanted: `part: train`, `by: accuracy`.
    func misfit(_ expression: Expression, _ parameter: WordParameter, of word: Word) -> Diagnostic? {
        guard let name = expression.headName, find(name) == nil else { return nil }
        let isBare = if case .name = expression.kind { true } else { false }
        guard let meant = Vocabulary.word(name) else {
            guard isBare else { return nil }
            guard parameter.isText else {
                guard nearestName(to: name, among: Array(session.names.keys) + boundKinds.keys) == nil,
                    let fix = ForeignFunction.value(name, of: parameter)
                else { return nil }
                return fault(.unknownName, "there is no `\(name)`", at: expression.range, fix: fix)
            }
            return fault(
                .unknownName, "there is no `\(name)`", at: expression.range,
                fix: "a string has quotes: write `\"\(name)\"`", edits: [TextEdit(expression.range, "\"\(name)\"")])
        }
        guard !parameter.kind.mayTake(meant.result) else { return nil }
        if let (fix, edits) = otherLabel(at: expression.range, meant.result, instead: parameter, of: word) {
            return fault(
                .wrongType, "`\(parameter.label):` takes \(parameter.takes), not `\(source[expression.range])`",
                at: expression.range, fix: fix, edits: edits)
        }
        if isBare, !parameter.choices.isEmpty { return noChoice(name, parameter, at: expression.range) }
        let subject = parameter.isPositional ? "`\(parameter.label)` of `\(word.name)`" : "`\(parameter.label):`"
        let given = meant.result == .nothing ? "no value" : meant.result.rawValue
        let example = parameter.isPositional ? nil : parameter.madeExample
        return fault(
            .wrongType,
            "\(parameter.isRest ? "`\(word.name)`" : subject) takes \(parameter.takes), and `\(name)` gives \(given)",
            at: expression.range,
            fix: example.map { "for example `\(parameter.label): \($0)`" } ?? namesToType.example(of: word),
            edits: example.map { [TextEdit(expression.range, $0)] } ?? [])
    }

    func layerAsValue(_ layer: Word, _ parameter: WordParameter, at range: SourceRange) -> Diagnostic {
        let makers = Self.makers(of: parameter.kind).map { "`\($0.name)`" }
        guard !makers.isEmpty else { return layerOutside(layer, at: range, place: range) }
        return fault(
            .wrongType, "`\(parameter.label):` takes \(parameter.takes), not the layer `\(layer.name)`", at: range,
            fix: "write one of \(makers.joined(separator: ", "))")
    }

    /// The choice that an expression names, or the list of choices where the word takes one.
    func chosen(_ expression: Expression, _ parameter: WordParameter, of word: Word) throws -> Value? {
        guard !parameter.choices.isEmpty, let choice = try choice(expression, parameter) else { return nil }
        guard parameter.accepts(choice) else {
            throw wrongValue(choice, for: parameter, of: word, at: expression.range)
        }
        return choice
    }

    /// A bare choice comes before a variable of its name, also inside a list.
    private func choice(_ expression: Expression, _ parameter: WordParameter) throws -> Value? {
        switch expression.kind {
        case .name(let name):
            if parameter.choices.contains(name) { return .string(name) }
            if find(name) == nil, visibleWord(name) == nil { throw noChoice(name, parameter, at: expression.range) }
        case .list(let elements):
            if let fault = partAmongMeasures(elements, parameter) { throw fault }
            guard elements.contains(where: parameter.isChoice) else { return nil }
            return .list(Items(try elements.map { try choice($0, parameter) ?? evaluate($0) }))
        default: break
        }
        return nil
    }

    /// `measures: [validation]`
    func partAmongMeasures(_ elements: [Expression], _ parameter: WordParameter) -> Diagnostic? {
        for element in elements {
            guard case .name(let name) = element.kind, find(name) == nil, !parameter.choices.contains(name),
                partAsMeasure(name, parameter, at: element.range) != nil
                    || ForeignFunction.choice(name, of: parameter) != nil
                    || parameter.label == "measures" && visibleWord(name) == nil
            else { continue }
            return noChoice(name, parameter, at: element.range)
        }
        return nil
    }

    func noChoice(_ text: String, _ parameter: WordParameter, at range: SourceRange) -> Diagnostic {
        let message = "`\(parameter.label):` takes \(parameter.takes), not `\(text)`"
        if let fix = ForeignFunction.choice(text, of: parameter) {
            return fault(.unknownChoice, message, at: range, fix: fix)
        }
        if let (fix, edits) = partAsMeasure(text, parameter, at: range) {
            return fault(.unknownChoice, message, at: range, fix: fix, edits: edits)
        }
        // `average: "ema"`
        if let maker = Self.makers(of: parameter.kind).first(where: { $0.name == text.lowercased() }) {
            let example = parameter.madeExample.flatMap { $0.hasPrefix("\(maker.name)(") ? $0 : nil } ?? maker.name
            return fault(
                .unknownChoice, message, at: range, fix: "write `\(parameter.label): \(example)`",
                edits: [TextEdit(range, example)])
        }
        let meant = nearestName(to: text, among: parameter.choices)
        return fault(
            .unknownChoice, message, at: range,
            fix: meant.map { "did you mean `\($0)`?" }
                ?? (ForeignFunction.usualValue(of: parameter) ?? parameter.madeExample ?? parameter.choices.first).map {
                    "for example `\(parameter.label): \($0)`"
                },
            edits: meant.map { [TextEdit(range, $0)] } ?? [])
    }

    private func wordName(_ expression: Expression, _ parameter: WordParameter, of word: Word) throws -> String {
        switch expression.kind {
        case .name(let name): return name
        case .string(let parts):
            return parts.map { part in
                if case .text(let text) = part { text } else { "" }
            }.joined()
        default:
            throw fault(
                .wrongType,
                "`\(parameter.label)` of `\(word.name)` takes \(parameter.takes), not `\(source[expression.range])`",
                at: expression.range, fix: namesToType.example(of: word))
        }
    }

    func convert(
        _ value: Value, to parameter: WordParameter, of word: Word, at range: SourceRange
    ) throws -> Value {
        let converted = try fitted(value, to: parameter, of: word, at: range)
        guard parameter.accepts(converted) else { throw wrongValue(value, for: parameter, of: word, at: range) }
        return converted
    }

    private func wrongValue(
        _ value: Value, for parameter: WordParameter, of word: Word, at range: SourceRange
    ) -> Diagnostic {
        let name = parameter.isPositional ? "`\(word.name)`" : "`\(parameter.label):`"
        let subject = parameter.isPositional && !parameter.isRest ? "`\(parameter.label)` of \(name)" : name
        let (fix, edits) = remedy(value, for: parameter, of: word, at: range)
        return fault(
            .wrongType, "\(subject) takes \(parameter.takes), not \(described(value))", at: range, fix: fix,
            edits: edits)
    }

    /// A number of a step, which is computed in float32, and that only double holds.
    private func countsAsZero(
        _ parameter: WordParameter, of word: Word, mayBeZero: Bool, at range: SourceRange
    ) -> Diagnostic {
        let standard: String? = if case .value = parameter.standard { parameter.standardText } else { nil }
        let meant = mayBeZero ? "0" : standard
        return fault(
            .outOfRange, "this `\(parameter.label)` of `\(word.name)` is 0 in float32, which ends at 1.2e-38",
            at: range,
            fix: meant.map { "\(mayBeZero ? "write" : "for example") `\(parameter.label): \($0)`" }
                ?? namesToType.example(of: word),
            edits: meant.map { [TextEdit(range, $0)] } ?? [])
    }

    /// The value in the form that the kind of its parameter has, within its limits.
    private func fitted(
        _ value: Value, to parameter: WordParameter, of word: Word, at range: SourceRange
    ) throws -> Value {
        func wrong() -> Diagnostic { wrongValue(value, for: parameter, of: word, at: range) }
        func outside() -> Diagnostic {
            let name = parameter.isPositional ? "`\(parameter.label)` of `\(word.name)`" : "`\(parameter.label):`"
            let instead = parameter.valueInstead(of: value)
            // What is too much is to be something.
            let isTooMuch = instead == "0" && (value.number ?? 0) > 0
            let meant = (isTooMuch ? ForeignFunction.usualValue(of: parameter) : nil) ?? instead
            let written = parameter.isPositional ? meant : meant.map { "\(parameter.label): \($0)" }
            return fault(
                .outOfRange, "\(name) is \(parameter.rangeText(for: value)), not \(value.text)", at: range,
                fix: written.map { "for example `\($0)`" } ?? namesToType.example(of: word),
                edits: meant.map { [TextEdit(range, $0)] } ?? [])
        }
        switch (parameter.kind, value) {
        case (.integer(let limits), .integer(let number)), (.workers(let limits), .integer(let number)):
            guard limits.contains(number) else { throw outside() }
            return value
        case (.integer(let limits), .decimal(let number)), (.workers(let limits), .decimal(let number)):
            // The exact result of a division is a whole number.
            guard number == number.rounded() else { throw wrong() }
            guard let whole = Int(exactly: number), limits.contains(whole) else { throw outside() }
            // Above it not every whole number is one of these.
            guard abs(number) < 1e15 else { throw wrong() }
            return .integer(whole)
        case (.decimal(let limits, let excludesLowest, let excludesHighest), .integer),
            (.decimal(let limits, let excludesLowest, let excludesHighest), .decimal):
            guard let number = value.number, limits.contains(number),
                !(excludesLowest && number == limits.lowerBound),
                !(excludesHighest && number == limits.upperBound)
            else { throw outside() }
            // A layer computes in float32.
            guard !word.isLayer || Float(number).isFinite else {
                throw fault(
                    .outOfRange, "`\(parameter.label)` of `\(word.name)` is beyond what float32 holds, 3.4e38",
                    at: range,
                    fix: namesToType.example(of: word))
            }
            if word.result == .optimizer || word.result == .schedule || word.result == .rateSearch, number != 0,
                abs(number) < Double(Float.leastNormalMagnitude)
            {
                throw countsAsZero(parameter, of: word, mayBeZero: !excludesLowest && limits.contains(0), at: range)
            }
            return value
        case (.extent(let limits), .integer(let size)):
            guard limits.contains(size) else { throw outside() }
            return value
        case (.extent(let limits), .shape(let shape)) where shape.sizes.count == 2:
            guard shape.sizes.allSatisfy(limits.contains) else { throw outside() }
            return value
        case (.boolean, .boolean), (.text, .string), (.path, .string), (.shape, .shape), (.model, .model),
            (.network, .model), (.compared, .model), (.any, _),
            (.word, _):
            return value
        case (.shape, .integer(let size)) where size > 0: return .shape(try faults.shape([size], at: range))
        case (.list, .list), (.list, .range), (.list, .tuple), (.pair, .list), (.pair, .tuple): return value
        case (.model, .template(let template)), (.network, .template(let template)),
            (.compared, .template(let template)):
            guard template.isModel else { throw wrong() }
            if let model = template.standard { return .model(model) }
            return .model(try instantiate(template, [], at: range))
        case (.run, .object(let object)) where object is RunValue: return value
        case (.network, .object(let object)) where object is RunValue: return value
        case (.compared, .object(let object)) where object is RunValue: return value
        case (.compared, .list), (.compared, .tuple), (.dataSets, .list), (.dataSets, .tuple): return value
        case (.data, .object(let object)) where object is DataValue: return value
        case (.dataSets, .object(let object)) where object is DataValue: return value
        case (.optimizer, .object(let object)) where object is OptimizerValue: return value
        case (.schedule, .object(let object)) where object is ScheduleValue: return value
        case (.average, .object(let object)) where object is AverageValue: return value
        case (.teacher, .object(let object)) where object is TeacherValue: return value
        case (.study, .object(let object)) where object is StudyValue: return value
        case (.workers, .object(let object)) where object is WorkersValue: return value
        case (_, .string(let text)) where !parameter.choices.isEmpty:
            guard parameter.choices.contains(text) else { throw noChoice(text, parameter, at: range) }
            return value
        default: throw wrong()
        }
    }
}

extension WordParameter {
    /// Whether an expression names one of the choices.
    func isChoice(_ expression: Expression) -> Bool {
        if case .name(let name) = expression.kind { choices.contains(name) } else { false }
    }
}

extension Expression {
    /// The name that it is, or calls.
    var headName: String? {
        switch kind {
        case .name(let name): name
        case .call(let call): call.callee.text
        default: nil
        }
    }
}
