// The layers behind the last convolution, in plain loops over one image: forward, and the gradient of one output back to the map
// they begin with. Slow beside the engine, but for some images of one network, whose gradients of classes the engine does not take.

import Engine
import Network
import Runtime

struct NetworkHead {
    private struct Stage {
        let placed: PlacedLayer
        /// The layer's tensors, in PyTorch's order.
        let tensors: [[Float]]
    }

    private let stages: [Stage]

    init(_ run: Run, behind count: Int) throws(ClassActivationError) {
        let parameters: TrainedParameters
        do throws(TrainingError) { parameters = try run.trained() } catch { throw .training(error) }
        func tensorCount(_ placed: PlacedLayer) -> Int {
            placed.parameters.count + placed.branches.joined().reduce(0) { $0 + tensorCount($1) }
        }
        var next = run.architecture.layers.prefix(count).reduce(0) { $0 + tensorCount($1) }
        var stages: [Stage] = []
        for placed in run.architecture.layers.dropFirst(count) {
            switch placed.layer {
            case .linear, .batchNorm, .activation, .adaptiveAveragePool, .averagePool, .maxPool, .flatten, .dropout:
                break
            case .convolution, .residual, .concatenation: throw .layer(placed.layer.description)
            }
            stages.append(
                Stage(placed: placed, tensors: placed.parameters.indices.map { parameters.values(next + $0) }))
            next += placed.parameters.count
        }
        self.stages = stages
    }

    /// The gradient of an output with respect to the map that goes in, `[C, H, W]`.
    func gradient(of output: Int, at map: [Double]) -> [Double] {
        var values = [map]
        for stage in stages { values.append(forward(stage, values[values.count - 1])) }
        var gradient = [Double](repeating: 0, count: values[values.count - 1].count)
        if gradient.indices.contains(output) { gradient[output] = 1 }
        for (index, stage) in stages.enumerated().reversed() {
            gradient = backward(stage, input: values[index], output: values[index + 1], gradient)
        }
        return gradient
    }

    /// What comes out of the last layer, for a test to hold against the engine.
    func outputs(at map: [Double]) -> [Double] { stages.reduce(map) { forward($1, $0) } }

    // MARK: Layers

    private func forward(_ stage: Stage, _ input: [Double]) -> [Double] {
        switch stage.placed.layer {
        case .linear:
            let (weight, inputs) = (stage.tensors[0], input.count)
            return (0..<stage.placed.output.count).map { row in
                var sum = stage.tensors.count > 1 ? Double(stage.tensors[1][row]) : 0
                for column in 0..<inputs { sum += Double(weight[row * inputs + column]) * input[column] }
                return sum
            }
        case .batchNorm(let settings):
            let area = input.count / max(1, stage.placed.input.channels)
            return input.enumerated().map { index, value in
                let (scale, shift) = normalization(stage, settings, index / area)
                return value * scale + shift
            }
        case .activation(.softmax):
            let largest = input.max() ?? 0
            let powers = input.map { exponential($0 - largest) }
            let sum = powers.reduce(0, +)
            return powers.map { $0 / sum }
        case .activation(let activation): return input.map(activation.form.value)
        case .adaptiveAveragePool, .averagePool, .maxPool: return pooled(stage, input)
        default: return input
        }
    }

    private func backward(_ stage: Stage, input: [Double], output: [Double], _ gradient: [Double]) -> [Double] {
        switch stage.placed.layer {
        case .linear:
            var result = [Double](repeating: 0, count: input.count)
            for (row, share) in gradient.enumerated() where share != 0 {
                for column in input.indices {
                    result[column] += share * Double(stage.tensors[0][row * input.count + column])
                }
            }
            return result
        case .batchNorm(let settings):
            let area = input.count / max(1, stage.placed.input.channels)
            return gradient.enumerated().map { $1 * normalization(stage, settings, $0 / area).scale }
        case .activation(.softmax):
            let dot = zip(output, gradient).reduce(0) { $0 + $1.0 * $1.1 }
            return zip(output, gradient).map { $0 * ($1 - dot) }
        case .activation(let activation):
            let derivative = activation.form.derivative
            return zip(input, gradient).map { derivative($0) * $1 }
        case .adaptiveAveragePool, .averagePool, .maxPool:
            var result = [Double](repeating: 0, count: input.count)
            for (place, window) in windows(stage).enumerated() where gradient[place] != 0 {
                if case .maxPool = stage.placed.layer {
                    if let best = window.places.max(by: { (input[$0], $1) < (input[$1], $0) }) {
                        result[best] += gradient[place]
                    }
                } else {
                    for index in window.places { result[index] += gradient[place] / Double(window.divisor) }
                }
            }
            return result
        default: return gradient
        }
    }

    /// The running statistics as one multiplication and one addition.
    private func normalization(
        _ stage: Stage, _ settings: Layer.BatchNorm, _ channel: Int
    ) -> (scale: Double, shift: Double) {
        let values = stage.tensors.map { Double($0[channel]) }
        let scale = values[0] / (values[3] + settings.epsilon).squareRoot()
        return (scale, values[1] - values[2] * scale)
    }

    // MARK: Pools

    private struct Window {
        var places: [Int]
        var divisor: Int
    }

    private func pooled(_ stage: Stage, _ input: [Double]) -> [Double] {
        windows(stage).map { window in
            if case .maxPool = stage.placed.layer { return window.places.map { input[$0] }.max() ?? 0 }
            return window.places.reduce(0) { $0 + input[$1] } / Double(window.divisor)
        }
    }

    /// What each output value is pooled from, in the order of the outputs.
    private func windows(_ stage: Stage) -> [Window] {
        let (input, output) = (stage.placed.input, stage.placed.output)
        func span(_ index: Int, _ size: Int, _ outputs: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Range<Int>
        {
            let start = index * stride - padding
            return max(0, start)..<max(max(0, start), min(size, start + kernel))
        }
        let isAdaptive: Bool
        let settings: Layer.Pooling
        switch stage.placed.layer {
        case .maxPool(let pooling), .averagePool(let pooling): (isAdaptive, settings) = (false, pooling)
        default: (isAdaptive, settings) = (true, Layer.Pooling(size: Extent(1)))
        }
        func range(_ index: Int, _ size: Int, _ outputs: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Range<
            Int
        > {
            isAdaptive
                ? index * size / outputs..<((index + 1) * size + outputs - 1) / outputs
                : span(index, size, outputs, kernel, stride, padding)
        }
        var result: [Window] = []
        for channel in 0..<input.channels {
            for y in 0..<output.height {
                let rows = range(
                    y, input.height, output.height, settings.size.height, settings.stride.height,
                    settings.padding.height)
                for x in 0..<output.width {
                    let columns = range(
                        x, input.width, output.width, settings.size.width, settings.stride.width, settings.padding.width
                    )
                    let places = rows.flatMap { row in
                        columns.map { (channel * input.height + row) * input.width + $0 }
                    }
                    // An average counts its padding.
                    let divisor = isAdaptive ? places.count : settings.size.height * settings.size.width
                    result.append(Window(places: places, divisor: max(1, divisor)))
                }
            }
        }
        return result
    }
}
