// Stochastic depth (Huang et al. 2016), as timm's `DropPath`: in training all values of an image are zeroed with
// probability `rate`, and those of the others divided by 1 - rate; in evaluation nothing happens to them.

import CKernels
import Network
import Runtime

struct DropPathPlan: PassPlan {
    let rate: Double

    let needs = PassNeeds()

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        site.dropouts += 1
        return DropPath(
            rate: rate, seed: site.dropoutSeed, stream: site.dropouts - 1, ports,
            factors: site.arena.reserve(site.images * 16))
    }
}

final class DropPath: SinglePass {
    private let rate: Double
    private let seed: UInt64
    /// Of the streams that dropouts have.
    private let stream: Int
    let ports: Ports
    /// What each image was multiplied by, sixteen times.
    private let factors: UnsafeMutablePointer<Float>

    init(rate: Double, seed: UInt64, stream: Int, _ ports: Ports, factors: UnsafeMutablePointer<Float>) {
        self.rate = rate
        self.seed = seed
        self.stream = stream
        self.ports = ports
        self.factors = factors
    }

    func forward(_ step: Step) {
        let random = RandomStream(
            seed: seed, role: .dropout, stream: UInt32(truncatingIfNeeded: stream),
            step: UInt32(truncatingIfNeeded: step.number))
        let (rate, kept): (Float, Float) = (Float(rate), rate < 1 ? Float(1 / (1 - rate)) : 0)
        for image in 0..<step.images {
            var factor: Float = 1
            if step.isTraining {
                // The place of an image in the whole batch; four images a draw.
                let place = (step.part?.firstImage ?? 0) + image
                let word = random.words(at: UInt32(truncatingIfNeeded: place / 4))[place % 4]
                factor = RandomStream.unit(word) >= rate ? kept : 0
            }
            (factors + image * 16).update(repeating: factor, count: 16)
        }
        let factors = UnsafePointer(factors)
        step.scale(input, by: { image, _ in factors + image * 16 }, to: output)
    }

    func backward(_ step: Step) {
        guard let inputGradient else { return }
        let factors = UnsafePointer(factors)
        step.scale(outputGradient, by: { image, _ in factors + image * 16 }, to: inputGradient)
    }
}
