// A network's weights as a safetensors file: PyTorch's `state_dict` of the flat `nn.Sequential`, so that
// `load_state_dict(strict=True)` takes it. And back: weights of any such file, PyTorch's own among them, into a
// network: by name, by a map of names, or by shapes that occur once. Never by order: tensors of equal shape could be
// swapped unnoticed.

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

    /// Tells libraries which framework's names these are.
    static let metadataOfPyTorch = ["format": "pt"]

    /// The same, read tensor by tensor on request.
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

    /// What PyTorch counts beside weights, in a batch norm and in an average of models; the engine has no use for it.
    private static let counter = "num_batches_tracked"
    private static let counters: Set<Substring> = [counter[...], "n_averaged"]

    /// Weights of a file, as a network takes them.
    public struct Loaded {
        public let parameters: TrainedParameters
        /// Where the names are others, which tensor was taken for which.
        public let renamed: [(from: String, to: String)]
        /// Whether these names are torchvision's of a ResNet.
        public let isNamedAsResNet: Bool
        /// Tensors that the network does not have.
        public let leftOut: [String]
        /// The module whose tensors were taken, where all were of one: `ema`.
        public let module: String?
        /// Of each other module that has most of the network's tensors the first that it does not have: `model.1.bias`.
        public let missingElsewhere: [String]
        /// Tensors that were taken and hold a value that is NaN or infinite.
        public let notFinite: [String]
        /// Variances that were taken and hold a value below 0.
        public let negative: [String]
    }

    /// The weights of a network of these layers.
    ///
    /// - Parameters:
    ///   - names: for names of the network, of tensors (`0.weight`), of layers (`0`) or of all that it has (the empty
    ///     name), those of the file; what it does not name has the same name in both.
    ///   - isStrict: whether tensors that the network does not have are an error, as in `load_state_dict`. One that the
    ///     file does not have always is.
    public func parameters(
        for architecture: Architecture, names: [String: String]? = nil, isStrict: Bool = true
    ) throws(StateDictionaryError) -> Loaded {
        let wanted = architecture.parameters
        let found = (self.names + unread.keys.sorted()).filter { name in
            !Self.counters.contains(Self.split(name).leaf[...])
        }
        let sources: [String]
        var isNamedAsResNet = false
        var (module, missingElsewhere): (String?, [String]) = (nil, [])
        if let names {
            sources = try Self.mapped(wanted.map(\.name), by: names)
        } else {
            let counts = prefixes(of: wanted, in: found)
            let prefix = try Self.prefix(counts, count: wanted.count)
            let prefixed = wanted.map { prefix + $0.name }
            let isWhole = Set(prefixed).isSubset(of: found)
            let named = isWhole ? nil : Self.namedAsResNet(found, to: architecture)
            isNamedAsResNet = named != nil
            sources =
                isWhole
                ? prefixed
                : named ?? matchedByShape(found, to: wanted) ?? Self.wholeByName(wanted, in: found)
                    ?? prefixed
            if isWhole, !prefix.isEmpty {
                module = String(prefix.dropLast())
                let all = Set(found)
                missingElsewhere = counts.filter { $0.key != prefix && 2 * $0.value >= wanted.count }.keys.sorted()
                    .compactMap { other in wanted.lazy.map { other + $0.name }.first { !all.contains($0) } }
            }
        }
        let (missing, surplus) = (Set(sources).subtracting(found), Set(found).subtracting(sources))
        let leftOut = found.filter(surplus.contains)
        guard missing.isEmpty, surplus.isEmpty || !isStrict else {
            throw .otherNames(
                missing: zip(wanted, sources).filter { missing.contains($0.1) }.map { ($0.1, $0.0.shape) },
                surplus: leftOut.map { ($0, shape($0)) })
        }
        for (tensor, source) in zip(wanted, sources) {
            guard shape(source) == tensor.shape else {
                throw .wrongShape(name: source, found: shape(source), expected: tensor.shape)
            }
            guard self[source]?.type.isFloat == true else {
                let type = self[source]?.type.rawValue ?? unread[source]?.type
                throw .wrongType(name: source, type: type ?? "none")
            }
        }
        let values = { (index: Int) in self[sources[index]]?.values ?? [] }
        guard let parameters = TrainedParameters(architecture, values: values) else { throw .outOfMemory }
        let renamed = zip(sources, wanted).map { (from: $0, to: $1.name) }.filter { $0.from != $0.to }
        return Loaded(
            parameters: parameters, renamed: renamed, isNamedAsResNet: isNamedAsResNet, leftOut: leftOut,
            module: module,
            missingElsewhere: missingElsewhere,
            notFinite: sources.filter { self[$0]?.values.allSatisfy(\.isFinite) == false },
            negative: zip(sources, wanted).filter { source, tensor in
                tensor.role == .runningVariance && self[source]?.values.contains { $0 < 0 } == true
            }.map(\.0))
    }

    // MARK: Other names

    /// Each name as the map has it: itself, or that of the innermost layer around it with what is behind.
    private static func mapped(
        _ wanted: [String], by map: [String: String]
    ) throws(StateDictionaryError) -> [String] {
        var unused = Set(map.keys)
        var sources: [String] = []
        for name in wanted {
            var (part, rest) = (name, "")
            while map[part] == nil, !part.isEmpty {
                let (outer, leaf) = split(part)
                (part, rest) = (outer, rest.isEmpty ? leaf : "\(leaf).\(rest)")
            }
            if let source = map[part] {
                unused.remove(part)
                sources.append([source, rest].filter { !$0.isEmpty }.joined(separator: "."))
            } else {
                sources.append(name)
            }
        }
        guard unused.isEmpty else { throw .unknownNames(unused.sorted(), known: wanted) }
        let twice = Dictionary(grouping: sources, by: { $0 }).filter { $0.value.count > 1 }.keys.min()
        if let twice { throw .namedTwice(twice) }
        return sources
    }

    /// How many of the network's names are in the file after each beginning, where all of them have their shapes: many
    /// a module of a file has a `0.weight`.
    private func prefixes(of wanted: [ParameterTensor], in found: [String]) -> [String: Int] {
        let shapes = Dictionary(wanted.map { ($0.name[...], $0.shape) }, uniquingKeysWith: { first, _ in first })
        let agreeing = Self.prefixes(in: found) { name, rest in shapes[rest].map { $0 == shape(name) } ?? false }
        return Self.prefixes(in: found) { shapes[$1] != nil }.filter { $0.key.isEmpty || agreeing[$0.key] == $0.value }
    }

    /// - Parameter isWanted: of a name of the file and what is behind a beginning of it.
    private static func prefixes(
        in found: [String], where isWanted: (_ name: String, _ rest: Substring) -> Bool
    ) -> [String: Int] {
        var counts: [String: Int] = [:]
        for name in found {
            var rest = name[...]
            while true {
                if isWanted(name, rest) { counts[String(name[..<rest.startIndex]), default: 0] += 1 }
                guard let point = rest.firstIndex(of: ".") else { break }
                rest = rest[rest.index(after: point)...]
            }
        }
        return counts
    }

    /// The names after the one beginning that has all of them, whatever their shapes, which are told then.
    private static func wholeByName(_ wanted: [ParameterTensor], in found: [String]) -> [String]? {
        let names = Set(wanted.map { $0.name[...] })
        let whole = prefixes(in: found) { names.contains($1) }.filter { $0.value == names.count }.keys
        return whole.count == 1 ? whole.first.map { prefix in wanted.map { prefix + $0.name } } : nil
    }

    /// What is in front of the network's names in the file: nothing where the file has them as they are, else what
    /// is in front of all of them, `module.` of a wrapped module. Where some are missing, what is in front of most.
    ///
    /// - Parameter count: of the network's names.
    private static func prefix(_ counts: [String: Int], count: Int) throws(StateDictionaryError) -> String {
        let whole = counts.filter { $0.value == count }.keys
        if whole.isEmpty || whole.contains("") {
            let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
            return whole.isEmpty ? most.flatMap { 2 * $0.value > count ? $0.key : nil } ?? "" : ""
        }
        guard whole.count == 1, let prefix = whole.first else {
            throw .severalFit(whole.map { String($0.dropLast()) }.sorted())
        }
        return prefix
    }

    /// The tensors of one module: their names after the last point, and their shapes.
    private struct Module {
        let path: String
        var shapes: [String: [Int]] = [:]
    }

    /// Also of a tensor that is not read.
    private func shape(_ name: String) -> [Int] {
        self[name]?.shape ?? unread[name]?.shape ?? []
    }

    /// The names of torchvision, where both are a ResNet of the same form; the head may be missing, which is told then.
    private static func namedAsResNet(_ found: [String], to architecture: Architecture) -> [String]? {
        guard let modules = ResNetNames.modules(of: architecture, in: found) else { return nil }
        var sources: [String] = []
        for tensor in architecture.parameters {
            let (layer, leaf) = split(tensor.name)
            guard let module = modules[layer] else { return nil }
            sources.append("\(module).\(leaf)")
        }
        let head = architecture.layers.indices.last { !architecture.layers[$0].parameters.isEmpty }.map(String.init)
        let missing = Set(sources).subtracting(found)
        return missing.allSatisfy { Self.split($0).layer == head.flatMap { modules[$0] } } ? sources : nil
    }

    /// Module for module, if shapes leave no choice: each of the network's fits one of the file's, and no two are
    /// alike.
    private func matchedByShape(_ found: [String], to wanted: [ParameterTensor]) -> [String]? {
        let theirs = Dictionary(grouping: Self.modules(found.map { ($0, shape($0)) }), by: \.shapes)
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
public enum StateDictionaryError: Error, Sendable {
    case wrongShape(name: String, found: [Int], expected: [Int])
    /// Whole numbers, or of a type that is not read: `I32`.
    case wrongType(name: String, type: String)
    case otherNames(missing: [(name: String, shape: [Int])], surplus: [(name: String, shape: [Int])])
    /// The file holds all of the network's names several times: what is in front of them each time.
    case severalFit([String])
    /// A map of names has some that the network does not have.
    case unknownNames([String], known: [String])
    /// A map of names gives one tensor to two.
    case namedTwice(String)
    case outOfMemory
}
