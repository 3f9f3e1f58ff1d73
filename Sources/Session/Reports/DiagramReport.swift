// From a network's layers to the blocks of a diagram: a convolution or a linear layer takes along what only rescales
// its output.

import Graphics
import Network
import Text

enum DiagramReport {
    static func network(_ architecture: Architecture, name: String) -> BlockDiagram.Network {
        BlockDiagram.Network(
            name: name, input: architecture.input.description,
            cost:
                "\(counted(architecture.parameterCount, "parameter")) · \(grouped(architecture.operations)) multiply-adds",
            parts: parts(architecture.layers))
    }

    /// One network, or two with their differences marked.
    static func diagram(_ networks: [(name: String, architecture: Architecture)]) -> BlockDiagram {
        var drawn = networks.map { network($0.architecture, name: $0.name) }
        if drawn.count == 2 {
            let (first, second) = BlockDiagram.marked(drawn[0].parts, drawn[1].parts)
            (drawn[0].parts, drawn[1].parts) = (first, second)
        }
        for index in drawn.indices { drawn[index].parts = BlockDiagram.folded(drawn[index].parts) }
        return BlockDiagram(title: networks.map(\.name).joined(separator: " and "), networks: drawn)
    }

    private static func parts(_ layers: [PlacedLayer]) -> [BlockDiagram.Part] {
        var parts: [BlockDiagram.Part] = []
        var place = 0
        while place < layers.count {
            let placed = layers[place]
            place += 1
            switch placed.layer.family {
            case .branches(let join, let withInput, let fork):
                parts.append(
                    .branches(placed.branches.map(Self.parts) + (withInput ? [[]] : []), join: join, fork: fork))
            case .convolution, .linear, .norm, .activation, .pool, .dropout, .reshaping:
                var followers: [PlacedLayer] = []
                while place < layers.count, layers[place].layer.family.follows(placed.layer.family) {
                    followers.append(layers[place])
                    place += 1
                }
                let weights = ([placed] + followers).reduce(0) { $0 + $1.parameterCount }
                parts.append(
                    .block(
                        BlockDiagram.Block(
                            name: placed.layer.description,
                            followers: followers.map(\.layer.description).joined(separator: " · "),
                            output: (followers.last ?? placed).output.description,
                            cost: weights > 0 ? counted(weights, "parameter") : "", kind: placed.layer.family.color)))
            }
        }
        return parts
    }
}

extension LayerFamily {
    /// Whether such a layer is in the block of the layer before it.
    fileprivate func follows(_ first: LayerFamily) -> Bool {
        switch first {
        case .convolution, .linear: [.norm, .activation, .dropout].contains(self)
        case .norm: self == .activation
        case .activation, .pool, .dropout, .reshaping, .branches: false
        }
    }

    /// The number of the block's color.
    fileprivate var color: Int {
        switch self {
        case .convolution: 0
        case .pool: 1
        case .linear: 2
        case .norm, .activation, .dropout, .reshaping, .branches: 3
        }
    }
}
