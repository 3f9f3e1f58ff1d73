// Walks the syntax tree of a cell. A cell's errors are thrown as `Diagnostic`s and leave everything bound before them
// in place.

import Experiments
import Language
import Network
import Runtime

/// One for each cell, so that nothing of an earlier one is left in it; what lasts is in its session. Used by one
/// thread, that of `Workspace.execute`.
final class Interpreter {
    let session: SessionState
    let faults: FaultMaker
    /// What words may use.
    let context: WordContext

    /// The names of the current iteration; `nil` at the top level.
    var scope: Scope?
    var boundInCell: Set<String> = []
    /// Where layers go: set while the body of a model or block is read as layers.
    var layers: LayerCollector?
    var depth = 0
    /// Those of the call whose arguments are being checked.
    var checkedArguments: [Call.Argument] = []
    /// Those of the call that this one is an argument of.
    var enclosingArguments: [Call.Argument] = []
    /// What the cell binds before the place that is looked at, where it only is looked at.
    var boundKinds: [String: ValueKind] = [:]

    init(_ session: SessionState, _ source: SourceText) {
        self.session = session
        faults = FaultMaker(source)
        context = WordContext(session, faults, reader: SessionReader(session))
    }

    /// The cell that the current statement is in, for the places of faults.
    var source: SourceText {
        get { faults.source }
        set { faults.source = newValue }
    }

    var output: any Output { session.output }
    var interruption: Cancellation { session.interruption }

    /// Runs the statements of a cell; faults of the parser have been dealt with.
    ///
    /// Where faults are known beforehand, the cell runs as far as the first of them, but begins nothing that takes
    /// long.
    /// - Returns: its faults: the first, and with it all that do not depend on it.
    func run(_ program: Program) throws -> [Diagnostic] {
        let checker = Checker(program, session: session)
        checker.run()
        let known = checker.findings
        let end = known.first?.statement ?? program.statements.count
        for (index, statement) in program.statements.enumerated() {
            if index == end || (!known.isEmpty && mentionsLongWord(statement)) {
                return known.map(\.diagnostic) + faultsOfDefinitions(program, from: index, besides: known)
            }
            do {
                try runTopLevel(statement, isLast: index == program.statements.count - 1)
            } catch {
                guard case .fault(let diagnostic) = Stop(error) else { throw error }
                let others = faultsOfDefinitions(
                    program, from: index, besides: known + [.init(statement: index, diagnostic: diagnostic)])
                return [diagnostic] + known.map(\.diagnostic) + others
            }
        }
        return []
    }

    /// The names in the text of a statement.
    private func names(in statement: Statement) -> Set<Substring> {
        Set(source[statement.range].split { character in !character.unicodeScalars.allSatisfy(\.isNamePart) })
    }

    /// Whether a statement takes too long to run in a cell that is known to fail.
    private func mentionsLongWord(_ statement: Statement) -> Bool {
        names(in: statement).contains { Vocabulary.word(String($0))?.takesLong ?? false }
    }

    /// The shape faults and the like of definitions after a fault, as far as these depend on nothing that did not run.
    private func faultsOfDefinitions(
        _ program: Program, from start: Int, besides known: [Checker.Finding]
    ) -> [Diagnostic] {
        let before = (session.names, session.lastModel)
        defer { (session.names, session.lastModel) = before }
        let reader = Interpreter(session, program.source)
        reader.boundInCell = boundInCell
        var faults: [Diagnostic] = []
        var missing: Set<Substring> = []
        for (index, statement) in program.statements.enumerated() where index >= start {
            switch statement.kind {
            case .model(let definition), .block(let definition):
                let isModel = if case .model = statement.kind { true } else { false }
                let name = Substring(definition.name.text)
                guard names(in: statement).subtracting([name]).isDisjoint(with: missing),
                    !known.contains(where: { $0.statement == index })
                else {
                    missing.insert(name)
                    continue
                }
                do {
                    try reader.define(definition, isModel: isModel)
                } catch {
                    missing.insert(name)
                    if case .fault(let diagnostic) = Stop(error) { faults.append(diagnostic) }
                }
            case .binding(let names, _, _): missing.formUnion(names.map { Substring($0.text) })
            default: break
            }
        }
        return faults
    }

    /// What else is wrong with a cell that cannot be read: in its other lines, and without the names that the unread
    /// parts might bind.
    func independentFaults(of program: Program) -> [Diagnostic] {
        let text = program.source
        var lines: Set<Int> = []
        for range in program.diagnostics.compactMap(\.range) + program.unread {
            lines.formUnion(
                text.position(of: range.start).line...text.position(of: max(range.start, range.end - 1)).line)
        }
        var assumed: Set<String> = []
        for line in lines {
            let words = text.line(line).split { character in !character.unicodeScalars.allSatisfy(\.isNamePart)
            }
            assumed.formUnion(words.map(String.init))
        }
        let checker = Checker(program, session: session, assumed: assumed)
        checker.run()
        let found = checker.findings.map(\.diagnostic).filter { fault in
            fault.range.map { !lines.contains(text.position(of: $0.start).line) } ?? false
        }
        return Array(found.prefix(max(0, 20 - program.diagnostics.count)))
    }

    private func runTopLevel(_ statement: Statement, isLast: Bool) throws {
        guard isLast, !statement.isQuiet, case .expression(let expression) = statement.kind else {
            return try run(statement)
        }
        context.shownRange = expression.range
        context.holdsSecret = false
        defer { context.shownRange = nil }
        let (value, hasShown) = try evaluateHead(expression)
        if !hasShown, !value.isNothing, !(context.holdsSecret && value.isSimple) { output.result(value.rich) }
        try stopIfPending()
    }

    /// An error at a place in the current cell, with the definitions around it.
    func fault(
        _ code: FaultCode, _ message: String, at range: SourceRange?, context: [String] = [], fix: String? = nil,
        edits: [TextEdit] = []
    ) -> Diagnostic {
        faults.fault(code, message, at: range, context: context, fix: fix, edits: edits)
    }

    func checkInterrupt(at range: SourceRange) throws {
        if interruption.isCancelled { throw faults.interrupted(at: range) }
    }

    func stopIfPending() throws {
        if let stop = context.pendingStop {
            context.pendingStop = nil
            throw stop
        }
    }

    /// One level deeper in the program; chains of blocks may nest deeper than any one tree.
    func descend<Result>(at range: SourceRange, _ body: () throws -> Result) throws -> Result {
        depth += 1
        defer { depth -= 1 }
        if depth >= EvaluationLimits.evaluationDepth { throw tooDeep(at: range) }
        return try body()
    }

    func tooDeep(at range: SourceRange) -> Diagnostic {
        fault(
            .tooDeep, "this nests more than \(EvaluationLimits.evaluationDepth) levels deep", at: range,
            fix: "split it up with `let`")
    }

    // MARK: Names

    func unknownName(_ name: String, at range: SourceRange, call: Call? = nil) -> Diagnostic {
        faults.unknownName(
            name, at: range, call: call, among: (scope?.visibleNames ?? []) + session.names.keys.sorted())
    }

    var namesToType: NamesToType { NamesToType(session, bound: boundKinds) }

    func find(_ name: String) -> Value? {
        if let value = scope?.find(name) { return value }
        return session.names[name]
    }

    /// The word of this name, unless a definition of the same name hides it.
    func visibleWord(_ name: String) -> Word? {
        Vocabulary.word(name, unless: find(name)?.isDefinition == true && !isInside(name))
    }

    /// Whether the body of a definition of this name is read, in which the name stands for what it was before.
    func isInside(_ name: String) -> Bool { faults.definitions.contains { $0.template.name == name } }

    func bind(_ name: Identifier, _ value: Value) throws {
        try checkUnbound(name)
        var value = value
        if let scope {
            scope.bind(name.text, value.outlivingItsName)
        } else {
            if !context.isSilent, case .object(let object)? = session.names[name.text], let data = object as? DataValue
            {
                value = data.giveName(to: value)
            }
            session.names[name.text] = value
            boundInCell.insert(name.text)
        }
        session.noteLast(value)
        if !context.isSilent, case .object(let object) = value { (object as? RunValue)?.keepName() }
    }

    func checkUnbound(_ name: Identifier) throws {
        let isBound = scope.map { $0.binds(name.text) } ?? boundInCell.contains(name.text)
        if isBound { throw boundTwice(name, isTopLevel: scope == nil) }
    }

    func boundTwice(_ name: Identifier, isTopLevel: Bool) -> Diagnostic {
        fault(
            .boundTwice, "`\(name.text)` is already bound in this \(isTopLevel ? "cell" : "body")", at: name.range,
            fix: "choose another name; a later cell may bind `\(name.text)` again",
            edits: [TextEdit(SourceRange(name.range.end, name.range.end), "2")])
    }
}
