// Walks the syntax tree of a cell. It holds what a session remembers from cell to cell; a cell's errors are thrown as
// `Diagnostic`s and leave everything bound before them in place.

import Experiments
import Language
import Network
import Runtime

/// Used by one thread at a time, that of `Workspace.execute`; others see only the snapshot of names it publishes. Hence
/// unchecked.
final class Interpreter: @unchecked Sendable {
    let output: any Output
    let folder: String
    let interruption: Cancellation
    /// Where runs are kept; `nil` keeps none beyond the session.
    let store: RunStore?

    /// The names of the session, over all cells.
    var globals: [String: Value] = [:]
    /// What a verb without its subject takes.
    var lastModel: Model?
    var lastRun: RunValue?
    var lastData: DataValue?
    var lastStudy: StudyValue?
    /// What was last made again for a run that is measured on its own data.
    var remadeData: DataValue?
    /// Hashes of the networks whose waste a training has told.
    var lintedNetworks: Set<Int> = []
    /// Layers of which it was said that their arguments may be in the order of another library.
    var notedOrders: Set<String> = []
    /// Numbers of `ProgressUpdate`s.
    var progressCount = 0
    /// `tandem run --set`: by the name of a top-level `let`.
    var overrides: [String: String] = [:]

    // MARK: State of the cell that runs

    /// The cell that the statement at hand stands in, for the places of faults.
    var source = SourceText("")
    /// The names of the turn at hand; `nil` at the top level.
    var scope: Scope?
    var boundInCell: Set<String> = []
    /// Where layers go: set while the body of a model or block is read as layers.
    var layers: LayerCollector?
    /// The definitions being read, outermost first, to stop a block that calls itself.
    var definitions: [(template: Template, text: String)] = []
    var depth = 0
    /// Whether looking words and `print` are kept from showing: while a model is checked at its definition.
    var isSilent = false
    /// The expression whose value is shown as soon as it is there.
    var shownRange: SourceRange?
    /// An interrupt or a divergence that a word survived with a value: thrown once the value is bound.
    var pendingStop: Stop?
    /// Called before something long begins, so that completion sees the names bound so far.
    var publish: () -> Void = {}

    init(output: any Output, folder: String, interruption: Cancellation, store: RunStore? = nil) {
        self.store = store
        self.output = output
        self.folder = folder
        self.interruption = interruption
    }

    /// Runs the statements of a cell; faults of the parser have been dealt with.
    ///
    /// Where faults are known beforehand, the cell runs as far as the first of them, but begins nothing that takes long.
    /// - Returns: its faults: the first, and with it all that do not depend on it.
    func run(_ program: Program) throws -> [Diagnostic] {
        source = program.source
        scope = nil
        boundInCell = []
        layers = nil
        definitions = []
        depth = 0
        isSilent = false
        pendingStop = nil
        let checker = Checker(program, interpreter: self)
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

    /// Whether nobody should wait for a statement in a cell that is known to fail.
    private func mentionsLongWord(_ statement: Statement) -> Bool {
        names(in: statement).contains { Vocabulary.word(String($0))?.takesLong ?? false }
    }

    /// The shape faults and the like of definitions behind a fault, as far as these depend on nothing that did not run.
    private func faultsOfDefinitions(
        _ program: Program, from start: Int, besides known: [Checker.Finding]
    ) -> [Diagnostic] {
        let before = (globals, boundInCell, lastModel)
        defer { (globals, boundInCell, lastModel) = before }
        var faults: [Diagnostic] = []
        var missing: Set<Substring> = []
        source = program.source
        scope = nil
        layers = nil
        definitions = []
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
                    try define(definition, isModel: isModel)
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
        let checker = Checker(program, interpreter: self, assumed: assumed)
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
        shownRange = expression.range
        defer { shownRange = nil }
        let (value, hasShown) = try evaluateHead(expression)
        if !hasShown, !value.isNothing { output.result(value.rich) }
        try stopIfPending()
    }

    /// An error at a place of the cell at hand, with the definitions around it.
    func fault(
        _ code: FaultCode, _ message: String, at range: SourceRange?, context: [String] = [], fix: String? = nil,
        edits: [TextEdit] = []
    ) -> Diagnostic {
        let around = definitions.last.map { ["in \($0.template.isModel ? "model" : "block") \($0.text)"] } ?? []
        return Diagnostic(
            code: code, message, source: source, at: range, context: context.isEmpty ? around : context, fix: fix,
            edits: edits)
    }

    func checkInterrupt(at range: SourceRange) throws {
        if interruption.isCancelled { throw interrupted(at: range) }
    }

    func interrupted(at range: SourceRange) -> Stop {
        .interrupted(fault(.interrupted, "interrupted", at: range, context: []))
    }

    func stopIfPending() throws {
        if let stop = pendingStop {
            pendingStop = nil
            throw stop
        }
    }

    /// One level deeper in the program; chains of blocks may nest deeper than any one tree.
    func descend<Result>(at range: SourceRange, _ body: () throws -> Result) throws -> Result {
        depth += 1
        defer { depth -= 1 }
        if depth >= Limits.evaluationDepth { throw tooDeep(at: range) }
        return try body()
    }

    func tooDeep(at range: SourceRange) -> Diagnostic {
        fault(
            .tooDeep, "this nests more than \(Limits.evaluationDepth) levels deep", at: range,
            fix: "take it apart with `let`")
    }

    // MARK: Names

    func find(_ name: String) -> Value? {
        if let value = scope?.find(name) { return value }
        return globals[name]
    }

    func bind(_ name: Identifier, _ value: Value) throws {
        try checkUnbound(name)
        var value = value
        if let scope {
            scope.bind(name.text, value.outlivingItsName)
        } else {
            if !isSilent, case .object(let object)? = globals[name.text], let data = object as? DataValue {
                value = data.giveName(to: value)
            }
            globals[name.text] = value
            boundInCell.insert(name.text)
        }
        noteLast(value)
        if !isSilent, case .object(let object) = value { (object as? RunValue)?.keepName() }
    }

    func checkUnbound(_ name: Identifier) throws {
        let isBound = scope.map { $0.binds(name.text) } ?? boundInCell.contains(name.text)
        if isBound { throw boundTwice(name, isTopLevel: scope == nil) }
    }

    func boundTwice(_ name: Identifier, isTopLevel: Bool) -> Diagnostic {
        fault(
            .boundTwice, "`\(name.text)` is bound already in this \(isTopLevel ? "cell" : "body")", at: name.range,
            fix: "choose another name; a later cell may bind `\(name.text)` again",
            edits: [TextEdit(SourceRange(name.range.end, name.range.end), "2")])
    }

    /// Remembers the last of each kind.
    func noteLast(_ value: Value) {
        switch value {
        case .model(let model): lastModel = model
        case .template(let template): if let model = template.standard { lastModel = model }
        case .object(let object):
            if let data = object as? DataValue { lastData = data }
            if let run = object as? RunValue { lastRun = run }
            if let study = object as? StudyValue { lastStudy = study }
        default: break
        }
    }
}

extension Interpreter {
    /// The value of an expression outside of any cell, for a front end that wants to look.
    func evaluateSilently(_ expression: Expression, in source: SourceText) throws -> Value {
        let wasSilent = isSilent
        isSilent = true
        defer { isSilent = wasSilent }
        self.source = source
        scope = nil
        layers = nil
        definitions = []
        return try evaluate(expression)
    }
}
