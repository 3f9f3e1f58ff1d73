// The table of layers that `summary` prints: torchsummary's own, byte for byte (torchsummary 1.5.1, `summary`), and its
// rows as values for richer forms.

import Glibc
import Text

public struct Summary: Sendable {
    public struct Row: Sendable {
        /// Counted from 1; diagnostics name layers by it.
        public let number: Int
        public let layer: PlacedLayer
        /// `Conv2d`
        public let moduleName: String
    }

    public let architecture: Architecture
    /// One for each layer but a flatten, which is a view; branch layers in order, then the shortcut's, and none for a
    /// sum.
    public let rows: [Row]

    public init(_ architecture: Architecture) {
        self.architecture = architecture
        rows = architecture.numbered.flatMap(\.leaves).compactMap { layer in
            layer.number.map {
                Row(
                    number: $0, layer: layer.placed,
                    moduleName: layer.placed.layer.moduleName(flat: layer.placed.input.isFlat))
            }
        }
    }

    /// Parameters of the layers whose weight is frozen, a bias that learns too: as torchsummary counts them.
    public var frozenCount: Int {
        rows.map(\.layer).filter { $0.parameters.first?.learning == .never }.reduce(0) { $0 + $1.parameterCount }
    }

    // MARK: Text

    /// torchsummary's table, each line ended by a newline.
    public var text: String {
        let parameterCount = rows.reduce(0) { $0 + $1.layer.parameterCount }
        let line = String(repeating: "-", count: 64)
        var lines = [line, Self.row("Layer (type)", "Output Shape", "Param #"), String(repeating: "=", count: 64)]
        for row in rows {
            let shape = "[-1, " + row.layer.output.sizes.map(String.init).joined(separator: ", ") + "]"
            lines.append(
                Self.row("\(row.moduleName)-\(row.number)", shape, grouped(row.layer.parameterCount)))
        }
        // float32: four bytes a number. What flows is counted twice, forward and backward.
        let values = rows.reduce(0) { $0 + $1.layer.output.count }
        let input = megabytes(architecture.input.count)
        let flow = megabytes(2 * values)
        let weights = megabytes(parameterCount)
        lines += [
            String(repeating: "=", count: 64),
            "Total params: \(grouped(parameterCount))",
            "Trainable params: \(grouped(parameterCount - frozenCount))",
            "Non-trainable params: \(grouped(frozenCount))",
            line,
            "Input size (MB): \(Self.fixed(input))",
            "Forward/backward pass size (MB): \(Self.fixed(flow))",
            "Params size (MB): \(Self.fixed(weights))",
            "Estimated Total Size (MB): \(Self.fixed(input + flow + weights))",
            line,
        ]
        return lines.map { $0 + "\n" }.joined()
    }

    private func megabytes(_ count: Int) -> Double { Double(count) * 4 / (1024 * 1024) }

    private static func row(_ name: String, _ shape: String, _ count: String) -> String {
        "\(right(name, 20))  \(right(shape, 25)) \(right(count, 15))"
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }

    /// Two decimals, rounded as C's `%.2f`.
    private static func fixed(_ number: Double) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 340) { buffer in
            let count = withVaList([number]) { vsnprintf(buffer.baseAddress, buffer.count, "%.2f", $0) }
            return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
