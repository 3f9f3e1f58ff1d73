// The line of the language that makes a run again: its model with all loops and parameters expanded, and its training. `share` shows
// it, a saved run holds it, `load` reads it.

import Engine
import Experiments
import Language
import Network

struct RunProgram {
    let model: Model
    let architecture: Architecture
    /// `nil` where nothing was trained.
    let options: TrainingOptions?

    // MARK: Writing

    /// `model VGG { input 3x32x32; … }; let a = train VGG, on: cifar10(), epochs: 10, …`
    /// - Parameter name: what the run is bound to.
    static func text(_ run: RunValue, name: String? = nil) -> String {
        let model = run.model.definitionName
        let definition = "model \(model) { \(run.run.architecture.program) }"
        if run.run.state == .loaded { return definition }
        return text(
            run.model, run.run.architecture, run.dataExpression, run.run.options, name: name ?? self.name(run))
    }

    private static func text(
        _ model: Model, _ architecture: Architecture, _ dataExpression: String?, _ options: TrainingOptions,
        name: String
    ) -> String {
        let data = dataExpression.map { ", on: \($0)" } ?? ""
        return "model \(model.definitionName) { \(architecture.program) }; "
            + "let \(name) = train \(model.definitionName)\(data), \(text(options))"
    }

    /// What the run is bound to: its own name where a program can write it and it is free.
    static func name(_ run: RunValue) -> String { name(run.run.name ?? "a", beside: run.model) }

    private static func name(_ name: String, beside model: Model) -> String {
        let name = canBeBound(name) ? name : "a"
        return name == model.definitionName ? "\(name)_run" : name
    }

    /// Whether `let` takes it: one word that is not reserved.
    private static func canBeBound(_ name: String) -> Bool {
        let program = parse(SourceText("let \(name) = 1"))
        guard program.diagnostics.isEmpty, program.statements.count == 1,
            case .binding(let names, false, _) = program.statements[0].kind
        else { return false }
        return names.count == 1 && names[0].text == name
    }

    /// What the store keeps of a training that begins, of `train` and of a study alike, so that they find each other's runs.
    ///
    /// - Parameter digest: of the data.
    static func record(
        beginning model: Model, called title: String, _ architecture: Architecture, on data: DataValue,
        _ digest: String,
        _ options: TrainingOptions
    ) throws(TrainingError) -> RunRecord {
        let context = RunFile.Context(
            program: text(model, architecture, data.expression, options, name: name("a", beside: model)),
            modelExpression: model.expression, dataExpression: data.expression, dataDigest: digest,
            version: Workspace.version)
        return try RunRecord(
            beginning: RunDescription(architecture, dataDigest: digest, data: data.dataset.description, options),
            context, model: title, dataset: data.madeName)
    }

    /// The options of `train` that decide a result; the less usual ones only where they differ from their defaults.
    private static func text(_ options: TrainingOptions) -> String {
        var parts = [
            "epochs: \(options.epochs)", "batch: \(options.batchSize)",
            "optimizer: \(OptimizerValue(options.optimizer).text)",
        ]
        if options.schedule != .constant { parts.append("schedule: \(ScheduleValue(options.schedule).text)") }
        if options.precision != .float32 { parts.append("precision: \(options.precision.rawValue)") }
        let seeds = options.seeds
        parts.append("seed: \(seeds.initialization)")
        for (label, seed) in [
            ("orderseed", seeds.order), ("augmentseed", seeds.augmentation), ("dropoutseed", seeds.dropout),
        ] where seed != seeds.initialization { parts.append("\(label): \(seed)") }
        if options.gradient.labelSmoothing != 0 {
            parts.append("smoothing: \(decimalText(options.gradient.labelSmoothing))")
        }
        if let clip = options.gradient.largestNorm { parts.append("clip: \(decimalText(clip))") }
        return parts.joined(separator: ", ")
    }

    // MARK: Reading

    /// Reads such a line from a file. Only what this type writes is allowed in it, layers and numbers: nothing is run that a file of
    /// somebody else might hold.
    ///
    /// - Throws: a `Diagnostic` in the line.
    init(reading text: String, for session: Interpreter) throws {
        let program = parse(SourceText(Self.withPlainName(text)))
        if let fault = program.diagnostics.first(where: { $0.severity == .error }) { throw fault }
        // An interpreter of its own: names of the session mean nothing here.
        let reader = Interpreter(
            output: session.output, folder: session.folder, interruption: session.interruption)
        reader.isSilent = true
        reader.source = program.source
        func foreign(_ range: SourceRange?) -> Diagnostic {
            reader.fault(.foreignProgram, "this is no model and its training alone", at: range)
        }
        guard let first = program.statements.first, case .model(let definition) = first.kind,
            definition.parameters.isEmpty, definition.body.holdsOnlyLayers
        else { throw foreign(program.statements.first?.range) }
        model = try reader.instantiate(
            Template(definition, source: program.source, isModel: true), [], at: definition.name.range)
        guard let architecture = model.architecture else { throw foreign(definition.name.range) }
        self.architecture = architecture

        guard program.statements.count > 1 else {
            options = nil
            return
        }
        guard case .binding(_, false, let value) = program.statements[1].kind, case .call(let call) = value.kind,
            call.callee.text == "train", call.bodies.isEmpty, let train = Vocabulary.word("train")
        else { throw foreign(program.statements[1].range) }
        // The model is read already, and the data are not wanted now.
        let given = call.arguments.filter { $0.label != nil && $0.label?.text != "on" }
        guard given.allSatisfy(\.value.isSetting) else { throw foreign(value.range) }
        let arguments = try reader.check(given, for: train, at: value.range, place: call.callee.range)
        options = try trainingOptions(Invocation(arguments: arguments, interpreter: reader))
    }

    /// The line with a name that can be read: earlier versions wrote `let gap seed 1 = train …` of the run of a study.
    /// What is bound means nothing here.
    private static func withPlainName(_ text: String) -> String {
        guard let start = text.firstRange(of: "}; let ")?.upperBound,
            let end = text[start...].firstRange(of: " = train ")?.lowerBound, !canBeBound(String(text[start..<end]))
        else { return text }
        return text[..<start] + "a" + text[end...]
    }
}

extension Interpreter {
    /// What the text that is kept of a data set gives: words that give data, with plain values, and nothing else.
    ///
    /// - Parameter opensFiles: whether it may name files of this machine.
    /// - Throws: a `Diagnostic` in the text.
    func remade(_ text: String, opensFiles: Bool) throws -> Value {
        let program = parse(SourceText(text))
        if let fault = program.diagnostics.first(where: { $0.severity == .error }) { throw fault }
        let reader = Interpreter(output: output, folder: folder, interruption: interruption)
        reader.isSilent = true
        reader.source = program.source
        guard program.statements.count == 1, case .expression(let expression) = program.statements[0].kind,
            expression.isData(opensFiles: opensFiles)
        else { throw reader.fault(.foreignProgram, "`\(text)` is not taken from a file", at: nil) }
        return try reader.evaluate(expression)
    }
}

extension Model {
    /// The name of its definition: `VGG` of `VGG(pooled: true)`.
    var definitionName: String { String(expression.prefix { $0 != "(" }) }
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

    /// A call of words that give data.
    fileprivate func isData(opensFiles: Bool) -> Bool {
        guard case .call(let call) = kind, Vocabulary.word(call.callee.text)?.group == .data, call.bodies.isEmpty
        else { return false }
        return call.arguments.allSatisfy { argument in
            switch argument.value.kind {
            case .string(let parts):
                opensFiles && parts.allSatisfy { if case .text = $0 { true } else { false } }
            default: argument.value.isPlain || argument.value.isData(opensFiles: opensFiles)
            }
        }
    }

    /// Plain, or a word that makes an optimizer or a schedule of plain values.
    fileprivate var isSetting: Bool {
        guard case .call(let call) = kind else { return isPlain }
        let result = Vocabulary.word(call.callee.text)?.result
        return (result == "an optimizer" || result == "a schedule") && call.bodies.isEmpty
            && call.arguments.allSatisfy(\.value.isPlain)
    }
}
