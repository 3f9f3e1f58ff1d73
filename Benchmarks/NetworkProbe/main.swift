// Trains a network that PyTorch described, on the images and from the weights that it wrote, and prints the losses:
// what Benchmarks/random-networks and Benchmarks/compare-accuracy hold against PyTorch's own.
//
// usage: network-probe FILE.safetensors [--precision P] [--threads N] [--gradients OUT.safetensors]
//
// The file's metadata are `network` (JSON: a list of layers), `batch`, `steps` and `optimizer` (sgd or adam, then the
// learning rate); its tensors `input` [N, C, H, W], `labels` and `weight.<name>`. One JSON line comes out: losses, and
// milliseconds of each step.

import Engine
import Glibc
import Libraries
import Network
import Runtime

struct Failure: Error, CustomStringConvertible {
    let description: String
}

// MARK: Layers from JSON

extension JSON {
    func number(_ key: String, _ standard: Double) -> Double {
        switch object?[key] {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: standard
        }
    }

    func size(_ key: String, _ standard: Int) -> Int { object?[key]?.integer ?? standard }

    func extent(_ key: String, _ standard: Int) -> Extent {
        let sizes = object?[key]?.array?.compactMap(\.integer) ?? []
        return sizes.count == 2 ? Extent(sizes[0], sizes[1]) : Extent(size(key, standard))
    }

    func layers() throws -> [Layer] { try (array ?? []).map { try $0.layer() } }

    func layer() throws -> Layer {
        switch object?["type"]?.string {
        case "conv":
            return .convolution(
                .init(
                    width: size("width", 1), kernel: extent("kernel", 3), stride: extent("stride", 1),
                    padding: .exactly(extent("padding", 0)), dilation: extent("dilation", 1), groups: size("groups", 1),
                    hasBias: object?["bias"]?.bool ?? true))
        case "linear": return .linear(.init(width: size("width", 1), hasBias: object?["bias"]?.bool ?? true))
        case "batchnorm": return .batchNorm(.init())
        case "relu": return .activation(.relu)
        case "leakyrelu": return .activation(.leakyReLU(slope: number("slope", 0.01)))
        case "gelu": return .activation(.gelu)
        case "sigmoid": return .activation(.sigmoid)
        case "tanh": return .activation(.tanh)
        case "softmax": return .activation(.softmax)
        case "maxpool":
            return .maxPool(.init(size: extent("size", 2), stride: extent("stride", 2), padding: extent("padding", 0)))
        case "avgpool":
            return .averagePool(
                .init(size: extent("size", 2), stride: extent("stride", 2), padding: extent("padding", 0)))
        case "adaptiveavgpool": return .adaptiveAveragePool(output: extent("output", 1))
        case "flatten": return .flatten
        case "residual":
            return .residual(body: try object?["body"]?.layers() ?? [], shortcut: try object?["shortcut"]?.layers())
        case "concat": return .concatenation(branches: try (object?["branches"]?.array ?? []).map { try $0.layers() })
        default: throw Failure(description: "no layer: \(self)")
        }
    }
}

// MARK: One run

func run(_ arguments: [String]) throws {
    var (path, gradients): (String?, String?) = (nil, nil)
    var precision = Precision.float32
    var threads = ThreadPool.availableThreads
    var rest = arguments[...]
    while let word = rest.popFirst() {
        switch word {
        case "--precision": precision = rest.popFirst().flatMap(Precision.init) ?? .float32
        case "--threads": threads = rest.popFirst().flatMap { Int($0) } ?? threads
        case "--gradients": gradients = rest.popFirst()
        default: path = word
        }
    }
    guard let path else { throw Failure(description: "usage: network-probe FILE.safetensors") }
    let file = try Safetensors(reading: try FileReader(path))
    guard let input = file["input"], let labels = file["labels"], input.shape.count == 4 else {
        throw Failure(description: "there is no `input` [N, C, H, W] or no `labels`")
    }
    let shape = Shape(Array(input.shape.dropFirst()))
    let images = MemoryImages(
        shape: shape, values: input.values, labels: labels.values.map { Int($0) })
    let layers = try JSON(parsing: file.metadata["network"] ?? "[]").layers()
    let batch = file.metadata["batch"].flatMap { Int($0) } ?? images.labels.count
    let steps = file.metadata["steps"].flatMap { Int($0) } ?? 1
    let optimizer = (file.metadata["optimizer"] ?? "sgd 0.01").split(separator: " ")
    let rate = Double(optimizer.last ?? "") ?? 0.01
    let executor = try Executor(
        Architecture(input: shape, layers: layers), batchSize: batch,
        optimizer: optimizer.first == "adam" ? .adam(learningRate: rate) : .sgd(learningRate: rate), seeds: Seeds(1),
        precision: precision, pool: ThreadPool(threadCount: threads))
    executor.initialize(seed: 1)
    for (index, tensor) in executor.parameters.enumerated() {
        guard let given = file["weight." + tensor.name] else { continue }
        executor.setParameter(index, to: given.values)
    }
    let batches = stride(from: 0, to: images.labels.count, by: batch).map { $0..<min($0 + batch, images.labels.count) }
    var (losses, times): ([JSON], [JSON]) = ([], [])
    for step in 0..<steps {
        let indices = batches[step % batches.count]
        let start = Clock.seconds
        let result = try executor.train(indices, of: images, epoch: 1, cancellation: Cancellation())
        times.append(.number((Clock.seconds - start) * 1000))
        losses.append(.number(result.loss / Double(indices.count)))
        guard step == 0, let gradients else { continue }
        var output = Safetensors()
        for (index, tensor) in executor.parameters.enumerated() where tensor.role.isTrained {
            output["gradient." + tensor.name] = .init(shape: tensor.shape, values: executor.gradient(index))
        }
        try FileSystem.write(output.bytes, to: gradients)
    }
    let line = JSON.object(["losses": .array(losses), "ms": .array(times)])
    StandardStream.output.write(String(decoding: line.bytes, as: UTF8.self) + "\n")
}

do {
    try run(Array(CommandLine.arguments.dropFirst()))
} catch {
    StandardStream.error.write("error: \(error)\n")
    exit(1)
}
