// The shape that leaves a layer, from the shape that comes in, and the tensors it trains: PyTorch's rules
// (torch.nn.Conv2d, MaxPool2d, Linear: "Shape" in their documentation).

extension Layer {
    /// - Parameters:
    ///   - input: the shape that comes in.
    ///   - path: the layer's place in the nested `nn.Sequential`, `0` or `8.body.0`, which begins its parameters' names.
    func placed(on input: Shape, path: String, numbering: inout SummaryNumbering) throws(ShapeFault) -> PlacedLayer {
        func fault(_ kind: ShapeFault.Kind) -> ShapeFault {
            ShapeFault(kind: kind, layer: self, path: path, input: input, previous: numbering.previous)
        }
        func place(_ output: Shape, _ parameters: [ParameterTensor] = []) throws(ShapeFault) -> PlacedLayer {
            guard output.isCountable, parameters.allSatisfy({ isCountable($0.shape) }) else { throw fault(.tooLarge) }
            return PlacedLayer(layer: self, input: input, output: output, parameters: parameters)
        }
        func tensors(weight: [Int], bias: Bool) -> [ParameterTensor] {
            [ParameterTensor(name: "\(path).weight", shape: weight, role: .weight)]
                + (bias ? [ParameterTensor(name: "\(path).bias", shape: [weight[0]], role: .bias)] : [])
        }

        switch self {
        case .convolution(let settings):
            guard !input.isFlat else { throw fault(.needsMap) }
            let (channels, groups) = (input.channels, settings.groups)
            guard groups > 0, channels % groups == 0, settings.width % groups == 0 else {
                throw fault(.groupsDoNotDivide(groups: groups, channels: channels, width: settings.width))
            }
            let map: Extent
            switch settings.padding {
            case .same:
                guard settings.stride == Extent(1) else { throw fault(.sameWithStride) }
                map = input.extent
            case .exactly(let padding):
                guard
                    let extent = input.extent.slid(
                        by: settings.kernel, stride: settings.stride, padding: padding, dilation: settings.dilation)
                else { throw fault(.kernelTooLarge(kernel: settings.kernel, map: input.extent)) }
                map = extent
            }
            let weight = [settings.width, channels / groups, settings.kernel.height, settings.kernel.width]
            numbering.count(self)
            return try place(
                Shape(channels: settings.width, height: map.height, width: map.width),
                tensors(weight: weight, bias: settings.hasBias))

        case .linear(let settings):
            guard input.isFlat || input.extent == Extent(1) else { throw fault(.needsFlat) }
            numbering.count(self)
            return try place(
                Shape(features: settings.width),
                tensors(weight: [settings.width, input.count], bias: settings.hasBias))

        case .batchNorm:
            numbering.count(self)
            let tensors: [(name: String, role: ParameterTensor.Role)] = [
                ("weight", .scale), ("bias", .shift), ("running_mean", .runningMean), ("running_var", .runningVariance),
            ]
            return try place(
                input,
                tensors.map { ParameterTensor(name: "\(path).\($0.name)", shape: [input.channels], role: $0.role) })

        case .activation, .dropout:
            numbering.count(self)
            return try place(input)

        case .maxPool(let settings), .averagePool(let settings):
            guard !input.isFlat else { throw fault(.needsMap) }
            let (size, padding) = (settings.size, settings.padding)
            guard 2 * padding.height <= size.height, 2 * padding.width <= size.width else {
                throw fault(.paddingTooLarge(size: size))
            }
            guard let map = input.extent.slid(by: size, stride: settings.stride, padding: padding) else {
                throw fault(.kernelTooLarge(kernel: size, map: input.extent))
            }
            numbering.count(self)
            return try place(Shape(channels: input.channels, height: map.height, width: map.width))

        case .adaptiveAveragePool(let output):
            guard !input.isFlat else { throw fault(.needsMap) }
            numbering.count(self)
            return try place(Shape(channels: input.channels, height: output.height, width: output.width))

        case .flatten:
            return try place(Shape(features: input.count))

        case .residual(let body, let shortcut):
            let placedBody = try body.placed(on: input, path: "\(path).body", numbering: &numbering)
            let bodyOutput = placedBody.last?.output ?? input
            let behindBody = numbering.previous
            let chosen = shortcut ?? (bodyOutput == input ? [] : projection(from: input, to: bodyOutput, like: body))
            let placedShortcut = try chosen.placed(on: input, path: "\(path).shortcut", numbering: &numbering)
            let shortcutOutput = placedShortcut.last?.output ?? input
            guard shortcutOutput == bodyOutput else {
                throw ShapeFault(
                    kind: shortcut == nil
                        ? .noProjection(body: bodyOutput)
                        : .shortcutDiffers(body: bodyOutput, shortcut: shortcutOutput),
                    layer: self, path: path, input: input, previous: behindBody)
            }
            return PlacedLayer(
                layer: self, input: input, output: bodyOutput, branches: [placedBody, placedShortcut])

        case .concatenation(let branches):
            guard !branches.isEmpty else { throw fault(.noBranches) }
            var placedBranches: [[PlacedLayer]] = []
            for (index, branch) in branches.enumerated() {
                placedBranches.append(try branch.placed(on: input, path: "\(path).\(index)", numbering: &numbering))
            }
            let shapes = placedBranches.map { $0.last?.output ?? input }
            guard shapes.allSatisfy({ $0.sizes.dropFirst() == shapes[0].sizes.dropFirst() }) else {
                throw fault(.branchesDiffer(shapes))
            }
            let channels = shapes.reduce(0) { $0 + $1.channels }
            let output = Shape([channels] + shapes[0].sizes.dropFirst())
            guard output.isCountable else { throw fault(.tooLarge) }
            return PlacedLayer(layer: self, input: input, output: output, branches: placedBranches)
        }
    }

    /// Option B of the ResNet paper (He et al. 2015, section 3.3): a 1x1 convolution with the stride that is needed, without
    /// bias, and followed by batch norm if the branch has one; between flat vectors a linear layer.
    private func projection(from input: Shape, to output: Shape, like body: [Layer]) -> [Layer] {
        guard input.isFlat == output.isFlat else { return [] }
        // The smallest stride that brings the map to the output's size: ceil(in / stride) == out for a 1x1 kernel.
        func stride(_ from: Int, _ to: Int) -> Int { max(1, (from + to - 1) / max(1, to)) }
        let product: Layer =
            input.isFlat
            ? .linear(Linear(width: output.count, hasBias: false))
            : .convolution(
                Convolution(
                    width: output.channels, kernel: Extent(1),
                    stride: Extent(stride(input.height, output.height), stride(input.width, output.width)),
                    hasBias: false))
        let normalizes = body.contains { if case .batchNorm = $0 { true } else { false } }
        return normalizes ? [product, .batchNorm(BatchNorm())] : [product]
    }
}

extension [Layer] {
    /// The layers of a branch, one behind the other.
    func placed(
        on input: Shape, path: String, numbering: inout SummaryNumbering
    ) throws(ShapeFault) -> [PlacedLayer] {
        var placed: [PlacedLayer] = []
        for (index, layer) in enumerated() {
            let shape = placed.last?.output ?? input
            placed.append(try layer.placed(on: shape, path: "\(path).\(index)", numbering: &numbering))
        }
        return placed
    }
}

/// Counts the rows of `summary`, so that messages number layers as it does.
struct SummaryNumbering: Hashable, Sendable {
    private(set) var previous: ShapeFault.Previous?

    mutating func count(_ layer: Layer) {
        previous = ShapeFault.Previous(number: (previous?.number ?? 0) + 1, layer: layer)
    }
}

// MARK: Sizes

extension Shape {
    var extent: Extent { Extent(height, width) }
    var isCountable: Bool { Network.isCountable(sizes) }
}

extension Extent {
    /// The positions of a window that slides over a map of this extent, rounded down; `nil` where it does not fit.
    fileprivate func slid(
        by kernel: Extent, stride: Extent, padding: Extent, dilation: Extent = Extent(1)
    ) -> Extent? {
        func positions(_ size: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int) -> Int? {
            let (reach, overflow) = (kernel - 1).multipliedReportingOverflow(by: dilation)
            guard !overflow, reach < Architecture.largestCount, padding < Architecture.largestCount else { return nil }
            let room = size + 2 * padding - reach - 1
            return room < 0 ? nil : room / stride + 1
        }
        guard
            let height = positions(height, kernel.height, stride.height, padding.height, dilation.height),
            let width = positions(width, kernel.width, stride.width, padding.width, dilation.width)
        else { return nil }
        return Extent(height, width)
    }
}

/// Whether the product of the sizes is a count that a machine could hold.
private func isCountable(_ sizes: [Int]) -> Bool {
    var product = 1
    for size in sizes {
        let (next, overflow) = product.multipliedReportingOverflow(by: size)
        guard !overflow, next <= Architecture.largestCount else { return false }
        product = next
    }
    return true
}
