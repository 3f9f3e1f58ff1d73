// What `train`, `recipe` and the words of a study share, and how a call's options become those of a training.

import Engine
import Experiments
import Language
import Network

enum TrainingOption {
    static let epochs = Option(
        "epochs", .decimal(0...1_000_000, excludesLowest: true), default: 10,
        aliases: ["epoch", "num_epochs", "n_epochs", "max_epochs"],
        "passes over the training images; with 9.9 the last one ends after 0.9 of its steps")
    static let lastBatch = Option(
        "lastbatch", .choice, default: LastBatch.keep, aliases: ["drop_last", "droplast"],
        "what is done with a last batch that is not full")
    static let batch = Option(
        "batch", .integer(1...1_000_000), default: 64, aliases: ["batch_size", "batchsize", "bs"], "images per step")
    static let accumulate = Option(
        "accumulate", .integer(1...1_000_000), default: 1,
        aliases: [
            "accumulation", "gradient_accumulation_steps", "accumulation_steps", "accumulate_grad_batches",
            "grad_accum",
        ],
        "parts in which a step is done one after the other, with the memory of one; batch norms use a part's statistics"
    )
    static let optimizer = Option(
        "optimizer", .optimizer, workedOut: "adam(lr: 1e-3)", aliases: ["optim", "opt"],
        "\(Word.alternatives(Word.optimizers)), with its options")
    static let schedule = Option(
        "schedule", .schedule, workedOut: "constant", aliases: ["scheduler", "lr_scheduler"],
        "how the learning rate changes: \(Word.alternatives(Word.schedules))")
    /// `nil` is `none`.
    static let average = Option(
        "average", .average, default: nil, or: "none", aliases: ["averaging", "ema", "swa"],
        "how the weights are averaged: \(Word.alternatives(Word.averages))")
    /// `nil` is `none`.
    static let distill = Option(
        "distill", .teacher, default: nil, or: "none", aliases: ["distillation", "knowledge_distillation", "kd"],
        "a run whose outputs are followed beside the labels: `teacher(a)`")
    static let select = Option(
        "select", .choice, default: SelectedEpoch.last, aliases: ["choose", "keep_epoch"],
        "the epoch that the training comes to, with its weights: the last, or the best on the validation part (`split`)"
    )
    /// `nil` is `none`.
    static let patience = Option(
        "patience", .integer(1...1_000_000), default: nil, or: "none",
        aliases: [
            "early_stopping_patience", "n_iter_no_change", "early_stopping_rounds",
            "stopping_rounds",
        ],
        "epochs without a better one on the validation part (`split`), after which the training ends")
    static let views = Option(
        "views", .choice, default: AveragedViews.none, aliases: AveragedViews.aliases,
        "test-time augmentation of the epoch that the training comes to, not of the curve before it: the mean of the outputs for "
            + AveragedViews.help)
    static let precision = Option(
        "precision", .choice, default: Precision.float32, aliases: ["dtype", "amp"], "how numbers are stored")
    /// `nil` is `random`.
    static let seed = Option(
        "seed", .seed, default: 1, or: "random", aliases: ["random_state", "manual_seed"], "seed for all random numbers"
    )
    static let orderSeed = seed("orderseed", "seed for the order of images")
    static let initSeed = seed("initseed", "seed for the initial weights")
    static let augmentSeed = seed("augmentseed", "seed for augmentation")
    static let dropoutSeed = seed("dropoutseed", "seed for dropout")
    static let smoothing = Option(
        "smoothing", .decimal(0...1, excludesHighest: true), default: 0, aliases: ["label_smoothing"],
        "label smoothing: share of each label spread over all classes")
    static let classWeights = Option(
        "classweights", .classWeights, default: ClassWeights.equal, aliases: ["class_weight", "class_weights"],
        "what the loss of each class counts: numbers, one for each, or balanced (n / (classes * images of the class))")
    static let clip = Option(
        "clip", .positive, default: nil, or: "none", aliases: ["clip_grad_norm", "max_norm"],
        "gradient clipping: the largest norm of the gradient")
    /// `nil` is `all`.
    static let threads = Option(
        "threads", .integer(1...1024), default: nil, or: "all", aliases: ["num_threads"],
        "processor cores to use")
    static let from = Option(
        "from", .run, workedOut: "fresh weights", aliases: ["pretrained", "init_from", "weights", "initialize_from"],
        "a run whose weights it starts from, where name and shape agree")
    static let freeze = Option(
        "freeze", .any, workedOut: "what the layers say", aliases: ["frozen", "freeze_layers"],
        "layers that learn nothing, by their numbers in `summary`: 1...14")
    static let recipe = Option(
        "with", .any, workedOut: "no recipe", aliases: ["recipe"], "a `recipe`; options in the call take precedence")

    static let all: [any OptionDeclaration] = [
        epochs, batch, accumulate, lastBatch, optimizer, schedule, average, distill, select, patience, views, precision,
        seed, orderSeed, initSeed, augmentSeed, dropoutSeed, smoothing, classWeights, clip, from, freeze, threads,
        CommonOptions.log,
    ]
    /// What a recipe holds.
    static let ofRecipes: [any OptionDeclaration] = [CommonOptions.data] + all
    /// Of each training of a study, which sets the seeds itself.
    static let ofEachTraining = all.filter { !$0.parameter.label.hasSuffix("seed") }

    static let seedsOfRoles: [(role: SeedRole, option: Option<UInt64?>)] = [
        (.initialization, initSeed), (.order, orderSeed), (.augmentation, augmentSeed), (.dropout, dropoutSeed),
    ]

    private static func seed(_ label: String, _ help: String) -> Option<UInt64?> {
        Option(label, .seed, workedOut: "seed", help)
    }
}

enum SelectedEpoch: String, CaseIterable, Sendable {
    case last, best
}

/// Of an image that is measured, and what the mean of its outputs is taken over.
enum AveragedViews: String, CaseIterable, Sendable {
    case none, mirror, multicrop

    var views: Views? { Views(rawValue: rawValue) }

    static let aliases = ["tta", "test_time_augmentation", "tta_level", "test_augment"]
    static let help =
        "an image and its mirror image (mirror), or also for both moved by a pixel to two corners, which count half "
        + "(multicrop: six times the time)"
}

enum LastBatch: String, CaseIterable, Sendable {
    case keep, drop
}

extension Invocation {
    /// The options of a training. Its recipe, where there is one, has been put in before.
    func trainingOptions() throws(Diagnostic) -> TrainingOptions {
        var options = TrainingOptions()
        options.precision = self[TrainingOption.precision]
        options.passes = self[TrainingOption.epochs]
        options.dropsLastBatch = self[TrainingOption.lastBatch] == .drop
        options.batchSize = self[TrainingOption.batch]
        options.parts = self[TrainingOption.accumulate]
        guard options.parts <= options.batchSize else {
            throw fault(
                .outOfRange,
                "`accumulate: \(options.parts)` has more parts than a batch has images, \(options.batchSize)",
                at: place(TrainingOption.accumulate),
                fix: "`batch:` is the size of a whole step: write a larger one, or fewer parts")
        }
        if let optimizer = self[TrainingOption.optimizer] { options.optimizer = optimizer.options }
        if let schedule = self[TrainingOption.schedule] { options.schedule = schedule.schedule }
        if let minimum = options.schedule.minimum, minimum > options.schedule.highest(options.optimizer.learningRate) {
            throw fault(
                .outOfRange,
                "the schedule's `minimum: \(decimalText(minimum))` is above the learning rate, "
                    + decimalText(options.schedule.highest(options.optimizer.learningRate)),
                at: place(isGiven(TrainingOption.schedule) ? TrainingOption.schedule : TrainingOption.optimizer),
                fix: "`minimum:` is a learning rate, as `lr:` is")
        }
        options.averaging = self[TrainingOption.average]?.averaging
        options.teacher = self[TrainingOption.distill]?.teacher
        options.selection.isOfBest = self[TrainingOption.select] == .best
        options.selection.patience = self[TrainingOption.patience]
        options.views = self[TrainingOption.views].views
        if options.schedule.setsMomentum, !options.optimizer.hasMomentum {
            let text = OptimizerValue(options.optimizer).text
            let fix =
                switch options.optimizer.name {
                case "sgd", "rmsprop": "write `\(text.dropLast()), momentum: 0.9)`"
                case "muon": "give `muon` a `momentum:` above 0; 0.95 is its default"
                default: "give `\(options.optimizer.name)` a first number of `betas:` above 0; 0.9 is its default"
                }
            throw fault(
                .nothingToDo, "the schedule changes the optimizer's momentum, and `\(text)` has none",
                at: place(isGiven(TrainingOption.optimizer) ? TrainingOption.optimizer : TrainingOption.schedule),
                fix: fix)
        }
        options.gradient.labelSmoothing = self[TrainingOption.smoothing]
        options.classWeights = self[TrainingOption.classWeights]
        options.gradient.largestNorm = self[TrainingOption.clip]
        options.threads = self[TrainingOption.threads]
        options.seeds = Seeds(seed())
        for (role, option) in TrainingOption.seedsOfRoles {
            if let seed = self[option] { options.seeds[keyPath: role.path] = seed }
        }
        return options
    }

    /// `seed: random` draws one, prints it and so keeps the cell repeatable.
    private func seed() -> UInt64 {
        if let seed = self[TrainingOption.seed] { return seed }
        let seed = UInt64.random(in: 1...999_999_999)
        context.write("seed: \(seed)\n")
        return seed
    }

    /// Refuses what the environment asks for and the engine cannot do before anything is kept of a training.
    func checkEnvironment() throws {
        do throws(EngineError) { try EngineError.checkEnvironment() } catch {
            throw fault(.training, error.reason, fix: error.fix)
        }
        if let wrong = WorkerSetting.fault { throw fault(.training, wrong.reason, fix: wrong.fix) }
    }

    /// An error of a training at the word's subject.
    func fault(_ error: TrainingError) -> Stop {
        let isMeasured = arguments.word.parameter("on") === CommonOptions.measuredData.parameter
        switch error {
        case .cancelled: return context.interrupted(at: range)
        case .of(let model, _):
            let subject = arguments.rest.first {
                if case .model(let given) = $0.value { given.name == model } else { false }
            }
            return .fault(fault(.training, error.message, at: subject?.range ?? range, fix: error.fix))
        case .wrongInput(let network, let images) where isMeasured:
            return .fault(wrongImages(network, images, error.message))
        case .noImages(_, .validation) where isMeasured:
            return .fault(
                fault(
                    .training, error.message,
                    at: place(isGiven(CommonOptions.measuredData) ? CommonOptions.measuredData : CommonOptions.part),
                    fix:
                        "hold images out before the training: `let held = split(\(measuredName), 0.9)`, and train on `held`"
                ))
        case .noStep where isGiven(TrainingOption.epochs):
            return .fault(fault(.training, error.message, at: place(TrainingOption.epochs), fix: error.fix))
        default:
            let place = arguments.word.parameters.first.map { arguments.place($0) } ?? range
            return .fault(fault(.training, error.message, at: place, fix: error.fix))
        }
    }

    /// As the call has the data that a run is measured on.
    private var measuredName: String {
        if isGiven(CommonOptions.measuredData) { return context.source[place(CommonOptions.measuredData)] }
        let data = (try? run())?.data
        return data?.boundName ?? data?.expression ?? context.namesToType.names(of: .data).first ?? "data"
    }

    /// Images of another shape than a trained run takes: its network stays as it is.
    private func wrongImages(_ network: Shape, _ images: Shape, _ message: String) -> Diagnostic {
        let option = CommonOptions.measuredData
        let fits = network.channels == images.channels && !network.isFlat && isGiven(option)
        return fault(
            .training, message, at: place(option),
            fix: fits ? scaled(measuredName, to: network) : "leave `on:` out: a run has its own images")
    }

    /// How images become those of a network; those that were scaled already are scaled once, from what they were.
    private func scaled(_ data: String, to network: Shape) -> String {
        let size = network.height == network.width ? "\(network.height)" : "\(network.height)x\(network.width)"
        var whole = data
        while case .expression(let expression)? = parse(SourceText(whole)).statements.first?.kind,
            case .call(let call) = expression.kind, call.callee.text == "resize",
            let subject = call.arguments.first(where: { $0.label == nil || $0.label?.text == "data" })
        {
            whole = SourceText(whole)[subject.value.range]
        }
        if whole != data, case .object(let unscaled as DataValue)? = context.session.names[whole],
            unscaled.image == network
        {
            return "these are scaled; the images before fit: `on: \(whole)`"
        }
        return "scale the images: `on: resize(\(whole), \(size))`"
    }
}
