// Which places of an image speak for a class: Grad-CAM (Selvaraju et al. 2017). The maps of the last convolution are
// added, each with the mean gradient of the class's output as its weight, and what speaks against the class is left
// out. After global average pooling and one linear layer the weights are that layer's own, over the map's area: then
// this is CAM (Zhou et al. 2016).

import Datasets
import Network
import Runtime

public struct ClassActivation: Sendable {
    /// `[H, W]`, 0...1; all 0 where nothing speaks for the class.
    public let map: [Double]
    public let height: Int
    public let width: Int
}

public enum ClassActivationError: Error, Sendable {
    /// There is no convolution, or none with a map after it.
    case noMap
    /// A layer after the last convolution that the gradient cannot be taken back through.
    case layer(String)
    case training(TrainingError)
}

extension Run {
    /// The last layer whose output is a map made by a convolution, as a count of layers; what rescales it belongs to
    /// it.
    public var lastMap: Int? {
        guard let last = architecture.layers.lastIndex(where: { $0.containsConvolution && !$0.output.isFlat }) else {
            return nil
        }
        var end = last + 1
        while end < architecture.layers.count, architecture.layers[end].keepsPlacesApart { end += 1 }
        return end
    }

    /// - Parameter classes: for each image the class that is asked for.
    public func classActivations(
        of images: [Int], classes: [Int], on dataset: Dataset, part: Dataset.Part = .test,
        cancellation: Cancellation = Cancellation()
    ) throws(ClassActivationError) -> [ClassActivation] {
        guard let count = lastMap else { throw .noMap }
        let head = try NetworkHead(self, behind: count)
        let maps: FeatureMaps
        do throws(TrainingError) {
            maps = try featureMaps(behind: count, of: images, on: dataset, part: part, cancellation: cancellation)
        } catch { throw .training(error) }
        let area = maps.shape.height * maps.shape.width
        var result: [ClassActivation] = []
        for (values, label) in zip(maps.values, classes) {
            guard !cancellation.isCancelled else { throw .training(.cancelled) }
            let gradient = head.gradient(of: label, at: values.map(Double.init))
            var sum = [Double](repeating: 0, count: area)
            for channel in 0..<maps.shape.channels {
                let places = channel * area..<(channel + 1) * area
                let weight = gradient[places].reduce(0, +) / Double(area)
                for (place, index) in places.enumerated() { sum[place] += weight * Double(values[index]) }
            }
            let largest = sum.max() ?? 0
            result.append(
                ClassActivation(
                    map: sum.map { largest > 0 ? max(0, $0) / largest : 0 }, height: maps.shape.height,
                    width: maps.shape.width))
        }
        return result
    }
}

extension PlacedLayer {
    var containsConvolution: Bool {
        if case .convolution = layer { return true }
        return branches.joined().contains { $0.containsConvolution }
    }
}
