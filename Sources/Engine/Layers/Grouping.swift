// Convolutions whose channels are in groups (`groups:`) run as dense ones over the channels that a panel of 32 outputs
// reads, with zeros where an output does not read an input: simple, and fast where groups are wide. One channel a group
// has its own pass (`Depthwise`).

import Network

final class Grouping {
    private let inputs: Int
    private let outputs: Int
    private let taps: Int
    /// Channels of a group.
    private let inputsEach: Int
    private let outputsEach: Int
    private let weights: UnsafeMutablePointer<Float>
    /// [panel of outputs][input channel][tap][32 outputs], and its gradient in the same place after it.
    private let dense: UnsafeMutablePointer<Float>
    /// [panel of inputs][output channel][tap][32 inputs]
    private let transposed: UnsafeMutablePointer<Float>
    private let densePanel: Int
    private let transposedPanel: Int

    init(groups: Int, inputs: Int, outputs: Int, taps: Int, parameters: ProductParameters, arena: inout Arena) {
        self.inputs = inputs
        self.outputs = outputs
        self.taps = taps
        inputsEach = inputs / groups
        outputsEach = outputs / groups
        weights = parameters.weights
        func longest(_ panels: Int, _ range: (Int) -> Range<Int>) -> Int {
            (0..<panels).map { range($0).count }.max() ?? 0
        }
        let (each, eachOutput) = (inputsEach, outputsEach)
        let panels = (outputs + 31) / 32
        let inputPanels = (inputs + 31) / 32
        densePanel =
            longest(panels) { Self.partners(of: $0, count: outputs, each: eachOutput, partnersEach: each) } * taps * 32
        transposedPanel =
            longest(inputPanels) { Self.partners(of: $0, count: inputs, each: each, partnersEach: eachOutput) } * taps
            * 32
        dense = arena.reserve(panels * densePanel)
        transposed = arena.reserve(inputPanels * transposedPanel)
    }

    /// The channels on the other side that a panel of 32 meets, from the beginning of a block.
    private static func partners(of panel: Int, count: Int, each: Int, partnersEach: Int) -> Range<Int> {
        let first = panel * 32 / each
        let last = (min(count, panel * 32 + 32) - 1) / each
        return first * partnersEach / 16 * 16..<(last + 1) * partnersEach
    }

    /// Input channels that a panel of outputs reads.
    func inputs(of panel: Int) -> Range<Int> {
        Self.partners(of: panel, count: outputs, each: outputsEach, partnersEach: inputsEach)
    }

    /// Outputs that read a panel of input channels.
    func outputs(of panel: Int) -> Range<Int> {
        Self.partners(of: panel, count: inputs, each: inputsEach, partnersEach: outputsEach)
    }

    func denseWeights(of panel: Int) -> UnsafeMutablePointer<Float> { dense + panel * densePanel }
    func transposedWeights(of panel: Int) -> UnsafeMutablePointer<Float> { transposed + panel * transposedPanel }

    /// The weights with zeros between the groups, for the forward pass.
    func expand(_ step: Step) {
        step.forEachTile((outputs + 31) / 32) { [self] panel, _ in
            let target = denseWeights(of: panel)
            target.update(repeating: 0, count: densePanel)
            forEachWeight(of: panel) { weight, place in target[place] = weights[weight] }
        }
    }

    /// The same for the gradient of the input.
    func expandTransposed(_ step: Step) {
        step.forEachTile((inputs + 31) / 32) { [self] panel, _ in
            let target = transposedWeights(of: panel)
            target.update(repeating: 0, count: transposedPanel)
            let first = outputs(of: panel).lowerBound
            for input in panel * 32..<min(inputs, panel * 32 + 32) {
                let group = input / inputsEach
                for output in group * outputsEach..<(group + 1) * outputsEach {
                    for tap in 0..<taps {
                        target[((output - first) * taps + tap) * 32 + input % 32] =
                            weights[((output / 32 * inputsEach + input % inputsEach) * taps + tap) * 32 + output % 32]
                    }
                }
            }
        }
    }

    /// From the gradient of the dense weights, which stands where they were, to that of the weights.
    func collectGradient(_ step: Step, to weightGradient: UnsafeMutablePointer<Float>) {
        step.forEachTile((outputs + 31) / 32) { [self] panel, _ in
            let source = denseWeights(of: panel)
            forEachWeight(of: panel) { weight, place in weightGradient[weight] = source[place] }
        }
    }

    /// The place of each weight of a panel among the weights, and in the dense panel.
    private func forEachWeight(of panel: Int, _ body: (_ weight: Int, _ place: Int) -> Void) {
        let first = inputs(of: panel).lowerBound
        for output in panel * 32..<min(outputs, panel * 32 + 32) {
            let group = output / outputsEach
            for input in 0..<inputsEach {
                for tap in 0..<taps {
                    body(
                        ((panel * inputsEach + input) * taps + tap) * 32 + output % 32,
                        ((group * inputsEach + input - first) * taps + tap) * 32 + output % 32)
                }
            }
        }
    }
}
