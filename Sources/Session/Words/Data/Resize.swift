// `resize`

import Datasets
import Network

private let sizeOption = Option("size", .extent(DataOption.sizes), isPositional: true, "height and width")

extension Word {
    static let resize = Word(
        "resize", .data,
        "Scales the images as Pillow's bilinear filter does, which averages pixels where images shrink",
        [DataOption.data, sizeOption], result: .data,
        example: "let small = resize(take(synthetic(), 64, test: 16), 16)",
        aliases: ["Resize"],
        .perform { call in
            let data = try call.data(DataOption.data).dataset
            let size = call[sizeOption]
            do throws(DatasetError) {
                return .object(
                    DataValue(
                        try data.resized(
                            height: size.height, width: size.width, cancellation: call.context.interruption)))
            } catch { throw call.fault(error) }
        })
}
