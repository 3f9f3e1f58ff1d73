// Layers, optimizers and schedules of other libraries that no word equals. A hint that offers the nearest word must say
// that it is another function, and how it differs.

enum ForeignFunction {
    /// What to say of a name, however it is written: `nn.ReLU6`, `relu6`; `nil` for all others.
    static func text(_ name: String) -> String? {
        let plain = name.split(separator: ".").last.map { $0.lowercased().filter { $0 != "_" } } ?? ""
        if Vocabulary.word(plain) != nil { return nil }
        if let (word, difference) = nearest[plain] {
            return "`\(word)` is the nearest word, but another function: \(difference)"
        }
        if absent.contains(plain) {
            return "there is no such layer, and no word computes the same; `help layers` lists all"
        }
        return absentValues.contains(plain) ? "no word computes it; `help values` lists those for numbers" : nil
    }

    /// What to say of an option that no option of the word equals: `augment(data, vflip: true)`.
    static func option(_ name: String, of word: Word) -> String? {
        switch (word.name, name.lowercased().filter { $0 != "_" }) {
        case ("augment", "vflip"), ("augment", "verticalflip"):
            "`flip:` is the nearest option, but another change: it mirrors left and right, not top and bottom"
        case ("augment", "rotate"), ("augment", "rotation"), ("augment", "jitter"), ("augment", "colorjitter"),
            ("augment", "brightness"), ("augment", "contrast"), ("augment", "hue"), ("augment", "saturation"):
            "there is no such change; options: \(word.labels.joined(separator: ", "))"
        default: nil
        }
    }

    /// What to say of a choice that no choice of the option equals: `padding: valid`, `precision: float16`.
    static func choice(_ name: String, of parameter: Parameter) -> String? {
        switch (parameter.label, name.lowercased()) {
        case ("padding", "valid"): "write `padding: 0`"
        case ("precision", "float16"), ("precision", "fp16"), ("precision", "half"), ("precision", "f16"):
            "`mixed` is the nearest, but another precision: its products are of bfloat16, not float16"
        case ("precision", "bfloat16"), ("precision", "bf16"):
            "`mixed` is the nearest, but another precision: only products are of bfloat16, and weights stay float32"
        case ("precision", "float64"), ("precision", "double"), ("precision", "fp64"):
            "`precise` is the nearest, but another precision: it stays float32, with smaller rounding errors"
        default: nil
        }
    }

    /// The nearest word, and what is different in it.
    static let nearest: [String: (word: String, difference: String)] = {
        let slope = "below zero it is a straight line of fixed slope"
        let smooth = "x · sigmoid(x), which is close to it but not equal"
        let places = "with one group it normalizes over the channels and all places of an image together"
        let channels = "with as many groups as channels it does the same, and learns a scale and a shift for each"
        let adam = "its update is computed in another way"
        let means = "it takes means, not the largest values; `maxpool` with windows that tile the map takes those"
        let whole = "it zeroes single values, not whole channels"
        let images = "it goes over images of height and width"
        let steps = "the learning rate follows another curve"
        return [
            "relu6": ("relu", "it has no upper bound of 6"), "prelu": ("leakyrelu", "its slope is fixed, not learned"),
            "rrelu": ("leakyrelu", "its slope is fixed, not random"), "elu": ("leakyrelu", slope),
            "selu": ("leakyrelu", slope), "celu": ("leakyrelu", slope), "mish": ("silu", smooth),
            "hardswish": ("silu", smooth),
            "softplus": ("relu", "it has a kink at zero"),
            "hardsigmoid": ("sigmoid", "it is not piecewise linear"),
            "hardtanh": ("tanh", "it is not piecewise linear"), "softsign": ("tanh", "it nears 1 much faster"),
            "logsigmoid": ("sigmoid", "it takes no logarithm"),
            "logsoftmax": (
                "softmax", "it takes no logarithm; before the loss leave it out, `train` takes the log-softmax itself"
            ),
            "softmin": ("softmax", "it does not turn the signs round"), "dropout1d": ("dropout", whole),
            "dropout2d": ("dropout", whole), "dropout3d": ("dropout", whole), "spatialdropout2d": ("dropout", whole),
            "featurealphadropout": ("dropout", whole),
            "alphadropout": ("dropout", "it zeroes values, and keeps no mean and variance"),
            "droppath": ("dropout", "it zeroes single values, not a whole branch"),
            "stochasticdepth": ("dropout", "it zeroes single values, not a whole branch"),
            "adaptivemaxpool": ("adaptiveavgpool", means), "adaptivemaxpool2d": ("adaptiveavgpool", means),
            "adaptivemaxpool1d": ("adaptiveavgpool", means), "adaptivemaxpool3d": ("adaptiveavgpool", means),
            "gmp": ("globalavgpool", means), "globalmaxpool": ("globalavgpool", means),
            "globalmaxpool1d": ("globalavgpool", means), "globalmaxpool2d": ("globalavgpool", means),
            "globalmaxpooling2d": ("globalavgpool", means), "lppool2d": ("avgpool", "it takes means, not powers"),
            "maxpool1d": ("maxpool", images), "maxpool3d": ("maxpool", images), "maxpooling1d": ("maxpool", images),
            "avgpool1d": ("avgpool", images), "avgpool3d": ("avgpool", images),
            "adaptiveavgpool1d": ("adaptiveavgpool", images), "adaptiveavgpool3d": ("adaptiveavgpool", images),
            "fractionalmaxpool2d": ("maxpool", "its windows are all of one size, not of random ones"),
            "batchrenorm": ("batchnorm", "it has no correction toward the running statistics"),
            "layernorm": ("groupnorm", places), "rmsnorm": ("groupnorm", places),
            "instancenorm": ("groupnorm", channels), "instancenorm2d": ("groupnorm", channels),
            "localresponsenorm": ("batchnorm", "it normalizes over the batch, not over neighboring channels"),
            "lrn": ("batchnorm", "it normalizes over the batch, not over neighboring channels"),
            "nadam": ("adam", adam), "radam": ("adam", adam), "adamax": ("adam", adam), "adagrad": ("adam", adam),
            "adadelta": ("adam", adam), "lion": ("adam", adam), "lamb": ("adam", adam),
            "muon": ("sgd", adam), "lars": ("sgd", adam), "rprop": ("sgd", adam), "lbfgs": ("sgd", adam),
            "onecyclelr": ("onecycle", "the momentum stays as it is, as with `cycle_momentum=False`"),
            "sgdw": ("sgd", "its `weightdecay:` is added to the gradient, not taken from the weights apart"),
            "cosineannealingwarmrestarts": ("cosine", "it has no restarts"),
            "cosinewarmrestarts": ("cosine", "it has no restarts"), "cosinerestarts": ("cosine", "it has no restarts"),
            "sgdr": ("cosine", "it has no restarts"), "cycliclr": ("onecycle", steps),
            "multisteplr": ("step", "the cuts are equally far apart"), "exponentiallr": ("step", steps),
            "linearlr": ("cosine", steps), "polynomiallr": ("cosine", steps),
            "reducelronplateau": ("step", "the cuts come after a fixed number of epochs, whatever the loss"),
            "basicblock": ("residual", "it only adds its input, and its layers are yours to write"),
            "resblock": ("residual", "it only adds its input, and its layers are yours to write"),
            "bottleneck": ("residual", "it only adds its input, and its layers are yours to write"),
            "convtranspose2d": ("conv", "it makes maps smaller, not larger"),
            "conv1d": ("conv", images), "conv3d": ("conv", images),
        ]
    }()

    private static let absent: Set<String> = [
        "glu", "embedding", "lstm", "gru", "rnn", "upsample", "pixelshuffle", "bilinear", "multiheadattention",
        "attention", "transformer", "hardshrink", "softshrink", "tanhshrink", "threshold", "maxunpool",
        "maxunpool1d", "maxunpool2d", "maxunpool3d", "unpool", "unflatten",
    ]

    private static let absentValues: Set<String> = [
        "median", "std", "stdev", "var", "exp", "log", "log2", "log10", "pow", "sin", "cos", "mode", "quantile",
        "percentile", "cumsum", "argmax", "argmin", "prod",
    ]
}
