// A file under the names of torchvision's ResNet that has only a part of the tensors, such as the first stages: what is
// missing is then told under these names, and not under those of the network.

import Libraries
import Network

extension Safetensors {
    /// The same fault, with the names that a file of torchvision's ResNet would have; `nil` where the network or the
    /// file is none.
    public func namedAsResNet(_ error: StateDictionaryError, for architecture: Architecture) -> StateDictionaryError? {
        guard case .otherNames = error else { return nil }
        let found = (names + unread.keys.sorted()).filter { !$0.hasSuffix("num_batches_tracked") }
        guard let prefix = found.lazy.compactMap(Self.beginning).first,
            let modules = ResNetNames.modules(
                of: architecture, in: found + Self.modules(of: architecture, behind: prefix))
        else { return nil }
        var sources: [(name: String, shape: [Int])] = []
        for tensor in architecture.parameters {
            guard let point = tensor.name.lastIndex(of: "."), let module = modules[String(tensor.name[..<point])] else {
                return nil
            }
            sources.append((module + tensor.name[point...], tensor.shape))
        }
        let wanted = Set(sources.map(\.name))
        let there = sources.filter { found.contains($0.name) }
        guard there.allSatisfy({ self[$0.name]?.shape ?? unread[$0.name]?.shape == $0.shape }), !there.isEmpty else {
            return nil
        }
        let surplus = found.filter { !wanted.contains($0) }
        return .otherNames(
            missing: sources.filter { !found.contains($0.name) },
            surplus: surplus.map { ($0, self[$0]?.shape ?? unread[$0]?.shape ?? []) })
    }

    /// What is in front of `layer2.0.conv1.weight`.
    private static func beginning(of name: String) -> Substring? {
        guard let start = name.firstRange(of: "layer")?.lowerBound else { return nil }
        let parts = name[start...].split(separator: ".")
        guard parts.count > 3, Int(parts[0].dropFirst("layer".count)) != nil, Int(parts[1]) != nil,
            ["conv", "bn", "down"].contains(where: parts[2].hasPrefix),
            start == name.startIndex || name[..<start].last == "."
        else { return nil }
        return name[..<start]
    }

    /// A tensor of the stem and of each block, where a stage ends at every change of the width.
    private static func modules(of architecture: Architecture, behind prefix: Substring) -> [String] {
        var names = ["conv1.weight", "bn1.weight", "layer1.0.conv1.weight"]
        var (stage, block, width) = (1, 0, 0)
        for placed in architecture.layers {
            guard case .residual = placed.layer else { continue }
            if width != 0, placed.output.channels != width { (stage, block) = (stage + 1, 0) }
            width = placed.output.channels
            names.append("layer\(stage).\(block).conv1.weight")
            block += 1
        }
        return names.map { prefix + $0 }
    }
}
