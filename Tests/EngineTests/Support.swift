// What the engine's tests share: PyTorch's fixtures, a batch in memory, relative errors.

import Engine
import Foundation
import Network
import Runtime

/// Tensors of a safetensors file, all float32 (labels of `reference.py probe` are int64).
struct TensorFile {
    let tensors: [String: (shape: [Int], values: [Float])]

    init(_ url: URL) throws {
        let data = try Data(contentsOf: url)
        let headerCount = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let header = try JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(headerCount))
        var tensors: [String: (shape: [Int], values: [Float])] = [:]
        for (name, entry) in header as? [String: Any] ?? [:] {
            guard let entry = entry as? [String: Any], let shape = entry["shape"] as? [Int],
                let offsets = entry["data_offsets"] as? [Int]
            else { continue }
            let bytes = Array(data[(8 + headerCount + offsets[0])..<(8 + headerCount + offsets[1])])
            let values: [Float] = bytes.withUnsafeBytes { raw in
                entry["dtype"] as? String == "I64"
                    ? raw.bindMemory(to: Int64.self).map(Float.init) : Array(raw.bindMemory(to: Float.self))
            }
            tensors[name] = (shape, values)
        }
        self.tensors = tensors
    }

    init(fixture name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        try self.init(folder.appending(path: "Fixtures/\(name).safetensors"))
    }

    func values(_ name: String) -> [Float] { tensors[name]?.values ?? [] }
}

extension MemoryImages {
    /// Images and labels drawn from a seed.
    init(shape: Shape, count: Int, classes: Int, seed: UInt64) {
        let noise = MemoryImages.noise(shape: shape, classes: classes, count: count, seed: seed)
        self.init(shape: shape, values: noise.values, labels: (0..<count).map { ($0 * 7 + Int(seed)) % classes })
    }
}

/// ||a - b|| / ||b||
func relativeError(_ a: [Float], _ b: [Float]) -> Double {
    guard a.count == b.count else { return .infinity }
    let difference = zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    let norm = b.reduce(0.0) { $0 + Double($1) * Double($1) }
    return (difference / max(norm, 1e-30)).squareRoot()
}

/// `relativeError` of gradients; 0 where they differ by no more than rounding errors of the network's largest: in front
/// of a batch norm a bias has no gradient, nor has a scale whose effect the next one takes out.
func gradientError(_ a: [Float], _ b: [Float], largest: Double) -> Double {
    a.count == b.count && zip(a, b).allSatisfy { abs(Double($0 - $1)) < 1e-6 * largest } ? 0 : relativeError(a, b)
}

extension Executor {
    /// The weights as bits, to be compared exactly.
    var weightBits: [[UInt32]] { parameters.indices.map { parameter($0).map(\.bitPattern) } }

    func load(_ file: TensorFile, prefix: String = "weight.") {
        for (index, tensor) in parameters.enumerated() { setParameter(index, to: file.values(prefix + tensor.name)) }
    }
}
