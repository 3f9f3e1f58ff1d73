// What this module asks of a kind of layer. Its passes are in `Engine/Layers`.

protocol LayerKind: CustomStringConvertible {
    /// The names that its settings may have.
    static var words: [String] { get }
    /// As a name and settings, every value written out.
    var settings: LayerSettings { get }
    /// The layer of such settings.
    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer

    /// As one would type it, options at their default left out.
    var description: String { get }
    /// As one would type it, with the layers of its blocks.
    var program: String { get }
    /// Whether it has a row in `summary`, by whose numbers people know layers.
    var isNumbered: Bool { get }

    /// The layer on an input, with its output's shape and its tensors: PyTorch's rules.
    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer
    /// Multiply-adds of one image in the forward pass, those of its branches left out.
    func operations(_ placed: PlacedLayer) -> Int

    /// The class of `torch.nn`.
    func moduleName(flat: Bool) -> String
    /// What that class is made with.
    func moduleArguments(_ placed: PlacedLayer) -> [String]
    /// A class that a Python module must define for it; `nil`: it is one of `torch.nn`.
    func ownClass(_ placed: PlacedLayer) -> PythonClass?
    /// Statements of Python that follow once it is made, and the functions that they name.
    ///
    /// - Parameter module: the layer in Python, `self[0]`.
    func moduleStatements(_ placed: PlacedLayer, module: String) -> (statements: [String], functions: [PythonClass])
    /// Its nodes of ONNX; none passes the input on.
    func onnx(_ placed: PlacedLayer) -> [ONNXStep]
    /// The node of ONNX that gives a branch its input; `nil`: it is the layer's.
    func onnxInput(_ placed: PlacedLayer, branch: Int) -> ONNXStep?
    /// What a branch is called in the names of its parameters.
    func branchName(_ index: Int) -> String

    /// How diagrams draw it.
    var family: LayerFamily { get }
    /// What it computes after training, in plain loops; `nil` where no such loops are written.
    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass?
    /// The same for a layer with blocks.
    ///
    /// - Parameter branches: what those compute.
    func plainPass(_ placed: PlacedLayer, branches: [PlainPass]) -> PlainPass?

    /// Whether each training step draws random numbers for it.
    var isRandom: Bool { get }
    /// What of it training leaves as it is.
    var freezing: Layer.Freezing { get }
    /// The layer of which training leaves that as it is; `nil`: it has no parameters.
    func with(_ freezing: Layer.Freezing) -> Layer?
    /// The layer without what decides its training alone; `nil`: it has nothing of the kind.
    var trainedForm: Layer? { get }
    /// What it does to the functions before it.
    var function: FunctionTrait { get }
    /// Whether it is one function for all values, without weights.
    var isOfSingleValues: Bool { get }
    /// What else proofs and `lint` ask.
    func traits(_ placed: PlacedLayer) -> LayerTraits
}

/// A layer that is made of blocks.
protocol BranchingKind: LayerKind {
    /// The layers of its blocks as they were written, in their order; where one is left out, none of it.
    var blocks: [[Layer]] { get }
    /// The layer with other layers in its blocks, as many as it can have.
    func with(branches: [[Layer]]) -> Layer
}

extension LayerKind {
    /// Those of a layer that is made of blocks.
    var blocks: [[Layer]] { (self as? any BranchingKind)?.blocks ?? [] }
    var program: String { description }
    var isNumbered: Bool { true }
    var isRandom: Bool { false }
    var freezing: Layer.Freezing { Layer.Freezing() }
    func with(_ freezing: Layer.Freezing) -> Layer? { nil }
    var trainedForm: Layer? { nil }
    func operations(_ placed: PlacedLayer) -> Int { 0 }
    func moduleArguments(_ placed: PlacedLayer) -> [String] { [] }
    func ownClass(_ placed: PlacedLayer) -> PythonClass? { nil }
    func moduleStatements(_ placed: PlacedLayer, module: String) -> (statements: [String], functions: [PythonClass]) {
        ([], [])
    }
    func onnxInput(_ placed: PlacedLayer, branch: Int) -> ONNXStep? { nil }
    func branchName(_ index: Int) -> String { "\(index)" }
    func plainPass(_ placed: PlacedLayer, branches: [PlainPass]) -> PlainPass? { nil }
}

/// What a layer is at a glance.
public enum LayerFamily: Hashable, Sendable {
    case convolution
    case linear
    case norm
    case activation
    case pool
    case dropout
    case reshaping
    /// How its branches meet: `+`; whether its input meets them as it is, and how it is shared among them where each
    /// does not get all of it.
    case branches(join: String, withInput: Bool = false, fork: String? = nil)
}

/// A class of Python, or a function.
struct PythonClass: Hashable {
    let name: String
    let text: String
}

/// What proofs and `lint` know of a layer at its place.
struct LayerTraits {
    /// Why its output is its input, bit for bit, in training too: what `lint` says, and its advice.
    var idleNote: (message: String, advice: String)?
    /// What is lost where it is the last layer, before the loss.
    var lastLayerNote: (message: String, advice: String)?
    /// Whether each of its outputs is a sum over all inputs, or all channels of a window.
    var isProduct = false
    var hasBias = false
    /// Whether its outputs are 0 before the first step of a training.
    var beginsAtZero = false
    /// Whether its values pass unchanged, outside training.
    var isView = false
    /// Whether equal values stay equal after it, each at its place.
    var passesValues = false
    /// Whether it computes each channel for itself, without weights or random numbers.
    var keepsChannelsApart = false
    /// What it is over so many channels that follow each other, where it has values of its own for each of them and
    /// can be applied to parts of a map; `nil`: those are not whole groups.
    var onChannels: (@Sendable (_ count: Int) -> Layer?)?
    /// Whether each of its values comes from those at the same place alone, so that maps after it show the same places.
    var keepsPlacesApart = false
    /// What it normalizes by itself, where that is a single value: its output is then its shift, whatever comes in.
    var normalizesSingleValues: (what: String, advice: String)?
    /// Whether it takes out what is added to all values of a channel.
    var removesBias = false
    /// Whether over a vector it treats values as it treats the channels of a map.
    var treatsValuesAsChannels = false
    /// The windows that slide over its input.
    var windows: SlidingWindows?
}

/// Windows that slide over a map.
struct SlidingWindows {
    let size: Extent
    let stride: Extent
    /// Zeros before the first row and column; `nil` where they follow from the size, as with `padding: same`.
    let padding: Extent?
    var dilation = Extent(1)

    /// Rows and columns from the first to the last that a window reads.
    var reach: Extent {
        Extent((size.height - 1) * dilation.height + 1, (size.width - 1) * dilation.width + 1)
    }
}

extension PlacedLayer {
    var traits: LayerTraits { layer.kind.traits(self) }

    /// Whether each of its values comes from those at the same place alone.
    public var keepsPlacesApart: Bool { traits.keepsPlacesApart }
}

// MARK: Placing

/// Where a layer is put, and the numbers of the rows so far.
struct LayerPlace {
    let layer: Layer
    let input: Shape
    /// The layer's place in the nested `nn.Sequential`, `0` or `8.body.0`, which begins its parameters' names.
    let path: String
    /// Whether it is the first of the body of a residual.
    let isHeadOfBody: Bool
    var numbering: SummaryNumbering

    func fault(_ kind: ShapeFault.Kind) -> ShapeFault {
        ShapeFault(kind: kind, layer: layer, path: path, input: input, previous: numbering.previous)
    }

    /// The layer with this output and these tensors, counted where it has a row.
    mutating func place(_ output: Shape, _ parameters: [ParameterTensor] = []) throws(ShapeFault) -> PlacedLayer {
        if layer.kind.isNumbered { numbering.count(layer) }
        guard output.isCountable, parameters.allSatisfy({ isCountable($0.shape) }) else { throw fault(.tooLarge) }
        return PlacedLayer(layer: layer, input: input, output: output, parameters: try frozen(parameters))
    }

    /// The layers of a branch, one after the other.
    ///
    /// - Parameters:
    ///   - shape: what flows into it, where that is not the layer's input.
    ///   - isBody: whether it is the body of a residual.
    mutating func placed(
        _ branch: [Layer], _ name: String, on shape: Shape? = nil, isBody: Bool = false
    ) throws(ShapeFault) -> [PlacedLayer] {
        try branch.placed(on: shape ?? input, path: "\(path).\(name)", isBody: isBody, numbering: &numbering)
    }
}
