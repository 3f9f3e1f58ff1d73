// Maximum and average over windows, adaptive ones included: each output has a range of rows and of columns.

import CKernels
import Network

struct PoolingPlan: PassPlan {
    let kind: Pooling.Kind
    /// Those that slide; `nil`: as many windows as the output has places tile the map as well as they can.
    let windows: Layer.Pooling?

    var needs: PassNeeds {
        // An average's gradient is the same whatever the values were.
        if case .maximum = kind { PassNeeds(readsInput: true) } else { PassNeeds() }
    }

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        Pooling(kind, ports, windows: windows)
    }
}

final class Pooling: SinglePass {
    enum Kind {
        case maximum
        case average
    }

    private let kind: Kind
    let ports: Ports
    private let rows: RangeTable
    private let columns: RangeTable

    init(_ kind: Kind, _ ports: Ports, windows: Layer.Pooling?) {
        self.kind = kind
        self.ports = ports
        let (input, output) = (ports.input, ports.output)
        if let windows {
            let (size, stride, padding) = (windows.size, windows.stride, windows.padding)
            rows = RangeTable(
                sliding: size.height, stride: stride.height, padding: padding.height, inputs: input.height,
                outputs: output.height)
            columns = RangeTable(
                sliding: size.width, stride: stride.width, padding: padding.width, inputs: input.width,
                outputs: output.width)
        } else {
            rows = RangeTable(adaptive: output.height, inputs: input.height)
            columns = RangeTable(adaptive: output.width, inputs: input.width)
        }
    }

    private func settings(y: BlockedMap) -> tandem_pooling {
        var settings = tandem_pooling()
        settings.height = Int32(output.height)
        settings.width = Int32(output.width)
        (settings.rows, settings.row_counts) = (rows.bounds, rows.counts)
        (settings.columns, settings.column_counts) = (columns.bounds, columns.counts)
        let isPartition = rows.isPartition && columns.isPartition
        settings.is_partition = isPartition ? 1 : 0
        settings.is_pairs = isPartition && input.height == 2 * output.height && input.width == 2 * output.width ? 1 : 0
        settings.x_row = input.rowStride
        settings.dx_row = inputGradient?.rowStride ?? 0
        settings.y_row = y.rowStride
        return settings
    }

    func forward(_ step: Step) {
        let (kind, input, output, kernels) = (kind, input, output, step.kernels)
        let settings = settings(y: output)
        step.forEachBlock(of: output) { image, block in
            let (x, y) = (input.at(image: image, block: block), output.at(image: image, block: block))
            withUnsafePointer(to: settings) { settings in
                switch kind {
                case .maximum: kernels.max_pool(settings, x, y)
                case .average: kernels.average_pool(settings, x, y)
                }
            }
        }
    }

    func backward(_ step: Step) {
        guard let inputGradient else { return }
        let (kind, input, outputGradient, kernels) = (kind, input, outputGradient, step.kernels)
        let settings = settings(y: outputGradient)
        step.forEachBlock(of: inputGradient) { image, block in
            let dy = outputGradient.at(image: image, block: block)
            let dx = inputGradient.at(image: image, block: block)
            for row in 0..<inputGradient.height where settings.is_partition == 0 {
                (dx + row * inputGradient.rowStride).update(repeating: 0, count: inputGradient.width * 16)
            }
            withUnsafePointer(to: settings) { settings in
                switch kind {
                case .maximum: kernels.max_pool_gradient(settings, input.at(image: image, block: block), dy, dx)
                case .average: kernels.average_pool_gradient(settings, dy, dx)
                }
            }
        }
    }
}

/// For each output position the first input position of its window and the one behind its last; and how many positions
/// count for a mean.
final class RangeTable {
    let bounds: UnsafePointer<Int32>
    let counts: UnsafePointer<Int32>
    private let memory: UnsafeMutablePointer<Int32>
    /// Whether every input position is in exactly one range, and all ranges are equally long.
    let isPartition: Bool

    private init(_ ranges: [(range: Range<Int>, count: Int)], inputs: Int) {
        let size = ranges.first?.range.count ?? 0
        isPartition =
            size * ranges.count == inputs
            && ranges.enumerated().allSatisfy { $1.range == $0 * size..<($0 + 1) * size }
        memory = .allocate(capacity: 3 * ranges.count + 1)
        for (index, (range, count)) in ranges.enumerated() {
            memory[2 * index] = Int32(range.lowerBound)
            memory[2 * index + 1] = Int32(range.upperBound)
            memory[2 * ranges.count + index] = Int32(count)
        }
        bounds = UnsafePointer(memory)
        counts = UnsafePointer(memory + 2 * ranges.count)
    }

    deinit { memory.deallocate() }

    /// Windows that slide, clipped to the map; its padding counts.
    convenience init(sliding size: Int, stride: Int, padding: Int, inputs: Int, outputs: Int) {
        self.init(
            (0..<outputs).map { output in
                let counted = Layer.Pooling.counted(
                    output, input: inputs, size: size, stride: stride, padding: padding)
                return (counted.clamped(to: 0..<inputs), counted.count)
            }, inputs: inputs)
    }

    /// The windows of `nn.AdaptiveAvgPool2d`: output i covers floor(i * in / out) ..< ceil((i + 1) * in / out).
    convenience init(adaptive outputs: Int, inputs: Int) {
        self.init(
            (0..<outputs).map { output in
                let range = output * inputs / outputs..<((output + 1) * inputs + outputs - 1) / outputs
                return (range, range.count)
            }, inputs: inputs)
    }
}
