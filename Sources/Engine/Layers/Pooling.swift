// Maximum and average over windows, adaptive ones included: each output has a range of rows and of columns.

import CKernels
import Network

/// Windows that slide.
struct PoolingPlan: PassPlan {
    let kind: Pooling.Kind
    let windows: Layer.Pooling

    var needs: PassNeeds {
        // An average's gradient is the same whatever the values were.
        if case .maximum = kind { PassNeeds(readsInput: true) } else { PassNeeds() }
    }

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        Pooling(kind, ports, windows: windows)
    }
}

/// Windows that tile the map as well as they can.
struct AdaptivePoolingPlan: PassPlan {
    let needs = PassNeeds()

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        Pooling(adaptiveAverage: ports)
    }
}

final class Pooling: SinglePass {
    enum Kind {
        case maximum
        /// What an average divides by; 0: its window's own area.
        case average(divisor: Int)
    }

    private let kind: Kind
    let ports: Ports
    private let rows: RangeTable
    private let columns: RangeTable

    private init(_ kind: Kind, _ ports: Ports, rows: RangeTable, columns: RangeTable) {
        self.kind = kind
        self.ports = ports
        self.rows = rows
        self.columns = columns
    }

    /// Windows that slide, clipped to the map.
    convenience init(_ kind: Kind, _ ports: Ports, windows: Layer.Pooling) {
        self.init(
            kind, ports,
            rows: RangeTable(
                sliding: windows.size.height, stride: windows.stride.height, padding: windows.padding.height,
                inputs: ports.input.height, outputs: ports.output.height),
            columns: RangeTable(
                sliding: windows.size.width, stride: windows.stride.width, padding: windows.padding.width,
                inputs: ports.input.width, outputs: ports.output.width))
    }

    /// `nn.AdaptiveAvgPool2d` to the size of the output.
    convenience init(adaptiveAverage ports: Ports) {
        self.init(
            .average(divisor: 0), ports, rows: RangeTable(adaptive: ports.output.height, inputs: ports.input.height),
            columns: RangeTable(adaptive: ports.output.width, inputs: ports.input.width))
    }

    private func settings(y: Map) -> tandem_pooling {
        var settings = tandem_pooling()
        settings.height = Int32(output.height)
        settings.width = Int32(output.width)
        settings.rows = rows.bounds
        settings.columns = columns.bounds
        if case .average(let divisor) = kind { settings.divisor = Int32(divisor) }
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

/// For each output position the first input position of its window and the one behind its last.
final class RangeTable {
    let bounds: UnsafePointer<Int32>
    private let memory: UnsafeMutablePointer<Int32>
    /// Whether every input position is in exactly one range, and all ranges are equally long.
    let isPartition: Bool

    private init(_ ranges: [(Int, Int)], inputs: Int) {
        let size = ranges.first.map { $0.1 - $0.0 } ?? 0
        isPartition =
            size * ranges.count == inputs
            && ranges.enumerated().allSatisfy { $1.0 == $0 * size && $1.1 == ($0 + 1) * size }
        memory = .allocate(capacity: 2 * ranges.count + 1)
        for (index, range) in ranges.enumerated() {
            memory[2 * index] = Int32(range.0)
            memory[2 * index + 1] = Int32(range.1)
        }
        bounds = UnsafePointer(memory)
    }

    deinit { memory.deallocate() }

    /// Windows that slide, clipped to the map.
    convenience init(sliding size: Int, stride: Int, padding: Int, inputs: Int, outputs: Int) {
        self.init(
            (0..<outputs).map { output in
                let start = output * stride - padding
                return (max(0, start), min(inputs, start + size))
            }, inputs: inputs)
    }

    /// The windows of `nn.AdaptiveAvgPool2d`: output i covers floor(i * in / out) ..< ceil((i + 1) * in / out).
    convenience init(adaptive outputs: Int, inputs: Int) {
        self.init(
            (0..<outputs).map { output in
                (output * inputs / outputs, ((output + 1) * inputs + outputs - 1) / outputs)
            }, inputs: inputs)
    }
}
