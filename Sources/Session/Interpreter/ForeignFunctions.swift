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
        return absent.contains(plain)
            ? "there is no such layer, and no word computes the same; `help layers` lists all" : nil
    }

    /// The nearest word, and what is different in it.
    private static let nearest: [String: (word: String, difference: String)] = {
        let slope = "below zero it is a straight line of fixed slope"
        let smooth = "x · sigmoid(x), which is close to it but not equal"
        let batch = "it normalizes each channel over the batch, not over one image"
        let adam = "its update is computed in another way"
        let means = "it takes means, not the largest values; `maxpool` with windows that tile the map takes those"
        let whole = "it zeroes single values, not whole channels"
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
            "globalmaxpool": ("globalavgpool", means), "globalmaxpool2d": ("globalavgpool", means),
            "globalmaxpooling2d": ("globalavgpool", means), "lppool2d": ("avgpool", "it takes means, not powers"),
            "groupnorm": ("batchnorm", batch), "layernorm": ("batchnorm", batch), "instancenorm": ("batchnorm", batch),
            "instancenorm2d": ("batchnorm", batch), "rmsnorm": ("batchnorm", batch),
            "localresponsenorm": ("batchnorm", "it normalizes over the batch, not over neighboring channels"),
            "lrn": ("batchnorm", "it normalizes over the batch, not over neighboring channels"),
            "nadam": ("adam", adam), "radam": ("adam", adam), "adamax": ("adam", adam), "adagrad": ("adam", adam),
            "adadelta": ("adam", adam), "rmsprop": ("adam", adam), "lion": ("adam", adam), "lamb": ("adam", adam),
            "muon": ("sgd", adam), "lars": ("sgd", adam), "rprop": ("sgd", adam), "lbfgs": ("sgd", adam),
            "onecyclelr": ("onecycle", "the momentum stays as it is, as with `cycle_momentum=False`"),
            "cosineannealingwarmrestarts": ("cosine", "it has no restarts"), "cycliclr": ("onecycle", steps),
            "multisteplr": ("step", "the cuts are equally far apart"), "exponentiallr": ("step", steps),
            "linearlr": ("cosine", steps), "polynomiallr": ("cosine", steps),
            "reducelronplateau": ("step", "the cuts come after a fixed number of epochs, whatever the loss"),
            "basicblock": ("residual", "it only adds its input, and its layers are yours to write"),
            "resblock": ("residual", "it only adds its input, and its layers are yours to write"),
            "bottleneck": ("residual", "it only adds its input, and its layers are yours to write"),
            "convtranspose2d": ("conv", "it makes maps smaller, not larger"),
            "conv1d": ("conv", "it goes over images of height and width"),
            "conv3d": ("conv", "it goes over images of height and width"),
        ]
    }()

    private static let absent: Set<String> = [
        "glu", "embedding", "lstm", "gru", "rnn", "upsample", "pixelshuffle", "bilinear", "multiheadattention",
        "attention", "transformer", "hardshrink", "softshrink", "tanhshrink", "threshold", "maxunpool2d",
    ]
}
