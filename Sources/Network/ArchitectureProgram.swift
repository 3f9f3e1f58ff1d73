// An architecture as program text: one line of the language that defines it again, with loops, blocks and parameters expanded.

extension Architecture {
    /// `input 3x32x32; conv 64, padding: 1; relu; flatten; linear 10`: the body of a model.
    public var program: String {
        (["input \(input)"] + layers.map(\.layer.program)).joined(separator: "; ")
    }
}

extension Layer {
    /// As one would type it, with what stands in its blocks.
    fileprivate var program: String {
        func block(_ layers: [Layer]) -> String {
            layers.isEmpty ? "{ }" : "{ \(layers.map(\.program).joined(separator: "; ")) }"
        }
        return switch self {
        case .residual(let body, let shortcut):
            "residual \(block(body))" + (shortcut.map { " shortcut \(block($0))" } ?? "")
        case .concatenation(let branches): "concat \(branches.map(block).joined(separator: " "))"
        default: description
        }
    }
}
