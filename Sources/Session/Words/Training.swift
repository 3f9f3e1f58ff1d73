// Words that train, and what they train with.

import Engine
import Experiments
import Language
import Network

private let positive = Parameter.Kind.decimal(0...Double.infinity, excludesLowest: true)
private let notNegative = Parameter.Kind.decimal(0...Double.infinity)

private func learningRate(_ standard: Double) -> Parameter {
    Parameter(
        "lr", positive, .value(.decimal(standard)), isPositional: true,
        aliases: ["learning_rate", "rate", "alpha", "eta"], "learning rate")
}

private func decay(_ standard: Double) -> Parameter {
    Parameter(
        "weightdecay", notNegative, .value(.decimal(standard)), aliases: ["weight_decay", "decay", "l2", "wd"],
        "weight decay")
}

private let betas = Parameter(
    "betas", .list, .value(.tuple(Items([.decimal(0.9), .decimal(0.999)]))), aliases: ["beta"],
    "decay of the first and second moments")
private let eps = Parameter(
    "eps", positive, .value(.decimal(1e-8)), aliases: ["epsilon"], "added to the root of the second moment")

private func seed(_ label: String, _ help: String) -> Parameter {
    Parameter(label, .integer(0...Int.max), .workedOut("seed"), help)
}

private let dataOption = Parameter(
    "on", .data, .workedOut("the last data set"), aliases: ["data", "dataset", "train_loader"], "the data set")

private let measuredData = Parameter(
    "on", .data, .workedOut("the run's own"), aliases: ["data", "dataset"], "the data set")

private let partOption = Parameter(
    "part", .choice, .value(.string("test")), choices: ["test", "validation", "training"],
    aliases: ["split", "subset"],
    "of the data set")

private let logOption = Parameter(
    "log", .choice, .value(.string("auto")), choices: ["auto", "bar", "lines", "none"],
    aliases: ["verbose", "progress"], "how progress is shown")

/// What `train` and `recipe` share.
let trainingOptions: [Parameter] = [
    Parameter(
        "epochs", .integer(1...1_000_000), .value(.integer(10)),
        aliases: ["epoch", "num_epochs", "n_epochs", "max_epochs"], "how often every image is seen"),
    Parameter(
        "batch", .integer(1...1_000_000), .value(.integer(64)), aliases: ["batch_size", "batchsize", "bs"],
        "images a step"),
    Parameter(
        "optimizer", .optimizer, .workedOut("adam(lr: 1e-3)"), aliases: ["optim", "opt"],
        "`sgd`, `adam` or `adamw` with its options"),
    Parameter(
        "schedule", .schedule, .workedOut("constant"),
        aliases: ["scheduler", "lr_scheduler"],
        "how the learning rate changes: `constant`, `step`, `cosine` or `onecycle`"),
    Parameter(
        "precision", .choice, .value(.string("float32")), choices: ["float32", "precise", "mixed"],
        aliases: ["dtype", "amp"], "how numbers are stored"),
    Parameter(
        "seed", .integer(0...Int.max), .value(.integer(1)), choices: ["random"],
        aliases: ["random_state", "manual_seed"], "of every random number"),
    seed("orderseed", "of the order of images"),
    seed("initseed", "of the first weights"),
    seed("augmentseed", "of augmentation"),
    seed("dropoutseed", "of dropout"),
    Parameter(
        "smoothing", .decimal(0...1, excludesHighest: true), .value(.integer(0)), aliases: ["label_smoothing"],
        "share of each label spread over all classes"),
    Parameter(
        "clip", positive, .value(.string("none")), choices: ["none"], aliases: ["clip_grad_norm", "max_norm"],
        "largest norm of the gradient"),
    Parameter(
        "threads", .integer(1...1024), .value(.string("all")), choices: ["all"],
        aliases: ["num_threads", "workers", "num_workers"], "processor cores to use"),
    logOption,
]

let quickModel =
    "model Net { input 3x32x32; conv 8, stride: 4; relu; flatten; linear 10 }\nlet data = take(synthetic(), 64, test: 32)\n"

let trainingWords: [Word] = [
    Word(
        "train", .training, "Trains a model on a data set",
        [
            Parameter(
                "model", .model, .workedOut("the last model"), isPositional: true, aliases: ["net", "network"],
                "the model"), dataOption,
        ]
            + trainingOptions + [
                Parameter(
                    "with", .any, .workedOut("no recipe"), aliases: ["recipe"],
                    "a `recipe`; options at the call win over it"),
                Parameter("fresh", .boolean, .value(.boolean(false)), "retrain instead of loading from the run store"),
            ],
        result: "a run",
        example: quickModel + "let a = train Net, on: data, epochs: 1, batch: 32, optimizer: adam(lr: 1e-3), seed: 1",
        aliases: ["fit", "learn", "trainer"], shows: .unbound, takesLong: true, .perform(trainModel)),
    Word(
        "resume", .training, "Goes on with a run that was interrupted, or for more epochs",
        [
            Parameter("run", .run, .workedOut("the last run"), isPositional: true, "the run"),
            Parameter("epochs", .integer(1...1_000_000), .workedOut("what is left"), "epochs in all"),
            logOption,
        ],
        result: "a run", example: quickModel + "let a = train Net, on: data, epochs: 1\nlet b = resume a, epochs: 2",
        aliases: ["continue", "extend", "restart"], shows: .unbound, takesLong: true, .perform(resumeRun)),
    Word(
        "evaluate", .training, "Accuracy and loss of a run on the test images, or on another part of the data",
        [
            Parameter("run", .run, .workedOut("the last run"), isPositional: true, aliases: ["model"], "the run"),
            measuredData,
            partOption,
            Parameter(
                "batch", .integer(1...1_000_000), .value(.integer(256)), aliases: ["batch_size"], "images at a time"),
        ],
        result: "accuracy and loss",
        example: quickModel + "let a = train Net, on: data, epochs: 1\nevaluate a, on: data",
        aliases: ["test", "eval", "validate", "score"], shows: .unbound, takesLong: true, .perform(evaluateRun)),
    Word(
        "predict", .training, "Class and probability of images",
        [
            Parameter("run", .run, .workedOut("the last run"), isPositional: true, "the run"), measuredData,
            Parameter(
                "first", .integer(1...1_000_000), .value(.integer(10)), aliases: ["count", "n", "limit"],
                "how many images"), partOption,
        ],
        result: "a table",
        example: quickModel + "let a = train Net, on: data, epochs: 1\npredict a, on: data, first: 5",
        aliases: ["infer", "forward"], .perform(predictImages)),
    Word(
        "recipe", .training, "Options of `train` under one name", trainingOptions, result: "a recipe",
        example: "let fast = recipe(epochs: 2, optimizer: adam(lr: 1e-3))", aliases: ["config"],
        .perform { call in
            .object(
                RecipeValue(
                    trainingOptions.compactMap { parameter in
                        guard call.arguments.isGiven(parameter.label) else { return nil }
                        return call.arguments[parameter.label].map { (parameter, $0) }
                    }))
        }),
    Word(
        "sgd", .training, "Stochastic gradient descent with momentum: `torch.optim.SGD`",
        [
            learningRate(0.01),
            Parameter(
                "momentum", .decimal(0...1, excludesHighest: true), .value(.integer(0)), aliases: ["mom"],
                "share of the last step that is kept"),
            Parameter("nesterov", .boolean, .value(.boolean(false)), "look ahead"),
            decay(0),
        ],
        result: "an optimizer", example: "print sgd(lr: 0.1, momentum: 0.9)",
        .perform { call in
            let arguments = call.arguments
            return .object(
                OptimizerValue(
                    .sgd(
                        learningRate: arguments.decimal("lr") ?? 0.01, momentum: arguments.decimal("momentum") ?? 0,
                        weightDecay: arguments.decimal("weightdecay") ?? 0,
                        isNesterov: arguments.boolean("nesterov") ?? false)))
        }),
    Word(
        "adam", .training, "Adam: `torch.optim.Adam`", [learningRate(1e-3), betas, eps, decay(0)],
        result: "an optimizer", example: "print adam(lr: 1e-4)",
        .perform { try adam($0, isDecoupled: false) }),
    Word(
        "adamw", .training, "Adam with decoupled weight decay: `torch.optim.AdamW`",
        [learningRate(1e-3), betas, eps, decay(0.01)], result: "an optimizer", example: "print adamw(lr: 1e-4)",
        .perform { try adam($0, isDecoupled: true) }),
    Word(
        "constant", .training, "A learning rate that stays", result: "a schedule", example: "print constant()",
        .perform { _ in .object(ScheduleValue(.constant)) }),
    Word(
        "step", .training, "A learning rate that is cut every so many epochs: `StepLR`",
        [
            Parameter(
                "every", .integer(1...1_000_000), isPositional: true, aliases: ["step_size"], "epochs between the cuts"),
            Parameter("factor", .decimal(0...1), .value(.decimal(0.1)), aliases: ["gamma"], "what is left at each cut"),
        ],
        result: "a schedule", example: "print step(every: 10)", aliases: ["StepLR"],
        .perform { call in
            .object(
                ScheduleValue(
                    .step(
                        every: call.arguments.integer("every") ?? 1, factor: call.arguments.decimal("factor") ?? 0.1)))
        }),
    Word(
        "cosine", .training, "A learning rate that falls along a cosine: `CosineAnnealingLR`",
        [Parameter("warmup", .integer(0...1_000_000), .value(.integer(0)), "epochs of rise before")],
        result: "a schedule", example: "print cosine()", aliases: ["CosineAnnealingLR"],
        .perform { .object(ScheduleValue(.cosine(warmup: $0.arguments.integer("warmup") ?? 0))) }),
    Word(
        "onecycle", .training,
        "A learning rate that rises once and falls, as `OneCycleLR`'s with `cycle_momentum=False`: the momentum stays",
        [Parameter("peak", positive, .workedOut("lr"), aliases: ["max_lr"], "the highest learning rate")],
        result: "a schedule", example: "print onecycle()",
        .perform { .object(ScheduleValue(.oneCycle(peak: $0.arguments.decimal("peak")))) }),
    Word(
        "findlr", .training, "Tries learning rates and shows the loss of each; `plot` takes what it found",
        [
            Parameter("model", .model, .workedOut("the last model"), isPositional: true, "the model"), dataOption,
            Parameter("from", positive, .value(.decimal(1e-5)), aliases: ["start_lr", "min_lr"], "the first rate"),
            Parameter("to", positive, .value(.integer(10)), aliases: ["end_lr", "max_lr"], "the last rate"),
            Parameter("steps", .integer(10...100_000), .value(.integer(200)), aliases: ["num_iter"], "training steps"),
        ] + trainingOptions.filter { !["epochs", "schedule", "log"].contains($0.label) },
        result: "a search for a learning rate", example: quickModel + "findlr Net, on: data, steps: 20",
        aliases: ["lr_find", "lrfinder"], shows: .unbound, takesLong: true, .perform(findLearningRate)),
]

private func adam(_ call: Invocation, isDecoupled: Bool) throws -> Value {
    let arguments = call.arguments
    let (beta1, beta2) = try moments(call)
    return .object(
        OptimizerValue(
            .adam(
                learningRate: arguments.decimal("lr") ?? 1e-3, beta1: beta1, beta2: beta2,
                epsilon: arguments.decimal("eps") ?? 1e-8,
                weightDecay: arguments.decimal("weightdecay") ?? (isDecoupled ? 0.01 : 0), isDecoupled: isDecoupled)))
}

/// `betas: (0.9, 0.999)`: two numbers from 0 to below 1.
private func moments(_ call: Invocation) throws -> (Double, Double) {
    let values: [Value]
    switch call.arguments["betas"] {
    case .list(let items)?, .tuple(let items)?: values = items.values
    default: values = []
    }
    let numbers = values.compactMap(\.number).filter { $0 >= 0 && $0 < 1 }
    guard values.count == 2, numbers.count == 2 else {
        throw call.fault(
            .outOfRange, "`betas:` takes two numbers that are at least 0 and below 1",
            at: call.arguments.place("betas"),
            fix: "`betas: (0.9, 0.999)`")
    }
    return (numbers[0], numbers[1])
}
