// The rules of the proof against the engine: random networks and what each rule makes of them, with the same weights.

import Engine
import Network
import Runtime
import TestSupport
import Testing

/// Draws networks in which the rules, and what nearly fits them, come up often.
private struct RandomNetwork {
    private var random: SplitMix
    /// Whether layers that came later are among them: what is drawn without these stays the same.
    private let hasLaterLayers: Bool

    init(_ number: Int, withLaterLayers: Bool = false) {
        random = SplitMix(state: UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        hasLaterLayers = withLaterLayers
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(random.next() % UInt64(values.count))] }

    private mutating func laterLayer(_ shape: Shape, depth: Int) -> Layer {
        let scales: [Layer] = [
            .scale(.init(factor: pick([1, 3, -0.1]))), .scale(.init(factor: pick([1, 0.5]), isLearned: true)),
        ]
        guard depth < 2, pick([true, true, false]) else {
            guard !shape.isFlat, pick([true, false]) else { return pick(scales) }
            return .channelShuffle(groups: pick([1, 2, 3, shape.channels]))
        }
        let inner = sequence(shape, depth: depth + 1).layers.filter { $0 != .flatten }
        let plain = inner.filter(\.keepsShape)
        let sigmoid = Layer.activation(.sigmoid)
        guard !shape.isFlat else { return .multiplication(body: plain + [sigmoid]) }
        return pick([
            .multiplication(body: plain + [sigmoid]),
            .multiplication(body: [.dropout(rate: 0), .adaptiveAveragePool(output: Extent(1))] + plain + [sigmoid]),
            .chunk(branches: [inner]), .chunk(branches: [[], []]), .chunk(branches: [[]]),
            .chunk(branches: Array(repeating: plain, count: shape.channels)),
            .residual(body: [.dropPath(rate: pick([0, 1e-9, 0.3]))] + inner, shortcut: nil),
            .residual(body: [.dropPath(rate: pick([0, 1e-9, 0.3]))] + plain, shortcut: [.activation(.tanh)]),
        ])
    }

    private var laterHeads: [[Layer]] {
        let linear = Layer.linear(.init(width: 3))
        let wide = Layer.convolution(.init(width: 6, kernel: Extent(1)))
        return [
            [.flatten, .scale(.init(factor: 0.3)), .scale(.init(factor: -2)), linear],
            [wide, .channelShuffle(groups: 2), .channelShuffle(groups: 3), .flatten, linear],
            [wide, .channelShuffle(groups: 2), .channelShuffle(groups: 2), .flatten, linear],
            [wide, .chunk(branches: [[], [.dropout(rate: 0)]]), .flatten, linear],
            [.adaptiveAveragePool(output: Extent(1)), .flatten, .scale(.init(factor: 2, isLearned: true)), linear],
            [wide, .adaptiveMaxPool(output: Extent(1)), .attention(.init(heads: 3)), .flatten, linear],
            [.concatenation(branches: [[wide], [], [wide]]), .positionEmbedding(.init()), .flatten, linear],
            [
                .convolution(
                    .init(width: 6, kernel: Extent(1), initialization: .orthogonal, freezing: .init(.weights))),
                .batchNorm(.init(freezing: .init(.all))), .flatten, .linear(.init(width: 3, initialization: .xavier)),
            ],
        ]
    }

    private mutating func layer(_ shape: Shape, depth: Int) -> Layer {
        if hasLaterLayers, pick([true, false]) { return laterLayer(shape, depth: depth) }
        let activations: [Layer.Activation] = [
            .relu, .relu, .relu, .leakyReLU(slope: pick([0, 0.1, 1])), .sigmoid, .tanh, .gelu, .softmax, .relu6, .relu6,
            pick([.elu(alpha: 0), .elu(alpha: 1.5), .softplus, .hardsigmoid, .hardswish, .mish]),
        ]
        if shape.isFlat {
            return pick([
                .flatten, .activation(pick(activations)), .activation(pick(activations)),
                .dropout(rate: pick([0, 1e-9, 0.3])), .linear(.init(width: pick([1, 3, 17]))), .batchNorm(.init()),
                .batchNorm(.init()), .groupNorm(.init(groups: 1)), .activation(.softmax), .layerNorm(.init()),
                .prelu(.init(isPerChannel: true)),
            ])
        }
        let map = Extent(shape.height, shape.width)
        switch pick([0, 1, 1, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8, 8, 9]) {
        case 0:
            let output = pick([map, Extent(1), Extent(2), Extent(max(1, map.height / 2))])
            return pick([.adaptiveAveragePool(output: output), .adaptiveMaxPool(output: output)])
        case 1, 2:
            let size = pick([Extent(1), Extent(2), Extent(2), Extent(3), Extent(1, 2)])
            let padding = pick([Extent(0), Extent(0), Extent(size.height / 2, size.width / 2)])
            let pooling = Layer.Pooling(
                size: size, stride: pick([size, size, Extent(1), Extent(2)]), padding: padding,
                roundsUp: pick([true, false, false]))
            return pick([.maxPool(pooling), .maxPool(pooling), .averagePool(pooling)])
        case 3, 4: return .activation(pick(activations))
        case 5: return .dropout(rate: pick([0, 1e-9, 0.3]))
        case 6:
            return pick([
                .flatten, .batchNorm(.init(momentum: pick([0.1, 0.3]))),
                .groupNorm(
                    .init(groups: shape.channels, freezing: pick([.init(), .init(.weights), .init(biasEpochs: 1)]))),
                .instanceNorm(.init()),
            ])
        case 7 where depth < 2:
            let inner = sequence(shape, depth: depth + 1).layers.filter { $0 != .flatten }
            let first = pick([[], inner])
            let other = sequence(shape, depth: depth + 1).layers.filter { $0 != .flatten }
            let average = Layer.averagePool(.init(size: Extent(1, 2)))
            let end = pick([.activation(.relu), average, .maxPool(.init(size: Extent(2))), .flatten])
            return pick([
                .concatenation(branches: [first]), .concatenation(branches: [first, first]),
                .concatenation(branches: [[.concatenation(branches: [[], [.activation(.relu)]])], []]),
                .residual(body: [.activation(.relu), .dropout(rate: 0), .activation(.relu)], shortcut: nil),
                .residual(body: inner, shortcut: nil), .residual(body: inner, shortcut: other),
                .residual(body: inner + [average], shortcut: other + [average]),
                .residual(body: inner + [.flatten], shortcut: [.flatten]),
                .concatenation(branches: [inner + [end], [end]]), .concatenation(branches: [inner, []]),
                .concatenation(branches: [inner + [.flatten], [.flatten]]),
                .concatenation(branches: [[.activation(.relu), .flatten], [.flatten]]),
            ])
        case 8:
            var convolution = Layer.Convolution(
                width: pick([1, 3, 18]), kernel: pick([Extent(1), Extent(1), Extent(3), Extent(2), map]),
                stride: pick([Extent(1), Extent(1), Extent(2)]), dilation: pick([Extent(1), Extent(1), Extent(2)]),
                hasBias: pick([true, false]))
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

    /// Two networks of which one has in the branches of a concat what the other has after it.
    mutating func joins() -> (Architecture, Architecture)? {
        let input = Shape(channels: pick([1, 3, 16]), height: 6, width: 4)
        let branches = (0..<pick([2, 2, 3])).map { _ in
            sequence(input, depth: 1).layers.filter { layer in
                switch layer {
                case .flatten, .maxPool, .averagePool, .adaptiveAveragePool: false
                case .convolution(let settings): settings.kernel == Extent(1) && settings.stride == Extent(1)
                default: true
                }
            }
        }
        let size = pick([Extent(1), Extent(2), Extent(3, 2)])
        let pool = Layer.Pooling(size: size, stride: pick([size, Extent(1)]), padding: pick([Extent(0), Extent(0)]))
        let ends: [Layer] = [
            .activation(pick([.relu, .leakyReLU(slope: -0.3), .sigmoid, .tanh, .gelu, .silu, .softplus])),
            pick([.activation(.relu), .activation(.relu), .instanceNorm(.init())]),
            pick([
                .maxPool(pool), .averagePool(pool), .adaptiveAveragePool(output: Extent(2)),
                .adaptiveMaxPool(output: Extent(2)),
            ]),
        ].shuffled(using: &random)
        let inner = pick([1, 2, 3])
        let head: [Layer] = [.convolution(.init(width: 5, kernel: Extent(1))), .flatten, .linear(.init(width: 3))]
        let networks = [0, inner].compactMap { count in
            try? Architecture(
                input: input,
                layers: [.concatenation(branches: branches.map { $0 + ends[..<count] })] + ends[count...] + head)
        }
        return networks.count == 2 ? (networks[0], networks[1]) : nil
    }

    /// Two networks of which one has idle relus at the beginnings of branches.
    mutating func idleBeginnings() -> (Architecture, Architecture)? {
        let input = Shape(channels: pick([1, 3, 16]), height: 6, width: 4)
        let width = pick([2, 5, 16])
        let between: [Layer] = pick([
            [], [], [.maxPool(.init(size: Extent(2)))], [.maxPool(.init(size: Extent(3), stride: Extent(1)))],
        ])
        let branches: [[Layer]] = (0..<2).map { _ in
            pick([
                [.convolution(.init(width: width, padding: .exactly(Extent(1))))],
                [.convolution(.init(width: width, padding: .exactly(Extent(1)))), .batchNorm(.init())],
                [.batchNorm(.init()), .activation(.gelu)], [.dropout(rate: 0.3)], [],
                [.residual(body: [.convolution(.init(width: width, kernel: Extent(1)))], shortcut: nil)],
            ])
        }
        let head: [Layer] = [.flatten, .linear(.init(width: 3))]
        let (isSum, isDeep) = (pick([true, false]), pick([true, false]))
        let networks = [true, false].compactMap { isIdle -> Architecture? in
            let idle: [Layer] = isIdle ? [.activation(.relu)] : []
            let inner: [Layer] = isDeep ? [.concatenation(branches: [idle])] : idle
            let join: Layer =
                isSum
                ? .residual(body: inner + branches[0], shortcut: branches[1])
                : .concatenation(branches: [inner + branches[0], idle + branches[1]])
            return try? Architecture(
                input: input,
                layers: [.convolution(.init(width: width, kernel: Extent(1))), .activation(.relu)] + between + [join]
                    + head)
        }
        return networks.count == 2 ? (networks[0], networks[1]) : nil
    }

    mutating func architecture() -> Architecture? {
        let input = Shape(channels: pick([1, 2, 3]), height: pick([1, 2, 4, 6]), width: pick([1, 2, 4, 6]))
        let body = sequence(input, depth: 0).layers
        let linear = Layer.linear(.init(width: 3))
        let convolution = Layer.convolution(.init(width: 3, kernel: Extent(1)))
        let halves = Layer.averagePool(.init(size: pick([Extent(2), Extent(1, 2), Extent(2, 1)])))
        let smooth = Layer.activation(pick([.silu, .gelu, .tanh, .mish, .hardswish, .elu(alpha: 0.7)]))
        let positive = Layer.activation(pick([.relu, .sigmoid]))
        let between = pick([Layer.activation(.tanh), halves])
        let positiveBranches: [[Layer]] = [
            [between, .activation(.relu), convolution], [.activation(.leakyReLU(slope: -0.1)), between],
        ]
        let norm: [Layer] = [.batchNorm(.init())]
        let heads: [[Layer]] =
            [
                [linear],
                [.averagePool(.init(size: Extent(2))), .averagePool(.init(size: Extent(1, 2))), .flatten, linear],
                [convolution, .averagePool(.init(size: Extent(2))), .flatten, linear],
                [.batchNorm(.init()), .averagePool(.init(size: Extent(2))), .flatten, linear],
                [
                    .residual(body: [.activation(.relu), halves], shortcut: [.activation(.tanh), halves]), .flatten,
                    linear,
                ],
                [.adaptiveAveragePool(output: Extent(1)), .flatten, .batchNorm(.init()), linear],
                [.adaptiveAveragePool(output: Extent(1)), .flatten, .groupNorm(.init(groups: 1)), linear],
                [.activation(.leakyReLU(slope: 0.1)), .activation(.relu), .flatten, linear],
                [.activation(.relu), .activation(.leakyReLU(slope: 0.1)), .flatten, linear],
                [smooth, .activation(.relu), .flatten, linear],
                [.activation(.relu6), .maxPool(.init(size: Extent(1, 2))), .activation(.relu6), .flatten, linear],
                [.activation(pick([.sigmoid, .relu6])), halves, .activation(.relu6), .flatten, linear],
                [
                    .activation(.relu), .residual(body: [.activation(.relu), .batchNorm(.init())], shortcut: nil),
                    .flatten,
                    linear,
                ],
                [positive, .concatenation(branches: positiveBranches), .flatten, linear],
                [.concatenation(branches: [[convolution], norm, []]), .batchNorm(.init()), .flatten, linear],
                [convolution, .averagePool(.init(size: Extent(1))), .adaptiveAveragePool(output: Extent(1)), .flatten],
            ] + (hasLaterLayers ? laterHeads : [])
        for head in [pick(heads), [.flatten, linear]] {
            if let network = try? Architecture(input: input, layers: body + head) { return network }
        }
        return nil
    }
}

/// Bits, but for the sign of a zero and the payload of a NaN.
private func bits(_ values: [Float]) -> [UInt32] { values.map { $0.isNaN ? .max : $0 == 0 ? 0 : $0.bitPattern } }

/// What a network makes of three images in a training of some steps; its batch norms begin with random parameters and
/// statistics, for fresh ones hide what differs.
private struct Outcome {
    struct Settings {
        let source: MemoryImages
        var precision = Precision.float32
        var optimizer = OptimizerOptions.sgd(learningRate: 0.1)
        var clip: Double?
        var steps = 1
        var threads = 1
    }

    let outputs: [Float]
    let trainedOutputs: [Float]
    let gradients: [[Float]]
    let weights: [[Float]]
    let trainedWeights: [[Float]]

    init(_ architecture: Architecture, weights: [[Float]]?, _ settings: Settings) throws {
        let executor = try Executor(
            architecture, batchSize: 3, optimizer: settings.optimizer, seeds: Seeds(1),
            gradient: GradientOptions(largestNorm: settings.clip), precision: settings.precision,
            pool: ThreadPool(threadCount: settings.threads))
        executor.initialize(seed: 1)
        executor.randomizeNorms()
        if let weights { for (index, values) in weights.enumerated() { executor.setParameter(index, to: values) } }
        self.weights = executor.parameters.indices.map(executor.parameter)
        func outputs() -> [Float] { (0..<3).flatMap(executor.outputs) }
        _ = try executor.evaluate(0..<3, of: settings.source, cancellation: Cancellation())
        self.outputs = outputs()
        for step in 0..<settings.steps {
            _ = try executor.train(0..<3, of: settings.source, epoch: step + 1, cancellation: Cancellation())
        }
        trainedOutputs = outputs()
        gradients = executor.parameters.indices.filter { executor.parameters[$0].isTrained }
            .map(executor.gradient)
        trainedWeights = executor.parameters.indices.map(executor.parameter)
    }

    /// Whether a training of the other cannot be told from this one.
    func isSameTraining(as other: Outcome) -> Bool {
        weights.map(bits) == other.weights.map(bits) && bits(outputs) == bits(other.outputs)
            && bits(trainedOutputs) == bits(other.trainedOutputs) && gradients.map(bits) == other.gradients.map(bits)
            && trainedWeights.map(bits) == other.trainedWeights.map(bits)
    }
}

extension Executor {
    fileprivate func randomizeNorms() {
        var random = SplitMix(state: 7)
        for (index, parameter) in parameters.enumerated() {
            let range: ClosedRange<Float>
            switch parameter.role {
            case .weight, .bias: continue
            case .scale, .slope: range = -1.5...1.5
            case .shift, .position, .runningMean: range = -1...1
            case .runningVariance: range = 0.25...4
            }
            setParameter(index, to: (0..<parameter.count).map { _ in .random(in: range, using: &random) })
        }
    }
}

extension Layer {
    /// Whether what comes out of it has the shape of what goes in, whatever that is.
    fileprivate var keepsShape: Bool {
        switch self {
        case .activation, .dropout, .batchNorm, .groupNorm, .scale, .attention, .positionEmbedding: true
        default: false
        }
    }

    /// The layer with one setting changed, of those that choose how it is computed.
    fileprivate func nudged(_ random: inout SplitMix) -> Layer {
        func pick<Value>(_ values: [Value]) -> Value { values[Int(random.next() % UInt64(values.count))] }
        let extents = [Extent(1), Extent(2), Extent(3), Extent(1, 2), Extent(2, 1)]
        switch self {
        case .convolution(var settings):
            switch pick([0, 0, 0, 1, 1, 2, 3]) {
            case 0: settings.dilation = pick(extents)
            case 1: settings.stride = pick(extents)
            case 2: settings.padding = pick([.same, .exactly(Extent(0)), .exactly(Extent(1))])
            default: settings.groups = pick([1, settings.width])
            }
            return .convolution(settings)
        case .maxPool(let pooling), .averagePool(let pooling):
            let new = Pooling(
                size: pick([pooling.size, pick(extents)]), stride: pick(extents),
                padding: pick([pooling.padding, Extent(0)]), roundsUp: pick([pooling.roundsUp, false, true]))
            if case .maxPool = self { return .maxPool(new) } else { return .averagePool(new) }
        case .adaptiveMaxPool: return .adaptiveMaxPool(output: pick(extents))
        case .adaptiveAveragePool: return .adaptiveAveragePool(output: pick(extents))
        case .dropout: return .dropout(rate: pick([0, 1e-9, 0.3]))
        case .dropPath: return .dropPath(rate: pick([0, 1e-9, 0.3]))
        case .scale(var settings):
            settings.factor = pick([1, settings.factor])
            return .scale(settings)
        case .groupNorm(var settings):
            settings.groups = pick([1, settings.groups])
            return .groupNorm(settings)
        case .residual(let body, let shortcut):
            guard !body.isEmpty else { return self }
            var body = body
            let index = Int(random.next() % UInt64(body.count))
            body[index] = body[index].nudged(&random)
            return .residual(body: body, shortcut: shortcut)
        case .multiplication(let body):
            guard !body.isEmpty else { return self }
            var body = body
            body[0] = body[0].nudged(&random)
            return .multiplication(body: body)
        case .channelShuffle(let groups): return .channelShuffle(groups: pick([1, 2, 3, groups]))
        case .concatenation(var branches), .chunk(var branches):
            let index = Int(random.next() % UInt64(branches.count))
            guard !branches[index].isEmpty else { return self }
            branches[index][0] = branches[index][0].nudged(&random)
            if case .chunk = self { return .chunk(branches: branches) }
            return .concatenation(branches: branches)
        case .attention(var settings):
            settings.heads = pick([1, settings.heads])
            return .attention(settings)
        case .placeMixing(var settings):
            settings.output = pick([settings.output, Extent(3, 1), Extent(2)])
            return .placeMixing(settings)
        case .linear, .positionEmbedding, .batchNorm, .flatten, .activation, .prelu, .layerNorm,
            .instanceNorm:
            return self
        }
    }
}

struct RewriteTests {
    /// Of layers that came later.
    private static let laterRules: Set = [
        "scale 1 does nothing", "a constant factor after another is their product",
        "a chunk of one block is that block", "a chunk without layers does nothing",
        "a channelshuffle of one group, or of groups of one channel, does nothing",
        "a channelshuffle of G groups and one of C / G groups do nothing together", "droppath 0 does nothing",
        "droppath does nothing outside training",
        "what a layer begins with, and what of it is frozen, does nothing outside training",
        "attention over one place has no use for its heads",
    ]

    /// 10,000 networks, in halves, each in one precision after the other.
    @Test(arguments: [0..<5000, 5000..<10_000])
    func everyRuleKeepsWhatItSays(numbers: Range<Int>) throws {
        let uses = try check(numbers, RewriteRule.all)
        for rule in RewriteRule.all where !Self.laterRules.contains(rule.name) {
            #expect(uses[rule.name, default: 0] >= 20, "\(rule.name)")
        }
    }

    @Test(arguments: [50_000..<51_500])
    func everyRuleKeepsWhatItSaysOfLaterLayers(numbers: Range<Int>) throws {
        let uses = try check(numbers, RewriteRule.all, withLaterLayers: true)
        for rule in Self.laterRules { #expect(uses[rule, default: 0] >= 20, "\(rule)") }
    }

    /// - Returns: how often each rule was used.
    private func check(
        _ numbers: Range<Int>, _ rules: [RewriteRule], withLaterLayers: Bool = false
    ) throws -> [String: Int] {
        var uses: [String: Int] = [:]
        for number in numbers {
            var random = RandomNetwork(number, withLaterLayers: withLaterLayers)
            guard let network = random.architecture() else { continue }
            var source = MemoryImages(shape: network.input, count: 3, classes: 3, seed: UInt64(number))
            if number % 10 == 0 {
                var values = source.values
                values[number % values.count] = .nan
                source = MemoryImages(shape: source.shape, values: values, labels: source.labels)
            }
            let precision = Precision.allCases[number % 3]
            let settings = Outcome.Settings(source: source, precision: precision)
            var original: Outcome?
            for rule in rules {
                let form = NormalForm(network, rules: [rule])
                guard !form.steps.isEmpty, let rewritten = form.architecture else { continue }
                uses[rule.name, default: 0] += 1
                let one = try original ?? Outcome(network, weights: nil, settings)
                original = one
                // Fresh weights where training is said to be the same: their streams must be, too.
                let copied = form.tensors.map { $0.values(of: one.weights) }
                let other = try Outcome(rewritten, weights: rule.preserves == .training ? nil : copied, settings)
                let text = "network \(number), \(precision): \(rule.name)\n\(network.layers.map(\.layer))"
                switch rule.preserves {
                case .training: #expect(one.isSameTraining(as: other), "\(text)")
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
        return uses
    }

    /// Networks that differ in one setting: most do not train the same, and of the few that the proof lets through
    /// every bit is compared, in each precision and on one and two threads.
    @Test(arguments: [0..<2500, 2500..<5000])
    func whatIsProvenToTrainTheSameDoes(numbers: Range<Int>) throws {
        var proven = 0
        for number in numbers {
            var random = RandomNetwork(number + 20_000)
            guard let network = random.architecture() else { continue }
            var choice = SplitMix(state: UInt64(number))
            var layers = network.layers.map(\.layer)
            let index = Int(choice.next() % UInt64(layers.count))
            layers[index] = layers[index].nudged(&choice)
            guard let other = try? Architecture(input: network.input, layers: layers), other != network,
                Equivalence(network, other).answer == .same(.training)
            else { continue }
            proven += 1
            var settings = Outcome.Settings(
                source: MemoryImages(shape: network.input, count: 3, classes: 3, seed: UInt64(number)),
                optimizer: number % 2 == 0 ? .adam() : .sgd(learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3),
                clip: number % 5 == 0 ? 0.5 : nil, steps: 3)
            for precision in Precision.allCases {
                settings.precision = precision
                settings.threads = 1
                let one = try Outcome(network, weights: nil, settings)
                settings.threads = 2
                let two = try Outcome(other, weights: nil, settings)
                #expect(
                    one.isSameTraining(as: two),
                    "network \(number), \(precision)\n\(network.layers.map(\.layer))\n\(layers)")
            }
        }
        #expect(proven >= 50)
    }

    @Test(arguments: Precision.allCases)
    func whatFollowsAConcatTrainsTheSameInItsBranches(precision: Precision) throws {
        var count = 0
        for number in 0..<80 {
            var random = RandomNetwork(number + 40_000)
            guard let (outside, inside) = random.joins() else { continue }
            count += 1
            let text = "network \(number)\n\(outside.layers.map(\.layer))\n\(inside.layers.map(\.layer))"
            #expect(Equivalence(outside, inside).answer == .same(.training), "\(text)")
            var settings = Outcome.Settings(
                source: MemoryImages(shape: outside.input, count: 3, classes: 3, seed: UInt64(number)),
                precision: precision, optimizer: .adam(), steps: 2)
            let one = try Outcome(outside, weights: nil, settings)
            settings.threads = 2
            #expect(one.isSameTraining(as: try Outcome(inside, weights: nil, settings)), "\(text)")
        }
        #expect(count >= 30)
    }

    @Test(arguments: Precision.allCases)
    func idleRelusAtTheBeginningsOfBranchesTrainTheSame(precision: Precision) throws {
        var count = 0
        for number in 0..<60 {
            var random = RandomNetwork(number + 60_000)
            guard let (idle, plain) = random.idleBeginnings() else { continue }
            count += 1
            let text = "network \(number)\n\(idle.layers.map(\.layer))"
            #expect(Equivalence(idle, plain).answer == .same(.training), "\(text)")
            var source = MemoryImages(shape: idle.input, count: 3, classes: 3, seed: UInt64(number))
            if number % 5 == 0 {
                var values = source.values
                values[number % values.count] = .nan
                source = MemoryImages(shape: source.shape, values: values, labels: source.labels)
            }
            var settings = Outcome.Settings(source: source, precision: precision, optimizer: .adam(), steps: 2)
            let one = try Outcome(idle, weights: nil, settings)
            settings.threads = 2
            #expect(one.isSameTraining(as: try Outcome(plain, weights: nil, settings)), "\(text)")
        }
        #expect(count >= 30)
    }

    /// A kernel of 1 reads the same whatever its dilation, and must be computed the same.
    @Test(arguments: Precision.allCases)
    func theDilationOfASingleValueChangesNothing(precision: Precision) throws {
        func network(_ dilation: Int) throws -> Architecture {
            try Architecture(
                input: Shape([3, 8, 8]),
                layers: [
                    .convolution(.init(width: 8, kernel: Extent(1), dilation: Extent(dilation))), .activation(.relu),
                    .flatten, .linear(.init(width: 3)),
                ])
        }
        let (plain, dilated) = (try network(1), try network(3))
        #expect(Equivalence(plain, dilated).answer == .same(.training))
        let settings = Outcome.Settings(
            source: MemoryImages(shape: plain.input, count: 3, classes: 3, seed: 5), precision: precision, steps: 3)
        #expect(
            try Outcome(plain, weights: nil, settings).isSameTraining(as: Outcome(dilated, weights: nil, settings)))
    }

    /// What `diff` does with the weights of one to compare it with the other.
    private static let movedIntoBranches: [(Layer, [Layer])] = [
        (.batchNorm(.init()), [.batchNorm(.init()), .batchNorm(.init()), .batchNorm(.init())]),
        (
            .groupNorm(.init(groups: 13)),
            [.groupNorm(.init(groups: 9)), .groupNorm(.init(groups: 1)), .groupNorm(.init(groups: 3))]
        ),
        (
            .instanceNorm(.init(hasScale: true, hasBias: true)),
            Array(repeating: .instanceNorm(.init(hasScale: true, hasBias: true)), count: 3)
        ),
        (.prelu(.init(isPerChannel: true)), Array(repeating: .prelu(.init(isPerChannel: true)), count: 3)),
        (
            .scale(.init(factor: 0.5, isLearned: true)),
            Array(repeating: .scale(.init(factor: 0.5, isLearned: true)), count: 3)
        ),
    ]

    /// Branches of 18, 2 and 6 channels: a group of two is computed by other lanes in them than after the concat.
    @Test(arguments: Precision.allCases, movedIntoBranches)
    func whatHasValuesOfItsOwnForEachChannelKeepsItsBitsInBranches(precision: Precision, moved: (Layer, [Layer])) throws
    {
        for isChunk in [false, true] {
            func conv(_ width: Int) -> Layer {
                .convolution(.init(width: width, kernel: Extent(3), padding: .exactly(Extent(1))))
            }
            let branches = [[conv(18)], [conv(2)], isChunk ? [] : [conv(6)]]
            func network(_ branches: [[Layer]], _ after: [Layer]) throws -> Architecture {
                try Architecture(
                    input: Shape([3, 6, 5]),
                    layers: [conv(18), isChunk ? .chunk(branches: branches) : .concatenation(branches: branches)]
                        + after + [
                            .activation(.relu), conv(4), .flatten, .linear(.init(width: 3)),
                        ])
            }
            let outside = try network(branches, [moved.0])
            let inside = try network(zip(branches, moved.1).map { $0 + [$1] }, [])
            let equivalence = Equivalence(outside, inside)
            #expect(equivalence.answer == .same(.bits), "\(moved.0)")
            let settings = Outcome.Settings(
                source: MemoryImages(shape: outside.input, count: 3, classes: 3, seed: 5), precision: precision)
            let one = try Outcome(outside, weights: nil, settings)
            let weights = try #require(equivalence.weights(of: inside, like: one.weights))
            let other = try Outcome(inside, weights: weights, settings)
            #expect(bits(one.outputs) == bits(other.outputs), "\(moved.0)")
        }
    }

    /// What all branches begin with, before them.
    @Test(arguments: Precision.allCases)
    func whatAllBranchesBeginWithKeepsItsBitsBeforeThem(precision: Precision) throws {
        func conv(_ width: Int) -> Layer {
            .convolution(.init(width: width, kernel: Extent(3), padding: .exactly(Extent(1))))
        }
        let average = Layer.averagePool(.init(size: Extent(2)))
        let beginnings: [[Layer]] = [
            [.activation(.relu)], [.activation(.tanh), average], [.activation(.gelu)],
            [.maxPool(.init(size: Extent(2)))],
            [.instanceNorm(.init())], [.scale(.init(factor: 0.3)), .activation(.leakyReLU(slope: 0.1))],
        ]
        for beginning in beginnings {
            let joins: [([[Layer]]) -> Layer] = [
                { .residual(body: $0[0], shortcut: $0[1]) }, { .concatenation(branches: $0) }, { .chunk(branches: $0) },
            ]
            for (index, join) in joins.enumerated() {
                let branches = [[conv(6)], index == 0 ? [] : [conv(2)]]
                func network(_ before: [Layer], _ branches: [[Layer]]) throws -> Architecture {
                    try Architecture(
                        input: Shape([3, 6, 4]),
                        layers: [conv(6)] + before + [join(branches), .flatten, .linear(.init(width: 3))])
                }
                let (inside, outside) = (
                    try network([], branches.map { beginning + $0 }), try network(beginning, branches)
                )
                #expect(Equivalence(inside, outside).answer == .same(.bits), "\(beginning), \(index)")
                let settings = Outcome.Settings(
                    source: MemoryImages(shape: inside.input, count: 3, classes: 3, seed: 5), precision: precision)
                let one = try Outcome(inside, weights: nil, settings)
                let other = try Outcome(outside, weights: one.weights, settings)
                #expect(bits(one.outputs) == bits(other.outputs), "\(beginning), \(index)")
            }
        }
    }

    /// Where relu comes first, an infinite gradient of a value that is dropped becomes 0 times infinity, a NaN; where
    /// dropout comes first, relu lets none of it through.
    @Test func reluAndDropoutTrainTheSameWhileGradientsAreFiniteAlone() throws {
        func network(_ between: [Layer]) throws -> Architecture {
            try Architecture(
                input: Shape([4]),
                layers: [.linear(.init(width: 8))] + between + [
                    .scale(.init(factor: 1000)), .linear(.init(width: 3)),
                ])
        }
        let orders: [[Layer]] = [
            [.activation(.relu), .dropout(rate: 0.5)], [.dropout(rate: 0.5), .activation(.relu)],
        ]
        let networks = try orders.map(network)
        #expect(Equivalence(networks[0], networks[1]).answer == .same(.bits))
        let settings = Outcome.Settings(source: MemoryImages(shape: Shape([4]), count: 3, classes: 3, seed: 5))
        func outcomes(_ weights: [[Float]]?) throws -> [Outcome] {
            try networks.map { try Outcome($0, weights: weights, settings) }
        }
        let finite = try outcomes(nil)
        #expect(finite[0].isSameTraining(as: finite[1]))
        // Small values, so that outputs are finite and the gradient before the factor is not.
        let infinite = try outcomes([
            [Float](repeating: 1e-36, count: 32), [Float](repeating: 1e-34, count: 8),
            (0..<24).map { $0 < 8 ? 1e36 : -1e36 }, [0, 0, 0],
        ])
        #expect(infinite.allSatisfy { $0.trainedOutputs.allSatisfy(\.isFinite) })
        let hasNaN = infinite[0].gradients.contains { $0.contains { $0.isNaN } }
        #expect(hasNaN)
        #expect(!infinite[0].isSameTraining(as: infinite[1]))
    }
}
