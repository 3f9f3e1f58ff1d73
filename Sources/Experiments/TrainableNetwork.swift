// What a training asks of a network: the seam between trainer, epoch loop and run store, which know epochs, clocks,
// interrupts and files, and the engine, which knows batches.

import Datasets
import Engine

/// A step or an evaluation that was not done. The network is as it was before the call.
enum Stopped: Error {
    /// The flag was raised.
    case interrupted
    /// An image could not be read.
    case images(DatasetError)
}

protocol TrainableNetwork: AnyObject {
    /// One training step: all of it, or nothing.
    ///
    /// - Parameters:
    ///   - images: of the training set, at most a batch.
    ///   - epoch: from 1.
    ///   - learningRateFactor: what the schedule makes of the learning rate.
    /// - Returns: loss and hits before the update.
    func trainStep(
        _ images: ArraySlice<Int>, epoch: Int, learningRateFactor: Double
    ) throws(Stopped) -> BatchResult

    /// Measures test images, at most a batch.
    func evaluate(_ images: Range<Int>) throws(Stopped) -> BatchResult

    /// The most images of a batch.
    var batchSize: Int { get }
    var parameterCount: Int { get }
    /// All its memory in bytes, with what keeping it takes.
    var byteCount: Int { get }

    // MARK: State

    func restore(_ state: TrainingState)
    /// All that the next step depends on, copied; `nil` where the system does not have enough memory.
    func copyState() -> TrainingState?
    /// The same as it is, valid until the next step.
    var state: TrainingState { get }
    var stateByteCount: Int { get }
    /// The same as it is now; no step may follow.
    func releaseState() -> TrainingState
}

extension TrainableNetwork {
    /// Measures the first `count` test images, batch by batch.
    func evaluateAll(_ count: Int, observer: (Double) -> Void = { _ in }) throws(Stopped) -> Evaluation {
        var (loss, correct) = (0.0, 0)
        var outcomes = TestOutcomes()
        for start in stride(from: 0, to: count, by: batchSize) {
            let result = try evaluate(start..<min(count, start + batchSize))
            loss += result.loss
            correct += result.correct
            outcomes.append(result.outcomes)
            observer(Double(outcomes.count) / Double(count))
        }
        return Evaluation(
            accuracy: 100 * Double(correct) / Double(count), loss: loss / Double(count), outcomes: outcomes)
    }
}
