// The layers after the last convolution, in plain loops over one image: forward, and the gradient of one output back
// to the map they begin with.

import Engine
import Network

struct NetworkHead {
    private let passes: [PlainPass]

    init(_ run: Run, behind count: Int) throws(ClassActivationError) {
        let parameters: TrainedParameters
        do throws(TrainingError) { parameters = try run.trained() } catch { throw .training(error) }
        var next = run.architecture.layers.prefix(count).reduce(0) { $0 + $1.tensorCount }
        var passes: [PlainPass] = []
        for placed in run.architecture.layers.dropFirst(count) {
            let tensors = (0..<placed.tensorCount).map { parameters.values(next + $0) }
            guard let pass = placed.plainPass(tensors) else { throw .layer(placed.layer.description) }
            passes.append(pass)
            next += tensors.count
        }
        self.passes = passes
    }

    /// The gradient of an output with respect to the map that goes in, `[C, H, W]`.
    func gradient(of output: Int, at map: [Double]) -> [Double] {
        var values = [map]
        for pass in passes { values.append(pass.forward(values[values.count - 1])) }
        var gradient = [Double](repeating: 0, count: values[values.count - 1].count)
        if gradient.indices.contains(output) { gradient[output] = 1 }
        for (index, pass) in passes.enumerated().reversed() {
            gradient = pass.backward(values[index], values[index + 1], gradient)
        }
        return gradient
    }

    /// What comes out of the last layer, for a test to compare with the engine.
    func outputs(at map: [Double]) -> [Double] { passes.reduce(map) { $1.forward($0) } }
}
