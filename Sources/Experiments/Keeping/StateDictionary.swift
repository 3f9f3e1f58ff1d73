// A network's weights as a safetensors file: PyTorch's `state_dict` of the flat `nn.Sequential`, so that `load_state_dict(strict=True)`
// takes it. And back: weights of any such file, PyTorch's own among them, into a network.

import Engine
import Libraries
import Network

extension Safetensors {
    /// - Parameter steps: training steps done, which PyTorch counts in each batch norm.
    public init(_ parameters: TrainedParameters, steps: Int) {
        self.init()
        metadata = Self.metadataOfPyTorch
        for part in Self.parts(parameters, steps: steps) {
            self[part.name] = Tensor(shape: part.shape, values: part.values(), isInteger: part.isInteger)
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
            return [part, Part(name: layer + counter, shape: [], isInteger: true) { [Float(steps)] }]
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

    /// The weights of a network of these layers, and where the names are others but kinds, shapes and order agree, which tensor was
    /// taken for which.
    public func parameters(
        for architecture: Architecture
    ) throws(WeightsError) -> (parameters: TrainedParameters, renamed: [(from: String, to: String)]) {
        let wanted = architecture.parameters
        let found = names.filter { !$0.hasSuffix(Self.counter) }
        var source = Dictionary(wanted.map { ($0.name, $0.name) }, uniquingKeysWith: { first, _ in first })
        var renamed: [(from: String, to: String)] = []
        if Set(found) == Set(wanted.map(\.name)) {
            for tensor in wanted {
                let shape = self[tensor.name]?.shape ?? []
                guard shape == tensor.shape else {
                    throw .wrongShape(name: tensor.name, found: shape, expected: tensor.shape)
                }
            }
        } else {
            guard let match = matched(found, to: wanted) else {
                let (names, known) = (Set(found), Set(wanted.map(\.name)))
                throw .otherNames(
                    missing: wanted.filter { !names.contains($0.name) }.map { ($0.name, $0.shape) },
                    surplus: found.filter { !known.contains($0) }.map { ($0, self[$0]?.shape ?? []) })
            }
            renamed = match
            for pair in match { source[pair.to] = pair.from }
        }
        let values = { (index: Int) in source[wanted[index].name].flatMap { self[$0]?.values } ?? [] }
        guard let parameters = TrainedParameters(architecture, values: values) else { throw .outOfMemory }
        return (parameters, renamed)
    }

    // MARK: Other names

    /// The tensors of one module: their names behind the last point, and their shapes.
    private struct Module {
        let path: String
        var shapes: [String: [Int]] = [:]
    }

    /// Takes module for module: each of the network's gets the first of the file's, in its order, that has the same tensors in the same
    /// shapes. `nil` where one finds none, or any of the file's is left.
    private func matched(_ found: [String], to wanted: [ParameterTensor]) -> [(from: String, to: String)]? {
        var rest = Self.modules(found.map { ($0, self[$0]?.shape ?? []) })
        // Writers that sort (PyTorch's safetensors does) put 10 before 2; the order of others is that of the layers.
        if found == found.sorted() { rest.sort { naturallyPrecedes($0.path, $1.path) } }
        var pairs: [(from: String, to: String)] = []
        for module in Self.modules(wanted.map { ($0.name, $0.shape) }) {
            guard let index = rest.firstIndex(where: { $0.shapes == module.shapes }) else { return nil }
            let path = rest.remove(at: index).path
            for leaf in module.shapes.keys.sorted() { pairs.append((path + leaf, module.path + leaf)) }
        }
        return rest.isEmpty ? pairs : nil
    }

    private static func modules(_ tensors: [(name: String, shape: [Int])]) -> [Module] {
        var modules: [Module] = []
        var places: [String: Int] = [:]
        for (name, shape) in tensors {
            let leaf = String(name[(name.lastIndex(of: ".").map { name.index(after: $0) } ?? name.startIndex)...])
            let path = String(name.dropLast(leaf.count))
            let place = places[path] ?? modules.count
            if place == modules.count {
                places[path] = place
                modules.append(Module(path: path))
            }
            modules[place].shapes[leaf] = shape
        }
        return modules
    }
}

/// Whether `left` comes first where numbers in names count as numbers: `layer2` before `layer10`.
private func naturallyPrecedes(_ left: String, _ right: String) -> Bool {
    func parts(_ text: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = text[...]
        while let first = rest.first {
            let part = rest.prefix { $0.isASCII && $0.isNumber == (first.isASCII && first.isNumber) }
            parts.append(part.isEmpty ? rest.prefix(1) : part)
            rest = rest.dropFirst(parts[parts.count - 1].count)
        }
        return parts
    }
    for (a, b) in zip(parts(left), parts(right)) where a != b {
        if let a = Int(a), let b = Int(b), a != b { return a < b }
        return a < b
    }
    return left.count < right.count
}

/// Why the weights of a file do not fit a network.
public enum WeightsError: Error, Sendable {
    case wrongShape(name: String, found: [Int], expected: [Int])
    case otherNames(missing: [(name: String, shape: [Int])], surplus: [(name: String, shape: [Int])])
    case outOfMemory
}
