// Batch normalization (Ioffe and Szegedy 2015), as `nn.BatchNorm2d` and, over flat vectors, `nn.BatchNorm1d`: each
// channel is brought to mean 0 and variance 1 over the batch and its pixels, then scaled and shifted. Sums run in
// double over groups of images, which are joined in order.

import CKernels
import Network

struct BatchNormPlan: PassPlan {
    let settings: Layer.BatchNorm
    let tensors: [ParameterTensor]

    let needs = PassNeeds(readsInput: true, takesReLU: true)

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        BatchNorm(
            settings, ports, parameters: site.parameters.norm(tensors), running: site.parameters.running(tensors),
            hasReLU: hasReLU, images: site.images, arena: &site.arena)
    }
}

final class BatchNorm: SinglePass {
    let ports: Ports
    private let settings: Layer.BatchNorm
    private let parameters: NormParameters
    private let running: RunningStatistics
    private let hasReLU: Bool
    private let sums: ChannelSums
    /// For each channel: what is taken away, multiplied by and added on the way forward; factors and constant of the
    /// gradient; the batch's mean and variance.
    private let channels: Lines

    /// One float for each channel, in lines of their own.
    private struct Lines {
        let base: UnsafeMutablePointer<Float>
        let count: Int

        private func line(_ index: Int) -> UnsafeMutablePointer<Float> { base + index * count }
        static let number = 8
        var mean: UnsafeMutablePointer<Float> { line(0) }
        var scale: UnsafeMutablePointer<Float> { line(1) }
        var shift: UnsafeMutablePointer<Float> { line(2) }
        var gradientFactor: UnsafeMutablePointer<Float> { line(3) }
        var inputFactor: UnsafeMutablePointer<Float> { line(4) }
        var constant: UnsafeMutablePointer<Float> { line(5) }
        var batchMean: UnsafeMutablePointer<Float> { line(6) }
        var batchVariance: UnsafeMutablePointer<Float> { line(7) }
    }

    /// Values of each channel in the last training batch.
    private var valueCount = 0

    init(
        _ settings: Layer.BatchNorm, _ ports: Ports, parameters: NormParameters, running: RunningStatistics,
        hasReLU: Bool, images: Int, arena: inout Arena
    ) {
        self.settings = settings
        self.ports = ports
        self.parameters = parameters
        self.running = running
        self.hasReLU = hasReLU
        let width = ports.input.blocks * 16
        sums = ChannelSums(2, of: ports.input, images: images, arena: &arena)
        channels = Lines(base: arena.reserve(Lines.number * width), count: width)
    }

    // MARK: Forward

    func forward(_ step: Step) {
        if step.isTraining { measureBatch(step) } else { useRunningStatistics() }
        let (input, output, channels, kernels, hasReLU) = (input, output, channels, step.kernels, hasReLU)
        let isStreamed = step.isStreamed(output)
        step.forEachBlock(of: output) { image, block in
            kernels.normalize(
                input.at(image: image, block: block), input.rowStride, output.at(image: image, block: block),
                output.rowStride, Int32(output.height), Int32(output.width), channels.mean + block * 16,
                channels.scale + block * 16, channels.shift + block * 16, hasReLU ? 1 : 0,
                isStreamed ? 1 : 0)
        }
    }

    private func measureBatch(_ step: Step) {
        let (input, kernels) = (input, step.kernels)
        sums.add(step) { image, block, sums in
            kernels.moments(
                input.at(image: image, block: block), input.rowStride, Int32(input.height), Int32(input.width), sums)
        }
        valueCount = step.images * input.area
        sums.forEachChannel(step) { channel, total in
            let (sum, squares) = (total(0), total(1))
            let mean = sum / Double(valueCount)
            let variance = max(0, squares / Double(valueCount) - mean * mean)
            channels.batchMean[channel] = Float(mean)
            channels.batchVariance[channel] = Float(variance)
            setNormalization(channel, mean: Float(mean), variance: variance)
            // A NaN among the values must not vanish in `max`.
            if squares.isNaN { channels.scale[channel] = .nan }
        }
    }

    private func useRunningStatistics() {
        for channel in 0..<input.channels {
            setNormalization(
                channel, mean: running.mean[channel], variance: Double(running.variance[channel]))
        }
    }

    private func setNormalization(_ channel: Int, mean: Float, variance: Double) {
        channels.mean[channel] = mean
        channels.scale[channel] = Float(
            parameters.scale(channel) / (variance + settings.epsilon).squareRoot())
        channels.shift[channel] = parameters.shift(channel)
    }

    // MARK: Backward

    func backward(_ step: Step) {
        let (input, output, gradient, channels) = (input, output, outputGradient, channels)
        let (kernels, hasReLU) = (step.kernels, hasReLU)
        let rows = tandem_rows(x: input.rowStride, y: output.rowStride, dy: gradient.rowStride, dx: 0)
        sums.add(step) { image, block, sums in
            kernels.gradient_moments(
                input.at(image: image, block: block), hasReLU ? output.at(image: image, block: block) : nil,
                gradient.at(image: image, block: block), rows, Int32(output.height), Int32(output.width),
                channels.mean + block * 16, sums)
        }
        let count = Double(step.images * input.area)
        sums.forEachChannel(step) { channel, total in
            let (sum, products) = (total(0), total(1))
            let deviation = (Double(channels.batchVariance[channel]) + settings.epsilon).squareRoot()
            let factor = parameters.scale(channel) / deviation
            parameters.setGradient(channel, scale: products / deviation, shift: sum)
            channels.gradientFactor[channel] = Float(factor)
            channels.inputFactor[channel] = Float(-factor * products / (deviation * deviation * count))
            channels.constant[channel] = Float(-factor * sum / count)
        }
        guard let inputGradient else { return }
        let isStreamed = step.isStreamed(inputGradient)
        let allRows = tandem_rows(
            x: input.rowStride, y: output.rowStride, dy: gradient.rowStride, dx: inputGradient.rowStride)
        step.forEachBlock(of: output) { image, block in
            kernels.normalize_gradient(
                input.at(image: image, block: block), hasReLU ? output.at(image: image, block: block) : nil,
                gradient.at(image: image, block: block), inputGradient.at(image: image, block: block), allRows,
                Int32(output.height), Int32(output.width), channels.mean + block * 16,
                channels.gradientFactor + block * 16, channels.inputFactor + block * 16, channels.constant + block * 16,
                isStreamed ? 1 : 0)
        }
    }

    /// The running statistics learn from the batch: the variance is the unbiased one there, as PyTorch's.
    func commit() {
        // The variance of a single value says nothing.
        guard valueCount > 1 else { return }
        let new = settings.momentum
        let unbiased = Double(valueCount) / Double(valueCount - 1)
        for channel in 0..<input.channels {
            let mean = Double(running.mean[channel])
            let variance = Double(running.variance[channel])
            running.mean[channel] = Float((1 - new) * mean + new * Double(channels.batchMean[channel]))
            running.variance[channel] = Float(
                (1 - new) * variance + new * unbiased * Double(channels.batchVariance[channel]))
        }
    }
}
