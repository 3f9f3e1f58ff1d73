// How much of the image one value of a map depends on (Araujo, Norris, Sim: "Computing receptive fields of
// convolutional neural networks", Distill 2019): each window widens it by its reach times the distance of neighboring
// values.

struct ReceptiveField: Sendable {
    /// In pixels of the network's input; what is outside of it is padding.
    private(set) var size = Extent(1)
    /// Pixels between two neighboring values.
    private var jump = Extent(1)

    mutating func append(_ placed: PlacedLayer) {
        if let windows = placed.traits.windows { slide(windows.reach, stride: windows.stride) }
        guard !placed.branches.isEmpty else { return }
        // As wide as the widest branch.
        var widest = self
        for branch in placed.branches {
            var field = self
            for layer in branch { field.append(layer) }
            widest.size = Extent(max(widest.size.height, field.size.height), max(widest.size.width, field.size.width))
            // What a `multiply` multiplies by has no map of its own.
            if placed.output.extent != placed.input.extent { widest.jump = field.jump }
        }
        self = widest
    }

    private mutating func slide(_ window: Extent, stride: Extent) {
        size.height += (window.height - 1) * jump.height
        size.width += (window.width - 1) * jump.width
        jump = Extent(jump.height * stride.height, jump.width * stride.width)
    }
}
