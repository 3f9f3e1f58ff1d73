// From layers as written to a network whose shapes fit, or the fault at the layer that does not.

import Language
import Network

/// Places the layers behind each other.
/// - Parameter model: `VGG(pooled: true)`, for the message.
/// - Throws: the fault at the layer as it was written, whatever cell that stands in.
func placed(_ layers: [WrittenLayer], on input: Shape, model: String) throws(Diagnostic) -> Architecture {
    var builder = ArchitectureBuilder(input: input)
    for written in layers {
        do {
            try builder.append(written.layer)
        } catch {
            let place = "in model \(model)" + (error.trail.map { ", " + $0 } ?? "")
            let layer = written.located(error.path.split(separator: ".").dropFirst())
            throw Diagnostic(
                code: "shape-mismatch", error.description, source: layer.source, at: layer.range,
                context: layer.trail.reversed() + [place], fix: error.fix)
        }
    }
    return builder.architecture
}

extension Model {
    /// The network on images of this shape, for a model that may leave its input to the data.
    func architecture(on image: Shape) throws(Diagnostic) -> Architecture {
        if let architecture { return architecture }
        return try placed(layers, on: image, model: expression)
    }
}
