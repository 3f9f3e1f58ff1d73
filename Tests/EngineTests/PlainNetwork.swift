// The slow, obvious twin of the engine: one image at a time, in double precision, every sum written out.

import Foundation
import Network

struct PlainNetwork {
    let architecture: Architecture
    /// Every parameter in PyTorch's order and shape.
    var parameters: [[Double]]

    /// What a layer's backward pass needs of its forward pass.
    private struct Record {
        let placed: PlacedLayer
        let input: [Double]
        let firstParameter: Int
    }

    /// The mean cross-entropy over images `[C, H, W]` of these labels.
    func loss(_ images: [[Double]], labels: [Int]) -> Double {
        var sum = 0.0
        for (image, label) in zip(images, labels) { sum -= logSoftmax(run(image).output)[label] }
        return sum / Double(images.count)
    }

    /// The gradient of `loss` by each parameter.
    func gradients(_ images: [[Double]], labels: [Int]) -> [[Double]] {
        var gradients = parameters.map { [Double](repeating: 0, count: $0.count) }
        for (image, label) in zip(images, labels) {
            let (output, records) = run(image)
            var d = logSoftmax(output).map { exp($0) / Double(images.count) }
            d[label] -= 1 / Double(images.count)
            for record in records.reversed() { d = backward(record, d, &gradients) }
        }
        return gradients
    }

    // MARK: Forward

    private func run(_ image: [Double]) -> (output: [Double], records: [Record]) {
        var (values, records, parameter) = (image, [Record](), 0)
        for placed in architecture.layers {
            let record = Record(placed: placed, input: values, firstParameter: parameter)
            values = forward(record)
            records.append(record)
            parameter += placed.parameters.count
        }
        return (values, records)
    }

    private func forward(_ record: Record) -> [Double] {
        let (placed, x) = (record.placed, record.input)
        var y = [Double](repeating: 0, count: placed.output.count)
        switch placed.layer {
        case .convolution, .linear:
            let weights = parameters[record.firstParameter]
            forEachProduct(of: placed) { output, input, weight in y[output] += x[input] * weights[weight] }
            if placed.parameters.count > 1 {
                let area = placed.output.count / parameters[record.firstParameter + 1].count
                for output in y.indices { y[output] += parameters[record.firstParameter + 1][output / area] }
            }
        case .activation(let activation): y = x.map { Self.value(activation, $0) }
        case .maxPool, .averagePool, .adaptiveAveragePool:
            forEachWindow(of: placed) { output, inputs, divisor in
                if case .maxPool = placed.layer {
                    y[output] = inputs.map { x[$0] }.max() ?? 0
                } else {
                    y[output] = inputs.reduce(0) { $0 + x[$1] } / divisor
                }
            }
        case .flatten, .dropout: y = x
        default: preconditionFailure("no twin of \(placed.layer)")
        }
        return y
    }

    // MARK: Backward

    /// From the gradient of a layer's output to that of its input; those of its parameters are added up.
    private func backward(_ record: Record, _ dy: [Double], _ gradients: inout [[Double]]) -> [Double] {
        let (placed, x) = (record.placed, record.input)
        var dx = [Double](repeating: 0, count: x.count)
        switch placed.layer {
        case .convolution, .linear:
            let weights = parameters[record.firstParameter]
            forEachProduct(of: placed) { output, input, weight in
                dx[input] += dy[output] * weights[weight]
                gradients[record.firstParameter][weight] += dy[output] * x[input]
            }
            if placed.parameters.count > 1 {
                let area = placed.output.count / parameters[record.firstParameter + 1].count
                for output in dy.indices { gradients[record.firstParameter + 1][output / area] += dy[output] }
            }
        case .activation(let activation): dx = zip(x, dy).map { Self.slope(activation, $0) * $1 }
        case .maxPool:
            forEachWindow(of: placed) { output, inputs, _ in
                guard let winner = inputs.max(by: { x[$0] < x[$1] }) else { return }
                dx[winner] += dy[output]
            }
        case .averagePool, .adaptiveAveragePool:
            forEachWindow(of: placed) { output, inputs, divisor in
                for input in inputs { dx[input] += dy[output] / divisor }
            }
        case .flatten, .dropout: dx = dy
        default: preconditionFailure("no twin of \(placed.layer)")
        }
        return dx
    }

    private static func normal(_ x: Double) -> Double { 0.5 * (1 + erf(x / 2.0.squareRoot())) }

    private static func value(_ activation: Layer.Activation, _ x: Double) -> Double {
        switch activation {
        case .relu: x > 0 ? x : 0
        case .leakyReLU(let slope): x > 0 ? x : slope * x
        case .sigmoid: 1 / (1 + exp(-x))
        case .tanh: tanh(x)
        case .gelu: x * normal(x)
        case .softmax: preconditionFailure("not elementwise")
        }
    }

    /// The derivative of `value`.
    private static func slope(_ activation: Layer.Activation, _ x: Double) -> Double {
        switch activation {
        case .relu: x > 0 ? 1 : 0
        case .leakyReLU(let slope): x > 0 ? 1 : slope
        case .sigmoid: exp(-x) / ((1 + exp(-x)) * (1 + exp(-x)))
        case .tanh: 1 / (cosh(x) * cosh(x))
        case .gelu: normal(x) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
        case .softmax: preconditionFailure("not elementwise")
        }
    }

    // MARK: Which values meet

    /// Every product that a convolution or linear layer sums: the places of its output, input and weight.
    private func forEachProduct(of placed: PlacedLayer, _ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void) {
        guard case .convolution(let settings) = placed.layer else {
            for k in 0..<placed.output.count {
                for c in 0..<placed.input.count { body(k, c, k * placed.input.count + c) }
            }
            return
        }
        var padding = Extent(0)
        if case .exactly(let extent) = settings.padding { padding = extent }
        let (input, output, kernel) = (placed.input, placed.output, settings.kernel)
        for k in 0..<output.channels {
            for (i, j) in pairs(output.height, output.width) {
                for c in 0..<input.channels {
                    for (v, u) in pairs(kernel.height, kernel.width) {
                        let row = i * settings.stride.height + v * settings.dilation.height - padding.height
                        let column = j * settings.stride.width + u * settings.dilation.width - padding.width
                        guard row >= 0, row < input.height, column >= 0, column < input.width else { continue }
                        body(
                            (k * output.height + i) * output.width + j,
                            (c * input.height + row) * input.width + column,
                            ((k * input.channels + c) * kernel.height + v) * kernel.width + u)
                    }
                }
            }
        }
    }

    /// Every window of a pooling: the place of its output, those of its inputs inside the map, and what a mean divides by.
    private func forEachWindow(
        of placed: PlacedLayer, _ body: (_ output: Int, _ inputs: [Int], _ divisor: Double) -> Void
    ) {
        let (input, output) = (placed.input, placed.output)
        for c in 0..<output.channels {
            for (i, j) in pairs(output.height, output.width) {
                let (rows, columns): (Range<Int>, Range<Int>)
                var divisor: Double?
                switch placed.layer {
                case .maxPool(let settings), .averagePool(let settings):
                    let row = i * settings.stride.height - settings.padding.height
                    let column = j * settings.stride.width - settings.padding.width
                    rows = (row..<row + settings.size.height).clamped(to: 0..<input.height)
                    columns = (column..<column + settings.size.width).clamped(to: 0..<input.width)
                    divisor = Double(settings.size.height * settings.size.width)
                default:
                    rows = i * input.height / output.height..<((i + 1) * input.height - 1) / output.height + 1
                    columns = j * input.width / output.width..<((j + 1) * input.width - 1) / output.width + 1
                }
                let inputs = rows.flatMap { row in
                    columns.map { (c * input.height + row) * input.width + $0 }
                }
                body((c * output.height + i) * output.width + j, inputs, divisor ?? Double(inputs.count))
            }
        }
    }

    private func pairs(_ rows: Int, _ columns: Int) -> [(Int, Int)] {
        (0..<rows).flatMap { row in (0..<columns).map { (row, $0) } }
    }

    private func logSoftmax(_ x: [Double]) -> [Double] {
        let highest = x.max() ?? 0
        let sum = x.reduce(0) { $0 + exp($1 - highest) }
        return x.map { $0 - highest - log(sum) }
    }
}
