// The numbers that people know layers by: those of the rows of `summary`.

/// A layer with its number.
struct NumberedLayer: Sendable {
    let placed: PlacedLayer
    /// From 1; `nil` for what has no row: a flatten, which is a view, and what joins branches.
    let number: Int?
    /// Those of a `residual` (body, then shortcut) or of a `concat`.
    var branches: [[NumberedLayer]] = []

    /// Itself, or the layers of its branches in the order of their numbers.
    var leaves: [NumberedLayer] { branches.isEmpty ? [self] : branches.joined().flatMap(\.leaves) }

    /// `layer 27 (adaptiveavgpool 2)`
    var title: String { (number.map { "layer \($0) " } ?? "") + "(\(placed.layer))" }
}

extension PlacedLayer {
    /// The rows that it has in `summary`, with those of its branches.
    public var rowCount: Int {
        (layer.kind.isNumbered ? 1 : 0) + branches.joined().reduce(0) { $0 + $1.rowCount }
    }
}

extension Architecture {
    /// Its layers in the order they run; branch layers in order, then the shortcut's.
    var numbered: [NumberedLayer] {
        var count = 0
        func number(_ placed: PlacedLayer) -> NumberedLayer {
            guard placed.layer.kind.isNumbered else {
                return NumberedLayer(placed: placed, number: nil, branches: placed.branches.map { $0.map(number) })
            }
            count += 1
            return NumberedLayer(placed: placed, number: count)
        }
        return layers.map(number)
    }

    /// The batch norms that get one value per channel of each image, as they are called in sentences: `layer 5
    /// (batchnorm)`.
    public var normsOfVectors: [String] {
        numbered.flatMap(\.leaves).compactMap { layer in
            guard case .batchNorm = layer.placed.layer, layer.placed.input.extent == Extent(1) else { return nil }
            return layer.title
        }
    }
}
