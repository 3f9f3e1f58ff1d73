// From layers as written to a network whose shapes fit, or the fault at the layer that does not.

import Language
import Network

/// Places the layers after each other.
/// - Parameter model: `VGG(pooled: true)`, for the message.
/// - Throws: the fault at the layer as it was written, whatever cell that is in.
func placed(_ layers: [WrittenLayer], on input: Shape, model: String) throws(Diagnostic) -> Architecture {
    var builder = ArchitectureBuilder(input: input)
    for written in layers {
        do {
            try builder.append(written.layer)
        } catch {
            let place = "in model \(model)" + (error.trail.map { ", " + $0 } ?? "")
            let layer = written.located(error.path.split(separator: ".").dropFirst())
            var fix = error.fix
            if case .kernelTooLarge = error.kind, let meant = layer.inFrameworkOrder(error.input, isTooLarge: true) {
                fix = "the channels that come in are inferred: write `\(meant.text)`"
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
    /// `nil` where they may well be filters, a kernel and a stride.
    /// - Parameters:
    ///   - input: what flows in, where that is known.
    ///   - isTooLarge: whether the kernel does not fit on the map.
    func inFrameworkOrder(_ input: Shape?, isTooLarge: Bool = false) -> FrameworkOrder? {
        guard case .convolution = layer else { return nil }
        let sizes = sizes.prefix { $0.value != nil }.map { (text: $0.text, value: $0.value ?? 0) }
        guard sizes.count >= 2 else { return nil }
        let (first, second, third) = (sizes[0].value, sizes[1].value, sizes.dropFirst(2).first?.value)
        let isInput = first == input?.channels
        // `conv 96, 11, 4` and `conv 768, 16, 16` are large kernels: odd, or made of whole strides.
        let mayBeKernel =
            first >= second && (!second.isMultiple(of: 2) || third.map { $0 > 1 && second % $0 == 0 } == true)
        let isLikely =
            second >= 8 && (isInput || isTooLarge || !mayBeKernel)
            || (third ?? 0) >= 3 && (isInput || second > first)
            || third != nil && (isInput && isTooLarge || second > first && second.isMultiple(of: 2))
        guard isLikely else { return nil }
        let labels = ["kernel", "stride", "padding"]
        let rest = zip(labels, sizes.dropFirst(2)).map { "\($0): \($1.text)" }
        // `conv 16, 8` after 8 channels.
        let isInputSecond = !isInput && second == input?.channels
        return FrameworkOrder(
            text: (["conv \(sizes[isInputSecond ? 0 : 1].text)"] + rest).joined(separator: ", "),
            input: isInputSecond ? "second" : "first")
    }
}

/// What a convolution would be whose sizes stand in the order of another library.
struct FrameworkOrder {
    let text: String
    /// Which of its sizes is then what comes in.
    let input: String
}

/// Convolutions that are likely written in the order of another library's arguments, with what they would be.
/// - Parameter placed: the same layers with their shapes, where the model has an input.
func inFrameworkOrder(
    _ layers: [WrittenLayer], _ placed: [PlacedLayer]?
) -> [(layer: WrittenLayer, meant: FrameworkOrder)] {
    layers.enumerated().flatMap { index, written -> [(layer: WrittenLayer, meant: FrameworkOrder)] in
        let place = placed.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        if let meant = written.inFrameworkOrder(place?.input) { return [(written, meant)] }
        let names = written.branches["body"] == nil ? written.branches.keys.sorted() : ["body", "shortcut"]
        return names.flatMap { name -> [(layer: WrittenLayer, meant: FrameworkOrder)] in
            let number = name == "body" ? 0 : name == "shortcut" ? 1 : Int(name) ?? 0
            let branch = place.flatMap { $0.branches.indices.contains(number) ? $0.branches[number] : nil }
            return inFrameworkOrder(written.branches[name] ?? [], branch)
        }
    }
}
