// The activations of the first layers of a trained network for single images: the network is cut after a layer and run
// on them.

import Datasets
import Engine
import Network
import Runtime

public struct FeatureMaps: Sendable {
    public let shape: Shape
    /// Of each image, `[C, H, W]`.
    public let values: [[Float]]
}

extension Run {
    /// The values after the first `count` layers of the architecture.
    ///
    /// - Parameter images: at most some dozens; all of them are one batch.
    public func featureMaps(
        behind count: Int, of images: [Int], on dataset: Dataset, part: Dataset.Part = .test,
        cancellation: Cancellation = Cancellation()
    ) throws(TrainingError) -> FeatureMaps {
        precondition(count > 0 && count <= architecture.layers.count && !images.isEmpty, "layers and images")
        let parameters = try trained()
        let shape = architecture.layers[count - 1].output
        // The engine reads outputs from flat vectors.
        var layers = architecture.layers.prefix(count).map(\.layer)
        if !shape.isFlat { layers.append(.flatten) }
        let cut: Architecture
        do throws(ShapeFault) {
            cut = try Architecture(input: architecture.input, layers: layers)
        } catch { preconditionFailure("the layers stood so before") }
        let source = try memoryImages(images, on: dataset, part: part)
        do throws(EngineError) {
            let executor = try Executor(
                cut, batchSize: images.count, optimizer: .sgd(), seeds: options.seeds,
                pool: ThreadPool(threadCount: options.threads ?? ThreadPool.availableThreads))
            // Its tensors are the first of the whole network's.
            for index in executor.parameters.indices { executor.setParameter(index, to: parameters.values(index)) }
            _ = try executor.evaluate(images.indices, of: source, cancellation: cancellation)
            return FeatureMaps(shape: shape, values: images.indices.map { executor.outputs(image: $0) })
        } catch .cancelled {
            throw .cancelled
        } catch { throw .engine(error) }
    }

    private func memoryImages(
        _ images: [Int], on dataset: Dataset, part: Dataset.Part
    ) throws(TrainingError) -> MemoryImages {
        let shape = Shape(channels: dataset.channels, height: dataset.height, width: dataset.width)
        guard architecture.input == shape else { throw .wrongInput(network: architecture.input, images: shape) }
        var values = [Float](repeating: 0, count: images.count * shape.count)
        do throws(DatasetError) {
            for (place, image) in images.enumerated() {
                try writeImage(image, dataset, part, place * shape.count, shape, to: &values)
            }
        } catch { throw .images(error) }
        return MemoryImages(shape: shape, values: values, labels: images.map { _ in 0 })
    }
}

private func writeImage(
    _ image: Int, _ dataset: Dataset, _ part: Dataset.Part, _ start: Int, _ shape: Shape, to values: inout [Float]
) throws(DatasetError) {
    var failure: DatasetError?
    values.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        do throws(DatasetError) {
            try dataset.writeImage(
                image, of: part, to: base + start, planeStride: shape.height * shape.width, rowStride: shape.width,
                columnStride: 1)
        } catch { failure = error }
    }
    if let failure { throw failure }
}
