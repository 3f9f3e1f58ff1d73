// From an architecture to passes that run: which layers are one pass, how wide each halo is, and where everything stands.

import Network

/// A layer as the engine runs it.
public struct PlannedLayer: Sendable {
    public let placed: PlacedLayer
    /// Whether the ReLU behind it is computed with it.
    public let hasReLU: Bool
}

struct Plan {
    let layers: [PlannedLayer]
    let input: Map
    let passes: [any LayerPass]
    let loss: CrossEntropy
    let parameters: ParameterStore
    let moments: UnsafeMutablePointer<Float>

    /// A layer that does something, and whether the ReLU behind it is part of it.
    private struct Piece {
        let placed: PlacedLayer
        let hasReLU: Bool
        /// Where Winograd's algorithm computes it.
        let tiling: WinogradTiling?

        var window: Window? {
            switch placed.layer {
            case .convolution(let settings): Window(settings)
            case .linear: Window()
            default: nil
            }
        }

        /// The zeros that this layer reads around its input.
        var inputHalo: Halo {
            guard let window else { return Halo() }
            return tiling?.halo(input: placed.input, padding: window.padding)
                ?? window.halo(input: placed.input, output: placed.output)
        }

        /// The zeros that this layer reads around the gradient of its output.
        var gradientHalo: Halo {
            guard let window, tiling == nil else { return Halo() }
            return window.gradientHalo(input: placed.input, output: placed.output)
        }

        /// Floats of scratch that each thread needs.
        func threadScratch(images: Int) -> Int {
            guard let window else { return 0 }
            return tiling?.threadCount
                ?? Product.scratchCount(
                    outputs: placed.output.channels, taps: window.kernel.height * window.kernel.width, images: images)
        }
    }

    /// - Parameters:
    ///   - images: the largest batch.
    ///   - threads: each has scratch memory of its own.
    ///   - weights: memory that may outlive the plan.
    init(
        _ architecture: Architecture, images: Int, optimizer: OptimizerOptions, dropoutSeed: UInt64, threads: Int,
        in arena: inout Arena, weights: inout Arena
    ) throws(EngineError) {
        guard architecture.input.channels <= 16 || architecture.input.isFlat else {
            throw .inputChannels(architecture.input.channels)
        }
        let pieces = try Self.pieces(of: architecture, images: images)
        parameters = ParameterStore(architecture, in: &arena, weights: &weights)
        moments = arena.reserve(parameters.count * optimizer.momentCount)
        let scratch = Scratch(
            threadCount: pieces.map { $0.threadScratch(images: images) }.max() ?? 0,
            sharedCount: pieces.compactMap(\.tiling?.sharedCount).max() ?? 0, threads: threads, in: &arena)

        input = Map(architecture.input, images: images, halo: pieces.first?.inputHalo ?? Halo(), in: &arena)
        var passes: [any LayerPass] = []
        var dropouts = 0
        var (map, gradient): (Map, Map?) = (input, nil)
        for (index, piece) in pieces.enumerated() {
            let readerHalo = index + 1 < pieces.count ? pieces[index + 1].inputHalo : Halo()
            let output = Map(piece.placed.output, images: images, halo: readerHalo, in: &arena)
            let outputGradient = Map(piece.placed.output, images: images, halo: piece.gradientHalo, in: &arena)
            let placed = piece.placed
            switch placed.layer {
            case .convolution, .linear:
                let bias = placed.parameters.count > 1 ? placed.parameters[1] : nil
                let parameters = parameters.product(weight: placed.parameters[0], bias: bias)
                let window = piece.window ?? Window()
                if let tiling = piece.tiling {
                    passes.append(
                        Winograd(
                            tiling, input: map, inputGradient: gradient, output: output,
                            outputGradient: outputGradient, parameters: parameters, padding: window.padding,
                            hasReLU: piece.hasReLU, scratch: scratch))
                } else {
                    passes.append(
                        Product(
                            input: map, inputGradient: gradient, output: output, outputGradient: outputGradient,
                            parameters: parameters, window: window, hasReLU: piece.hasReLU, images: images,
                            scratch: scratch, arena: &arena))
                }
            case .maxPool(let settings):
                let (rows, columns) = Self.ranges(settings, placed)
                passes.append(
                    Pooling(
                        .maximum, input: map, inputGradient: gradient, output: output, outputGradient: outputGradient,
                        rows: rows, columns: columns))
            case .averagePool(let settings):
                let (rows, columns) = Self.ranges(settings, placed)
                passes.append(
                    Pooling(
                        .average(divisor: settings.size.height * settings.size.width), input: map,
                        inputGradient: gradient, output: output, outputGradient: outputGradient, rows: rows,
                        columns: columns))
            case .adaptiveAveragePool(let size):
                passes.append(
                    Pooling(
                        .average(divisor: 0), input: map, inputGradient: gradient, output: output,
                        outputGradient: outputGradient, rows: RangeTable(adaptive: size.height, inputs: map.height),
                        columns: RangeTable(adaptive: size.width, inputs: map.width)))
            case .flatten:
                passes.append(
                    Flatten(input: map, inputGradient: gradient, output: output, outputGradient: outputGradient))
            case .dropout(let rate):
                passes.append(
                    Dropout(
                        rate: rate, seed: dropoutSeed, stream: dropouts, input: map, inputGradient: gradient,
                        output: output, outputGradient: outputGradient, images: images, arena: &arena))
                dropouts += 1
            case .activation(let activation):
                guard
                    let pass = Activation(
                        activation, input: map, inputGradient: gradient, output: output, outputGradient: outputGradient)
                else { throw .notYet(placed.layer.description) }
                passes.append(pass)
            case .batchNorm, .residual, .concatenation:
                throw .notYet(placed.layer.description)
            }
            (map, gradient) = (output, outputGradient)
        }
        self.passes = passes
        layers = pieces.map { PlannedLayer(placed: $0.placed, hasReLU: $0.hasReLU) }
        loss = CrossEntropy(logits: map, gradient: gradient ?? map)
    }

    private static func ranges(_ settings: Layer.Pooling, _ placed: PlacedLayer) -> (RangeTable, RangeTable) {
        (
            RangeTable(
                sliding: settings.size.height, stride: settings.stride.height, padding: settings.padding.height,
                inputs: placed.input.height, outputs: placed.output.height),
            RangeTable(
                sliding: settings.size.width, stride: settings.stride.width, padding: settings.padding.width,
                inputs: placed.input.width, outputs: placed.output.width)
        )
    }

    /// Leaves out what does nothing, joins a product with its ReLU, and refuses what cannot run yet.
    private static func pieces(of architecture: Architecture, images: Int) throws(EngineError) -> [Piece] {
        var pieces: [Piece] = []
        for placed in architecture.layers {
            switch placed.layer {
            case .dropout(let rate) where rate == 0: continue
            case .flatten where placed.input.isFlat: continue
            case .activation(.relu):
                if let last = pieces.last, last.window != nil, !last.hasReLU {
                    pieces[pieces.count - 1] = Piece(placed: last.placed, hasReLU: true, tiling: last.tiling)
                    continue
                }
            case .convolution(let settings) where settings.groups != 1:
                throw .notYet("`groups:` of conv")
            case .batchNorm, .residual, .concatenation:
                throw .notYet(placed.layer.description)
            default: break
            }
            pieces.append(
                Piece(placed: placed, hasReLU: false, tiling: WinogradTiling(placed, images: images)))
        }
        return pieces
    }
}
