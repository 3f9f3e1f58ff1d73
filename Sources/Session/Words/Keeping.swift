// Words that keep what was made.

private let run = Parameter("run", .run, .workedOut("the last run"), isPositional: true, "the run")

private let trained = quickModel + "let a = train Net, on: data, epochs: 1\n"

let keepingWords: [Word] = [
    Word(
        "runs", .keeping, "The runs that were kept, of all sessions; `runs[\"gap seed 2\"]` is one of them",
        [
            Parameter(
                "what", .choice, .workedOut("the list"), isPositional: true, choices: ["clean", "export", "import"],
                "`clean` frees space: weights of unnamed runs, and checkpoints of finished ones; `export` and `import` carry "
                    + "results from machine to machine, without weights"),
            Parameter(
                "folder", .path, .workedOut("none"), isPositional: true, aliases: ["to", "from", "path", "dir"],
                "where `export` writes records, and `import` reads them: `runs export, \"results\"`"),
            Parameter("name", .text, .workedOut("any"), "only runs whose name has this in it"),
            Parameter("model", .text, .workedOut("any"), "only runs whose model has this in it"),
            Parameter(
                "state", .choice, .workedOut("any"),
                choices: ["done", "running", "interrupted", "stopped", "diverged"],
                "only these"),
            Parameter("since", .text, .workedOut("the first"), aliases: ["date", "after"], "a date: `\"2026-11-23\"`"),
            Parameter(
                "last", .integer(1...1_000_000), .value(.integer(50)), aliases: ["limit", "n", "first"],
                "at most so many, the newest"),
        ],
        result: .table, example: trained + "runs", aliases: ["history", "experiments", "ls"], shows: .unbound,
        .perform(listRuns)),
    Word(
        "save", .keeping, "Writes a run, weights and all, to a file that PyTorch reads as well",
        [
            run,
            Parameter("to", .path, isPositional: true, aliases: ["path", "file"], "a file that ends in .safetensors"),
        ],
        example: trained + "save a, \"a.safetensors\"", aliases: ["dump", "torch.save", "checkpoint"],
        .perform(saveRun)),
    Word(
        "load", .keeping, "Reads a run, or weights (also PyTorch's) into a model, which then has no epochs of its own",
        [
            Parameter(
                "from", .path, isPositional: true, aliases: ["path", "file"], "a file that ends in .safetensors"),
            Parameter("into", .model, .workedOut("the run's own model"), "the model that takes the weights"),
            Parameter(
                "names", .path, .workedOut("names that agree, or shapes that occur once"), aliases: ["map", "mapping"],
                "a JSON file of the model's names and the file's: `{\"0\": \"conv1\", \"2.weight\": \"fc.w\"}`"),
            Parameter(
                "strict", .boolean, .value(.boolean(true)),
                "whether tensors that the model does not have are an error; `false` leaves them out"),
        ],
        result: .run, example: trained + "save a, \"a.safetensors\"\nlet b = load \"a.safetensors\"",
        aliases: ["load_state_dict", "torch.load"], .perform(loadRun)),
    Word(
        "export", .keeping, "Writes a network for others: its PyTorch module, its weights, or both as ONNX",
        [
            Parameter(
                "model", .network, .workedOut("the last one"), isPositional: true, aliases: ["run", "net"],
                "the run, or for a module the model"),
            Parameter(
                "to", .path, isPositional: true, aliases: ["path", "file"],
                "a file that ends in .py, .safetensors or .onnx"),
        ],
        example: trained + "export Net, \"net.py\"\nexport a, \"a.onnx\"",
        aliases: ["onnx", "to_torch", "torch.onnx.export"], .perform(exportNetwork)),
    Word(
        "share", .keeping, "One line of text that makes a run again and says whether it came out the same",
        [
            run,
            Parameter(
                "digest", .text, .workedOut("shows the line"), "the first digits of the digest that must come out"),
            Parameter("data", .text, .workedOut("any"), "the first digits of its data's digest"),
            Parameter("engine", .integer(1...Int.max), .workedOut("this one"), "the engine that trained it"),
        ],
        result: .text, example: trained + "share a", aliases: ["publish", "reproduce"], shows: .unbound,
        takesLong: true, .perform(shareRun)),
]
