// Puts layer after layer and infers every shape on the way, so that a fault is known at the layer that causes it.

public struct ArchitectureBuilder: Sendable {
    public let input: Shape
    private var layers: [PlacedLayer] = []
    private var numbering = SummaryNumbering()

    public init(input: Shape) {
        self.input = input
    }

    /// The shape that the next layer gets.
    public var output: Shape { layers.last?.output ?? input }

    /// Places a layer after those before it; where it does not fit, nothing changes and the fault says why.
    public mutating func append(_ layer: Layer) throws(ShapeFault) {
        var next = numbering
        layers.append(try layer.placed(on: output, path: String(layers.count), numbering: &next))
        numbering = next
    }

    public var architecture: Architecture { Architecture(input: input, layers: layers) }
}

extension Architecture {
    /// The largest count of values or weights a layer may have: beyond any memory, and far from overflow.
    public static let largestCount = 1 << 40

    /// The layers one after the other on images of the given shape.
    public init(input: Shape, layers: [Layer]) throws(ShapeFault) {
        var builder = ArchitectureBuilder(input: input)
        for layer in layers { try builder.append(layer) }
        self = builder.architecture
    }
}
