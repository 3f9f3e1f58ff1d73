// `nn.Softmax(dim=1)`: the values of all channels at a pixel become probabilities. In double, pixel by pixel.

struct SoftmaxPlan: PassPlan {
    let channels: Int

    /// A double for each channel, in whole blocks.
    var needs: PassNeeds { PassNeeds(readsOutput: true, threadScratch: 2 * ((channels + 15) / 16 * 16)) }

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        Softmax(ports, scratch: site.scratch)
    }
}

final class Softmax: SinglePass {
    let ports: Ports
    private let scratch: Scratch

    init(_ ports: Ports, scratch: Scratch) {
        self.ports = ports
        self.scratch = scratch
    }

    func forward(_ step: Step) {
        let (input, output, scratch) = (input, output, scratch)
        let count = input.blocks * 16
        step.forEachTile(step.images) { image, worker in
            let powers = UnsafeMutableRawPointer(scratch.of(worker)).bindMemory(to: Double.self, capacity: count)
            for row in 0..<output.height {
                for column in 0..<output.width {
                    step.kernels.softmax_channels(
                        input.row(row, image: image) + column * 16, input.blockStride,
                        output.row(row, image: image) + column * 16, output.blockStride, Int32(input.channels), powers)
                }
            }
            step.clearPadding(of: output, image: image)
        }
    }

    func backward(_ step: Step) {
        guard let inputGradient else { return }
        let (output, outputGradient) = (output, outputGradient)
        forEachPixel(step) { image, row, column in
            let y = Channels(output, image, row, column)
            let dy = Channels(outputGradient, image, row, column)
            let dx = Channels(inputGradient, image, row, column)
            var mean = 0.0
            for channel in 0..<y.count { mean += Double(y[channel]) * Double(dy[channel]) }
            for channel in 0..<y.count { dx[channel] = Float(Double(y[channel]) * (Double(dy[channel]) - mean)) }
        }
        clearPadding(step, inputGradient)
    }

    /// The values at one pixel.
    private struct Channels {
        private let base: UnsafeMutablePointer<Float>
        private let block: Int
        let count: Int

        init(_ map: BlockedMap, _ image: Int, _ row: Int, _ column: Int) {
            base = map.row(row, image: image) + column * 16
            block = map.blockStride
            count = map.channels
        }

        subscript(_ channel: Int) -> Float {
            get { base[channel / 16 * block + channel % 16] }
            nonmutating set { base[channel / 16 * block + channel % 16] = newValue }
        }
    }

    private func forEachPixel(_ step: Step, _ body: (_ image: Int, _ row: Int, _ column: Int) -> Void) {
        let output = output
        step.forEachTile(step.images) { image, _ in
            for row in 0..<output.height {
                for column in 0..<output.width { body(image, row, column) }
            }
        }
    }

    private func clearPadding(_ step: Step, _ map: BlockedMap) {
        step.forEachTile(step.images) { image, _ in step.clearPadding(of: map, image: image) }
    }
}
