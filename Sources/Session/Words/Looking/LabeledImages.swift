// Images of a data set with what is below each, as `show`, `mistakes`, `flips` and `cam` draw them.

import Datasets
import Graphics
import Language

enum ImageOption {
    static let count = Option(
        "count", .integer(1...400), default: 20, aliases: ["n", "num", "rows"], "how many images")
}

extension Invocation {
    func labeledImage(
        _ index: Int, of dataset: Dataset, _ part: Dataset.Part, label: String, note: String = ""
    ) throws -> ImageGrid.Image {
        let planes: [UInt8]
        do throws(DatasetError) {
            planes = try dataset[part].image(index)
        } catch { throw fault(.dataSet, error.message, fix: error.fix) }
        return ImageGrid.Image(
            label: label, note: note, channels: dataset.channels, height: dataset.height, width: dataset.width,
            planes: planes)
    }

    /// A training image as it is learned from, with its class, or those that are mixed in it.
    func augmentedImage(_ index: Int, of dataset: Dataset, epoch: Int, seed: UInt64) throws -> ImageGrid.Image {
        let planes: [UInt8]
        do throws(DatasetError) {
            planes = try dataset.trainingImage(index, epoch: epoch, seed: seed)
        } catch { throw fault(.dataSet, error.message, fix: error.fix) }
        var shares = [Double](repeating: 0, count: dataset.classNames.count)
        dataset.addTarget(index, epoch: epoch, seed: seed, to: &shares)
        // A share that is less than half a percent is not seen either.
        let classes = shares.indices.filter { shares[$0] >= 0.005 }.sorted { (shares[$1], $0) < (shares[$0], $1) }
        let texts = classes.map { label in
            dataset.className(label) + (classes.count > 1 ? " \(certaintyText(shares[label]))" : "")
        }
        return ImageGrid.Image(
            label: texts[0], note: texts.dropFirst().first ?? "", channels: dataset.channels, height: dataset.height,
            width: dataset.width, planes: planes)
    }
}

/// A network's confidence in a class: `97 %`, and never 100 % for less than that.
func certaintyText(_ share: Double) -> String {
    share >= 0.995 && share < 1 ? "\(fixed(min(99.9, 100 * share), 1)) %" : "\(fixed(100 * share, 0)) %"
}
