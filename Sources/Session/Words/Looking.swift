// Words that show something. They always show, wherever they stand.

import Language
import Network

private let net = "model Net { input 3x32x32; conv 8; relu; flatten; linear 10 }\n"
private let quickRun = net + "let data = take(synthetic(), 64, test: 32)\nlet a = train Net, on: data, epochs: 1\n"
private let model = Parameter(
    "model", .model, .workedOut("the last model"), isPositional: true, aliases: ["net"], "the model")
private let run = Parameter("run", .run, .workedOut("the last run"), isPositional: true, "the run")
private let to = Parameter(
    "to", .path, .workedOut("no file"), aliases: ["file", "path", "save", "filename"],
    "a file that it is written to as well")
private let form = Parameter(
    "as", .choice, .workedOut("table"), choices: ["latex", "markdown", "csv", "json", "html"], "show this form as text")
private let part = Parameter(
    "part", .choice, .value(.string("test")), choices: ["training", "validation", "test"], "which of its images")
private let imageCount = Parameter(
    "count", .integer(1...400), .value(.integer(20)), aliases: ["n", "num", "rows"], "how many images")
private let dataOption = Parameter("on", .data, .workedOut("the run's own"), "the data set")

let lookingWords: [Word] = [
    Word(
        "print", .looking, "Writes values, separated by spaces",
        [Parameter("values", .any, isRest: true, "what is written")],
        example: "print \"two and two are\", 2 + 2", aliases: ["println", "echo", "puts", "display", "console.log"],
        .perform { call in
            let text = call.arguments.rest.map(\.value.text).joined(separator: " ")
            call.context.write(text + "\n")
            return .nothing
        }),
    Word(
        "summary", .looking, "The layers of a model with their output shapes and parameters", [model, to],
        result: .table,
        example: net + "summary Net", aliases: ["torchsummary", "describe", "modelsummary", "info"],
        .perform { call in
            let (model, architecture) = try call.architecture()
            let rich = SummaryReport.rich(architecture, title: model.name)
            try call.writeFile(rich)
            call.context.show(rich)
            if let notes = LintReport.short(architecture) { call.context.show(notes) }
            return .object(ShownValue(rich))
        }),
    Word(
        "diagram", .looking, "A picture of a model's layers; of two models with their differences marked",
        [Parameter("models", .model, .workedOut("the last model"), isRest: true, "one model or two"), to],
        result: .picture, example: net + "diagram Net", aliases: ["draw", "plot_model"], .perform(showDiagram)),
    Word(
        "table", .looking, "Runs side by side, a study, or plain lists",
        [
            Parameter("values", .any, .workedOut("the last run"), isRest: true, "runs, a study, or lists"), to, form,
            Parameter(
                "by", .text, .workedOut("as given"), aliases: ["sort", "sortby", "orderby"],
                "the column that sorts the rows: \"accuracy\" from high to low, others from low to high"),
            Parameter("details", .boolean, .value(.boolean(false)), aliases: ["full", "verbose"], "all of a study"),
            Parameter("digest", .boolean, .value(.boolean(false)), "add the SHA-256 of each run's weights"),
        ],
        result: .table, example: quickRun + "table a", aliases: ["DataFrame", "tabulate"], .perform(showTable)),
    Word(
        "plot", .looking,
        "Curves and other plots of runs, a study, a search for a learning rate, plain lists or schedules",
        [
            Parameter(
                "values", .any, .workedOut("the last run"), isRest: true,
                "runs, lists of runs (their mean and spread), a study, what `findlr` found, lists of numbers, or schedules"
            ),
            Parameter(
                "y", .choice, .value(.string("accuracy")), choices: ["accuracy", "loss", "trainaccuracy", "trainloss"],
                "what goes up"),
            Parameter(
                "x", .choice, .value(.string("epoch")), choices: ["epoch", "time", "parameters", "operations"],
                "what goes to the right"),
            Parameter(
                "kind", .choice, .workedOut("by what is shown"),
                choices: ["curves", "dots", "bars", "scatter", "histogram", "differences", "classes"],
                aliases: ["type", "style"],
                "which kind of plot; the last two are of a study. By default scatter with `x: parameters` or `operations`, dots of a "
                    + "study without `x:` and `train: true`, else curves"),
            Parameter("train", .boolean, .value(.boolean(false)), "show the training's curves as well, dashed"),
            Parameter(
                "epochs", .integer(1...100_000), .workedOut("enough to see"), "how long a schedule is shown"),
            Parameter("title", .text, .workedOut("what it shows"), aliases: ["suptitle"], "the line above it"),
            Parameter("xlabel", .text, .workedOut("what it is"), aliases: ["xtitle"], "the horizontal axis"),
            Parameter("ylabel", .text, .workedOut("what it is"), aliases: ["ytitle"], "the vertical axis"), to,
        ],
        result: .picture, example: quickRun + "plot a, y: loss", aliases: ["plt", "graph", "chart", "plt.plot"],
        .perform(showPlot)),
    Word(
        "show", .looking, "Images of a data set with their classes, or a run's filters and activations",
        [
            Parameter(
                "what", .any, .workedOut("the last data set"), isPositional: true,
                "a data set, or a run: the filters of its first convolution"),
            Parameter("layer", .integer(1...10_000), .workedOut("none"), "what this layer of a run makes of an image"),
            Parameter("image", .integer(0...10_000_000), .value(.integer(0)), "which test image"), dataOption,
            Parameter(
                "count", .integer(1...400), .workedOut("20"), aliases: ["n", "num", "rows"],
                "how many images, filters or channels"), to,
        ],
        result: .picture, example: "show synthetic()", aliases: ["imshow", "imgrid", "make_grid"],
        .perform(showImages)),
    Word(
        "confusion", .looking, "The confusion matrix of a run", [run, dataOption, part, to],
        result: .picture, example: quickRun + "confusion a", aliases: ["confusion_matrix"], .perform(showConfusion)),
    Word(
        "mistakes", .looking, "Misclassified images, most confident first", [run, dataOption, part, imageCount, to],
        result: .picture, example: quickRun + "mistakes a", .perform(showMistakes)),
    Word(
        "flips", .looking, "The images that two runs see differently",
        [Parameter("runs", .run, isRest: true, "two runs"), dataOption, part, imageCount, to], result: .picture,
        example: quickRun + "flips a, a", .perform(showFlips)),
    Word(
        "cam", .looking, "Which parts of images decide: Grad-CAM",
        [
            run, dataOption, part,
            Parameter("count", .integer(1...64), .value(.integer(8)), aliases: ["n", "num"], "how many images"), to,
        ],
        result: .picture, example: quickRun + "cam a", aliases: ["gradcam", "grad_cam"],
        .perform(showClassActivations)),
    Word(
        "profile", .looking, "How long every layer takes in a training step, against the machine's peak",
        [
            model,
            Parameter(
                "batch", .integer(1...1_000_000), .value(.integer(64)), aliases: ["batch_size", "batchsize", "bs"],
                "images a step"),
            Parameter(
                "threads", .integer(1...1024), .value(.string("all")), choices: ["all"], "processor cores to use"), to,
        ],
        result: .table, example: net + "profile Net, batch: 16", aliases: ["benchmark", "timeit"],
        takesLong: true, .perform(profileModel)),
    Word(
        "help", .looking, "What a word does, or the list of all words",
        [Parameter("word", .word, .workedOut("all"), isPositional: true, "the name of a word or of a group: `layers`")],
        example: "help conv", aliases: ["man", "doc", "dir"],
        .perform { call in
            let name = call.arguments.text("word")
            guard let page = HelpText.page(name) else {
                throw call.context.faults.unknownName(
                    name ?? "", at: call.arguments.place("word"), among: Keyword.all.map(\.name))
            }
            let isMarked = call.context.source[call.range].contains("?")
            if isMarked { call.context.page(page) } else { call.context.show(page) }
            return .nothing
        }),
]
