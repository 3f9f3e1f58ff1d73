// What `train` and `evaluate` do.

import Datasets
import Engine
import Experiments
import Graphics
import Language
import Network

func trainModel(_ given: Invocation) throws -> Value {
    let call = try given.withRecipe()
    let interpreter = call.interpreter
    let model = try call.model()
    let data = try call.data("on")
    let options = try trainingOptions(call)
    let architecture = try model.architecture(on: data.image)
    let outputs = architecture.output.count
    if architecture.output.isFlat, outputs > data.dataset.classNames.count {
        interpreter.output.report(
            Diagnostic(
                .note, code: .moreOutputs,
                "the model has \(outputs) outputs, but \(data.name) has \(data.dataset.classNames.count) classes",
                source: interpreter.source, at: call.arguments.place("model")))
    }
    warnOfWaste(model, architecture, call)
    call.warnOfSingleValues(model.name, architecture, data, options)
    try tellOfTwin(model, architecture, data, options, call)
    let defaults = call.defaults([("model", model.name), ("on", data.name)])
    let training = Training(call, model: model, architecture: architecture, data: data, options: options)
    return try training.value(isFresh: call.arguments.boolean("fresh") ?? false, defaults: defaults)
}

/// What `lint` finds wasted, once a session for each network.
private func warnOfWaste(_ model: Model, _ architecture: Architecture, _ call: Invocation) {
    let interpreter = call.interpreter
    guard interpreter.lintedNetworks.insert(architecture.hashValue).inserted else { return }
    for note in architecture.lint where note.isWaste {
        interpreter.output.report(
            Diagnostic(
                .note, code: .lint, "\(model.name): \(note.message)", source: interpreter.source,
                at: call.arguments.place("model"), fix: note.advice))
    }
}

extension Invocation {
    /// A batch of one image gives a batch norm over vectors one value a channel, which has no variance. PyTorch refuses
    /// it.
    func warnOfSingleValues(
        _ name: String, _ architecture: Architecture, _ data: DataValue, _ options: TrainingOptions
    ) {
        let count = data.dataset.training.count
        guard count % options.batchSize == 1 || options.batchSize == 1, let norm = architecture.normsOfVectors.first
        else { return }
        let batch = options.batchSize == 1 || count == 1 ? "every batch" : "the last batch of each epoch"
        // The next size whose last batch has more than one image: at the latest that of all images.
        let fitting = count > 1 ? (max(2, options.batchSize)...).first { count % $0 != 1 } : nil
        interpreter.output.report(
            Diagnostic(
                .note, code: .singleValues,
                "\(name): \(batch) has one image, so that \(norm) gets one value a channel: its output is its shift "
                    + "whatever the image, nothing is learned through it from that image, and its running statistics stay "
                    + "as they are; PyTorch refuses such a batch",
                source: interpreter.source, at: arguments.place("batch"),
                fix: fitting.map { "`batch: \($0)` leaves no single image" }))
    }
}

/// The run of the session that is proven to end with the same weights, though its model is another: what `diff` would say, said before the
/// time is spent.
private func tellOfTwin(
    _ model: Model, _ architecture: Architecture, _ data: DataValue, _ options: TrainingOptions, _ call: Invocation
) throws {
    let interpreter = call.interpreter
    func withoutThreads(_ options: TrainingOptions) -> TrainingOptions {
        var options = options
        options.threads = nil
        return options
    }
    for name in interpreter.globals.keys.sorted() {
        guard case .object(let object)? = interpreter.globals[name], let other = object as? RunValue,
            other.run.state == .done, other.run.architecture != architecture,
            withoutThreads(other.run.options) == withoutThreads(options),
            Equivalence(other.run.architecture, architecture).answer == .same(.training),
            try call.dataDigest(of: other) == call.digest(of: data),
            (try? EquivalenceCheck.agrees(
                other.run.architecture, architecture, precision: options.precision,
                cancellation: interpreter.interruption)) == true
        else { continue }
        interpreter.output.report(
            Diagnostic(
                .note, code: .sameTraining,
                "\(model.name) trains the same as \(other.model.name), bit for bit: this will end with the weights of "
                    + "\(name)",
                source: interpreter.source, at: call.arguments.place("model"),
                fix: "`diff \(other.model.name), \(model.name)` shows the proof"))
        return
    }
}

func evaluateRun(_ call: Invocation) throws -> Value {
    let interpreter = call.interpreter
    let run = try call.run()
    let data = try call.data("on", of: run)
    let part = call.part
    let place = data.name(of: part)
    let defaults = call.defaults([("run", run.run.label), ("on", data.name)])
    if let kept = try call.keptPredictions(of: run, on: data, part), let accuracy = run.run.accuracy,
        let loss = run.run.loss
    {
        let evaluation = Evaluation(
            accuracy: accuracy, loss: loss, outcomes: TestOutcomes(classes: kept.map { UInt16(clamping: $0) }))
        return .object(EvaluationValue(evaluation, of: run.run.label, on: data, part, defaults: defaults))
    }
    interpreter.publish()
    let report =
        interpreter.output.drawsProgress
        ? ProgressReport(interpreter, title: "evaluating \(run.run.label) on \(place)") : nil
    do {
        let evaluation = try evaluate(
            run.run, on: data.dataset, part: part, cancellation: interpreter.interruption
        ) { share in
            report?.update(fraction: share, facts: [])
        }
        let results = ["loss \(lossText(evaluation.loss, 4))", "accuracy \(fixed(evaluation.accuracy, 2)) %"]
        report?.finish(title: "evaluated \(run.run.label) on \(place)", isDone: true, results: results, facts: [])
        return .object(EvaluationValue(evaluation, of: run.run.label, on: data, part, defaults: defaults))
    } catch {
        report?.finish(title: "evaluating \(run.run.label) on \(place) stopped", isDone: false)
        throw training(error, call)
    }
}

/// An error of a training at the word's subject.
func training(_ error: TrainingError, _ call: Invocation) -> Stop {
    if case .cancelled = error { return call.interpreter.interrupted(at: call.range) }
    let subject = call.arguments.word.parameters.first?.label ?? ""
    return .fault(call.fault(.training, error.message, at: call.arguments.place(subject), fix: error.fix))
}

func trainingOptions(_ call: Invocation) throws -> TrainingOptions {
    let arguments = call.arguments
    var options = TrainingOptions()
    options.precision = arguments.text("precision").flatMap(Precision.init) ?? .float32
    options.epochs = arguments.integer("epochs") ?? 10
    options.batchSize = arguments.integer("batch") ?? 64
    if let optimizer = arguments.object("optimizer", OptimizerValue.self) { options.optimizer = optimizer.options }
    if let schedule = arguments.object("schedule", ScheduleValue.self) { options.schedule = schedule.schedule }
    options.gradient.labelSmoothing = arguments.decimal("smoothing") ?? 0
    options.gradient.largestNorm = arguments.decimal("clip")
    options.threads = arguments.integer("threads")
    options.seeds = Seeds(UInt64(try seed(call)))
    for (label, role) in [
        ("initseed", \Seeds.initialization), ("orderseed", \.order), ("augmentseed", \.augmentation),
        ("dropoutseed", \.dropout),
    ] {
        if let seed = arguments.integer(label) { options.seeds[keyPath: role] = UInt64(seed) }
    }
    return options
}

/// `seed: random` draws one, prints it and so keeps the cell repeatable.
private func seed(_ call: Invocation) throws -> Int {
    guard call.arguments.text("seed") == "random" else { return call.arguments.integer("seed") ?? 1 }
    let seed = Int.random(in: 1...999_999_999)
    call.interpreter.write("seed: \(seed)\n")
    return seed
}
