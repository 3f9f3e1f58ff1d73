// The line of the language that repeats a run: its model with all loops and parameters expanded, and its training.
// `share` shows it, a saved run holds it, `ProgramReader` reads it.

import Experiments
import Language
import Network

enum RunProgram {
    /// `model VGG { input 3x32x32; … }; let a = train VGG, on: cifar10(), epochs: 10, …`
    /// - Parameters:
    ///   - name: what the run is bound to.
    ///   - data: what makes its data, where that is more than `dataExpression`.
    static func text(_ run: RunValue, name: String? = nil, data: String? = nil) -> String {
        let model = run.model.definitionName
        let definition = "model \(model) { \(run.run.architecture.program) }"
        if run.run.state == .loaded { return definition }
        return text(
            run.model, run.run.architecture, data ?? run.dataExpression, run.run.options, name: name ?? self.name(run))
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

    /// What the store keeps of a training that begins, of `train` and of a study alike, so that they find each other's
    /// runs.
    ///
    /// - Parameter digest: of the data.
    static func record(
        beginning model: Model, called title: String, _ architecture: Architecture, on data: DataValue,
        _ digest: String,
        _ options: TrainingOptions
    ) throws(TrainingError) -> RunRecord {
        let context = WeightsFile.Context(
            program: text(model, architecture, data.expression, options, name: name("a", beside: model)),
            modelExpression: model.expression, dataExpression: data.expression, dataDigest: digest,
            version: tandemVersion)
        return try RunRecord(
            beginning: RunDescription(architecture, dataDigest: digest, data: data.dataset.description, options),
            context, model: title, dataset: data.madeName)
    }

    /// The options of `train` that decide a result; the less usual ones only where they differ from their defaults.
    private static func text(_ options: TrainingOptions) -> String {
        var parts = [
            "epochs: \(decimalText(options.passes))", "batch: \(options.batchSize)",
            "optimizer: \(OptimizerValue(options.optimizer).text)",
        ]
        if options.parts > 1 { parts.append("accumulate: \(options.parts)") }
        if options.dropsLastBatch { parts.append("lastbatch: drop") }
        if options.schedule != .constant { parts.append("schedule: \(ScheduleValue(options.schedule).text)") }
        if let averaging = options.averaging { parts.append("average: \(AverageValue(averaging).text)") }
        if let teacher = options.teacher { parts.append("distill: \(teacher.text(run: written(teacher.run)))") }
        if options.selection.isOfBest { parts.append("select: best") }
        if let patience = options.selection.patience { parts.append("patience: \(patience)") }
        if let views = options.views { parts.append("views: \(views.rawValue)") }
        if options.precision != .float32 { parts.append("precision: \(options.precision.rawValue)") }
        let seeds = options.seeds
        parts.append("seed: \(seeds.initialization)")
        for (label, seed) in [
            ("orderseed", seeds.order), ("augmentseed", seeds.augmentation), ("dropoutseed", seeds.dropout),
        ] where seed != seeds.initialization { parts.append("\(label): \(seed)") }
        if options.gradient.labelSmoothing != 0 {
            parts.append("smoothing: \(decimalText(options.gradient.labelSmoothing))")
        }
        switch options.classWeights {
        case .equal: break
        case .balanced: parts.append("classweights: balanced")
        case .given(let weights): parts.append("classweights: [\(weights.map(decimalText).joined(separator: ", "))]")
        }
        if let start = options.start {
            parts.append("from: \(written(start.run))")
        }
        if let clip = options.gradient.largestNorm { parts.append("clip: \(decimalText(clip))") }
        return parts.joined(separator: ", ")
    }

    /// A run by its name, or as the store has it.
    private static func written(_ run: String) -> String {
        canBeBound(run) ? run : "runs[\(Value.string(run).literal)]"
    }

    /// The line with a name that can be read: earlier versions wrote `let gap seed 1 = train …` of the run of a study.
    /// What is bound means nothing here.
    static func withPlainName(_ text: String) -> String {
        guard let start = text.firstRange(of: "}; let ")?.upperBound,
            let end = text[start...].firstRange(of: " = train ")?.lowerBound, !canBeBound(String(text[start..<end]))
        else { return text }
        return text[..<start] + "a" + text[end...]
    }
}

extension Model {
    /// The name of its definition: `VGG` of `VGG(pooled: true)`.
    var definitionName: String { String(expression.prefix { $0 != "(" }) }
}
