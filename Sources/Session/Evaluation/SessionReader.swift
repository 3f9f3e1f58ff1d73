// Reads text of the language that files hold: the line of a run, and how its data was made. Only what Tandem itself
// writes is allowed in it, layers and numbers: nothing is run that somebody else's file might hold.

import Engine
import Experiments
import Language
import Network

final class SessionReader: ProgramReader {
    private let session: SessionState

    init(_ session: SessionState) { self.session = session }

    /// An interpreter of its own: names of the session mean nothing here.
    private func interpreter(of source: SourceText) -> Interpreter {
        let interpreter = Interpreter(session.blank, source)
        interpreter.context.isSilent = true
        return interpreter
    }

    func training(_ text: String) throws -> (model: Model, architecture: Architecture, options: TrainingOptions?) {
        let program = parse(SourceText(RunProgram.withPlainName(text)))
        if let fault = program.diagnostics.first(where: { $0.severity == .error }) { throw fault }
        let reader = interpreter(of: program.source)
        func foreign(_ range: SourceRange?) -> Diagnostic {
            reader.fault(.foreignProgram, "this is more than a model and its training", at: range)
        }
        guard let first = program.statements.first, case .model(let definition) = first.kind,
            definition.parameters.isEmpty, definition.body.holdsOnlyLayers
        else { throw foreign(program.statements.first?.range) }
        let model = try reader.instantiate(
            Template(definition, source: program.source, isModel: true), [], at: definition.name.range)
        guard let architecture = model.architecture else { throw foreign(definition.name.range) }
        guard program.statements.count > 1 else { return (model, architecture, nil) }
        guard case .binding(_, false, let value) = program.statements[1].kind, case .call(let call) = value.kind,
            call.callee.text == "train", call.bodies.isEmpty, let train = Vocabulary.word("train")
        else { throw foreign(program.statements[1].range) }
        // The model has been read already, and the data is not needed now.
        let given = call.arguments.filter { $0.label != nil && $0.label?.text != "on" }
        guard given.allSatisfy(\.value.isSetting) else { throw foreign(value.range) }
        let arguments = try reader.check(given, for: train, at: value.range, place: call.callee.range)
        return (model, architecture, try Invocation(arguments: arguments, context: reader.context).trainingOptions())
    }

    func switched(_ model: Model, _ parameter: String) throws -> Model? {
        let program = parse(SourceText(model.expression))
        guard program.statements.count == 1, case .expression(let expression) = program.statements[0].kind,
            let name = expression.headName, case .template(let template)? = session.names[name], template.isModel,
            let declared = template.definition.parameters.first(where: { $0.name.text == parameter })
        else { return nil }
        var arguments: [Call.Argument] = []
        if case .call(let call) = expression.kind { arguments = call.arguments }
        let given = arguments.firstIndex { $0.label?.text == parameter }
        guard let value = given.map({ arguments[$0].value }) ?? declared.defaultValue,
            case .boolean(let flag) = value.kind
        else { return nil }
        let other = Call.Argument(label: declared.name, value: Expression(.boolean(!flag), range: value.range))
        if let given { arguments[given] = other } else { arguments.append(other) }
        // Blocks that the model names are those of the session.
        let interpreter = Interpreter(session, program.source)
        interpreter.context.isSilent = true
        return try interpreter.instantiate(template, arguments, at: program.statements[0].range)
    }

    func setting(_ text: String) throws -> Value {
        let program = parse(SourceText(text))
        if let fault = program.diagnostics.first(where: { $0.severity == .error }) { throw fault }
        let reader = interpreter(of: program.source)
        guard program.statements.count == 1, case .expression(let expression) = program.statements[0].kind,
            expression.isSetting
        else { throw reader.fault(.foreignProgram, "`\(text)` is no setting", at: nil) }
        return try reader.evaluate(expression)
    }

    func data(_ text: String, opensFiles: Bool) throws -> Value {
        let program = parse(SourceText(text))
        if let fault = program.diagnostics.first(where: { $0.severity == .error }) { throw fault }
        let reader = interpreter(of: program.source)
        guard program.statements.count == 1, case .expression(let expression) = program.statements[0].kind,
            expression.isData(opensFiles: opensFiles)
        else { throw reader.fault(.foreignProgram, "`\(text)` is not taken from a file", at: nil) }
        return try reader.evaluate(expression)
    }
}

extension Body {
    /// Layers with plain values, as an expanded model has them.
    fileprivate var holdsOnlyLayers: Bool {
        statements.allSatisfy { statement in
            guard case .expression(let expression) = statement.kind else { return false }
            switch expression.kind {
            case .name(let name): return Vocabulary.word(name)?.isLayer == true
            case .call(let call):
                return Vocabulary.word(call.callee.text)?.isLayer == true
                    && call.arguments.allSatisfy(\.value.isPlain) && call.bodies.allSatisfy(\.holdsOnlyLayers)
            default: return false
            }
        }
    }
}

extension Expression {
    /// A number, a shape, a flag or a bare choice; or a list of such.
    fileprivate var isPlain: Bool {
        switch kind {
        case .integer, .decimal, .boolean, .shape, .name: true
        case .unary(.negate, let number): number.isPlain
        case .tuple(let elements), .list(let elements): elements.allSatisfy(\.isPlain)
        default: false
        }
    }

    /// A string as it stands.
    fileprivate var isText: Bool {
        guard case .string(let parts) = kind else { return false }
        return parts.allSatisfy { if case .text = $0 { true } else { false } }
    }

    /// A call of words that give data, or one of a list of them.
    fileprivate func isData(opensFiles: Bool) -> Bool {
        if case .index(let list, let index) = kind, case .integer = index.kind {
            return list.isData(opensFiles: opensFiles)
        }
        guard case .call(let call) = kind, Vocabulary.word(call.callee.text)?.group == .data, call.bodies.isEmpty
        else { return false }
        return call.arguments.allSatisfy { argument in
            argument.value.isPlain || opensFiles && argument.value.isText
                || argument.value.isData(opensFiles: opensFiles)
        }
    }

    /// Plain, or a word that makes an optimizer, a schedule, an average or workers of plain values.
    fileprivate var isSetting: Bool {
        guard case .call(let call) = kind else { return isPlain }
        let result = Vocabulary.word(call.callee.text)?.result
        guard call.bodies.isEmpty else { return false }
        switch result {
        case .optimizer, .schedule, .average: return call.arguments.allSatisfy(\.value.isPlain)
        case .workers: return call.arguments.allSatisfy { $0.value.isPlain || $0.value.isText }
        default: return false
        }
    }
}
