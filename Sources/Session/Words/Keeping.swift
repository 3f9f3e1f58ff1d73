// Words that keep what was made.

private let run = Parameter("run", .run, .workedOut("the last run"), isPositional: true, "the run")

let keepingWords: [Word] = [
    Word("runs", .keeping, "The runs that were kept", result: "a table", example: "runs"),
    Word(
        "save", .keeping, "Writes a run's weights",
        [
            run,
            Parameter("to", .text, isPositional: true, aliases: ["path", "file"], "a file that ends in .safetensors"),
        ],
        example: "save a, \"a.safetensors\"", aliases: ["dump", "torch.save", "checkpoint"]),
    Word(
        "load", .keeping, "Reads a run, or weights into a model",
        [
            Parameter("from", .text, isPositional: true, aliases: ["path", "file"], "the file"),
            Parameter("into", .model, .workedOut("the run's own model"), "the model that takes the weights"),
        ],
        result: "a run", example: "let a = load \"a.safetensors\"", aliases: ["load_state_dict", "torch.load"]),
    Word(
        "export", .keeping, "Writes a model as a PyTorch module",
        [
            Parameter("model", .model, .workedOut("the last model"), isPositional: true, "the model"),
            Parameter("to", .text, isPositional: true, "a file that ends in .py"),
        ],
        example: "export gap, \"gap.py\"", aliases: ["onnx", "to_torch"]),
    Word(
        "share", .keeping, "Packs an experiment so that another person can repeat it",
        [Parameter("to", .text, isPositional: true, "the file")], example: "share \"experiment.zip\"",
        aliases: ["publish"]),
]
