// Layers, optimizers and schedules of other libraries that no word matches exactly. A hint that offers the nearest word
// must say that it is a different function, and how it differs.

enum ForeignFunction {
    /// What to say of a name, however it is written: `nn.ReLU6`, `relu6`; `nil` for all others.
    static func text(_ name: String) -> String? {
        let plain = name.split(separator: ".").last.map { $0.lowercased().filter { $0 != "_" } } ?? ""
        if Vocabulary.word(plain) != nil { return nil }
        if let form = forms[plain] { return form }
        if let (word, difference) = nearest[plain] {
            return "`\(word)` is the nearest word, but another function: \(difference)"
        }
        if absent.contains(plain) {
            return "there is no such layer, and no word computes the same; `help layers` lists all"
        }
        return absentValues.contains(plain) ? "no word computes it; `help values` lists those for numbers" : nil
    }

    typealias Argument = (label: String?, text: String)

    /// What to say of a call whose arguments make it another function than the word of its name: `nn.PReLU(64)`.
    static func call(_ name: String, _ arguments: [Argument]) -> String? {
        let first = arguments.first { $0.label == nil }?.text
        func value(_ label: String) -> String? { arguments.first { $0.label == label }?.text ?? first }
        func has(_ label: String) -> Bool { arguments.contains { $0.label == label } }
        let numbers = arguments.filter { $0.label == nil && Double($0.text) != nil }.map(\.text)
        switch name.lowercased() {
        case "prelu":
            guard let slopes = value("num_parameters"), slopes != "1" else { return nil }
            return "write `prelu perchannel: true`: how many channels come in is inferred"
        case "layernorm":
            guard let shape = value("normalized_shape"), shape.contains(","), shape != "(1,)" else { return nil }
            return "`groupnorm 1` is the nearest word, but another function: it normalizes a whole image too, with a "
                + "scale and a shift for each channel, not for each value; `layernorm` goes over the channels at each place"
        case "batchnorm2d", "batchnorm1d":
            guard arguments.contains(where: { $0.label == "affine" && $0.text.lowercased() == "false" }) else {
                return nil
            }
            return "write `batchnorm scale: false, bias: false`: how many channels come in is inferred"
        case "instancenorm2d":
            guard arguments.contains(where: { $0.label == "affine" && $0.text.lowercased() == "true" }) else {
                return nil
            }
            return "write `instancenorm scale: true, bias: true`: how many channels come in is inferred"
        case "multiheadattention", "selfattention": return attention(name, arguments)
        case "crossentropyloss", "cross_entropy", "categoricalcrossentropy", "sparsecategoricalcrossentropy",
            "softmaxcrossentropyloss":
            return crossEntropy(arguments)
        case "labelsmoothingcrossentropy":
            return "write `smoothing: \(value("smoothing") ?? "0.1")` in `train`"
        case "clip_grad_norm_", "clip_grad_norm", "clip_by_global_norm":
            let given = arguments.first { $0.label == "max_norm" || $0.label == "clip_norm" }?.text
            let norm = given ?? arguments.filter { $0.label == nil }.dropFirst().first?.text ?? "1"
            return "write `clip: \(norm)` in `train`: the largest norm of the gradient"
        case "earlystopping", "earlystoppingcallback":
            let count = arguments.first { $0.label == "patience" }?.text ?? first
            let patience = count.flatMap { Int($0) } ?? 5
            let restores = arguments.contains { $0.label == "restore_best_weights" && $0.text.lowercased() == "true" }
            return
                "write `patience: \(max(1, patience))\(restores ? ", select: best" : "")` in `train`: it goes by the accuracy on the "
                + "validation part, then the loss there; `on: split(data, 0.9)` holds it out"
        case "modelcheckpoint":
            return
                "write `select: best` in `train`: it goes by the accuracy on the validation part, then the loss there; "
                + "`on: split(data, 0.9)` holds it out. Without it the weights of the last epoch are kept"
        case "fivecrop", "tencrop":
            return
                "`views: multicrop` of `train` and `evaluate` is the nearest, but another function: it moves an image by one "
                + "pixel, to two corners, and takes the mean of six outputs"
        case "softplus":
            guard let beta = value("beta"), Double(beta) != 1 else { return nil }
            return "`softplus` is the nearest word, but another function: its beta is 1"
        case "gelu":
            guard has("approximate") else { return nil }
            return "`gelu` is the nearest word, but another function: it is not approximated by tanh"
        case "load":
            guard let file = first?.filter({ $0 != "\"" }), file.hasSuffix(".npy") || file.hasSuffix(".npz") else {
                return nil
            }
            return file.hasSuffix("z")
                ? "write `arrays \"\(file)\"` where it holds images and labels"
                : "write `arrays \"x.npy\", \"y.npy\"` with the file of the images and that of the labels"
        case "exponentiallr":
            // The optimizer comes first, and a rate may have a name.
            let given = arguments.first { $0.label == "gamma" }?.text
            let second = arguments.filter { $0.label == nil }.dropFirst().first?.text
            let rate = given ?? second ?? numbers.last ?? "0.95"
            return "write `step(1, factor: \(rate))`, which is the same: a factor after each epoch"
        case "cosineannealinglr", "cosinelrscheduler", "cosinedecay":
            guard !arguments.isEmpty else { return nil }
            let labels = ["eta_min", "lr_min", "min_lr", "minimum"]
            let lowest = arguments.first { $0.label.map(labels.contains) ?? false }?.text
            return "write `cosine\(lowest.map { "(minimum: \($0))" } ?? "()")`: it falls over the whole training"
        case "separableconv2d", "depthwiseseparableconv", "separableconv":
            let width = arguments.first { ["filters", "out_channels"].contains($0.label) }?.text ?? first ?? "64"
            let kernel = arguments.first { $0.label == "kernel_size" }?.text ?? numbers.dropFirst().first
            let isSame = arguments.contains { $0.label == "padding" && $0.text.lowercased().contains("same") }
            let padding = kernel == nil ? "padding: 1, " : isSame ? "padding: same, " : ""
            let size = kernel.map { $0 == "3" ? "" : "kernel: \($0), " } ?? ""
            return
                "write `conv 32, \(size)\(padding)groups: 32; conv \(width), kernel: 1`, where 32 channels come in: one filter "
                + "for each of them, then \(width) that mix them"
        case "zeropad2d", "zeropadding2d":
            let padding = value("padding").flatMap { Int($0) } ?? 1
            return "write `padding: \(padding)` in the `conv` or the pool after it"
        case "tensordataset", "from_tensor_slices":
            return
                "save the arrays in Python, `np.savez(\"data.npz\", x=images, y=labels)`, and write `arrays \"data.npz\"`"
        case "cifar10", "cifar100", "mnist", "fashionmnist", "svhn":
            guard !arguments.isEmpty else { return nil }
            return "write `\(name.lowercased())()`: it has a training and a test part, and is downloaded once; "
                + "`from:` names a folder that holds its files"
        default: return ForeignAugmentation.call(name, arguments)
        }
    }

    /// `nn.MultiheadAttention(64, 8, dropout=0.1)`
    private static func attention(_ name: String, _ arguments: [Argument]) -> String? {
        // In the order of PyTorch's class, and of that of Keras.
        let places =
            name == "MultiHeadAttention"
            ? ["num_heads", "key_dim", "value_dim", "dropout", "use_bias"]
            : [
                "embed_dim", "num_heads", "dropout", "bias", "add_bias_kv", "add_zero_attn", "kdim", "vdim",
                "batch_first",
            ]
        var place = 0
        let given = arguments.map { argument in
            defer { if argument.label == nil { place += 1 } }
            let label = argument.label ?? (places.indices.contains(place) ? places[place] : nil)
            return (label: label, text: argument.text)
        }
        let named = ["num_heads", "nhead", "heads"]
        guard let heads = given.first(where: { $0.label.map(named.contains) ?? false })?.text else { return nil }
        let known = Set(named + ["embed_dim", "dim", "d_model", "hidden_size", "channels", "in_channels"])
        let leftOut = given.compactMap(\.label).filter { !known.contains($0) }.map { "`\($0)`" }
        return
            "write `attention heads: \(heads)`: how many channels come in is inferred, and all places of its input attend "
            + "to each other"
            + (leftOut.isEmpty ? "" : "; there is no option for \(leftOut.joined(separator: ", "))")
    }

    /// `nn.CrossEntropyLoss(label_smoothing=0.1)`
    private static func crossEntropy(_ arguments: [Argument]) -> String {
        func given(_ label: String) -> String? {
            arguments.first { $0.label == label }.flatMap { Double($0.text) == 0 || $0.text == "None" ? nil : $0.text }
        }
        let smoothing = given("label_smoothing").map { "`smoothing: \($0)`" }
        let weights = given("weight").map { $0.hasPrefix("[") ? "`classweights: \($0)`" : "`classweights:`" }
        let meant = [smoothing, weights].compactMap(\.self)
        return meant.isEmpty
            ? "leave it out: `train` minimizes the cross-entropy"
            : "write \(meant.joined(separator: " and ")) in `train`, which minimizes the cross-entropy"
                + (weights == "`classweights:`" ? "; it takes a list of numbers, one for each class" : "")
    }

    /// What to say of a network that other libraries have ready-made: `resnet18`, `mobilenet_v3_small`.
    static func network(_ name: String) -> String? {
        let plain = name.split(separator: ".").last.map { $0.lowercased().filter { $0 != "_" } } ?? ""
        guard networks.contains(where: plain.hasPrefix) else { return nil }
        return
            "no network comes ready-made: write it as a `model`, as docs/networks.md does with well-known ones; "
            + "`load \"weights.safetensors\", into: Net` takes weights that were saved elsewhere"
    }

    private static let networks = [
        "resnet", "wideresnet", "wrn", "resnext", "seresnet", "vgg", "densenet", "mobilenet", "efficientnet",
        "convnext", "shufflenet", "squeezenet", "googlenet", "inception", "alexnet", "regnet", "mnasnet", "swin",
        "deit",
    ]

    /// What to say of a name that is no value of an option without choices: `epochs: all`, `freeze: backbone`.
    static func value(_ name: String, of parameter: WordParameter) -> String? {
        if parameter === TrainingOption.freeze.parameter {
            return
                "layers are named by their numbers in `summary`: `freeze: 1...14`; in a model it is an option of the layer, "
                + "as in `conv 64, freeze: all`"
        }
        guard name == "all" || name == "auto" else { return nil }
        if name == "all", parameter.standardText == "all" {
            return "leave it out: all is what is taken where nothing is said"
        }
        if parameter === TrainingOption.batch.parameter, name == "all" {
            return "write how many images a step takes: with the number of all of them, an epoch is one step"
        }
        func written(_ text: String) -> String { parameter.isPositional ? text : "\(parameter.label): \(text)" }
        guard case .value = parameter.standard, let standard = parameter.standardText else {
            return parameter.sample.map { "write a value, as in `\(written($0))`" }
        }
        return "write a value: where nothing is said it is `\(written(standard))`"
    }

    /// What is usual where something is to be done that is not by default.
    static func usualValue(of parameter: WordParameter) -> String? { usual[parameter.label] }

    private static let usual = [
        "crop": "4", "zoom": "(0.5, 1)", "rotate": "15", "color": "0.4", "randaugment": "(2, 9)", "cutout": "8",
        "erase": "0.25", "mixup": "0.2", "cutmix": "1", "smoothing": "0.1", "clip": "1", "patience": "5",
        "views": "mirror", "select": "best", "classweights": "balanced", "average": "ema(0.999)",
    ]

    /// The member of a run that others call so, and whether it is the same.
    static func member(_ name: String) -> (name: String, isSame: Bool)? {
        switch name.lowercased().filter({ $0 != "_" }) {
        case "ece", "expectedcalibrationerror", "calibrationerror": ("calibration", true)
        case "f1score", "macrof1", "fscore": ("f1", true)
        case "precision", "recall": ("f1", false)
        case "acc", "testaccuracy", "testacc": ("accuracy", true)
        case "testloss": ("loss", true)
        case "top5accuracy", "top5acc", "acc5": ("top5", true)
        default: nil
        }
    }

    /// What to say of a measure that is none of the choices.
    private static func measure(_ text: String, among choices: [String]) -> String? {
        let plain = text.lowercased().filter { $0 != "_" }
        let (name, reason): (String, String?) =
            if let (name, isSame) = member(plain) {
                (
                    name,
                    isSame
                        ? nil
                        : "which is made of precision and recall; `confusion a` shows what each class is taken for"
                )
            } else {
                switch plain {
                case "auc", "rocauc", "auroc", "rocaucscore", "map", "averageprecision", "prauc":
                    ("f1", "the nearest that there is: it takes the likeliest class, and no other threshold")
                case "balancedaccuracy", "macroaccuracy", "mcc", "kappa", "cohenkappa":
                    ("f1", "the nearest that there is: each class counts alike, however many images it has")
                case "error", "errorrate", "top1error": ("accuracy", "which is 100 minus the error")
                case "top1", "top1accuracy", "acc1", "microf1": ("accuracy", nil)
                case "nll", "crossentropy", "logloss", "negativeloglikelihood": ("loss", nil)
                case "brier", "brierscore":
                    ("calibration", "the nearest that there is: how far confidence is from accuracy")
                default: ("", nil)
                }
            }
        guard choices.contains(name) else { return nil }
        return "write `\(name)`" + (reason.map { ", \($0)" } ?? "")
    }

    /// What to say of an option that no option of the word equals: `augment(data, vflip: true)`.
    static func option(_ name: String, of word: Word, taking value: String) -> String? {
        let plain = name.lowercased().filter { $0 != "_" }
        if word.result == .optimizer {
            if plain.hasPrefix("param") { return groups }
            if word.name == "muon", ["decayonly", "biasrate", "normbiasrate"].contains(plain) {
                return
                    "biases and norms are trained by `others:`: write `others: adamw(lr: 3e-4, weightdecay: 0.01, \(name): \(plain == "decayonly" ? "weights" : "2"))`"
            }
            if decayOptions.contains(plain) {
                return word.name == "muon"
                    ? "leave it out: `muon` trains no biases and norms"
                    : "write `decayonly: weights`: biases and norms then have no weight decay"
            }
        }
        return switch (word.name, plain) {
        case ("muon", "adjustlrfn"): "leave it out: the step is times `max(1, rows/columns)^0.5`, which is `original`"
        case ("onecycle", "cyclemomentum"), ("onecycle", "maxmomentum"), ("onecycle", "basemomentum"):
            "write `momentum: (0.95, 0.85)`: the highest and the lowest, which are PyTorch's; without it the momentum stays"
        case ("batchnorm", "affine"): "write `scale: false, bias: false`: the two are options of their own"
        case ("instancenorm", "affine"): "write `scale: true, bias: true`: the two are options of their own"
        case (_, "trainable"), (_, "requiresgrad"):
            word.labels.contains("freeze") && word.name != "scale"
                ? "write `freeze: all` in a layer that is not to learn, or `freeze: weights` where its bias is" : nil
        case (_, "restorebestweights"), (_, "savebestonly"), (_, "loadbestmodelatend"), (_, "keepbest"):
            word.labels.contains("select")
                ? "write `select: best`: the epoch that is best on the validation part, which `split` holds out" : nil
        case (_, "earlystopping"), (_, "earlystop"):
            word.labels.contains("patience")
                ? "write `patience: \(Int(value) ?? 5)`: after so many epochs without a better one on the validation part the training ends"
                : nil
        case (_, "steps"), (_, "maxsteps"), (_, "iterations"), (_, "maxiter"), (_, "numiterations"):
            word.labels.contains("epochs") && !word.labels.contains("steps")
                ? "a training is as long as its epochs, which may be a part of one: `epochs: 0.5`" : nil
        case (_, "loss"), (_, "criterion"), (_, "lossfn"), (_, "lossfunction"), (_, "lossfunc"):
            word.labels.contains("smoothing") ? loss(value) : nil
        case (_, "callbacks"), (_, "callback"):
            word.labels.contains("patience")
                ? "what callbacks do are options: `patience: 5` ends a training early, `select: best` takes the best epoch, "
                    + "`schedule: cosine` changes the learning rate, and every run is kept with its curve"
                : nil
        case (_, "monitor"):
            word.labels.contains("select")
                ? "leave it out: `select: best` and `patience:` go by the accuracy on the validation part, then the loss there"
                : nil
        case (_, "metrics"), (_, "metric"):
            word.labels.contains("epochs") && !word.labels.contains("measures")
                ? "leave it out: accuracy and loss are measured after each epoch, and `table a, measures: [accuracy, f1]` shows "
                    + "others" : nil
        case ("findlr", "with"), ("findlr", "recipe"):
            "give the options of the recipe that matter here: `batch:`, `optimizer:`, `clip:`"
        case ("attention", "dropout"), ("attention", "attndrop"), ("attention", "dropoutp"):
            "there is none inside of `attention`: `dropout 0.1` behind it zeroes what comes out"
        case ("attention", "embeddim"), ("attention", "dim"), ("attention", "dmodel"):
            "leave it out: the channels that come in are inferred"
        case ("attention", "batchfirst"), ("attention", "bias"), ("attention", "qkvbias"):
            "leave it out: `attention` has biases, and takes maps"
        case ("relu", "maxvalue"): "`relu6` has an upper bound, of 6"
        case ("instancenorm", "trackrunningstats"), ("instancenorm", "momentum"):
            "there are no running statistics: each image is normalized by its own"
        case ("augment", _): ForeignAugmentation.option(name)
        default: nil
        }
    }

    private static func loss(_ value: String) -> String {
        let plain = value.lowercased().filter { $0 != "_" }
        let only = "leave it out: `train` minimizes the cross-entropy"
        if plain.contains("focal") {
            return only + ", and no word computes another loss; `classweights: balanced` counts rare classes more"
        }
        if plain.contains("bce") || plain.contains("binary") {
            return only + " of the softmax, for which two classes are two outputs: `linear 2`"
        }
        if plain.contains("crossentropy") {
            // `loss: CrossEntropyLoss(label_smoothing: 0.1)`
            let behind = plain.firstRange(of: "smoothing").map { plain[$0.upperBound...] }
            let share = behind?.drop { $0 == ":" || $0 == "=" || $0 == " " }.prefix {
                $0.isNumber || ".e-".contains($0)
            }
            return share.flatMap {
                Double($0) == nil ? nil : "write `smoothing: \($0)`: `train` minimizes the cross-entropy"
            }
                ?? only
        }
        return only + ", and no word computes another loss"
    }

    /// What to say of a choice that no choice of the option equals: `padding: valid`, `precision: float16`.
    static func choice(_ name: String, of parameter: WordParameter) -> String? {
        switch (parameter.label, name.lowercased()) {
        case ("padding", "valid"): "write `padding: 0`"
        case ("select", "test"), ("select", "testaccuracy"), ("select", "test_accuracy"):
            "the epoch would be chosen by what it is judged by, and look better than it is: hold a validation part out, "
                + "`on: split(data, 0.9)`, and write `select: best`"
        case ("select", let text) where text.hasPrefix("val"):
            (text.contains("loss")
                ? "`best` is the nearest: it goes by the accuracy on the validation part, then the loss there"
                : "write `select: best`")
                + ", and `on: split(data, 0.9)` holds that part out"
        case ("select", "max"), ("select", "min"), ("select", "accuracy"), ("select", "loss"):
            "write `select: best`, which goes by the accuracy on the validation part, then the loss there; "
                + "`on: split(data, 0.9)` holds it out"
        case ("views", "tta"), ("views", "flip"), ("views", "hflip"), ("views", "mirrored"), ("views", "horizontal"):
            "write `views: mirror`"
        case ("views", "fivecrop"), ("views", "tencrop"), ("views", "crop"):
            "`multicrop` is the nearest, but another function: it moves an image by one pixel, to two corners"
        case ("randaugment", let text) where text.hasPrefix("rand"): randAugment(of: text)
        case ("measures", let text), ("y", let text), ("by", let text): measure(text, among: parameter.choices)
        case ("patience", "best"): "write `select: best`; `patience:` takes a number of epochs"
        case ("part", "best"): "leave it out: a run that was trained with `select: best` has the weights of that epoch"
        case ("init", _) where ForeignValue.initialization(name) != nil:
            ForeignValue.initialization(name).map { choice, difference in
                difference.map { "`\(choice)` is the nearest, but another distribution: \($0)" }
                    ?? "write `init: \(choice)`"
            }
        case ("init", "normal"), ("init", "trunc_normal"), ("init", "truncated_normal"), ("init", "lecun_normal"):
            "`kaiming` is normal with deviation sqrt(2 / fan in); no other is normal"
        case ("init", "uniform"), ("init", "lecun_uniform"): "`default` is uniform within 1 / sqrt(fan in)"
        case ("precision", "float16"), ("precision", "fp16"), ("precision", "half"), ("precision", "f16"):
            "`mixed` is the nearest, but another precision: its products are of bfloat16, not float16"
        case ("precision", "bfloat16"), ("precision", "bf16"):
            "`mixed` is the nearest, but another precision: only products are of bfloat16, and weights stay float32"
        case ("precision", "float64"), ("precision", "double"), ("precision", "fp64"):
            "`precise` is the nearest, but another precision: it stays float32, with smaller rounding errors"
        default: nil
        }
    }

    /// timm's `rand-m9-n2-mstd0.5-inc1`.
    private static func randAugment(of text: String) -> String {
        func number(_ letter: Character) -> Int? {
            text.split(separator: "-").lazy.compactMap { $0.first == letter ? Int($0.dropFirst()) : nil }.first
        }
        return
            "write `randaugment: (\(number("n") ?? 2), \(number("m") ?? 9))`, the operations for an image and their magnitude: they "
            + "are torchvision's, not timm's, and the magnitude is the same for each"
    }

    /// What PyTorch's groups of parameters are made for.
    static let groups =
        "leave it out: an optimizer has all parameters, and `decayonly: weights`, `biasrate:` and `normbiasrate:` set what "
        + "groups of them are made for"

    private static let decayOptions: Set<String> = [
        "noweightdecayonbias", "noweightdecay", "nodecay", "filterbiasandbn", "filterbiasandnorm", "biasdecay",
        "biasweightdecay", "normweightdecay", "weightdecaynorm", "weightdecaybias", "bypasswd",
    ]

    /// What one word alone does not say.
    private static let forms: [String: String] = {
        let gate =
            "write `multiply { gap; conv 4, kernel: 1; relu; conv 64, kernel: 1; sigmoid }`, with a width of its own in the "
            + "middle and the width of its input at the end"
        let factors =
            "write `scale 1e-6, learned: true` with what it begins with: the channels that come in are inferred"
        let encoder =
            "write `residual { layernorm; attention heads: 3 }; residual { layernorm; conv 768, kernel: 1; gelu; conv 192, "
            + "kernel: 1 }`, which is a block of ViT: places are tokens, and a `conv` of 1x1 is a linear layer on each"
        let mixer =
            "write `residual { layernorm; mixplaces 256; gelu; mixplaces 14x14 }; residual { layernorm; conv 2048, kernel: 1; "
            + "gelu; conv 512, kernel: 1 }`: the first mixes places, the second channels"
        func initial(_ choice: String) -> String {
            "write `init: \(choice)` in the `conv` or `linear` that begins so: `conv 64, init: \(choice)`"
        }
        let frozen =
            "write `freeze: all` in the layer: `conv 64, freeze: all`; `train` takes the layers by their numbers "
            + "in `summary`: `train Net, freeze: 1...14`"
        let f1 = "it belongs to a run: `a.f1` is the macro F1"
        let classes =
            "`a.f1` is made of precision and recall, and is the mean over the classes; `confusion a` shows what each class is "
            + "taken for"
        let calibration = "it belongs to a run: `a.calibration`"
        let padded = "`padding:` of `conv` is the nearest, but another function: it pads with zeros"
        let watching = "leave it out: `train` shows its curve, `plot a` draws it, and every run is kept: `runs`"
        func sameVariance(_ kind: String) -> String { "; it is of the same variance, but \(kind)" }
        return [
            "transformerencoderlayer": encoder, "transformerencoder": encoder, "transformer": encoder,
            "transformerblock": encoder, "encoderblock": encoder, "vit": encoder, "visiontransformer": encoder,
            "loaddigits":
                "save them in Python, `np.savez(\"digits.npz\", x=(d.images * 255 / 16).round().astype(np.uint8), y=d.target)` with "
                + "`d = load_digits()`, and write `arrays \"digits.npz\"`",
            "kmnist":
                "write `mnist(from: \"kmnist\")` with a folder that holds its files: they are of the format of MNIST's",
            "patchembed":
                "write `conv 192, kernel: 16, stride: 16`: each patch of 16x16 becomes a place of 192 channels",
            "patchembedding":
                "write `conv 192, kernel: 16, stride: 16`: each patch of 16x16 becomes a place of 192 channels",
            "clstoken": "leave it out: no word adds a token, and `gap` averages all places instead",
            "mixerblock": mixer, "mlpmixer": mixer,
            "layerscale": factors, "layerscale2d": factors,
            "kaimingnormal": initial("kaiming"), "xavieruniform": initial("xavier"),
            "orthogonal": initial("orthogonal"),
            "dirac": initial("dirac"), "eye": initial("dirac"), "zeros": initial("zeros"),
            "henormal":
                initial("kaiming") + "; it is of the same variance, but not cut off at two deviations",
            "glorotuniform": initial("xavier"),
            "kaiminguniform": initial("kaiming") + sameVariance("normal"),
            "heuniform": initial("kaiming") + sameVariance("normal"),
            "xaviernormal": initial("xavier") + sameVariance("uniform"),
            "glorotnormal": initial("xavier") + sameVariance("uniform"),
            "truncnormal":
                "no `init:` is a normal distribution of a given deviation; `kaiming` is one of sqrt(2 / fan in)",
            "normal": "no `init:` is a normal distribution of a given deviation; `kaiming` is one of sqrt(2 / fan in)",
            "requiresgrad": frozen, "freeze": frozen, "freezelayers": frozen,
            "unfreeze": "leave it out: layers learn unless `freeze:` says that they do not",
            "f1score": f1, "multiclassf1score": f1, "precision": classes, "recall": classes, "precisionscore": classes,
            "recallscore": classes, "classificationreport": classes, "precisionrecallfscoresupport": classes,
            "ece": calibration, "expectedcalibrationerror": calibration, "calibrationerror": calibration,
            "multiclassconfusionmatrix": "write `confusion a`",
            "focalloss": loss("focal"), "bcewithlogitsloss": loss("bce"), "bceloss": loss("bce"),
            "nllloss": loss("crossentropy"), "mseloss": loss(""),
            "syncbatchnorm": "write `batchnorm`: one process trains, so that its batches are whole",
            "convertsyncbatchnorm": "leave it out: one process trains, so that its batches are whole",
            "reflectionpad2d": padded, "replicationpad2d": padded,
            "se": gate, "selayer": gate, "semodule": gate, "seblock": gate, "squeezeexcitation": gate,
            "squeezeexcite": gate, "squeezeandexcitation": gate, "sqex": gate,
            "createmodel":
                "write the network as a `model`; `load \"weights.safetensors\", into: Net` takes weights that were saved elsewhere",
            "gradscaler": "leave it out: `train Net, precision: mixed` needs no scaled losses",
            "autocast": "write `precision: mixed` in `train`",
            "clipgradvalue":
                "`clip:` of `train` is the nearest, but another function: it limits the norm, not each value",
            "depthwiseconv2d": "write `conv 64, padding: 1, groups: 64`, where 64 channels come in",
            "tocategorical": "leave it out: labels are the places of their classes",
            "onehot": "leave it out: labels are the places of their classes",
            "imagedatagenerator": "write `augment data, flip: true, crop: 4`; `imagefolder \"photos\"` reads files",
            "weightedrandomsampler":
                "`classweights: balanced` of `train` is the nearest, but another function: it weighs losses, and draws images evenly",
            "softtargetcrossentropy":
                "leave it out: `train` takes the mixed labels that `mixup:` and `cutmix:` of `augment` make",
            "tensorboard": watching, "summarywriter": watching, "wandb": watching, "csvlogger": watching,
            "sam": "no word computes it: each step takes one gradient",
            "shampoo": "`muon` is the nearest, but another function",
            "sophia": "no word computes it; `help training` lists the optimizers",
        ]
    }()

    /// The nearest word, and what is different in it.
    static let nearest: [String: (word: String, difference: String)] = {
        let adam = "its update is computed in another way"
        let whole = "it zeroes single values, not whole channels"
        let images = "it goes over images of height and width"
        let steps = "the learning rate follows another curve"
        let restarts = "`restarts:` says how often it starts again, each time for an equal share of the training"
        let points = "it takes points: `polyline([(0, 1), (1, 0)])` falls evenly"
        return [
            "rrelu": ("leakyrelu", "its slope is fixed, not random"),
            "embedding": ("positionembedding", "it adds a learned map to its input, and looks nothing up"),
            "positionalencoding": ("positionembedding", "it is learned, and not made of sines"),
            "scaleddotproductattention": (
                "attention", "it also makes queries, keys and values of its input, and projects what comes out"
            ),
            "selu": ("elu", "SELU is 1.0507 · `elu 1.6733`"),
            "celu": ("elu", "the exponent is not divided by alpha; with alpha 1 they are equal"),
            "hardtanh": ("tanh", "it is not piecewise linear"), "softsign": ("tanh", "it nears 1 much faster"),
            "logsigmoid": ("sigmoid", "it takes no logarithm"),
            "logsoftmax": (
                "softmax", "it takes no logarithm; before the loss leave it out, `train` takes the log-softmax itself"
            ),
            "softmin": ("softmax", "it does not flip the signs"), "dropout1d": ("dropout", whole),
            "dropout2d": ("dropout", whole), "dropout3d": ("dropout", whole), "spatialdropout2d": ("dropout", whole),
            "featurealphadropout": ("dropout", whole),
            "alphadropout": ("dropout", "it zeroes values, and keeps no mean and variance"),
            "adaptivemaxpool1d": ("adaptivemaxpool", images), "adaptivemaxpool3d": ("adaptivemaxpool", images),
            "globalmaxpool1d": ("globalmaxpool", images), "globalmaxpooling1d": ("globalmaxpool", images),
            "lppool2d": ("avgpool", "it takes means, not powers"),
            "maxpool1d": ("maxpool", images), "maxpool3d": ("maxpool", images), "maxpooling1d": ("maxpool", images),
            "avgpool1d": ("avgpool", images), "avgpool3d": ("avgpool", images),
            "blurpool": ("avgpool", "all places of its window weigh the same"),
            "blurpool2d": ("avgpool", "all places of its window weigh the same"),
            "adaptiveavgpool1d": ("adaptiveavgpool", images), "adaptiveavgpool3d": ("adaptiveavgpool", images),
            "fractionalmaxpool2d": ("maxpool", "its windows are all of one size, not of random ones"),
            "batchrenorm": ("batchnorm", "it has no correction toward the running statistics"),
            "rmsnorm": ("layernorm", "it also takes the mean out, and adds a shift"),
            "instancenorm1d": ("instancenorm", images), "instancenorm3d": ("instancenorm", images),
            "localresponsenorm": ("batchnorm", "it normalizes over the batch, not over neighboring channels"),
            "lrn": ("batchnorm", "it normalizes over the batch, not over neighboring channels"),
            "nadam": ("adam", adam), "radam": ("adam", adam), "adamax": ("adam", adam), "adagrad": ("adam", adam),
            "adadelta": ("adam", adam), "lamb": ("adam", adam), "adabelief": ("adam", adam),
            "adafactor": ("adam", adam),
            "lars": ("sgd", adam), "rprop": ("sgd", adam), "lbfgs": ("sgd", adam),
            "onecyclelr": (
                "onecycle", "the momentum stays, unless `momentum: (0.95, 0.85)` changes it as PyTorch's does by itself"
            ),
            "sgdw": ("sgd", "its `weightdecay:` is added to the gradient, not taken from the weights apart"),
            "cosineannealingwarmrestarts": ("cosine", restarts), "cosinewarmrestarts": ("cosine", restarts),
            "cosinerestarts": ("cosine", restarts), "sgdr": ("cosine", restarts), "cycliclr": ("onecycle", steps),
            "linearlr": ("polyline", points), "lambdalr": ("polyline", points),
            "polynomiallr": ("polyline", points), "sequentiallr": ("polyline", points),
            "constantlr": ("constant", "it stays from the first step on"),
            "reducelronplateau": ("step", "the reductions come after a fixed number of epochs, whatever the loss"),
            "basicblock": ("residual", "it only adds its input, and its layers are yours to write"),
            "resblock": ("residual", "it only adds its input, and its layers are yours to write"),
            "bottleneck": ("residual", "it only adds its input, and its layers are yours to write"),
            "convtranspose2d": ("conv", "it makes maps smaller, not larger"),
            "conv1d": ("conv", images), "conv3d": ("conv", images),
        ]
    }()

    private static let absent: Set<String> = [
        "glu", "lstm", "gru", "rnn", "upsample", "pixelshuffle", "bilinear", "hardshrink", "softshrink", "tanhshrink",
        "threshold", "maxunpool",
        "maxunpool1d", "maxunpool2d", "maxunpool3d", "unpool", "unflatten",
    ]

    private static let absentValues: Set<String> = [
        "median", "std", "stdev", "var", "exp", "log", "log2", "log10", "pow", "sin", "cos", "mode", "quantile",
        "percentile", "cumsum", "argmax", "argmin", "prod",
    ]
}
