// What is wrong with a cell and can be known before any of it runs: unknown words, options and names, literals out of
// their range. It walks only what certainly runs (not the branch of an `if` whose condition it cannot tell, nor a loop
// over what may be empty), and knows values only where they are written out, so that it invents no error. Every
// sentence is the interpreter's own.

import Language
import Network

final class Checker {
    /// What is known of a name or an expression before it runs.
    fileprivate enum Knowledge {
        case unknown
        case value(Value)
        /// A list, of which only is known that it has elements.
        case elements
        case definition(Definition, isModel: Bool)
    }

    /// A fault and the statement of the cell that it belongs to.
    struct Finding {
        var statement: Int
        var diagnostic: Diagnostic
    }

    private let interpreter: Interpreter
    private let program: Program
    private(set) var findings: [Finding] = []
    /// The names of the current bodies, innermost last; the first are those of the cell.
    private var scopes: [[String: Knowledge]] = [[:]]
    /// Names that a part of the cell may bind which could not be read.
    private let assumed: Set<String>
    private var statement = 0
    /// Whether layers may be where the walk is.
    private var isInLayers = false
    /// Definitions that have been walked: each once.
    private var walked: Set<String> = []
    private var seen: Set<SourceRange> = []
    /// After `quit` nothing runs.
    private var isOver = false
    private var depth = 0

    init(_ program: Program, session: SessionState, assumed: Set<String> = []) {
        self.program = program
        interpreter = Interpreter(session, program.source)
        self.assumed = assumed
    }

    /// Walks the cell; `findings` then has all faults in the order of its statements.
    func run() {
        for (index, statement) in program.statements.enumerated() where !isOver {
            self.statement = index
            walk(statement)
        }
    }

    private func note(_ diagnostic: Diagnostic) {
        guard let range = diagnostic.range, seen.insert(range).inserted else { return }
        findings.append(Finding(statement: statement, diagnostic: diagnostic))
    }

    /// Runs `body` and notes the fault that it throws.
    private func noting<Result>(_ body: () throws -> Result) -> Result? {
        do {
            return try body()
        } catch {
            if case .fault(let diagnostic) = Stop(error) { note(diagnostic) }
            return nil
        }
    }

    // MARK: Names

    private func find(_ name: String) -> Knowledge? {
        for scope in scopes.reversed() {
            if let known = scope[name] { return known }
        }
        if assumed.contains(name) { return .unknown }
        return interpreter.session.names[name].map { value in
            if case .template(let template) = value {
                .definition(template.definition, isModel: template.isModel)
            } else {
                .value(value)
            }
        }
    }

    /// `Interpreter.visibleWord`, for the names that are known here.
    private func visibleWord(_ name: String) -> Word? {
        var isDefinition: Bool { if case .definition? = find(name) { !interpreter.isInside(name) } else { false } }
        return Vocabulary.word(name, unless: isDefinition)
    }

    private var names: [String] { scopes.reversed().flatMap(\.keys).sorted() + interpreter.session.names.keys.sorted() }

    private func bind(_ name: Identifier, _ knowledge: Knowledge) {
        let here = scopes.count - 1
        if scopes[here].updateValue(knowledge, forKey: name.text) != nil {
            note(interpreter.boundTwice(name, isTopLevel: here == 0))
            scopes[here][name.text] = .unknown
        }
    }

    private func inScope(_ body: () -> Void) {
        scopes.append([:])
        body()
        scopes.removeLast()
    }

    // MARK: Statements

    private func walk(_ statement: Statement) {
        depth += 1
        defer { depth -= 1 }
        guard depth < EvaluationLimits.evaluationDepth / 4 else { return }
        switch statement.kind {
        case .expression(let expression): _ = head(expression)
        case .binding(let names, let isTuple, let value):
            let known = head(value)
            if scopes.count == 1, !isTuple, let name = names.first {
                interpreter.boundKinds[name.text] = value.headName.flatMap {
                    Vocabulary.word($0)?.result ?? kind(of: $0)
                }
            }
            for name in names {
                bind(name, replacement(of: name.text) ?? (isTuple ? .unknown : known))
            }
        case .model(let definition): define(definition, isModel: true)
        case .block(let definition): define(definition, isModel: false)
        case .forLoop(let names, _, let sequence, let body):
            if hasElements(evaluate(sequence)) { turn(names, body) }
        case .repeatLoop(let count, let body):
            if case .value(.integer(let turns)) = evaluate(count), turns > 0 { turn([], body) }
        case .conditional(let conditional): choice(conditional)
        }
    }

    /// What `--set` puts in the place of a top-level name's value.
    private func replacement(of name: String) -> Knowledge? {
        guard scopes.count == 1, let (text, expression, place) = interpreter.session.override(name) else { return nil }
        guard let expression else { return .value(.string(text)) }
        let (findings, seen, source) = (findings, seen, interpreter.source)
        defer { (self.findings, self.seen, interpreter.source) = (findings, seen, source) }
        interpreter.source = place
        let known = evaluate(expression)
        // A word that is not a name is a string; other faults are reported where the binding runs.
        guard self.findings.count > findings.count else { return known }
        return self.findings.last?.diagnostic.code == .unknownName ? .value(.string(text)) : .unknown
    }

    private func turn(_ names: [Identifier], _ body: Body) {
        inScope {
            for name in names { bind(name, .unknown) }
            walk(body)
        }
    }

    private func walk(_ body: Body) {
        for statement in body.statements where !isOver { walk(statement) }
    }

    private func hasElements(_ knowledge: Knowledge) -> Bool {
        switch knowledge {
        case .elements: true
        case .value(.list(let items)), .value(.tuple(let items)): !items.values.isEmpty
        case .value(.range(let first, let last)): first <= last
        case .value(.shape): true
        default: false
        }
    }

    /// Walks the branch that is taken, if the conditions before it are known.
    private func choice(_ conditional: Conditional) {
        for branch in conditional.branches {
            guard case .value(.boolean(let holds)) = evaluate(branch.condition) else { return }
            if holds { return inScope { walk(branch.body) } }
        }
        if let otherwise = conditional.otherwise { inScope { walk(otherwise) } }
    }

    // MARK: Definitions

    private func define(_ definition: Definition, isModel: Bool) {
        let name = definition.name
        // Bodies see the names of the session alone, so one inside of another body is left to the run.
        guard scopes.count == 1 else {
            scopes[scopes.count - 1][name.text] = .unknown
            return
        }
        if noting({ try interpreter.checkDefinition(definition, isModel: isModel) }) != nil,
            definition.parameters.allSatisfy({ $0.defaultValue != nil })
        {
            walk(definition, isModel: isModel, [:])
        }
        bind(name, .definition(definition, isModel: isModel))
        interpreter.boundKinds[name.text] = isModel ? .model : .block
    }

    /// Of what a name means, as far as that is known.
    private func kind(of name: String) -> ValueKind? {
        switch find(name) {
        case .definition(_, let isModel)?: isModel ? .model : .block
        case .value(let value)?: value.kind
        case .unknown?, .elements?, nil: interpreter.boundKinds[name]
        }
    }

    /// The body of a definition, once: with what is given for its parameters, or their defaults.
    private func walk(_ definition: Definition, isModel: Bool, _ given: [String: Knowledge]) {
        let name = definition.name.text
        guard program.source[definition.name.range] == name, walked.insert(name).inserted else { return }
        let outer = (scopes, isInLayers)
        defer { (scopes, isInLayers) = outer }
        scopes = [scopes[0], [:]]
        isInLayers = false
        interpreter.faults.definitions.append((Template(definition, source: program.source, isModel: isModel), name))
        defer { interpreter.faults.definitions.removeLast() }
        var texts: [String]? = []
        for parameter in definition.parameters {
            let known = given[parameter.name.text] ?? parameter.defaultValue.map { evaluate($0) } ?? .unknown
            if case .value(let value) = known {
                texts?.append("\(parameter.name.text): \(value.literal)")
            } else {
                texts = nil
            }
            scopes[1][parameter.name.text] = known
        }
        if let texts, !texts.isEmpty {
            interpreter.faults.definitions[interpreter.faults.definitions.count - 1].text =
                "\(name)(\(texts.joined(separator: ", ")))"
        }
        isInLayers = true
        walk(definition.body)
    }

    // MARK: Expressions

    /// The head of a statement or of `let x =`.
    private func head(_ expression: Expression) -> Knowledge {
        let call: Call
        switch expression.kind {
        case .name(let name):
            call = Call(callee: Identifier(name, expression.range), arguments: [], style: .command)
        case .call(let written): call = written
        default: return evaluate(expression)
        }
        guard isInLayers else { return evaluate(expression) }
        if let word = visibleWord(call.callee.text) {
            guard word.isLayer else { return evaluate(expression) }
            layer(word, call, at: expression.range)
            return .unknown
        }
        if case .definition(let definition, false)? = find(call.callee.text) {
            walk(definition, isModel: false, arguments(of: definition, call.arguments))
            return .unknown
        }
        return evaluate(expression)
    }

    private func layer(_ word: Word, _ call: Call, at range: SourceRange) {
        let place = SourceRange(range.start, range.start + word.name.utf8.count)
        _ = noting { try interpreter.checkBodies(word, call.bodies) }
        isInLayers = false
        arguments(call.arguments, of: word, at: range, place: place)
        isInLayers = true
        guard case .branches = word.action else { return }
        for body in call.bodies { inScope { walk(body) } }
    }

    private func evaluate(_ expression: Expression) -> Knowledge {
        depth += 1
        defer { depth -= 1 }
        guard depth < EvaluationLimits.evaluationDepth / 4 else { return .unknown }
        switch expression.kind {
        case .integer(let number): return .value(.integer(number))
        case .decimal(let number): return .value(.decimal(number))
        case .boolean(let flag): return .value(.boolean(flag))
        case .string(let parts):
            var text: String? = ""
            for part in parts {
                switch part {
                case .text(let piece): text? += piece
                case .interpolation(let value):
                    _ = evaluate(value)
                    text = nil
                }
            }
            return text.map { .value(.string($0)) } ?? .unknown
        case .shape(let sizes):
            return noting { try interpreter.faults.shape(sizes, at: expression.range) }.map { .value(.shape($0)) }
                ?? .unknown
        case .name(let name):
            if let known = find(name) { return known }
            return word(
                name, Call(callee: Identifier(name, expression.range), arguments: [], style: .command), expression)
        case .call(let call):
            return word(call.callee.text, call, expression)
        case .list(let elements):
            let values = elements.map { evaluate($0) }.compactMap(\.known)
            if values.count == elements.count { return .value(.list(Items(values))) }
            return elements.isEmpty ? .unknown : .elements
        case .tuple(let elements):
            let values = elements.map { evaluate($0) }.compactMap(\.known)
            return values.count == elements.count ? .value(.tuple(Items(values))) : .elements
        case .listLoop(let names, _, let sequence, let body):
            guard hasElements(evaluate(sequence)) else { return .unknown }
            let outer = isInLayers
            isInLayers = false
            turn(names, body)
            isInLayers = outer
            return .elements
        case .range(let first, let last):
            if case .value(.integer(let a)) = evaluate(first), case .value(.integer(let b)) = evaluate(last) {
                return .value(.range(a, b))
            }
            return .unknown
        case .unary(let operation, let operand):
            switch (operation, evaluate(operand)) {
            case (.negate, .value(.integer(let number))) where number != .min: return .value(.integer(-number))
            case (.negate, .value(.decimal(let number))): return .value(.decimal(-number))
            case (.not, .value(.boolean(let flag))): return .value(.boolean(!flag))
            default: return .unknown
            }
        case .binary(let operation, let left, let right, let place):
            return binary(operation, left, right, at: place)
        case .member(let base, let name):
            guard case .value(let value) = evaluate(base) else { return .unknown }
            return noting { try interpreter.member(name, of: value) }.map { .value($0) } ?? .unknown
        case .index(let base, let index):
            _ = evaluate(base)
            _ = evaluate(index)
            return .unknown
        case .conditional(let conditional):
            let outer = isInLayers
            isInLayers = false
            choice(conditional)
            isInLayers = outer
            return .unknown
        }
    }

    private func binary(
        _ operation: Expression.BinaryOperator, _ left: Expression, _ right: Expression, at place: SourceRange
    ) -> Knowledge {
        let first = evaluate(left)
        if operation == .and || operation == .or {
            // The right side runs only where the left one leaves it open.
            guard case .value(.boolean(let flag)) = first, flag == (operation == .and) else { return .unknown }
            return evaluate(right)
        }
        guard case .value(let a) = first else {
            _ = evaluate(right)
            return .unknown
        }
        guard case .value(let b) = evaluate(right) else { return .unknown }
        let (isText, isNumeric) = (!isLong(a) && !isLong(b), a.number != nil && b.number != nil)
        guard isNumeric || isText else { return .unknown }
        return noting { try interpreter.combined(operation, a, b, left, right, at: place) }.map { .value($0) }
            ?? .unknown
    }

    /// Whether combining it can take long.
    private func isLong(_ value: Value) -> Bool {
        switch value {
        case .list, .tuple, .object, .template, .model, .nothing: true
        case .string(let text): text.utf8.count > 1_000
        default: false
        }
    }

    // MARK: Calls

    /// A word or a definition outside of layer position.
    private func word(_ name: String, _ call: Call, _ expression: Expression) -> Knowledge {
        if let word = visibleWord(name) {
            if word.isLayer {
                note(interpreter.layerOutside(word, at: expression.range, place: call.callee.range))
            } else {
                _ = noting { try interpreter.checkBodies(word, call.bodies) }
                let outer = isInLayers
                isInLayers = false
                arguments(call.arguments, of: word, at: expression.range, place: call.callee.range)
                isInLayers = outer
                if name == "quit" { isOver = true }
            }
            return .unknown
        }
        let isHead = if case .call = expression.kind { true } else { false }
        switch find(name) {
        case nil:
            note(interpreter.faults.unknownName(name, at: call.callee.range, call: isHead ? call : nil, among: names))
        case .definition(let definition, let isModel)?:
            let given = arguments(of: definition, call.arguments)
            if isModel { walk(definition, isModel: true, given) }
        case .value(let value)?: note(interpreter.notCallable(value, call, at: expression.range))
        case .unknown?, .elements?: for argument in call.arguments { _ = evaluate(argument.value) }
        }
        return .unknown
    }

    /// What the parameters of a definition are given.
    private func arguments(of definition: Definition, _ given: [Call.Argument]) -> [String: Knowledge] {
        let outer = isInLayers
        isInLayers = false
        defer { isInLayers = outer }
        let names = definition.parameters.map(\.name.text)
        var known: [String: Knowledge] = [:]
        for argument in given {
            let value = evaluate(argument.value)
            if let label = argument.label {
                if !names.contains(label.text) { note(interpreter.unknownParameter(label, of: definition)) }
                known[label.text] = value
            } else if let next = names.first(where: { known[$0] == nil }) {
                known[next] = value
            }
        }
        return known
    }

    private func arguments(
        _ given: [Call.Argument], of word: Word, at range: SourceRange, place: SourceRange
    ) {
        var matching = ArgumentMatching(word)
        var isSure = true
        let outer = (interpreter.checkedArguments, interpreter.enclosingArguments)
        (interpreter.checkedArguments, interpreter.enclosingArguments) = (given, interpreter.checkedArguments)
        defer { (interpreter.checkedArguments, interpreter.enclosingArguments) = outer }
        for argument in given {
            guard isSure || argument.label != nil else {
                _ = evaluate(argument.value)
                continue
            }
            guard var parameter = noting({ try interpreter.parameter(for: argument, &matching, among: given) }) else {
                isSure = false
                continue
            }
            if argument.label == nil, parameter.isSubject, matching.following != nil {
                guard case .value(let value) = evaluate(argument.value) else {
                    // Whether it is the subject shows only when it runs; a definition is one.
                    if !isDefinition(argument.value) { isSure = false }
                    continue
                }
                if !value.mayBeSubject, matching.mayLeaveOutSubject(among: given) {
                    parameter = matching.skip(parameter)
                }
                // A value that does not fit may have been meant for another place.
                isSure = convert(value, to: parameter, of: word, at: argument.value.range)
            } else {
                let before = findings.count
                self.argument(argument.value, for: parameter, of: word)
                // `resume 6, a`: what comes after it may be the subject.
                if argument.label == nil, parameter.isSubject, findings.count > before { isSure = false }
            }
        }
        if isSure, let missing = matching.missing { note(interpreter.missingArgument(missing, of: word, at: place)) }
    }

    private func isDefinition(_ expression: Expression) -> Bool {
        if case .name(let name) = expression.kind, case .definition? = find(name) { true } else { false }
    }

    private func argument(_ expression: Expression, for parameter: WordParameter, of word: Word) {
        if case .word = parameter.kind { return }
        let elements = if case .list(let elements) = expression.kind { elements } else { [expression] }
        if elements.allSatisfy({ $0.headName.map { find($0) == nil } ?? true }),
            let fault = interpreter.partAmongMeasures(elements, parameter)
        {
            return note(fault)
        }
        if elements.contains(where: parameter.isChoice) {
            // Whether others among them fit is seen when it runs.
            if elements.allSatisfy(parameter.isChoice) {
                _ = noting { try interpreter.chosen(expression, parameter, of: word) }
            }
            return
        }
        switch expression.kind {
        case .name(let name) where find(name) == nil:
            guard let meant = visibleWord(name) else {
                if parameter.choices.isEmpty { break }
                return note(interpreter.noChoice(name, parameter, at: expression.range))
            }
            if meant.isLayer { return note(interpreter.layerAsValue(meant, parameter, at: expression.range)) }
        case .call(let call):
            if let layer = visibleWord(call.callee.text), layer.isLayer {
                return note(interpreter.layerAsValue(layer, parameter, at: expression.range))
            }
        default: break
        }
        if let name = expression.headName, find(name) == nil,
            let fault = interpreter.misfit(expression, parameter, of: word)
        {
            return note(fault)
        }
        if case .value(let value) = evaluate(expression) {
            convert(value, to: parameter, of: word, at: expression.range)
        }
    }

    @discardableResult
    private func convert(_ value: Value, to parameter: WordParameter, of word: Word, at range: SourceRange) -> Bool {
        if case .template = value { return true }
        return noting { try interpreter.convert(value, to: parameter, of: word, at: range) } != nil
    }
}

extension Checker.Knowledge {
    fileprivate var known: Value? {
        if case .value(let value) = self { value } else { nil }
    }
}
