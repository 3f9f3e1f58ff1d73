// What a network costs: trained numbers, multiply-adds of one image, and the values that flow.

extension PlacedLayer {
    /// Trained numbers, those of the branches included.
    public var parameterCount: Int {
        parameters.filter(\.role.isTrained).reduce(0) { $0 + $1.count }
            + branches.joined().reduce(0) { $0 + $1.parameterCount }
    }

    /// Multiply-adds of one image in the forward pass. Products with weights count, and those of places
    /// with places in attention, as in the papers' tables.
    public var operations: Int {
        layer.kind.operations(self) + branches.joined().reduce(0) { $0 + $1.operations }
    }
}

extension Architecture {
    /// Trained numbers.
    public var parameterCount: Int { layers.reduce(0) { $0 + $1.parameterCount } }

    /// Multiply-adds of one image in the forward pass.
    public var operations: Int { layers.reduce(0) { $0 + $1.operations } }

    /// Every tensor, in the order of PyTorch's `state_dict`.
    public var parameters: [ParameterTensor] {
        func all(_ layer: PlacedLayer) -> [ParameterTensor] {
            layer.parameters + layer.branches.joined().flatMap(all)
        }
        return layers.flatMap(all)
    }
}
