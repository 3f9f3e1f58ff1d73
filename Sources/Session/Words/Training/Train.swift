// `train`

import Datasets
import Engine
import Experiments
import Graphics
import Language
import Network

/// A program that words of training are shown with: it runs in a moment.
let quickModel =
    "model Net { input 3x32x32; conv 8, stride: 4; relu; flatten; linear 10 }\nlet data = take(synthetic(), 64, test: 32)\n"

extension Word {
    static let train = Word(
        "train", .training, "Trains a model on a data set",
        [CommonOptions.model, CommonOptions.data] + TrainingOption.all + [TrainingOption.recipe, CommonOptions.fresh],
        result: .run,
        example: quickModel + "let a = train Net, on: data, epochs: 1, batch: 32, optimizer: adam(lr: 1e-3), seed: 1",
        aliases: ["fit", "learn", "trainer"], shows: .unbound, takesLong: true, .perform(trainModel))
}

private func trainModel(_ given: Invocation) throws -> Value {
    let call = try given.withRecipe()
    let context = call.context
    let model = try call.model()
    let data = try call.data(CommonOptions.data)
    let (architecture, options) = try call.training(of: model, on: data)
    let outputs = architecture.output.count
    if architecture.output.isFlat, outputs > data.dataset.classNames.count {
        context.output.report(
            Diagnostic(
                .note, code: .moreOutputs,
                "the model has \(outputs) outputs, but \(data.name) has \(data.dataset.classNames.count) classes",
                source: context.source, at: call.place(CommonOptions.model)))
    }
    warnOfWaste(model, architecture, call)
    call.warnOfSingleValues(model.name, architecture, data, options)
    call.warnOfIdleMuon(model.name, architecture, options)
    try tellOfTwin(model, architecture, data, options, call)
    let defaults = call.defaults([(CommonOptions.model, model.name), (CommonOptions.data, data.name)])
    let training = StoreBackedTraining(call, model: model, architecture: architecture, data: data, options: options)
    return try training.value(attempt: call.newAttempt(), defaults: defaults)
}

/// What `lint` finds wasted, once a session for each network.
private func warnOfWaste(_ model: Model, _ architecture: Architecture, _ call: Invocation) {
    let context = call.context
    guard context.session.lintedNetworks.insert(architecture.hashValue).inserted else { return }
    for note in architecture.lint where note.isWaste {
        context.output.report(
            Diagnostic(
                .note, code: .lint, "\(model.name): \(note.message)", source: context.source,
                at: call.place(CommonOptions.model), fix: note.advice))
    }
}

/// The run of the session that is proven to end with the same weights, though its model is another: what `diff` would
/// say, said before the time is spent.
private func tellOfTwin(
    _ model: Model, _ architecture: Architecture, _ data: DataValue, _ options: TrainingOptions, _ call: Invocation
) throws {
    let context = call.context
    func withoutThreads(_ options: TrainingOptions) -> TrainingOptions {
        var options = options
        options.threads = nil
        return options
    }
    for name in context.session.names.keys.sorted() {
        guard case .object(let object)? = context.session.names[name], let other = object as? RunValue,
            other.run.state == .done, other.run.architecture != architecture,
            withoutThreads(other.run.options) == withoutThreads(options),
            Equivalence(other.run.architecture, architecture).answer == .same(.training),
            try call.dataDigest(of: other) == call.digest(of: data),
            (try? EquivalenceCheck.agrees(
                other.run.architecture, architecture, precision: options.precision,
                cancellation: context.interruption)) == true
        else { continue }
        context.output.report(
            Diagnostic(
                .note, code: .sameTraining,
                "\(model.name) is provably identical in training to \(other.model.name), bit for bit: this will end with the weights of "
                    + "\(name)",
                source: context.source, at: call.place(CommonOptions.model),
                // Without what the call freezes they may be other networks.
                fix: call.isGiven(TrainingOption.freeze)
                    ? nil : "`diff \(other.model.name), \(model.name)` shows the proof"))
        return
    }
}

extension Invocation {
    /// Muon leaves the first and the last weight to `others:`, so that there may be nothing left for it.
    func warnOfIdleMuon(_ name: String, _ architecture: Architecture, _ options: TrainingOptions) {
        guard options.optimizer.name == "muon", architecture.parameters.count(where: { $0.role == .weight }) <= 2
        else { return }
        context.output.report(
            Diagnostic(
                .note, code: .nothingToDo,
                "\(name): `muon` trains the weights between the first and the last, and there are none: all is trained by its "
                    + "`others:`", source: context.source, at: place(TrainingOption.optimizer)))
    }

    /// A batch of one image gives a batch norm over vectors one value per channel, which has no variance. PyTorch
    /// refuses it.
    func warnOfSingleValues(
        _ name: String, _ architecture: Architecture, _ data: DataValue, _ options: TrainingOptions
    ) {
        let count = data.dataset.training.count
        func isSingle(_ images: Int) -> Bool { images > 0 && (options.partSize == 1 || images % options.partSize == 1) }
        let isEvery = count >= options.batchSize ? isSingle(options.batchSize) : isSingle(count)
        guard isEvery || isSingle(count % options.batchSize) && !options.dropsLastBatch,
            let norm = architecture.normsOfVectors.first
        else { return }
        let batch = (options.parts > 1 ? "a part of " : "") + (isEvery ? "every batch" : "the last batch of each epoch")
        // The next size whose last batch has more than one image: at the latest that of all images.
        let fitting = count > 1 && options.parts == 1 ? (max(2, options.batchSize)...).first { count % $0 != 1 } : nil
        context.output.report(
            Diagnostic(
                .note, code: .singleValues,
                "\(name): \(batch) has one image, so that \(norm) gets one value per channel: its output is its shift "
                    + "whatever the image, nothing is learned through it from that image, and its running statistics stay "
                    + "as they are; PyTorch refuses such a batch",
                source: context.source, at: place(TrainingOption.batch),
                fix: fitting.map { "`batch: \($0)` leaves no single image" }
                    ?? (options.parts > 1 ? "another `batch:` or `accumulate:` leaves no single image" : nil)))
    }
}
