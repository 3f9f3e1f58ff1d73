// A linear layer across places: for each image, a matrix times the pixels, whose lanes are channels. The bias is one
// more place, of ones, so that its gradient is one more column of the weight's; that is summed over the channels and
// images of a group, and the groups are joined in order.

import CKernels
import Network

struct PlaceMixingPlan: PassPlan {
    let input: Shape
    let output: Shape
    let tensors: [ParameterTensor]

    var needs: PassNeeds {
        let places = input.height * input.width + output.height * output.width + 1
        return PassNeeds(readsInput: true, threadScratch: PlaceMixing.scratchCount(places: places))
    }

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        PlaceMixing(
            ports, parameters: site.parameters.product(tensors), images: site.images, scratch: site.scratch,
            arena: &site.arena)
    }
}

final class PlaceMixing: SinglePass {
    let ports: Ports
    private let parameters: ProductParameters
    private let scratch: Scratch
    /// The weight as a map of its rows, [input places / 16][output place][16], with the bias as the last column; and
    /// turned, [output places / 16][input place][16].
    private let matrix: UnsafeMutablePointer<Float>
    private let turned: UnsafeMutablePointer<Float>
    /// For each group of images, the gradient of the weight and the bias in panels, [outputs / 32][inputs + 1][32].
    private let partials: UnsafeMutablePointer<Float>
    private let offsets = OffsetTable([(0, 0)])

    /// Places of the input and of the output.
    private var inputs: Int { input.area }
    private var outputs: Int { output.area }
    private var inputBlocks: Int { inputs / 16 + 1 }
    private var outputPanels: Int { (outputs + 31) / 32 }
    private var partialCount: Int { outputPanels * (inputs + 1) * 32 }

    /// Images whose gradients are summed by one tile: a constant of the algorithm, it decides the order of sums.
    private static let group = 4

    init(
        _ ports: Ports, parameters: ProductParameters, images: Int, scratch: Scratch, arena: inout Arena
    ) {
        (self.ports, self.parameters, self.scratch) = (ports, parameters, scratch)
        let (inputs, outputs) = (ports.input.area, ports.output.area)
        matrix = arena.reserve((inputs / 16 + 1) * outputs * 16)
        turned = arena.reserve((outputs + 15) / 16 * inputs * 16)
        let groups = (images + Self.group - 1) / Self.group
        partials = arena.reserve(groups * ((outputs + 31) / 32) * (inputs + 1) * 32)
    }

    /// Floats of a panel of 32 channels on both sides, and of both turned.
    static func scratchCount(places: Int) -> Int { 2 * (places + 64) * 32 }

    /// Two blocks of channels of an image as a panel, [place][32], with zeros where there are no channels.
    private func channels(_ panel: Int, of map: BlockedMap, _ image: Int) -> tandem_channels {
        tandem_channels(
            base: map.at(image: image), block: map.blockStride, row: map.rowStride, height: Int32(map.height),
            width: Int32(map.width), first: Int32(panel * 32), count: Int32(min(32, map.channels - panel * 32)))
    }

    /// A matrix, as a map of its rows, times a panel of an image.
    private func multiply(
        _ matrix: UnsafePointer<Float>, columns: Int, by panel: UnsafePointer<Float>, to map: BlockedMap, _ image: Int,
        _ index: Int, _ kernels: tandem_kernel_table
    ) {
        var product = tandem_product()
        product.x.base = UnsafeMutablePointer(mutating: matrix)
        product.x.block = map.area * 16
        product.y = map.kernelMap
        (product.height, product.width) = (Int32(map.height), Int32(map.width))
        (product.x_row_step, product.x_column_step) = (map.width * 16, 16)
        (product.y_row_step, product.y_column_step) = (map.rowStride, 16)
        (product.channels, product.taps, product.w_channel) = (Int32(columns), 1, 32)
        (product.x_offsets, product.w_offsets) = (offsets.x, offsets.w)
        kernels.product(
            &product, panel, nil, map.at(image: image, block: 2 * index), Int32(min(2, map.blocks - 2 * index)), 0,
            Int64(map.area))
    }

    func forward(_ step: Step) {
        let (input, output, kernels) = (input, output, step.kernels)
        let (inputs, outputs, parameters, matrix) = (inputs, outputs, parameters, matrix)
        step.forEachTile(inputBlocks) { block, _ in
            let to = matrix + block * outputs * 16
            kernels.matrix_to_map(parameters.weights, Int32(outputs), Int32(inputs), 1, Int32(block), 1, to)
            guard block == inputs / 16, let bias = parameters.bias else { return }
            for row in 0..<outputs { to[row * 16 + inputs % 16] = bias[row] }
        }
        let panels = (input.blocks + 1) / 2
        step.forEachTile(step.images * panels) { [self] tile, worker in
            let (image, index) = (tile / panels, tile % panels)
            let panel = scratch.of(worker)
            take(index, of: input, image, to: panel, kernels)
            multiply(matrix, columns: inputs + 1, by: panel, to: output, image, index, kernels)
        }
    }

    /// A panel of the input, with the place of ones.
    private func take(
        _ index: Int, of map: BlockedMap, _ image: Int, to panel: UnsafeMutablePointer<Float>,
        _ kernels: tandem_kernel_table
    ) {
        var channels = channels(index, of: map, image)
        kernels.take_channels(&channels, 1, 32, 0, panel)
        for lane in 0..<32 { panel[map.area * 32 + lane] = lane < Int(channels.count) ? 1 : 0 }
    }

    func backward(_ step: Step) {
        let (input, gradient, inputGradient, kernels) = (input, outputGradient, inputGradient, step.kernels)
        let (inputs, outputs, parameters, turned) = (inputs, outputs, parameters, turned)
        if inputGradient != nil {
            step.forEachTile((outputs + 15) / 16) { block, _ in
                kernels.matrix_to_map(
                    parameters.weights, Int32(outputs), Int32(inputs), 0, Int32(block), 1, turned + block * inputs * 16)
            }
        }
        let panels = (input.blocks + 1) / 2
        let groups = (step.images + Self.group - 1) / Self.group
        let learns = parameters.weightGradient != nil || parameters.biasGradient != nil
        step.forEachTile(groups) { [self] group, worker in
            let partial = partials + group * partialCount
            for image in group * Self.group..<min((group + 1) * Self.group, step.images) {
                for index in 0..<panels {
                    let ofOutput = scratch.of(worker)
                    var channels = channels(index, of: gradient, image)
                    kernels.take_channels(&channels, 1, 32, 0, ofOutput)
                    if let inputGradient {
                        multiply(turned, columns: outputs, by: ofOutput, to: inputGradient, image, index, kernels)
                    }
                    guard learns else { continue }
                    let panel = ofOutput + outputs * 32
                    take(index, of: input, image, to: panel, kernels)
                    addWeightGradient(
                        panel, ofOutput, turnedAt: panel + (inputs + 1) * 32,
                        isFirst: image == group * Self.group && index == 0, to: partial, kernels)
                }
            }
        }
        join(groups, kernels)
    }

    /// Adds what 32 channels of an image come to: both sides are turned, so that the lanes are places of the output.
    private func addWeightGradient(
        _ panel: UnsafeMutablePointer<Float>, _ ofOutput: UnsafeMutablePointer<Float>,
        turnedAt turned: UnsafeMutablePointer<Float>, isFirst: Bool, to partial: UnsafeMutablePointer<Float>,
        _ kernels: tandem_kernel_table
    ) {
        let (x, dy) = (turned, turned + (inputs / 32 + 1) * 1024)
        // Each 32 places become [channel][32].
        for first in stride(from: 0, to: inputs + 1, by: 32) {
            kernels.transpose_panel(panel, 32, Int32(inputs + 1), 1, Int32(first), x + first * 32)
        }
        for first in stride(from: 0, to: outputs, by: 32) {
            kernels.transpose_panel(ofOutput, 32, Int32(outputs), 1, Int32(first), dy + first * 32)
        }
        var job = tandem_weight_gradient()
        (job.images, job.height, job.width) = (1, 1, 32)
        (job.x_column_step, job.dy_column_step, job.dy_block, job.dw_channel) = (32, 32, 16, 32)
        for output in 0..<outputPanels {
            job.dy = UnsafePointer(dy + output * 1024)
            for place in stride(from: 0, to: inputs + 1, by: 8) {
                job.x = UnsafePointer(x + (place / 32 * 1024 + place % 32))
                job.channels = Int32(min(8, inputs + 1 - place))
                kernels.weight_gradient(
                    &job, partial + (output * (inputs + 1) + place) * 32, 2, isFirst ? 0 : 1)
            }
        }
    }

    private func join(_ groups: Int, _ kernels: tandem_kernel_table) {
        for output in 0..<outputPanels {
            let from = partials + output * (inputs + 1) * 32
            if let gradient = parameters.weightGradient {
                kernels.sum_partials(
                    from, partialCount, Int32(groups), gradient + output * inputs * 32, Int64(inputs * 32))
            }
            if let gradient = parameters.biasGradient {
                kernels.sum_partials(from + inputs * 32, partialCount, Int32(groups), gradient + output * 32, 32)
            }
        }
    }
}
