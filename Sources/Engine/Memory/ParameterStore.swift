// The trained tensors of a network: where they are in the engine's layout, and their form in PyTorch's.

import Network
import Runtime

/// One tensor, padded to panels of 32 outputs: a weight `[K/32][C][taps][32]`, a bias `[K/32][32]`.
struct StoredTensor {
    let tensor: ParameterTensor
    /// In floats from the start of the parameters.
    let offset: Int

    /// Outputs, which are the lanes of a panel.
    let outputs: Int
    /// Values for each output: C * taps.
    let rows: Int

    init(tensor: ParameterTensor, offset: Int) {
        self.tensor = tensor
        self.offset = offset
        outputs = tensor.shape[0]
        rows = tensor.count / max(1, outputs)
    }

    var paddedCount: Int { (outputs + 31) / 32 * rows * 32 }

    /// Where element `row` of output `k` is.
    func index(output k: Int, row: Int) -> Int { offset + (k / 32 * rows + row) * 32 + k % 32 }
}

/// What a product needs of its parameters; a gradient is `nil` where nothing learns by it.
struct ProductParameters {
    let weights: UnsafeMutablePointer<Float>
    let weightGradient: UnsafeMutablePointer<Float>?
    let bias: UnsafeMutablePointer<Float>?
    let biasGradient: UnsafeMutablePointer<Float>?
}

/// What a norm needs of its parameters: a value for each channel, zero for those that pad the last panel; `nil` where
/// it has no scale or no shift, and a gradient also where nothing learns by it.
struct NormParameters {
    let weight: UnsafeMutablePointer<Float>?
    let weightGradient: UnsafeMutablePointer<Float>?
    let bias: UnsafeMutablePointer<Float>?
    let biasGradient: UnsafeMutablePointer<Float>?

    func scale(_ channel: Int) -> Double { weight.map { Double($0[channel]) } ?? 1 }
    func shift(_ channel: Int) -> Float { bias.map { $0[channel] } ?? 0 }

    func setGradient(_ channel: Int, scale: Double, shift: Double) {
        weightGradient?[channel] = Float(scale)
        biasGradient?[channel] = Float(shift)
    }
}

/// What a rectifier with learned slopes needs of them: one for each channel, or one for all.
struct SlopeParameters {
    let slope: UnsafeMutablePointer<Float>
    /// `nil` where nothing learns by it.
    let slopeGradient: UnsafeMutablePointer<Float>?
}

/// A learned factor of each channel, zero for those that pad the last panel.
struct FactorParameters {
    let factors: UnsafeMutablePointer<Float>
    /// `nil` where nothing learns by it.
    let gradient: UnsafeMutablePointer<Float>?
}

/// What a learned map is, in panels of 32 channels.
struct MapParameters {
    let map: UnsafeMutablePointer<Float>
    /// `nil` where nothing learns by it.
    let gradient: UnsafeMutablePointer<Float>?
}

/// What a batch norm learns of the images.
struct RunningStatistics {
    let mean: UnsafeMutablePointer<Float>
    let variance: UnsafeMutablePointer<Float>
}

struct ParameterStore {
    /// In PyTorch's order, running statistics among them.
    let tensors: [StoredTensor]
    /// Floats of all tensors, padded.
    let count: Int
    /// Floats of those that the optimizer trains, which come first.
    let trainedCount: Int
    let weights: UnsafeMutablePointer<Float>
    /// Of the trained ones, but for those whose gradient is only computed within the update.
    let gradient: UnsafeMutablePointer<Float>
    let gradientCount: Int
    /// Where that of each of them begins.
    private let gradientOffsets: [String: Int]

    /// - Parameter late: names of the tensors whose gradient is only computed within the update.
    init(
        _ architecture: Architecture, late: Set<String> = [], in arena: inout Arena, weights weightArena: inout Arena
    ) {
        let trained = architecture.parameters.filter(\.isTrained)
        let others = architecture.parameters.filter { !$0.isTrained }
        var offsets: [String: Int] = [:]
        var count = 0
        func place(_ tensor: ParameterTensor) {
            offsets[tensor.name] = count
            count += StoredTensor(tensor: tensor, offset: count).paddedCount
        }
        trained.forEach(place)
        trainedCount = count
        others.forEach(place)
        tensors = architecture.parameters.map { StoredTensor(tensor: $0, offset: offsets[$0.name] ?? 0) }
        self.count = count
        weights = weightArena.reserve(count)
        var (gradientOffsets, gradientCount) = ([String: Int](), 0)
        for stored in tensors where stored.tensor.isTrained && !late.contains(stored.tensor.name) {
            gradientOffsets[stored.tensor.name] = gradientCount
            gradientCount += stored.paddedCount
        }
        (self.gradientOffsets, self.gradientCount) = (gradientOffsets, gradientCount)
        gradient = arena.reserve(gradientCount)
    }

    /// Where a tensor's gradient begins; `nil` where nothing learns by it, or it is only computed within the update.
    func gradientOffset(_ tensor: ParameterTensor) -> Int? { gradientOffsets[tensor.name] }

    private func offset(_ tensors: [ParameterTensor], _ role: ParameterTensor.Role) -> Int? {
        guard let tensor = tensors.first(where: { $0.role == role }) else { return nil }
        return self.tensors.first { $0.tensor.name == tensor.name }?.offset
    }

    /// Where the gradient of this one of a layer's tensors is; `nil` where nothing learns by it, or it is only computed
    /// within the update.
    private func gradient(
        _ tensors: [ParameterTensor], _ role: ParameterTensor.Role
    ) -> UnsafeMutablePointer<Float>? {
        tensors.first { $0.role == role }.flatMap(gradientOffset).map { gradient + $0 }
    }

    /// - Parameter tensors: those of a convolution or a linear layer.
    func product(_ tensors: [ParameterTensor]) -> ProductParameters {
        ProductParameters(
            weights: weights + (offset(tensors, .weight) ?? 0), weightGradient: gradient(tensors, .weight),
            bias: offset(tensors, .bias).map { weights + $0 }, biasGradient: gradient(tensors, .bias))
    }

    /// - Parameter tensors: those of a norm.
    func norm(_ tensors: [ParameterTensor]) -> NormParameters {
        NormParameters(
            weight: offset(tensors, .scale).map { weights + $0 }, weightGradient: gradient(tensors, .scale),
            bias: offset(tensors, .shift).map { weights + $0 }, biasGradient: gradient(tensors, .shift))
    }

    /// - Parameter tensors: those of a prelu.
    func slopes(_ tensors: [ParameterTensor]) -> SlopeParameters {
        SlopeParameters(
            slope: weights + (offset(tensors, .slope) ?? 0), slopeGradient: gradient(tensors, .slope))
    }

    /// - Parameter tensors: those of a learned scale; `nil` where there are none.
    func factors(_ tensors: [ParameterTensor]) -> FactorParameters? {
        offset(tensors, .scale).map {
            FactorParameters(factors: weights + $0, gradient: gradient(tensors, .scale))
        }
    }

    /// - Parameter tensors: those of a position embedding.
    func map(_ tensors: [ParameterTensor]) -> MapParameters {
        MapParameters(map: weights + (offset(tensors, .position) ?? 0), gradient: gradient(tensors, .position))
    }

    /// - Parameter tensors: those of a batch norm.
    func running(_ tensors: [ParameterTensor]) -> RunningStatistics {
        RunningStatistics(
            mean: weights + (offset(tensors, .runningMean) ?? 0),
            variance: weights + (offset(tensors, .runningVariance) ?? 0))
    }

    // MARK: PyTorch's order

    func write(_ values: [Float], to stored: StoredTensor) {
        precondition(values.count == stored.tensor.count, "\(stored.tensor.name) has \(stored.tensor.count) values")
        stored.forEachElement(of: 0..<stored.outputs) { element, place in weights[place] = values[element] }
    }
}

extension StoredTensor {
    /// The values in PyTorch's order.
    func read(from parameters: UnsafePointer<Float>) -> [Float] {
        [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
            forEachElement(of: 0..<outputs) { element, place in
                buffer.initializeElement(at: element, to: parameters[place])
            }
            count = tensor.count
        }
    }

    /// Calls `body` with the number of each element in PyTorch's order, and where it is here. Sixteen rows at a
    /// time: both sides then move whole cache lines.
    @inline(__always)
    func forEachElement(of outputs: Range<Int>, _ body: (_ element: Int, _ place: Int) -> Void) {
        for firstRow in stride(from: 0, to: rows, by: 16) {
            let rowRange = firstRow..<min(rows, firstRow + 16)
            for output in outputs {
                let (element, place) = (output * rows, index(output: output, row: 0))
                for row in rowRange { body(element + row, place + row * 32) }
            }
        }
    }
}
