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
            var fix = error.fix
            if case .kernelTooLarge = error.kind, let meant = layer.inFrameworkOrder(error.input, isCertain: true) {
                fix = "the channels that come in are inferred: write `\(meant)`"
            }
            throw Diagnostic(
                code: .shapeMismatch, error.description, source: layer.source, at: layer.range,
                context: layer.trail.reversed() + [place], fix: fix)
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

extension WrittenLayer {
    /// What `conv 3, 16, 3` would be if its sizes stood in the order of `nn.Conv2d(3, 16, 3)`: `conv 16, kernel: 3`.
    /// `nil` where the first is not what comes in, or where the rest may well be a kernel and a stride.
    func inFrameworkOrder(_ input: Shape, isCertain: Bool = false) -> String? {
        guard case .convolution(let settings) = layer, settings.width == input.channels else { return nil }
        let text = source[range].drop { $0.isLetter || $0 == " " || $0 == "(" }
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            Int(part.filter { $0 != " " && $0 != ")" })
        }.prefix { $0 != nil }.compactMap { $0 }
        guard numbers.count >= 2, numbers[0] == settings.width else { return nil }
        guard isCertain && numbers.count > 2 || numbers[1] >= 8 || numbers.count > 2 && numbers[2] >= 3 else {
            return nil
        }
        let labels = ["kernel", "stride", "padding"]
        let rest = zip(labels, numbers.dropFirst(2)).map { "\($0): \($1)" }
        return (["conv \(numbers[1])"] + rest).joined(separator: ", ")
    }
}

/// Convolutions that are likely written in the order of another library's arguments, with what they would be.
func inFrameworkOrder(_ layers: [WrittenLayer], _ placed: [PlacedLayer]) -> [(layer: WrittenLayer, meant: String)] {
    zip(layers, placed).flatMap { written, placed -> [(layer: WrittenLayer, meant: String)] in
        if let meant = written.inFrameworkOrder(placed.input) { return [(written, meant)] }
        let names = written.branches["body"] == nil ? placed.branches.indices.map(String.init) : ["body", "shortcut"]
        return zip(names, placed.branches).flatMap { name, branch in
            inFrameworkOrder(written.branches[name] ?? [], branch)
        }
    }
}
