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
    ///   - momentum: what it sets the optimizer's momentum to; `nil` where it leaves it.
    /// - Returns: loss and hits before the update.
    func trainStep(
        _ images: ArraySlice<Int>, epoch: Int, learningRateFactor: Double, momentum: Double?
    ) throws(Stopped) -> BatchResult

    /// Updates the average of the weights, or the weights by it.
    func average(_ action: Averaging.Action)
    /// Puts the average in the place of the weights, and back.
    func exchangeAverage()

    /// Keeps the weights as the best so far.
    func keepBest()
    /// Puts the best weights in the place of the weights, and back.
    func exchangeBest()

    /// Measures images of a part, at most a batch.
    ///
    /// - Parameters:
    ///   - part: `nil`: the one that it was made to measure.
    ///   - views: of each image, averaged; `nil`: the images as they are.
    func evaluate(_ images: Range<Int>, of part: Dataset.Part?, views: Views?) throws(Stopped) -> BatchResult

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
