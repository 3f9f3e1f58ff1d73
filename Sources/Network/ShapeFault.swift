// Why a layer does not fit where it is. The fault holds the facts; all its sentences are here.

public struct ShapeFault: Error, Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// A layer over maps meets a flat vector.
        case needsMap
        /// A linear layer meets a map that is larger than 1x1.
        case needsFlat
        /// The kernel, with its dilation, is larger than the padded map.
        case kernelTooLarge(kernel: Extent, map: Extent)
        /// `padding: same` with a stride above 1, which PyTorch refuses as well.
        case sameWithStride
        case paddingTooLarge(size: Extent)
        /// The groups divide the input channels, or the width where the layer has one, with a remainder.
        case groupsDoNotDivide(groups: Int, channels: Int, width: Int?)
        /// The heads do not share the channels evenly.
        case headsDoNotDivide(heads: Int, channels: Int)
        /// A `droppath` is not the first layer of the body of a `residual`.
        case notAtHead
        /// The body of a `residual` and its shortcut end in different shapes.
        case shortcutDiffers(body: Shape, shortcut: Shape)
        /// No stride brings the input of a `residual` to the shape in which its body ends.
        case noProjection(body: Shape)
        /// The body of a `multiply` ends in a shape by which its input cannot be multiplied.
        case factorDiffers(Shape)
        /// The channels cannot be shared among so many blocks evenly.
        case sharesDiffer(blocks: Int, channels: Int)
        /// The branches of a `concat` or `chunk` differ in more than their channels.
        case branchesDiffer([Shape])
        case noBranches
        /// `freeze:` of a layer without parameters that it names.
        case nothingToFreeze
        /// `biasepochs:` of a layer without a bias, and with `freeze: all`.
        case noBias
        case frozenBias
        /// `init: whiten` of a layer that does not get the network's images, or sees their channels apart.
        case whitensNoImages
        /// The patches of `init: whiten` have more values than that.
        case whitensLargePatches(values: Int, most: Int)
        /// An odd number of filters with `init: whiten`, or more than a patch has eigenvectors with both signs.
        case whiteningWidth(most: Int)
        /// A count of values or weights beyond `Architecture.largestCount`.
        case tooLarge
    }

    public let kind: Kind
    public let layer: Layer
    /// Its place in the nested `nn.Sequential`: `0`, or `8.body.0`.
    public let path: String
    public let input: Shape
    /// The last layer before it that `summary` numbers: its number and what it is.
    public let previous: Previous?

    public struct Previous: Hashable, Sendable {
        public let number: Int
        public let layer: Layer
    }
}

// MARK: Sentences

extension ShapeFault: CustomStringConvertible {
    /// The layer's word without its options.
    private var word: String { String(layer.description.prefix { $0 != " " && $0 != "," }) }

    /// What is wrong, as a diagnostic says it.
    public var description: String {
        switch kind {
        case .needsMap: "\(word) expects a map of channels, height and width, but it gets a flat \(input)"
        case .needsFlat: "\(word) expects a flat input, but it gets \(input)"
        case .kernelTooLarge(let kernel, let map):
            "a \(kernel.height)x\(kernel.width) \(word) does not fit on a map of \(map.height)x\(map.width)"
        case .sameWithStride: "`padding: same` needs stride 1"
        case .paddingTooLarge(let size):
            "the padding of \(word) may be at most half its size, which is \(size.height)x\(size.width)"
        case .groupsDoNotDivide(let groups, let channels, nil):
            "\(groups) groups must divide the \(channels) channels that come in"
        case .groupsDoNotDivide(let groups, let channels, let width?):
            "\(groups) groups must divide both the \(channels) channels that come in and the width \(width)"
        case .headsDoNotDivide(let heads, let channels):
            "\(heads) heads cannot share the \(channels) channels that come in evenly"
        case .notAtHead: "\(word) can only be the first layer in the block of a `residual`"
        case .shortcutDiffers(let body, let shortcut):
            "the body of residual ends in \(body), its shortcut in \(shortcut)"
        case .noProjection(let body):
            "the body of residual ends in \(body), and no stride brings its input \(input) to that"
        case .factorDiffers(let factor):
            "the body of multiply ends in \(factor), and its input is \(input)"
        case .branchesDiffer(let shapes):
            "the branches of \(word) end in \(shapes.map(\.description).joined(separator: " and ")): "
                + "height and width must be equal"
        case .sharesDiffer(let blocks, let channels):
            "\(channels) channels cannot be shared among \(blocks) blocks evenly"
        case .noBranches: "\(word) needs at least one branch"
        case .nothingToFreeze: "`\(layer)` has no parameters that `freeze:` could leave as they are"
        case .noBias: "`biasepochs:` is for a bias, and `\(layer)` has none"
        case .frozenBias: "with `freeze: all` the bias learns in no epoch, and `biasepochs:` does nothing"
        case .whitensNoImages:
            "`init: whiten` takes its filters from the images: it is for a `conv` without groups as the first layer"
        case .whitensLargePatches(let values, let most):
            "`init: whiten` takes patches of at most \(most) values, and these have \(values)"
        case .whiteningWidth(let most):
            "`init: whiten` has two filters for each eigenvector of its patches: an even width of at most \(most)"
        case .tooLarge: "\(word) would be larger than any memory"
        }
    }

    /// What to type instead.
    public var fix: String? {
        switch kind {
        case .needsMap: "put \(word) before `flatten`"
        case .needsFlat: "put `flatten` or `gap` before it"
        case .kernelTooLarge: "leave out a pooling before it, give it a `padding:`, or start from a larger `input`"
        case .sameWithStride: "write the padding as a number, for example `padding: 1`"
        case .paddingTooLarge: "make the padding smaller"
        case .groupsDoNotDivide(_, let channels, let width):
            "choose groups that divide \(channels)" + (width.map { " and \($0)" } ?? "")
        case .headsDoNotDivide(_, let channels): "choose a number of heads that divides \(channels)"
        case .notAtHead: "write `residual { \(layer); … }`"
        case .shortcutDiffers: "make the last width and the strides of both the same"
        case .noProjection:
            "keep the size with `padding: same`, or give it a shortcut: `residual { … } shortcut { … }`"
        case .factorDiffers:
            "end it in \(input)" + (input.isFlat ? "" : ", or in a factor for each channel, \(input.channels)x1x1")
        case .branchesDiffer: "give the branches the same strides and paddings"
        case .sharesDiffer(_, let channels): "choose a number of blocks that divides \(channels)"
        case .noBranches: "write `concat { … } { … }`"
        case .nothingToFreeze: "leave `freeze:` out"
        case .noBias: "leave `biasepochs:` out"
        case .frozenBias: "write `freeze: weights`, or leave `biasepochs:` out"
        case .whitensNoImages: "choose another `init:`, for example `init: orthogonal`"
        case .whitensLargePatches: "choose a smaller `kernel:`, or another `init:`"
        case .whiteningWidth(let most): "write `conv \(most)`, or choose another `init:`"
        case .tooLarge: "make its width or its input smaller"
        }
    }

    /// `after layer 27 (adaptiveavgpool 2)`, or nothing for the first layer.
    public var trail: String? { previous.map { "after layer \($0.number) (\($0.layer))" } }
}
