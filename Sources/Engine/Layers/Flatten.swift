// From maps in blocks of channels to flat vectors in PyTorch's order (C, H, W), and back.

struct FlattenPlan: PassPlan {
    let needs = PassNeeds()

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass { Flatten(ports) }
}

final class Flatten: SinglePass {
    let ports: Ports

    init(_ ports: Ports) {
        self.ports = ports
    }

    func forward(_ step: Step) {
        let (input, output) = (input, output)
        step.forEachTile(step.images) { image, _ in
            let flat = output.at(image: image)
            Self.forEachValue(of: input, image) { index, value in flat[index] = value.pointee }
            step.clearPadding(of: output, image: image)
        }
    }

    func backward(_ step: Step) {
        guard let inputGradient else { return }
        let outputGradient = outputGradient
        step.forEachTile(step.images) { image, _ in
            let flat = outputGradient.at(image: image)
            Self.forEachValue(of: inputGradient, image) { index, value in value.pointee = flat[index] }
            step.clearPadding(of: inputGradient, image: image)
        }
    }

    @inline(__always)
    private static func forEachValue(
        of map: BlockedMap, _ image: Int, _ body: (Int, UnsafeMutablePointer<Float>) -> Void
    ) {
        var index = 0
        for channel in 0..<map.channels {
            let plane = map.at(image: image, block: channel / 16) + channel % 16
            for row in 0..<map.height {
                for column in 0..<map.width {
                    body(index, plane + (row * map.rowStride + column * 16))
                    index += 1
                }
            }
        }
    }
}
