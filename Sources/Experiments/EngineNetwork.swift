// The engine's network as the epoch loop sees it, fed from a data set.

import Datasets
import Engine
import Network
import Runtime

final class EngineNetwork: TrainableNetwork {
    enum Purpose {
        /// Fresh weights.
        case training
        /// These weights.
        case evaluation([Weights])
    }

    let evaluationBatchSize: Int
    let byteCount: Int
    let parameterCount: Int

    init(
        _ architecture: Architecture, dataset: Dataset, options: TrainingOptions, purpose: Purpose,
        cancellation: Cancellation
    ) throws(TrainingError) {
        throw .unsupported("the engine is missing")
    }

    func trainStep(_ images: ArraySlice<Int>, epoch: Int, number: Int) throws(Interrupted) -> BatchResult {
        throw Interrupted()
    }

    func evaluate(_ images: Range<Int>, predictions: inout [Int]) throws(Interrupted) -> BatchResult {
        throw Interrupted()
    }

    func weights() -> [Weights] { [] }
}
