// The shapes that flow through layers one after the other, and what their rules share: those of PyTorch
// (torch.nn.Conv2d, MaxPool2d, Linear: "Shape" in their documentation), each in its file under `Layers`.

extension Layer {
    /// - Parameters:
    ///   - input: the shape that comes in.
    ///   - path: the layer's place in the nested `nn.Sequential`, `0` or `8.body.0`, which begins its parameters'
    ///     names.
    ///   - isHeadOfBody: whether it is the first of the body of a residual.
    func placed(
        on input: Shape, path: String, isHeadOfBody: Bool = false, numbering: inout SummaryNumbering
    ) throws(ShapeFault) -> PlacedLayer {
        var place = LayerPlace(
            layer: self, input: input, path: path, isHeadOfBody: isHeadOfBody, numbering: numbering)
        defer { numbering = place.numbering }
        return try kind.placed(on: &place)
    }
}

extension [Layer] {
    /// The layers of a branch, one after the other.
    func placed(
        on input: Shape, path: String, isBody: Bool, numbering: inout SummaryNumbering
    ) throws(ShapeFault) -> [PlacedLayer] {
        var placed: [PlacedLayer] = []
        for (index, layer) in enumerated() {
            let shape = placed.last?.output ?? input
            placed.append(
                try layer.placed(
                    on: shape, path: "\(path).\(index)", isHeadOfBody: isBody && index == 0, numbering: &numbering))
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
    /// From the first to the last tap of a kernel of this extent; `nil` where that is no count.
    func reach(dilation: Extent) -> Extent? {
        func reach(_ kernel: Int, _ dilation: Int) -> Int? {
            let (reach, overflow) = (kernel - 1).multipliedReportingOverflow(by: dilation)
            return overflow || reach >= Architecture.largestCount ? nil : reach
        }
        guard let height = reach(height, dilation.height), let width = reach(width, dilation.width) else { return nil }
        return Extent(height, width)
    }

    /// The positions of a window that slides over a map of this extent; `nil` where it does not fit.
    ///
    /// - Parameter roundsUp: whether a last window that reaches beyond the padding counts; one that would begin in the
    ///   padding behind the map never does (`pooling_output_shape` of PyTorch).
    func slid(
        by kernel: Extent, stride: Extent, padding: Extent, dilation: Extent = Extent(1), roundsUp: Bool = false
    ) -> Extent? {
        guard let reach = kernel.reach(dilation: dilation) else { return nil }
        func positions(_ size: Int, _ reach: Int, _ stride: Int, _ padding: Int) -> Int? {
            guard padding < Architecture.largestCount else { return nil }
            let room = size + 2 * padding - reach - 1
            guard roundsUp else { return room < 0 ? nil : room / stride + 1 }
            guard room + stride > 0 else { return nil }
            let last = (room + stride - 1) / stride
            return last * stride >= size + padding ? last : last + 1
        }
        guard
            let height = positions(height, reach.height, stride.height, padding.height),
            let width = positions(width, reach.width, stride.width, padding.width)
        else { return nil }
        return Extent(height, width)
    }
}

/// Whether the product of the sizes is a count that a machine could hold.
func isCountable(_ sizes: [Int]) -> Bool {
    var product = 1
    for size in sizes {
        let (next, overflow) = product.multipliedReportingOverflow(by: size)
        guard !overflow, next <= Architecture.largestCount else { return false }
        product = next
    }
    return true
}
