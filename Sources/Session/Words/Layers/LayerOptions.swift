// What words of layers share.

import Network

enum LayerOption {
    /// Of a window, its steps and the zeros around an image, in values.
    static let largestExtent = 1 << 20

    static func width(_ help: String) -> Option<Int> {
        Option(
            "width", .integer(1...1 << 24), isPositional: true,
            aliases: ["out_channels", "out_features", "filters", "units", "channels", "features", "out"], help)
    }

    static let bias = Option(
        "bias", .boolean, default: true, isPositional: true, aliases: ["use_bias", "hasbias"],
        "whether a bias is added")

    static let freeze = freeze("")
    /// Of a norm with running statistics.
    static let freezeOfBatchNorm = freeze("; its running statistics are still updated")

    private static func freeze(_ addition: String) -> Option<Layer.Freezing.Part> {
        Option(
            "freeze", .choice, default: Layer.Freezing.Part.nothing, aliases: ["frozen", "freezing"],
            "what training leaves as it is, without update and decay, as `requires_grad_(False)`: the weights, or all"
                + addition)
    }

    static let biasEpochs = Option(
        "biasepochs", .integer(1...1_000_000), workedOut: "all", aliases: ["bias_epochs"],
        "the first epochs, in which alone the bias learns")

    static let initialization = Option(
        "init", .choice, default: Layer.Initialization.standard,
        aliases: [
            "initialization", "initializer", "kernel_initializer", "weight_init", "initialize", "init_weights",
        ],
        "initial weights, with the bias 0 unless default: kaiming (normal, deviation sqrt(2 / fan in)), xavier (uniform within "
            + "sqrt(6 / (fan in + fan out))), orthogonal, dirac (the first filters pass their channel on, others as by default), "
            + "zeros, whiten (eigenvectors of the patches of the first 5,000 training images, both signs; first layer only)"
    )
}

extension Arguments {
    /// What training leaves as it is of a layer.
    ///
    /// - Parameter hasBias: without one, its weights are all that it has.
    func freezing(
        hasBias: Bool = true, _ option: Option<Layer.Freezing.Part> = LayerOption.freeze
    ) -> Layer.Freezing {
        let part = self[option]
        return Layer.Freezing(
            part == .weights && !hasBias ? .all : part,
            biasEpochs: word.parameters.contains { $0.label == "biasepochs" } ? self[LayerOption.biasEpochs] : nil)
    }
}

/// A window that moves over the image.
enum PoolOption {
    static let size = Option(
        "size", .extent(1...LayerOption.largestExtent), isPositional: true,
        aliases: ["kernel_size", "kernel", "pool_size"],
        "size of the window")
    static let stride = Option(
        "stride", .extent(1...LayerOption.largestExtent), workedOut: "size", isPositional: true, aliases: ["strides"],
        "step of the window")
    static let padding = Option(
        "padding", .extent(0...LayerOption.largestExtent), default: Extent(0), isPositional: true, aliases: ["pad"],
        "zeros around the image")

    static let ceil = Option(
        "ceil", .boolean, default: false, aliases: ["ceil_mode"],
        "round the size of the output up: a last window may reach beyond the image")

    static let all: [any OptionDeclaration] = [size, stride, padding, ceil]
}

extension Arguments {
    var pooling: Layer.Pooling {
        Layer.Pooling(
            size: self[PoolOption.size], stride: self[PoolOption.stride], padding: self[PoolOption.padding],
            roundsUp: self[PoolOption.ceil])
    }
}

/// An example of a layer.
func inNetwork(_ line: String, input: String = "3x32x32") -> String {
    "model Net { input \(input); \(line) }"
}
