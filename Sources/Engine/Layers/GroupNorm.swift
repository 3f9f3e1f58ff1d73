// Group normalization (Wu and He 2018), as `nn.GroupNorm`: the channels of a group, and their pixels, are brought to
// mean 0 and variance 1 in each image, then each channel is scaled and shifted. Sums run in double, channel by channel
// of a group; the gradients of scale and shift are joined image by image. With as many groups as channels it is
// instance normalization (Ulyanov et al. 2016), as `nn.InstanceNorm2d`.

import CKernels
import Network

struct GroupNormPlan: PassPlan {
    let groups: Int
    let epsilon: Double
    /// A scale and a shift, as far as it has them.
    let tensors: [ParameterTensor]

    let needs = PassNeeds(readsInput: true, takesReLU: true)

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        GroupNorm(
            groups: groups, epsilon: epsilon, ports, parameters: site.parameters.norm(tensors), hasReLU: hasReLU,
            images: site.images,
            arena: &site.arena)
    }
}

final class GroupNorm: SinglePass {
    let ports: Ports
    private let epsilon: Double
    /// Channels of a group.
    private let groupSize: Int
    private let parameters: NormParameters
    private let hasReLU: Bool
    /// For each image and block, two sums of 16 channels each.
    private let sums: UnsafeMutablePointer<Double>
    /// For each image and channel: what is taken away and multiplied by in the forward pass; the group's variance;
    /// factors and constant of the gradient.
    private let lines: UnsafeMutablePointer<Float>

    private enum Line: Int, CaseIterable {
        case mean, scale, variance, gradientFactor, inputFactor, constant
        /// Nobody writes them.
        case zeros
    }

    init(
        groups: Int, epsilon: Double, _ ports: Ports, parameters: NormParameters, hasReLU: Bool, images: Int,
        arena: inout Arena
    ) {
        self.ports = ports
        self.epsilon = epsilon
        groupSize = ports.input.channels / groups
        self.parameters = parameters
        self.hasReLU = hasReLU
        let count = images * ports.input.blocks * 32
        // Two floats' room for a double.
        sums = UnsafeMutableRawPointer(arena.reserve(2 * count)).bindMemory(to: Double.self, capacity: count)
        // Channels that pad the last block stay zero.
        lines = arena.reserve(images * Line.allCases.count * ports.input.blocks * 16)
    }

    /// A value for each channel of an image.
    private func line(_ line: Line, _ image: Int) -> UnsafeMutablePointer<Float> {
        lines + (image * Line.allCases.count + line.rawValue) * input.blocks * 16
    }

    /// Those of a channel of an image.
    private func sums(_ channel: Int, _ image: Int) -> (first: Double, second: Double) {
        let place = sums + ((image * input.blocks + channel / 16) * 32 + channel % 16)
        return (place[0], place[16])
    }

    func forward(_ step: Step) {
        let (input, output, kernels) = (input, output, step.kernels)
        let isStreamed = step.isStreamed(output)
        step.forEachTile(step.images) { [self] image, _ in
            for block in 0..<input.blocks {
                let sums = sums + (image * input.blocks + block) * 32
                sums.update(repeating: 0, count: 32)
                kernels.moments(
                    input.at(image: image, block: block), input.rowStride, Int32(input.height), Int32(input.width), sums
                )
            }
            measureGroups(of: image)
            let (mean, scale, shift) = (
                line(.mean, image), line(.scale, image), parameters.bias ?? line(.zeros, image)
            )
            for block in 0..<input.blocks {
                kernels.normalize(
                    input.at(image: image, block: block), input.rowStride, output.at(image: image, block: block),
                    output.rowStride, Int32(output.height), Int32(output.width), mean + block * 16, scale + block * 16,
                    shift + block * 16, hasReLU ? 1 : 0, isStreamed ? 1 : 0)
            }
        }
    }

    private func measureGroups(of image: Int) {
        let count = Double(groupSize * input.area)
        let (means, scales, variances) = (line(.mean, image), line(.scale, image), line(.variance, image))
        for first in stride(from: 0, to: input.channels, by: groupSize) {
            var (sum, squares) = (0.0, 0.0)
            for channel in first..<first + groupSize {
                let own = sums(channel, image)
                sum += own.first
                squares += own.second
            }
            let mean = sum / count
            // A NaN among the values must not vanish in `max`.
            let variance = squares.isNaN ? .nan : max(0, squares / count - mean * mean)
            for channel in first..<first + groupSize {
                means[channel] = Float(mean)
                variances[channel] = Float(variance)
                scales[channel] = Float(parameters.scale(channel) / (variance + epsilon).squareRoot())
            }
        }
    }

    func backward(_ step: Step) {
        let (input, output, gradient, inputGradient) = (input, output, outputGradient, inputGradient)
        let kernels = step.kernels
        let isStreamed = inputGradient.map(step.isStreamed) ?? false
        let rows = tandem_rows(
            x: input.rowStride, y: output.rowStride, dy: gradient.rowStride, dx: inputGradient?.rowStride ?? 0)
        step.forEachTile(step.images) { [self] image, _ in
            let mean = line(.mean, image)
            for block in 0..<input.blocks {
                let sums = sums + (image * input.blocks + block) * 32
                sums.update(repeating: 0, count: 32)
                kernels.gradient_moments(
                    input.at(image: image, block: block), hasReLU ? output.at(image: image, block: block) : nil,
                    gradient.at(image: image, block: block), rows, Int32(output.height), Int32(output.width),
                    mean + block * 16, sums)
            }
            guard let inputGradient else { return }
            weighGroups(of: image)
            let (ofGradient, ofInput, constant) = (
                line(.gradientFactor, image), line(.inputFactor, image), line(.constant, image)
            )
            for block in 0..<input.blocks {
                kernels.normalize_gradient(
                    input.at(image: image, block: block), hasReLU ? output.at(image: image, block: block) : nil,
                    gradient.at(image: image, block: block), inputGradient.at(image: image, block: block), rows,
                    Int32(output.height), Int32(output.width), mean + block * 16, ofGradient + block * 16,
                    ofInput + block * 16, constant + block * 16, isStreamed ? 1 : 0)
            }
        }
        step.forEachTile(input.blocks) { [self] block, _ in
            for channel in block * 16..<min(block * 16 + 16, input.channels) {
                var (bias, weight) = (0.0, 0.0)
                for image in 0..<step.images {
                    let own = sums(channel, image)
                    bias += own.first
                    weight += own.second / deviation(channel, image)
                }
                parameters.setGradient(channel, scale: weight, shift: bias)
            }
        }
    }

    /// Of the channel's group.
    private func deviation(_ channel: Int, _ image: Int) -> Double {
        (Double(line(.variance, image)[channel]) + epsilon).squareRoot()
    }

    /// The factors and the constant of the input's gradient, from the sums of the channels.
    private func weighGroups(of image: Int) {
        let count = Double(groupSize * input.area)
        let (ofGradient, ofInput, constants) = (
            line(.gradientFactor, image), line(.inputFactor, image), line(.constant, image)
        )
        for first in stride(from: 0, to: input.channels, by: groupSize) {
            var (sum, products) = (0.0, 0.0)
            for channel in first..<first + groupSize {
                let (own, weight) = (sums(channel, image), parameters.scale(channel))
                sum += weight * own.first
                products += weight * own.second
            }
            let deviation = deviation(first, image)
            for channel in first..<first + groupSize {
                ofGradient[channel] = Float(parameters.scale(channel) / deviation)
                ofInput[channel] = Float(-products / (deviation * deviation * deviation * count))
                constants[channel] = Float(-sum / (deviation * count))
            }
        }
    }
}
