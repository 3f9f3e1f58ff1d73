// A trained network whose outputs a training follows: knowledge distillation.

import Network

public struct Teaching {
    let executor: Executor
    let temperature: Double
    /// Share of the loss; the labels have the rest.
    let weight: Double

    /// - Parameter executor: with its weights, of the same input and as many outputs, and with room for as many images.
    public init(_ executor: Executor, temperature: Double, weight: Double) {
        (self.executor, self.temperature, self.weight) = (executor, temperature, weight)
    }
}
