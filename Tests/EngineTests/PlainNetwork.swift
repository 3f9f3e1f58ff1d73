// The slow, obvious twin of the engine, in double precision, every sum written out. Each layer gives its output and a
// function from the gradient of its output to that of its input, so that branches need no bookkeeping.

import Foundation
import Network

struct PlainNetwork {
    let architecture: Architecture
    /// Every tensor in PyTorch's order and shape; the running statistics are not read.
    var parameters: [[Double]]

    /// The values of each image of a batch.
    typealias Batch = [[Double]]
    /// What a layer came to.
    private typealias Result = (output: Batch, backward: (Batch) -> Batch)

    /// Gradients of the parameters, added up from layer to layer.
    private final class Gradients {
        var values: [[Double]]
        init(_ parameters: [[Double]]) { values = parameters.map { [Double](repeating: 0, count: $0.count) } }
    }

    /// The mean cross-entropy over images `[C, H, W]` of these labels.
    func loss(_ images: Batch, labels: [Int]) -> Double {
        let outputs = forward(architecture.layers, images, Gradients(parameters)).output
        let sum = zip(outputs, labels).reduce(0) { $0 - logSoftmax($1.0)[$1.1] }
        return sum / Double(images.count)
    }

    /// The gradient of `loss` by each parameter.
    func gradients(_ images: Batch, labels: [Int]) -> [[Double]] {
        let gradients = Gradients(parameters)
        let result = forward(architecture.layers, images, gradients)
        _ = result.backward(
            zip(result.output, labels).map { output, label in
                var d = logSoftmax(output).map { exp($0) / Double(images.count) }
                d[label] -= 1 / Double(images.count)
                return d
            })
        return gradients.values
    }

    // MARK: Layers

    private func forward(_ layers: [PlacedLayer], _ batch: Batch, _ gradients: Gradients) -> Result {
        var values = batch
        var pullbacks: [(Batch) -> Batch] = []
        for placed in layers {
            let result = forward(placed, values, gradients)
            values = result.output
            pullbacks.append(result.backward)
        }
        return (values, { dy in pullbacks.reversed().reduce(dy) { $1($0) } })
    }

    private func forward(_ placed: PlacedLayer, _ x: Batch, _ gradients: Gradients) -> Result {
        switch placed.layer {
        case .residual:
            let ends = placed.branches.map { forward($0, x, gradients) }
            return (
                Self.sum(ends[0].output, ends[1].output),
                { dy in Self.sum(ends[0].backward(dy), ends[1].backward(dy)) }
            )
        case .multiplication:
            let end = forward(placed.branches[0], x, gradients)
            // Values of the input for each factor.
            let area = placed.input.count / (placed.branches[0].last?.output.count ?? placed.input.count)
            return (
                zip(x, end.output).map { values, factors in values.indices.map { values[$0] * factors[$0 / area] } },
                { dy in
                    var ofFactors = end.output.map { $0.map { _ in 0.0 } }
                    for image in dy.indices {
                        for place in dy[image].indices {
                            ofFactors[image][place / area] += dy[image][place] * x[image][place]
                        }
                    }
                    let direct = zip(dy, end.output).map { values, factors in
                        values.indices.map { values[$0] * factors[$0 / area] }
                    }
                    return Self.sum(direct, end.backward(ofFactors))
                }
            )
        case .chunk:
            let share = placed.input.count / placed.branches.count
            let ends = placed.branches.enumerated().map { index, branch in
                forward(branch, x.map { Array($0[index * share..<(index + 1) * share]) }, gradients)
            }
            let counts = placed.branches.map { $0.last?.output.count ?? share }
            return (
                x.indices.map { image in ends.flatMap { $0.output[image] } },
                { dy in
                    var (first, parts) = (0, [Batch]())
                    for (end, count) in zip(ends, counts) {
                        parts.append(end.backward(dy.map { Array($0[first..<first + count]) }))
                        first += count
                    }
                    return dy.indices.map { image in parts.flatMap { $0[image] } }
                }
            )
        case .concatenation:
            let ends = placed.branches.map { forward($0, x, gradients) }
            let counts = placed.branches.map { $0.last?.output.count ?? placed.input.count }
            return (
                x.indices.map { image in ends.flatMap { $0.output[image] } },
                { dy in
                    var first = 0
                    var sum = x.map { $0.map { _ in 0.0 } }
                    for (end, count) in zip(ends, counts) {
                        sum = Self.sum(sum, end.backward(dy.map { Array($0[first..<first + count]) }))
                        first += count
                    }
                    return sum
                }
            )
        case .batchNorm(let settings): return batchNorm(placed, settings, x, gradients)
        case .groupNorm(let settings):
            let size = placed.input.count / settings.groups
            return normalized(
                placed, (0..<settings.groups).map { Array($0 * size..<($0 + 1) * size) }, settings.epsilon, x, gradients
            )
        case .instanceNorm(let settings):
            let area = placed.input.height * placed.input.width
            return normalized(
                placed, (0..<placed.input.channels).map { Array($0 * area..<($0 + 1) * area) }, settings.epsilon, x,
                gradients)
        case .layerNorm(let settings):
            let area = placed.input.height * placed.input.width
            return normalized(
                placed, (0..<area).map { Array(stride(from: $0, to: placed.input.count, by: area)) }, settings.epsilon,
                x, gradients)
        case .scale(let settings): return scale(placed, settings, x, gradients)
        default:
            return (
                x.map { forward(placed, $0) },
                { dy in zip(x, dy).map { backward(placed, $0, $1, gradients) } }
            )
        }
    }

    private static func sum(_ a: Batch, _ b: Batch) -> Batch { zip(a, b).map { zip($0, $1).map { $0 + $1 } } }

    /// Ioffe and Szegedy 2015, algorithm 1 and the gradients after it.
    private func batchNorm(
        _ placed: PlacedLayer, _ settings: Layer.BatchNorm, _ x: Batch, _ gradients: Gradients
    ) -> Result {
        let (scale, shift) = (tensor(.scale, of: placed), tensor(.shift, of: placed))
        let area = placed.input.count / placed.input.channels
        let count = Double(x.count * area)
        let places = (0..<placed.input.channels).map { channel in
            x.indices.flatMap { image in (channel * area..<(channel + 1) * area).map { (image, $0) } }
        }
        var (output, normalized, deviations) = (x, x, [Double]())
        for (channel, values) in places.enumerated() {
            let mean = values.reduce(0) { $0 + x[$1.0][$1.1] } / count
            let variance = values.reduce(0) { $0 + pow(x[$1.0][$1.1] - mean, 2) } / count
            deviations.append((variance + settings.epsilon).squareRoot())
            for (image, place) in values {
                normalized[image][place] = (x[image][place] - mean) / deviations[channel]
                output[image][place] =
                    normalized[image][place] * (scale.map { parameters[$0][channel] } ?? 1)
                    + (shift.map { parameters[$0][channel] } ?? 0)
            }
        }
        return (
            output,
            { dy in
                var dx = dy
                for (channel, values) in places.enumerated() {
                    let sum = values.reduce(0) { $0 + dy[$1.0][$1.1] }
                    let products = values.reduce(0) { $0 + dy[$1.0][$1.1] * normalized[$1.0][$1.1] }
                    if let scale { gradients.values[scale][channel] += products }
                    if let shift { gradients.values[shift][channel] += sum }
                    for (image, place) in values {
                        dx[image][place] =
                            (scale.map { parameters[$0][channel] } ?? 1) / deviations[channel]
                            * (dy[image][place] - sum / count - normalized[image][place] * products / count)
                    }
                }
                return dx
            }
        )
    }

    /// Wu and He 2018, equations 1 to 3 and their gradients.
    ///
    /// - Parameter groups: the places that are normalized together.
    private func normalized(
        _ placed: PlacedLayer, _ groups: [[Int]], _ epsilon: Double, _ x: Batch, _ gradients: Gradients
    ) -> Result {
        let (scale, shift) = (tensor(.scale, of: placed), tensor(.shift, of: placed))
        let area = placed.input.count / placed.input.channels
        let size = groups[0].count
        let weight = scale.map { parameters[$0] } ?? [Double](repeating: 1, count: placed.input.channels)
        let bias = shift.map { parameters[$0] } ?? [Double](repeating: 0, count: placed.input.channels)
        var (normalized, deviations) = (x, [[Double]](repeating: [], count: x.count))
        for image in x.indices {
            for group in groups {
                let mean = group.reduce(0) { $0 + x[image][$1] } / Double(size)
                let variance = group.reduce(0) { $0 + pow(x[image][$1] - mean, 2) } / Double(size)
                deviations[image].append((variance + epsilon).squareRoot())
                for place in group {
                    normalized[image][place] = (x[image][place] - mean) / (variance + epsilon).squareRoot()
                }
            }
        }
        return (
            normalized.map { values in values.enumerated().map { $1 * weight[$0 / area] + bias[$0 / area] } },
            { dy in
                var dx = dy
                for image in dy.indices {
                    for place in dy[image].indices {
                        if let scale {
                            gradients.values[scale][place / area] += dy[image][place] * normalized[image][place]
                        }
                        if let shift { gradients.values[shift][place / area] += dy[image][place] }
                    }
                    for (number, group) in groups.enumerated() {
                        let mean = group.reduce(0) { $0 + dy[image][$1] * weight[$1 / area] } / Double(size)
                        let product =
                            group.reduce(0) { $0 + dy[image][$1] * weight[$1 / area] * normalized[image][$1] }
                            / Double(size)
                        for place in group {
                            dx[image][place] =
                                (dy[image][place] * weight[place / area] - mean - normalized[image][place] * product)
                                / deviations[image][number]
                        }
                    }
                }
                return dx
            }
        )
    }

    /// Which of all tensors is the layer's of this role.
    private func tensor(_ role: ParameterTensor.Role, of placed: PlacedLayer) -> Int? {
        placed.parameters.firstIndex { $0.role == role }.map { firstTensor(placed) + $0 }
    }

    private func scale(
        _ placed: PlacedLayer, _ settings: Layer.Scale, _ x: Batch, _ gradients: Gradients
    ) -> Result {
        let first = firstTensor(placed)
        let area = placed.input.count / placed.input.channels
        func factor(_ place: Int) -> Double {
            settings.isLearned ? parameters[first][place / area] : settings.factor
        }
        return (
            x.map { values in values.enumerated().map { $1 * factor($0) } },
            { dy in
                if settings.isLearned {
                    for image in dy.indices {
                        for place in dy[image].indices {
                            gradients.values[first][place / area] += dy[image][place] * x[image][place]
                        }
                    }
                }
                return dy.map { values in values.enumerated().map { $1 * factor($0) } }
            }
        )
    }

    /// Where the layer's tensors begin among all.
    private func firstTensor(_ placed: PlacedLayer) -> Int {
        architecture.parameters.firstIndex { $0.name == placed.parameters.first?.name } ?? 0
    }

    // MARK: Layers that take each image by itself

    private func forward(_ placed: PlacedLayer, _ x: [Double]) -> [Double] {
        var y = [Double](repeating: 0, count: placed.output.count)
        let first = firstTensor(placed)
        switch placed.layer {
        case .convolution, .linear:
            let weights = parameters[first]
            forEachProduct(of: placed) { output, input, weight in y[output] += x[input] * weights[weight] }
            if placed.parameters.count > 1 {
                let area = placed.output.count / parameters[first + 1].count
                for output in y.indices { y[output] += parameters[first + 1][output / area] }
            }
        case .activation(.softmax):
            forEachPixel(of: placed) { places in
                let sum = places.reduce(0) { $0 + exp(x[$1]) }
                for place in places { y[place] = exp(x[place]) / sum }
            }
        case .activation(let activation): y = x.map { Self.value(activation, $0) }
        case .prelu:
            let each = x.count / parameters[first].count
            y = x.enumerated().map { $1 > 0 ? $1 : parameters[first][$0 / each] * $1 }
        case .maxPool, .adaptiveMaxPool:
            forEachWindow(of: placed) { output, inputs, _ in y[output] = inputs.map { x[$0] }.max() ?? 0 }
        case .averagePool, .adaptiveAveragePool:
            forEachWindow(of: placed) { output, inputs, divisor in
                y[output] = inputs.reduce(0) { $0 + x[$1] } / divisor
            }
        case .channelShuffle(let groups):
            forEachShuffled(placed, groups) { output, input in y[output] = x[input] }
        case .attention(let settings): y = attention(placed, settings.heads, x).output
        case .positionEmbedding: y = zip(x, parameters[first]).map { $0 + $1 }
        case .placeMixing:
            forEachMixed(placed) { output, input, weight in y[output] += x[input] * parameters[first][weight] }
            let outputs = parameters[first + 1].count
            for output in y.indices { y[output] += parameters[first + 1][output % outputs] }
        case .flatten, .dropout, .dropPath: y = x
        case .batchNorm, .groupNorm, .layerNorm, .instanceNorm, .scale, .residual, .multiplication, .concatenation,
            .chunk:
            preconditionFailure("not image by image")
        }
        return y
    }

    /// From the gradient of a layer's output to that of its input; those of its parameters are added up.
    private func backward(_ placed: PlacedLayer, _ x: [Double], _ dy: [Double], _ gradients: Gradients) -> [Double] {
        var dx = [Double](repeating: 0, count: x.count)
        let first = firstTensor(placed)
        switch placed.layer {
        case .convolution, .linear:
            let weights = parameters[first]
            forEachProduct(of: placed) { output, input, weight in
                dx[input] += dy[output] * weights[weight]
                gradients.values[first][weight] += dy[output] * x[input]
            }
            if placed.parameters.count > 1 {
                let area = placed.output.count / parameters[first + 1].count
                for output in dy.indices { gradients.values[first + 1][output / area] += dy[output] }
            }
        case .activation(.softmax):
            let y = forward(placed, x)
            forEachPixel(of: placed) { places in
                let mean = places.reduce(0) { $0 + y[$1] * dy[$1] }
                for place in places { dx[place] = y[place] * (dy[place] - mean) }
            }
        case .activation(let activation): dx = zip(x, dy).map { Self.slope(activation, $0) * $1 }
        case .prelu:
            let each = x.count / parameters[first].count
            for place in x.indices {
                dx[place] = x[place] > 0 ? dy[place] : dy[place] * parameters[first][place / each]
                gradients.values[first][place / each] += x[place] > 0 ? 0 : x[place] * dy[place]
            }
        case .maxPool, .adaptiveMaxPool:
            forEachWindow(of: placed) { output, inputs, _ in
                guard let winner = inputs.max(by: { x[$0] < x[$1] }) else { return }
                dx[winner] += dy[output]
            }
        case .averagePool, .adaptiveAveragePool:
            forEachWindow(of: placed) { output, inputs, divisor in
                for input in inputs { dx[input] += dy[output] / divisor }
            }
        case .channelShuffle(let groups):
            forEachShuffled(placed, groups) { output, input in dx[input] = dy[output] }
        case .attention(let settings):
            let result = attention(placed, settings.heads, x)
            let (weights, ofInput) = result.backward(dy)
            for (index, values) in weights.enumerated() {
                for place in values.indices { gradients.values[first + index][place] += values[place] }
            }
            dx = ofInput
        case .positionEmbedding:
            dx = dy
            for place in dy.indices { gradients.values[first][place] += dy[place] }
        case .placeMixing:
            forEachMixed(placed) { output, input, weight in
                dx[input] += dy[output] * parameters[first][weight]
                gradients.values[first][weight] += dy[output] * x[input]
            }
            let outputs = parameters[first + 1].count
            for output in dy.indices { gradients.values[first + 1][output % outputs] += dy[output] }
        case .flatten, .dropout, .dropPath: dx = dy
        case .batchNorm, .groupNorm, .layerNorm, .instanceNorm, .scale, .residual, .multiplication, .concatenation,
            .chunk:
            preconditionFailure("not image by image")
        }
        return dx
    }

    /// Each place of the output of `nn.Linear` over places, with each of its input and the weight between them.
    private func forEachMixed(
        _ placed: PlacedLayer, _ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void
    ) {
        let channels = placed.input.channels
        let (inputs, outputs) = (placed.input.count / channels, placed.output.count / channels)
        for channel in 0..<channels {
            for (k, p) in pairs(outputs, inputs) { body(channel * outputs + k, channel * inputs + p, k * inputs + p) }
        }
    }

    /// Vaswani et al. 2017, equation 1, with the weights of `nn.MultiheadAttention`. Matrices are lists of rows, one a
    /// place.
    private func attention(
        _ placed: PlacedLayer, _ heads: Int, _ x: [Double]
    ) -> (output: [Double], backward: ([Double]) -> (weights: [[Double]], input: [Double])) {
        typealias Matrix = [[Double]]
        func transposed(_ a: Matrix) -> Matrix { a[0].indices.map { column in a.map { $0[column] } } }
        func times(_ a: Matrix, _ b: Matrix) -> Matrix {
            let columns = transposed(b)
            return a.map { row in columns.map { zip(row, $0).reduce(0) { $0 + $1.0 * $1.1 } } }
        }
        func rows(_ values: [Double], _ count: Int) -> Matrix {
            stride(from: 0, to: values.count, by: count).map { Array(values[$0..<$0 + count]) }
        }
        func part(_ a: Matrix, _ range: Range<Int>) -> Matrix { a.map { Array($0[range]) } }
        let (first, channels) = (firstTensor(placed), placed.input.channels)
        let (places, size) = (placed.input.count / channels, channels / heads)
        let (weightIn, weightOut) = (rows(parameters[first], channels), rows(parameters[first + 2], channels))
        let tokens = transposed(rows(x, places))
        let all = times(tokens, transposed(weightIn)).map { zip($0, parameters[first + 1]).map { $0 + $1 } }
        let parts = (0..<heads).map { head in
            (0..<3).map { part(all, $0 * channels + head * size..<$0 * channels + (head + 1) * size) }
        }
        let shares = parts.map { qkv in
            times(qkv[0], transposed(qkv[1])).map { row in
                let powers = row.map { exp($0 / Double(size).squareRoot()) }
                return powers.map { $0 / powers.reduce(0, +) }
            }
        }
        let sums = (0..<heads).map { times(shares[$0], parts[$0][2]) }
        let joined = (0..<places).map { place in sums.flatMap { $0[place] } }
        let output = times(joined, transposed(weightOut)).map { zip($0, parameters[first + 3]).map { $0 + $1 } }
        return (
            transposed(output).flatMap { $0 },
            { dy in
                let ofOutput = transposed(rows(dy, places))
                let ofJoined = times(ofOutput, weightOut)
                var ofAll = all.map { $0.map { _ in 0.0 } }
                for head in 0..<heads {
                    let (own, qkv) = (part(ofJoined, head * size..<(head + 1) * size), parts[head])
                    let ofScores = zip(shares[head], times(own, transposed(qkv[2]))).map { share, of in
                        let mean = zip(share, of).reduce(0) { $0 + $1.0 * $1.1 }
                        return zip(share, of).map { $0 * ($1 - mean) / Double(size).squareRoot() }
                    }
                    let results = [
                        times(ofScores, qkv[1]), times(transposed(ofScores), qkv[0]),
                        times(transposed(shares[head]), own),
                    ]
                    for (number, result) in results.enumerated() {
                        for (place, channel) in pairs(places, size) {
                            ofAll[place][number * channels + head * size + channel] = result[place][channel]
                        }
                    }
                }
                func sum(_ a: Matrix) -> [Double] { transposed(a).map { $0.reduce(0, +) } }
                return (
                    [
                        times(transposed(ofAll), tokens).flatMap { $0 }, sum(ofAll),
                        times(transposed(ofOutput), joined).flatMap { $0 }, sum(ofOutput),
                    ], transposed(times(ofAll, weightIn)).flatMap { $0 }
                )
            }
        )
    }

    /// `view(groups, C / groups).transpose()`: where each value goes and comes from.
    private func forEachShuffled(_ placed: PlacedLayer, _ groups: Int, _ body: (_ output: Int, _ input: Int) -> Void) {
        let area = placed.input.height * placed.input.width
        let size = placed.input.channels / groups
        for (group, channel) in pairs(groups, size) {
            for pixel in 0..<area {
                body((channel * groups + group) * area + pixel, (group * size + channel) * area + pixel)
            }
        }
    }

    /// The places of all channels at each pixel.
    private func forEachPixel(of placed: PlacedLayer, _ body: (_ places: [Int]) -> Void) {
        let area = placed.output.count / placed.output.channels
        for pixel in 0..<area { body((0..<placed.output.channels).map { $0 * area + pixel }) }
    }

    private static func normal(_ x: Double) -> Double { 0.5 * (1 + erf(x / 2.0.squareRoot())) }

    private static func value(_ activation: Layer.Activation, _ x: Double) -> Double {
        switch activation {
        case .relu: x > 0 ? x : 0
        case .leakyReLU(let slope): x > 0 ? x : slope * x
        case .sigmoid: 1 / (1 + exp(-x))
        case .tanh: tanh(x)
        case .gelu: x * normal(x)
        case .silu: x / (1 + exp(-x))
        case .relu6: min(max(0, x), 6)
        case .elu(let alpha): x > 0 ? x : alpha * expm1(x)
        case .mish: x * tanh(log1p(exp(x)))
        case .hardswish: x * min(max(0, x + 3), 6) / 6
        case .hardsigmoid: min(max(0, x + 3), 6) / 6
        case .softplus: log1p(exp(x))
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
        case .silu: (1 + exp(-x) * (1 + x)) / ((1 + exp(-x)) * (1 + exp(-x)))
        case .relu6: x > 0 && x < 6 ? 1 : 0
        case .elu(let alpha): x > 0 ? 1 : alpha * exp(x)
        case .mish: tanh(log1p(exp(x))) + x / (pow(cosh(log1p(exp(x))), 2) * (1 + exp(-x)))
        case .hardswish: x <= -3 ? 0 : x < 3 ? (2 * x + 3) / 6 : 1
        case .hardsigmoid: abs(x) < 3 ? 1.0 / 6 : 0
        case .softplus: 1 / (1 + exp(-x))
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
        let (inputsEach, outputsEach) = (input.channels / settings.groups, output.channels / settings.groups)
        for k in 0..<output.channels {
            for (i, j) in pairs(output.height, output.width) {
                for c in 0..<inputsEach {
                    let channel = k / outputsEach * inputsEach + c
                    for (v, u) in pairs(kernel.height, kernel.width) {
                        let row = i * settings.stride.height + v * settings.dilation.height - padding.height
                        let column = j * settings.stride.width + u * settings.dilation.width - padding.width
                        guard row >= 0, row < input.height, column >= 0, column < input.width else { continue }
                        body(
                            (k * output.height + i) * output.width + j,
                            (channel * input.height + row) * input.width + column,
                            ((k * inputsEach + c) * kernel.height + v) * kernel.width + u)
                    }
                }
            }
        }
    }

    /// Every window of a pooling: the place of its output, those of its inputs inside the map, and what a mean divides
    /// by.
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
                    // Padding counts, what a last window reads beyond it does not.
                    let height = min(row + settings.size.height, input.height + settings.padding.height) - row
                    let width = min(column + settings.size.width, input.width + settings.padding.width) - column
                    divisor = Double(height * width)
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
