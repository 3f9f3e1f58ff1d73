// What the epoch loop asks of a network: the seam between the loop, which knows epochs, clocks and interrupts, and the
// engine, which knows batches.

/// What a batch came to.
struct BatchResult {
    /// Summed over the batch's images.
    var lossSum: Double
    /// How many of them were classified rightly.
    var correct: Int
}

/// The flag was raised. The network is as it was before the call.
struct Interrupted: Error {}

protocol TrainableNetwork: AnyObject {
    /// One training step: all of it, or nothing.
    ///
    /// - Parameters:
    ///   - images: of the training set, at most a batch.
    ///   - epoch: from 1.
    ///   - number: the step, from 1 over the whole training.
    /// - Returns: loss and hits before the update.
    func trainStep(_ images: ArraySlice<Int>, epoch: Int, number: Int) throws(Interrupted) -> BatchResult

    /// Measures test images, at most `evaluationBatchSize` of them, and appends the likeliest class of each.
    func evaluate(_ images: Range<Int>, predictions: inout [Int]) throws(Interrupted) -> BatchResult

    var evaluationBatchSize: Int { get }

    /// All parameters, in PyTorch's order.
    func weights() -> [Weights]
}

extension TrainableNetwork {
    /// Measures the first `count` test images, batch by batch.
    func evaluateAll(_ count: Int, observer: (Double) -> Void = { _ in }) throws(Interrupted) -> Evaluation {
        var total = BatchResult(lossSum: 0, correct: 0)
        var predictions: [Int] = []
        predictions.reserveCapacity(count)
        for start in stride(from: 0, to: count, by: evaluationBatchSize) {
            let result = try evaluate(start..<min(count, start + evaluationBatchSize), predictions: &predictions)
            total.lossSum += result.lossSum
            total.correct += result.correct
            observer(Double(predictions.count) / Double(count))
        }
        return Evaluation(
            accuracy: 100 * Double(total.correct) / Double(count), loss: total.lossSum / Double(count),
            predictions: predictions)
    }
}
