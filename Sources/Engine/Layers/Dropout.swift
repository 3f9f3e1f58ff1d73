// Dropout (Srivastava et al. 2014), inverted as PyTorch's: in training each value is zeroed with probability `rate` and
// the rest divided by 1 - rate; in evaluation nothing happens to it.

import CKernels
import Network
import Runtime

struct DropoutPlan: PassPlan {
    let rate: Double

    let needs = PassNeeds()

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        site.dropouts += 1
        return Dropout(
            rate: rate, seed: site.dropoutSeed, stream: site.dropouts - 1, ports, images: site.images,
            arena: &site.arena)
    }
}

final class Dropout: SinglePass {
    private let rate: Double
    private let seed: UInt64
    /// How many dropouts and droppaths with a rate above 0 come before this one.
    private let stream: Int
    let ports: Ports
    /// What each value was multiplied by.
    private let factors: BlockedMap

    init(
        rate: Double, seed: UInt64, stream: Int, _ ports: Ports,
        images: Int, arena: inout Arena
    ) {
        self.rate = rate
        self.seed = seed
        self.stream = stream
        self.ports = ports
        let shape = Shape([ports.output.channels, ports.output.height, ports.output.width])
        factors = BlockedMap(shape, at: arena.reserve(BlockedMap.count(shape, images: images)))
    }

    func forward(_ step: Step) {
        let (input, output, factors, kernels) = (input, output, factors, step.kernels)
        let random = RandomStream(
            seed: seed, role: .dropout, stream: UInt32(truncatingIfNeeded: stream),
            step: UInt32(truncatingIfNeeded: step.number))
        let (isTraining, rate) = (step.isTraining, Float(rate))
        let (key, counter) = (random.philoxKey, random.philoxCounter)
        let philox = tandem_philox(
            key0: key.x, key1: key.y, counter1: counter.x, counter2: counter.y, counter3: counter.z)
        let kept: Float = self.rate < 1 ? Float(1 / (1 - self.rate)) : 0
        let (blocks, firstImage) = (output.blocks, step.part?.firstImage ?? 0)
        step.forEachBlock(of: output) { image, block in
            let factor = factors.at(image: image, block: block)
            for row in 0..<output.height {
                let from = input.at(image: image, block: block) + row * input.rowStride
                let to = output.at(image: image, block: block) + row * output.rowStride
                guard isTraining else {
                    to.update(from: from, count: output.width * 16)
                    continue
                }
                let line = factor + row * factors.rowStride
                // The place of a value: image of the batch, block, row, column, lane; four values a draw.
                let draw = (((firstImage + image) * blocks + block) * output.height + row) * output.width * 4
                withUnsafePointer(to: philox) {
                    kernels.dropout_factors(
                        $0, UInt32(truncatingIfNeeded: draw), rate, kept, line, Int64(output.width * 16))
                }
                kernels.multiply(from, line, to, Int64(output.width * 16))
            }
        }
    }

    func backward(_ step: Step) {
        guard let inputGradient else { return }
        let (outputGradient, factors, kernels) = (outputGradient, factors, step.kernels)
        step.forEachBlock(of: outputGradient) { image, block in
            for row in 0..<outputGradient.height {
                kernels.multiply(
                    outputGradient.at(image: image, block: block) + row * outputGradient.rowStride,
                    factors.at(image: image, block: block) + row * factors.rowStride,
                    inputGradient.at(image: image, block: block) + row * inputGradient.rowStride,
                    Int64(outputGradient.width * 16))
            }
        }
    }
}
