// A convolution over a map.

extension Layer {
    /// `nn.Conv2d(C, width, kernel, stride, padding, dilation, groups, bias)`
    public struct Convolution: Hashable, Sendable {
        public enum Padding: Hashable, Sendable {
            case exactly(Extent)
            /// As much as keeps the map's size at stride 1, the odd pixel at the end, as PyTorch's `padding='same'`.
            case same
        }

        public var width: Int
        public var kernel: Extent
        public var stride: Extent
        public var padding: Padding
        public var dilation: Extent
        public var groups: Int
        public var hasBias: Bool
        public var initialization: Initialization
        public var freezing: Freezing

        public init(
            width: Int, kernel: Extent = Extent(3), stride: Extent = Extent(1), padding: Padding = .exactly(Extent(0)),
            dilation: Extent = Extent(1), groups: Int = 1, hasBias: Bool = true,
            initialization: Initialization = .standard, freezing: Freezing = Freezing()
        ) {
            self.width = width
            self.kernel = kernel
            self.stride = stride
            self.padding = padding
            self.dilation = dilation
            self.groups = groups
            self.hasBias = hasBias
            self.initialization = initialization
            self.freezing = freezing
        }
    }
}

extension Layer.Convolution: InitializableKind, CustomStringConvertible {
    public var description: String {
        var parts = ["conv \(width)"]
        if kernel != Extent(3) { parts.append("kernel: \(kernel)") }
        if stride != Extent(1) { parts.append("stride: \(stride)") }
        switch padding {
        case .exactly(let extent): if extent != Extent(0) { parts.append("padding: \(extent)") }
        case .same: parts.append("padding: same")
        }
        if dilation != Extent(1) { parts.append("dilation: \(dilation)") }
        if groups != 1 { parts.append("groups: \(groups)") }
        if !hasBias { parts.append("bias: false") }
        parts += initialization.written + freezing.written
        return parts.joined(separator: ", ")
    }

    var layer: Layer { .convolution(self) }

    static let words = ["conv"]

    var settings: LayerSettings {
        let padding: LayerSetting =
            switch self.padding {
            case .exactly(let extent): .extent(extent)
            case .same: .choice("same")
            }
        return LayerSettings(
            "conv",
            [
                .init("width", .integer(width)), .init("kernel", .extent(kernel)), .init("stride", .extent(stride)),
                .init("padding", padding), .init("dilation", .extent(dilation)), .init("groups", .integer(groups)),
                .init("bias", .flag(hasBias)),
            ] + initialization.settings + freezing.settings)
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .convolution(
            Self(
                width: try reader.integer("width", from: 1), kernel: try reader.extent("kernel", from: 1),
                stride: try reader.extent("stride", from: 1),
                padding: try reader.isChoice("padding", "same")
                    ? .same : .exactly(try reader.extent("padding", from: 0)),
                dilation: try reader.extent("dilation", from: 1), groups: try reader.integer("groups", from: 1),
                hasBias: try reader.flag("bias"), initialization: try reader.choice("init", else: .standard),
                freezing: try reader.freezing()))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let input = place.input
        guard !input.isFlat else { throw place.fault(.needsMap) }
        let channels = input.channels
        guard groups > 0, channels % groups == 0, width % groups == 0 else {
            throw place.fault(.groupsDoNotDivide(groups: groups, channels: channels, width: width))
        }
        let map: Extent
        switch padding {
        case .same:
            guard stride == Extent(1) else { throw place.fault(.sameWithStride) }
            guard kernel.reach(dilation: dilation) != nil else {
                throw place.fault(.kernelTooLarge(kernel: kernel, map: input.extent))
            }
            map = input.extent
        case .exactly(let padding):
            guard let extent = input.extent.slid(by: kernel, stride: stride, padding: padding, dilation: dilation)
            else { throw place.fault(.kernelTooLarge(kernel: kernel, map: input.extent)) }
            map = extent
        }
        let weight = [width, channels / groups, kernel.height, kernel.width]
        if initialization == .whiten { try place.checkWhitening(weight: weight, groups: groups) }
        return try place.place(
            Shape(channels: width, height: map.height, width: map.width),
            place.tensors(weight: weight, bias: hasBias, initialization, groups: groups, dilation: dilation))
    }

    func operations(_ placed: PlacedLayer) -> Int {
        placed.parameters[0].count * placed.output.height * placed.output.width
    }

    var family: LayerFamily { .convolution }
    var function: FunctionTrait { .affine(hasShift: hasBias) }
    var isOfSingleValues: Bool { false }

    func moduleName(flat: Bool) -> String { "Conv2d" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        var arguments = ["\(placed.input.channels)", "\(width)", "kernel_size=\(kernel.python)"]
        arguments += stride.pythonOption("stride", unless: Extent(1))
        switch padding {
        case .same: arguments.append("padding=\"same\"")
        case .exactly(let padding): arguments += padding.pythonOption("padding", unless: Extent(0))
        }
        arguments += dilation.pythonOption("dilation", unless: Extent(1))
        if groups != 1 { arguments.append("groups=\(groups)") }
        if !hasBias { arguments.append("bias=False") }
        return arguments
    }

    func moduleStatements(_ placed: PlacedLayer, module: String) -> (statements: [String], functions: [PythonClass]) {
        (
            initialization.python(of: module, placed, groups: groups),
            initialization == .whiten ? [Layer.Initialization.whitening] : []
        )
    }

    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        [
            .product(
                "Conv", of: placed,
                attributes: [
                    ("kernel_shape", .integers(kernel.sizes)), ("strides", .integers(stride.sizes)),
                    ("pads", .integers(pads)), ("dilations", .integers(dilation.sizes)), ("group", .integer(groups)),
                ])
        ]
    }

    /// Top, left, bottom, right.
    private var pads: [Int] {
        switch padding {
        case .exactly(let padding): return padding.sizes + padding.sizes
        case .same:
            let rows = dilation.height * (kernel.height - 1)
            let columns = dilation.width * (kernel.width - 1)
            return [rows / 2, columns / 2, rows - rows / 2, columns - columns / 2]
        }
    }

    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? { nil }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        let zeros: Extent? = if case .exactly(let padding) = padding { padding } else { nil }
        return LayerTraits(
            isProduct: groups == 1, hasBias: hasBias, beginsAtZero: initialization == .zeros,
            windows: SlidingWindows(size: kernel, stride: stride, padding: zeros, dilation: dilation))
    }
}
