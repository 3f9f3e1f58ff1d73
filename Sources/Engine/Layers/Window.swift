// The window of a convolution: where its taps read, in the forward pass and for the gradient of the input.

import Network

/// A window that slides: its taps in the order of PyTorch's weights, and where it starts.
struct Window: Hashable {
    var kernel = Extent(1)
    var stride = Extent(1)
    var dilation = Extent(1)
    /// Zeros before the first row and column.
    var padding = Extent(0)

    /// The most taps, and the most phases: 512 x 512.
    static let largestCount = 1 << 18

    init() {}

    init(_ convolution: Layer.Convolution) {
        kernel = convolution.kernel
        stride = convolution.stride
        // What computes nothing must choose nothing: algorithms are chosen by windows that are equal where they read
        // the same.
        dilation = Extent(
            kernel.height == 1 ? 1 : convolution.dilation.height, kernel.width == 1 ? 1 : convolution.dilation.width)
        switch convolution.padding {
        case .exactly(let extent): padding = extent
        case .same:
            padding = Extent(dilation.height * (kernel.height - 1) / 2, dilation.width * (kernel.width - 1) / 2)
        }
    }

    /// The halo that reading all windows of the output needs around the input.
    func halo(input: Shape, output: Shape) -> Halo {
        func after(_ outputs: Int, _ stride: Int, _ kernel: Int, _ dilation: Int, _ padding: Int, _ inputs: Int) -> Int
        {
            max(0, (outputs - 1) * stride + (kernel - 1) * dilation - padding - (inputs - 1))
        }
        return Halo(
            top: padding.height, left: padding.width,
            bottom: after(output.height, stride.height, kernel.height, dilation.height, padding.height, input.height),
            right: after(output.width, stride.width, kernel.width, dilation.width, padding.width, input.width))
    }

    /// The halo that the data gradient needs around the gradient of the output.
    func gradientHalo(input: Shape, output: Shape) -> Halo {
        var halo = Halo()
        for phase in phases(input: input) {
            for tap in phase.taps {
                halo.top = max(halo.top, -tap.row)
                halo.left = max(halo.left, -tap.column)
                halo.bottom = max(halo.bottom, phase.height - 1 + tap.row - (output.height - 1))
                halo.right = max(halo.right, phase.width - 1 + tap.column - (output.width - 1))
            }
        }
        return halo
    }

    /// Pixels of the input that the same taps of the window reach: with stride s there are s x s such sets. Pixel
    /// `(row + s q, column + s r)` gets the gradient of output `(q + tap.row, r + tap.column)` through each tap.
    struct Phase: Hashable {
        struct Tap: Hashable {
            let index: Int
            let row: Int
            let column: Int
        }

        let row: Int
        let column: Int
        let height: Int
        let width: Int
        let taps: [Tap]
    }

    func phaseCount(input: Shape) -> Int { min(stride.height, input.height) * min(stride.width, input.width) }

    func phases(input: Shape) -> [Phase] {
        let columns = Self.taps(
            kernel: kernel.width, stride: stride.width, dilation: dilation.width, padding: padding.width,
            input: input.width)
        let rows = Self.taps(
            kernel: kernel.height, stride: stride.height, dilation: dilation.height, padding: padding.height,
            input: input.height)
        return rows.enumerated().flatMap { row, tapsOfRow in
            columns.enumerated().map { column, tapsOfColumn in
                Phase(
                    row: row, column: column, height: (input.height - row + stride.height - 1) / stride.height,
                    width: (input.width - column + stride.width - 1) / stride.width,
                    taps: tapsOfRow.flatMap { y in
                        tapsOfColumn.map { x in
                            Phase.Tap(index: y.index * kernel.width + x.index, row: y.offset, column: x.offset)
                        }
                    })
            }
        }
    }

    /// In one direction the taps of each phase, and how far from its first pixel each reads the gradient of the output.
    private static func taps(
        kernel: Int, stride: Int, dilation: Int, padding: Int, input: Int
    ) -> [[(index: Int, offset: Int)]] {
        (0..<min(stride, input)).map { phase in
            (0..<kernel).compactMap { index in
                let from = phase + padding - index * dilation
                return from % stride == 0 ? (index, from / stride) : nil
            }
        }
    }

    // MARK: Offsets

    /// Where each tap reads in the input, and which weight it meets.
    func forwardOffsets(_ input: BlockedMap) -> OffsetTable {
        var offsets: [(x: Int, w: Int)] = []
        for y in 0..<kernel.height {
            for x in 0..<kernel.width {
                let row = y * dilation.height - padding.height
                let column = x * dilation.width - padding.width
                offsets.append((row * input.rowStride + column * 16, offsets.count * 32))
            }
        }
        return OffsetTable(offsets)
    }

    /// Where each tap of each phase reads in the gradient of the output; nothing where the input's is not needed.
    func phaseOffsets(_ ports: Ports) -> [(phase: Phase, offsets: OffsetTable)] {
        guard let gradient = ports.inputGradient else { return [] }
        return phases(input: Shape([ports.input.channels, gradient.height, gradient.width])).map { phase in
            let offsets = phase.taps.map {
                ($0.row * ports.outputGradient.rowStride + $0.column * 16, $0.index * 32)
            }
            return (phase, OffsetTable(offsets))
        }
    }
}

/// Offsets of taps as the kernels read them.
final class OffsetTable {
    let x: UnsafePointer<Int32>
    let w: UnsafePointer<Int32>
    private let memory: UnsafeMutablePointer<Int32>

    init(_ offsets: [(x: Int, w: Int)]) {
        memory = .allocate(capacity: 2 * offsets.count + 1)
        for (index, offset) in offsets.enumerated() {
            memory[index] = Int32(offset.x)
            memory[offsets.count + index] = Int32(offset.w)
        }
        x = UnsafePointer(memory)
        w = UnsafePointer(memory + offsets.count)
    }

    deinit { memory.deallocate() }
}
