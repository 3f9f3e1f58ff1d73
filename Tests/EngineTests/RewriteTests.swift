// The rules of the proof against the engine: random networks and what each rule makes of them, with the same weights.

import Engine
import Network
import Runtime
import Testing

/// Draws networks in which the rules, and what nearly fits them, come up often.
private struct RandomNetwork {
    private var random: SplitMix

    init(_ number: Int) { random = SplitMix(state: UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 1) }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(random.next() % UInt64(values.count))] }

    private mutating func layer(_ shape: Shape, depth: Int) -> Layer {
        let activations: [Layer.Activation] = [
            .relu, .relu, .relu, .leakyReLU(slope: pick([0, 0.1, 1])), .sigmoid, .tanh, .gelu, .softmax,
        ]
        if shape.isFlat {
            return pick([
                .flatten, .activation(pick(activations)), .activation(pick(activations)),
                .dropout(rate: pick([0, 1e-9, 0.3])), .linear(.init(width: pick([1, 3, 17]))), .batchNorm(.init()),
            ])
        }
        let map = Extent(shape.height, shape.width)
        switch pick([0, 1, 1, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8, 8, 9]) {
        case 0: return .adaptiveAveragePool(output: pick([map, Extent(1), Extent(2), Extent(max(1, map.height / 2))]))
        case 1, 2:
            let size = pick([Extent(1), Extent(2), Extent(2), Extent(3), Extent(1, 2)])
            let padding = pick([Extent(0), Extent(0), Extent(size.height / 2, size.width / 2)])
            let pooling = Layer.Pooling(size: size, stride: pick([size, size, Extent(1), Extent(2)]), padding: padding)
            return pick([.maxPool(pooling), .maxPool(pooling), .averagePool(pooling)])
        case 3, 4: return .activation(pick(activations))
        case 5: return .dropout(rate: pick([0, 1e-9, 0.3]))
        case 6: return pick([.flatten, .batchNorm(.init())])
        case 7 where depth < 2:
            let inner = sequence(shape, depth: depth + 1).layers.filter { $0 != .flatten }
            let first = pick([[], inner])
            return pick([
                .concatenation(branches: [first]), .concatenation(branches: [first, first]),
                .concatenation(branches: [[.concatenation(branches: [[], [.activation(.relu)]])], []]),
                .residual(body: [.activation(.relu), .dropout(rate: 0), .activation(.relu)], shortcut: nil),
                .residual(body: inner, shortcut: nil),
            ])
        case 8:
            var convolution = Layer.Convolution(
                width: pick([1, 3, 18]), kernel: pick([Extent(1), Extent(1), Extent(3), Extent(2), map]),
                dilation: pick([Extent(1), Extent(1), Extent(2)]), hasBias: pick([true, false]))
            convolution.padding = pick([.exactly(Extent(0)), .exactly(Extent(1)), .same])
            return .convolution(convolution)
        default: return .maxPool(.init(size: Extent(2)))
        }
    }

    private mutating func sequence(_ input: Shape, depth: Int) -> (layers: [Layer], output: Shape) {
        var builder = ArchitectureBuilder(input: input)
        var layers: [Layer] = []
        for _ in 0..<pick([1, 3, 5, 7]) {
            let next = layer(builder.output, depth: depth)
            // What does not fit, or grows without end, is left out.
            guard (try? builder.append(next)) != nil, builder.output.count < 4000 else { break }
            layers.append(next)
        }
        return (layers, builder.output)
    }

    mutating func architecture() -> Architecture? {
        let input = Shape(channels: pick([1, 2, 3]), height: pick([1, 2, 4, 6]), width: pick([1, 2, 4, 6]))
        let body = sequence(input, depth: 0).layers
        let linear = Layer.linear(.init(width: 3))
        let convolution = Layer.convolution(.init(width: 3, kernel: Extent(1)))
        let heads: [[Layer]] = [
            [linear],
            [.averagePool(.init(size: Extent(2))), .averagePool(.init(size: Extent(1, 2))), .flatten, linear],
            [convolution, .averagePool(.init(size: Extent(2))), .flatten, linear],
            [convolution, .averagePool(.init(size: Extent(1))), .adaptiveAveragePool(output: Extent(1)), .flatten],
        ]
        for head in [pick(heads), [.flatten, linear]] {
            if let network = try? Architecture(input: input, layers: body + head) { return network }
        }
        return nil
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Bits, but for the sign of a zero and the payload of a NaN.
private func bits(_ values: [Float]) -> [UInt32] { values.map { $0.isNaN ? .max : $0 == 0 ? 0 : $0.bitPattern } }

private struct Outcome {
    let outputs: [Float]
    let trainedOutputs: [Float]
    let gradients: [[Float]]
    let weights: [[Float]]

    init(_ architecture: Architecture, weights: [[Float]]?, source: MemoryImages) throws {
        let executor = try Executor(
            architecture, batchSize: 3, optimizer: .sgd(learningRate: 0.1), seeds: Seeds(1),
            pool: ThreadPool(threadCount: 1))
        executor.initialize(seed: 1)
        if let weights { for (index, values) in weights.enumerated() { executor.setParameter(index, to: values) } }
        self.weights = executor.parameters.indices.map(executor.parameter)
        func outputs() -> [Float] { (0..<3).flatMap(executor.outputs) }
        _ = try executor.evaluate(0..<3, of: source, cancellation: Cancellation())
        self.outputs = outputs()
        _ = try executor.train(0..<3, of: source, epoch: 1, cancellation: Cancellation())
        trainedOutputs = outputs()
        gradients = executor.parameters.indices.filter { executor.parameters[$0].role.isTrained }
            .map(executor.gradient)
    }
}

struct RewriteTests {
    /// 10,000 networks, in two halves.
    @Test(arguments: [0..<5000, 5000..<10_000])
    func everyRuleKeepsWhatItSays(numbers: Range<Int>) throws {
        var uses: [String: Int] = [:]
        for number in numbers {
            var random = RandomNetwork(number)
            guard let network = random.architecture() else { continue }
            var source = MemoryImages(shape: network.input, count: 3, classes: 3, seed: UInt64(number))
            if number % 10 == 0 {
                var values = source.values
                values[number % values.count] = .nan
                source = MemoryImages(shape: source.shape, values: values, labels: source.labels)
            }
            var original: Outcome?
            for rule in RewriteRule.all {
                let form = NormalForm(network, rules: [rule])
                guard !form.steps.isEmpty, let rewritten = form.architecture else { continue }
                uses[rule.name, default: 0] += 1
                let one = try original ?? Outcome(network, weights: nil, source: source)
                original = one
                // Fresh weights where training is said to be the same: their streams must be, too.
                let other = try Outcome(
                    rewritten, weights: rule.preserves == .training ? nil : one.weights, source: source)
                let text = "network \(number): \(rule.name)\n\(network.layers.map(\.layer))"
                switch rule.preserves {
                case .training:
                    #expect(one.weights.map(bits) == other.weights.map(bits), "\(text)")
                    #expect(bits(one.outputs) == bits(other.outputs), "\(text)")
                    #expect(bits(one.trainedOutputs) == bits(other.trainedOutputs), "\(text)")
                    #expect(one.gradients.map(bits) == other.gradients.map(bits), "\(text)")
                case .bits: #expect(bits(one.outputs) == bits(other.outputs), "\(text)")
                case .outputs:
                    let largest = one.outputs.map(abs).max() ?? 0
                    #expect(
                        zip(one.outputs, other.outputs).allSatisfy {
                            $0.isNaN && $1.isNaN || abs($0 - $1) <= 1e-4 * max(1, largest)
                        }, "\(text)")
                }
            }
        }
        for rule in RewriteRule.all { #expect(uses[rule.name, default: 0] >= 20, "\(rule.name)") }
    }
}
