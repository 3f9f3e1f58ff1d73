// Words that compare networks.

import Language

private let twoModels = "model A { input 3x32x32; flatten; linear 10 }\nmodel B { input 3x32x32; gap; linear 10 }\n"
private let dataOption = Parameter(
    "on", .data, .workedOut("the last data set"), aliases: ["data", "dataset"], "the data set")
private let seeds = Parameter(
    "seeds", .list, .workedOut("1...6"), aliases: ["seed"], "the seeds every model is trained with")
private let smallData = "let data = take(synthetic(), 64, test: 32)\n"
private let recipes = Parameter(
    "with", .any, .workedOut("no recipe"), aliases: ["recipe", "recipes"], "a recipe, or a list of them")

/// Of each training; the seeds are the study's.
private let eachTraining = trainingOptions.filter { !$0.label.hasSuffix("seed") }

let comparingWords: [Word] = [
    Word(
        "diff", .comparing, "Whether two models compute the same function, and why",
        [
            Parameter("models", .model, isRest: true, "two models"),
            Parameter("to", .path, .workedOut("no file"), "a file that it is written to as well"),
        ],
        result: .proof, example: twoModels + "diff A, B", aliases: ["equivalent", "same", "equal"],
        shows: .always, .perform(diffModels)),
    Word(
        "lint", .comparing, "Layers and parameters without effect",
        [Parameter("model", .model, .workedOut("the last model"), isPositional: true, "the model")],
        result: .table, example: twoModels + "lint B", aliases: ["check", "advise"], shows: .always,
        .perform(lintModel)),
    Word(
        "compare", .comparing, "Trains models over several seeds and says which is better",
        [
            Parameter("models", .model, .workedOut("the last model"), isRest: true, "the models"), dataOption, seeds,
            recipes,
            Parameter(
                "within", .decimal(0...100), .value(.decimal(0.5)), "the margin in points that makes no difference"),
            Parameter(
                "until", .choice, .workedOut("the seeds are done"), choices: ["decided"],
                "look at 6, 12 and 24 seeds, and end where it is decided"),
            Parameter("force", .boolean, .value(.boolean(false)), "train both even where they are proven the same"),
            Parameter("keep", .boolean, .value(.boolean(false)), "keep the weights"),
            Parameter("fresh", .boolean, .value(.boolean(false)), "retrain instead of loading from the run store"),
        ] + eachTraining,
        result: .study,
        example: twoModels + smallData + "let study = compare A, B, on: data, epochs: 1, seeds: 1...2",
        aliases: ["study", "ttest", "benchmark_models"], shows: .unbound, takesLong: true, .perform(compareModels)),
    Word(
        "more", .comparing, "Adds seeds to a study",
        [
            Parameter("study", .study, .workedOut("the last study"), isPositional: true, "the study"),
            Parameter(
                "seeds", .integer(1...1_000), .workedOut("what is missing, the next look, or 6"), isPositional: true,
                "how many"),
            Parameter(
                "log", .choice, .value(.string("auto")), choices: ["auto", "bar", "lines", "none"],
                "how progress is shown"),
        ],
        result: .study,
        example: twoModels + smallData
            + "let study = compare A, B, on: data, epochs: 1, seeds: 1...2\nlet larger = more study, 1",
        shows: .unbound, takesLong: true, .perform(moreSeeds)),
    Word(
        "variance", .comparing, "Which kind of randomness the spread comes from",
        [
            Parameter("model", .model, .workedOut("the last model"), isPositional: true, "the model"), dataOption,
            Parameter(
                "roles", .list, .workedOut("all"), choices: ["init", "order", "augment", "dropout"], "the kinds to try"),
            seeds,
            Parameter(
                "with", .any, .workedOut("no recipe"), aliases: ["recipe"],
                "a `recipe`; options at the call win over it"),
            Parameter("fresh", .boolean, .value(.boolean(false)), "retrain instead of loading from the run store"),
        ] + eachTraining,
        result: .variances,
        example: twoModels + smallData + "variance A, on: data, roles: [init, order], seeds: 1...2, epochs: 1",
        shows: .unbound, takesLong: true, .perform(varianceOfModel)),
]
