// A network's weights as a safetensors file: PyTorch's `state_dict` of the flat `nn.Sequential`, so that `load_state_dict(strict=True)`
// takes it. And back: weights of any such file, PyTorch's own among them, into a network: by name, by a map of names,
// or by shapes that occur once. Never by order: tensors of equal shape could be swapped, and nothing would tell.

import Engine
import Libraries
import Network

extension Safetensors {
    /// - Parameter steps: training steps done, which PyTorch counts in each batch norm.
    public init(_ parameters: TrainedParameters, steps: Int) {
        self.init()
        metadata = Self.metadataOfPyTorch
        for part in Self.parts(parameters, steps: steps) {
            self[part.name] = Tensor(shape: part.shape, values: part.values(), type: part.type)
        }
    }

    /// By it libraries know whose names these are.
    static let metadataOfPyTorch = ["format": "pt"]

    /// The same, tensor by tensor as they are asked for.
    static func parts(_ parameters: TrainedParameters, steps: Int) -> [Part] {
        parameters.tensors.enumerated().flatMap { index, tensor in
            let part = Part(name: tensor.name, shape: tensor.shape) { parameters.values(index) }
            guard tensor.role == .runningVariance else { return [part] }
            let layer = String(tensor.name.dropLast("running_var".count))
            return [part, Part(name: layer + counter, shape: [], type: .int64) { [Float(steps)] }]
        }
    }

    /// Writes the weights alone.
    ///
    /// - Returns: the bytes of the file.
    public static func write(
        _ parameters: TrainedParameters, steps: Int, to path: String
    ) throws(FileError) -> Int {
        try write(parts(parameters, steps: steps), metadata: metadataOfPyTorch, to: path)
    }

    /// What PyTorch keeps of a batch norm beside its statistics; the engine has no use for it.
    private static let counter = "num_batches_tracked"

    /// The weights of a network of these layers, and where the names are others, which tensor was taken for which.
    ///
    /// - Parameter names: for names of the network, of tensors (`0.weight`) or of layers (`0`), those of the file; what
    ///   it does not name has the same name in both.
    public func parameters(
        for architecture: Architecture, names: [String: String]? = nil
    ) throws(WeightsError) -> (parameters: TrainedParameters, renamed: [(from: String, to: String)]) {
        let wanted = architecture.parameters
        let found = self.names.filter { !$0.hasSuffix(Self.counter) }
        let sources: [String]
        if let names {
            sources = try Self.mapped(wanted.map(\.name), by: names)
            let (missing, surplus) = (Set(sources).subtracting(found), Set(found).subtracting(sources))
            guard missing.isEmpty, surplus.isEmpty else {
                throw .otherNames(
                    missing: zip(wanted, sources).filter { missing.contains($0.1) }.map { ($0.1, $0.0.shape) },
                    surplus: found.filter(surplus.contains).map { ($0, self[$0]?.shape ?? []) })
            }
        } else if let matched = Self.prefixed(wanted.map(\.name), in: found) ?? matchedByShape(found, to: wanted) {
            sources = matched
        } else {
            let (names, known) = (Set(found), Set(wanted.map(\.name)))
            throw .otherNames(
                missing: wanted.filter { !names.contains($0.name) }.map { ($0.name, $0.shape) },
                surplus: found.filter { !known.contains($0) }.map { ($0, self[$0]?.shape ?? []) })
        }
        for (tensor, source) in zip(wanted, sources) {
            let shape = self[source]?.shape ?? []
            guard shape == tensor.shape else {
                throw .wrongShape(name: source, found: shape, expected: tensor.shape)
            }
        }
        let values = { (index: Int) in self[sources[index]]?.values ?? [] }
        guard let parameters = TrainedParameters(architecture, values: values) else { throw .outOfMemory }
        let renamed = zip(sources, wanted).map { (from: $0, to: $1.name) }.filter { $0.from != $0.to }
        return (parameters, renamed)
    }

    // MARK: Other names

    /// Each name as the map has it: itself, or its layer's with what is behind the last point.
    private static func mapped(
        _ wanted: [String], by map: [String: String]
    ) throws(WeightsError) -> [String] {
        var unused = Set(map.keys)
        var sources: [String] = []
        for name in wanted {
            let (layer, leaf) = split(name)
            if let source = map[name] {
                unused.remove(name)
                sources.append(source)
            } else if let source = map[layer] {
                unused.remove(layer)
                sources.append(source.isEmpty ? leaf : "\(source).\(leaf)")
            } else {
                sources.append(name)
            }
        }
        guard unused.isEmpty else { throw .unknownNames(unused.sorted(), known: wanted) }
        let twice = Dictionary(grouping: sources, by: { $0 }).filter { $0.value.count > 1 }.keys.min()
        if let twice { throw .namedTwice(twice) }
        return sources
    }

    /// The names with what all of the file's have in front of them, if that is the only difference: `module.` of a
    /// wrapped module.
    private static func prefixed(_ wanted: [String], in found: [String]) -> [String]? {
        guard let first = wanted.first, found.count == wanted.count else { return nil }
        let names = Set(found)
        for name in found where name == first || name.hasSuffix(".\(first)") {
            let sources = wanted.map { String(name.dropLast(first.count)) + $0 }
            if names == Set(sources) { return sources }
        }
        return nil
    }

    /// The tensors of one module: their names behind the last point, and their shapes.
    private struct Module {
        let path: String
        var shapes: [String: [Int]] = [:]
    }

    /// Module for module, if shapes leave no choice: each of the network's fits one of the file's, and no two are
    /// alike.
    private func matchedByShape(_ found: [String], to wanted: [ParameterTensor]) -> [String]? {
        let theirs = Dictionary(
            grouping: Self.modules(found.map { ($0, self[$0]?.shape ?? []) }), by: \.shapes)
        let ours = Self.modules(wanted.map { ($0.name, $0.shape) })
        guard theirs.count == ours.count, theirs.values.allSatisfy({ $0.count == 1 }) else { return nil }
        var paths: [String: String] = [:]
        for module in ours {
            guard let match = theirs[module.shapes]?.first else { return nil }
            paths[module.path] = match.path
        }
        guard Set(paths.values).count == ours.count else { return nil }
        return wanted.map { tensor in
            let (layer, leaf) = Self.split(tensor.name)
            let path = paths[layer] ?? layer
            return path.isEmpty ? leaf : "\(path).\(leaf)"
        }
    }

    private static func modules(_ tensors: [(name: String, shape: [Int])]) -> [Module] {
        var modules: [Module] = []
        var places: [String: Int] = [:]
        for (name, shape) in tensors {
            let (path, leaf) = split(name)
            let place = places[path] ?? modules.count
            if place == modules.count {
                places[path] = place
                modules.append(Module(path: path))
            }
            modules[place].shapes[leaf] = shape
        }
        return modules
    }

    /// `8.body.0.weight` is the `weight` of layer `8.body.0`.
    private static func split(_ name: String) -> (layer: String, leaf: String) {
        guard let point = name.lastIndex(of: ".") else { return ("", name) }
        return (String(name[..<point]), String(name[name.index(after: point)...]))
    }
}

/// Why the weights of a file do not fit a network.
public enum WeightsError: Error, Sendable {
    case wrongShape(name: String, found: [Int], expected: [Int])
    case otherNames(missing: [(name: String, shape: [Int])], surplus: [(name: String, shape: [Int])])
    /// A map of names has some that the network does not have.
    case unknownNames([String], known: [String])
    /// A map of names gives one tensor to two.
    case namedTwice(String)
    case outOfMemory
}
