// The names that torchvision and timm give to a ResNet's modules: `conv1`, `layer1.0.bn2`, `layer2.0.downsample.0`,
// `fc`. Each says where its module is, so that a network of the same form finds its own without looking at shapes.

import Network

enum ResNetNames {
    /// For each layer of the network with parameters, by its path, the module of a file.
    ///
    /// - Parameter found: the names of the file's tensors.
    /// - Returns: `nil` where the network or the file is no ResNet, or they differ in their blocks.
    static func modules(of architecture: Architecture, in found: [String]) -> [String: String]? {
        guard let prefix = found.first(where: { isStem($0, in: found) })?.dropLast("conv1.weight".count) else {
            return nil
        }
        let blocks = blocks(in: found, after: prefix)
        var map: [String: String] = [:]
        var stem = Counts()
        var block = 0
        for (index, placed) in architecture.layers.enumerated() {
            let path = String(index)
            if case .residual = placed.layer {
                guard block < blocks.count, placed.branches.count == 2 else { return nil }
                let names = blocks[block]
                block += 1
                var (body, shortcut) = (Counts(), Counts())
                for (place, inner) in placed.branches[0].enumerated() where !inner.parameters.isEmpty {
                    guard let name = body.name(of: inner) else { return nil }
                    map["\(path).body.\(place)"] = "\(names).\(name)"
                }
                // A convolution and its norm are numbered together there.
                for (place, inner) in placed.branches[1].enumerated() where !inner.parameters.isEmpty {
                    guard let name = shortcut.name(of: inner), name.hasSuffix("1") else { return nil }
                    map["\(path).shortcut.\(place)"] = "\(names).downsample.\(name == "conv1" ? 0 : 1)"
                }
            } else if placed.parameters.isEmpty {
                guard placed.branches.isEmpty else { return nil }
            } else if placed.layer.family == .linear {
                map[path] = "\(prefix)fc"
            } else {
                // The stem, before all blocks.
                guard block == 0, let name = stem.name(of: placed) else { return nil }
                map[path] = "\(prefix)\(name)"
            }
        }
        return block == blocks.count && block > 0 ? map : nil
    }

    private static func isStem(_ name: String, in found: [String]) -> Bool {
        guard name == "conv1.weight" || name.hasSuffix(".conv1.weight") else { return false }
        let prefix = name.dropLast("conv1.weight".count)
        return found.contains("\(prefix)bn1.weight") && found.contains("\(prefix)layer1.0.conv1.weight")
    }

    /// `layer1.0`, `layer1.1`, … in the order in which they run.
    private static func blocks(in found: [String], after prefix: Substring) -> [String] {
        let numbers = found.compactMap { name -> [Int]? in
            guard name.hasPrefix("\(prefix)layer") else { return nil }
            let parts = name.dropFirst(prefix.count + "layer".count).split(separator: ".")
            guard parts.count > 2, let stage = Int(parts[0]), let block = Int(parts[1]) else { return nil }
            return [stage, block]
        }
        return Set(numbers).sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }.map { "\(prefix)layer\($0[0]).\($0[1])" }
    }

    /// Numbers convolutions and norms, each norm after its convolution.
    private struct Counts {
        private var convolutions = 0
        private var norms = 0

        mutating func name(of placed: PlacedLayer) -> String? {
            if placed.layer.family == .convolution, convolutions == norms {
                convolutions += 1
                return "conv\(convolutions)"
            }
            if placed.layer.family == .norm, norms + 1 == convolutions {
                norms += 1
                return "bn\(norms)"
            }
            return nil
        }
    }
}
