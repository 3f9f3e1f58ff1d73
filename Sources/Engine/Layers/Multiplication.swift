// The product of a `multiply`: a map times another of its shape, or times a factor for each channel of an image. Sums
// over the places of a channel run in double.

import CKernels

final class Multiplication: LayerPass {
    /// The gradient of each is the other's values.
    static let needs = PassNeeds(readsInput: true)

    private let value: (map: BlockedMap, gradient: BlockedMap?)
    private let factor: (map: BlockedMap, gradient: BlockedMap?)
    private let output: BlockedMap
    private let outputGradient: BlockedMap

    init(
        value: (map: BlockedMap, gradient: BlockedMap?), factor: (map: BlockedMap, gradient: BlockedMap?),
        output: BlockedMap, outputGradient: BlockedMap
    ) {
        self.value = value
        self.factor = factor
        self.output = output
        self.outputGradient = outputGradient
    }

    /// Whether there is one factor for all places of a channel. Of a map of 1x1 both hold, and both are the same.
    private var isOfChannels: Bool { factor.map.area == 1 }

    func forward(_ step: Step) {
        let (value, factor, output) = (value.map, factor.map, output)
        guard isOfChannels else { return Self.multiply(step, value, factor, to: output) }
        step.scale(value, by: { UnsafePointer(factor.at(image: $0, block: $1)) }, to: output)
    }

    func backward(_ step: Step) {
        let dy = outputGradient
        guard isOfChannels else {
            if let gradient = value.gradient { Self.multiply(step, dy, factor.map, to: gradient) }
            if let gradient = factor.gradient { Self.multiply(step, dy, value.map, to: gradient) }
            return
        }
        if let gradient = factor.gradient {
            let (value, kernels) = (value.map, step.kernels)
            step.forEachBlock(of: value) { image, block in
                withUnsafeTemporaryAllocation(of: Double.self, capacity: 16) { sums in
                    guard let first = sums.baseAddress else { return }
                    sums.initialize(repeating: 0)
                    kernels.channel_products(
                        value.at(image: image, block: block), value.rowStride, dy.at(image: image, block: block),
                        dy.rowStride, Int32(value.height), Int32(value.width), first)
                    let to = gradient.at(image: image, block: block)
                    for lane in 0..<16 { to[lane] = Float(sums[lane]) }
                }
            }
        }
        if let gradient = value.gradient {
            let factor = factor.map
            step.scale(dy, by: { UnsafePointer(factor.at(image: $0, block: $1)) }, to: gradient)
        }
    }

    /// Place by place.
    private static func multiply(_ step: Step, _ a: BlockedMap, _ b: BlockedMap, to: BlockedMap) {
        let kernels = step.kernels
        step.forEachRow(of: to) { image, block, row in
            kernels.multiply(
                a.row(row, image: image, block: block), b.row(row, image: image, block: block),
                to.row(row, image: image, block: block), Int64(to.width * 16))
        }
    }
}
