// What `show` makes of a run: the filters of its first convolution, or what a layer makes of an image.

import Datasets
import Engine
import Experiments
import Graphics
import Language
import Network

func showLayers(_ call: Invocation, _ run: RunValue) throws -> Value {
    guard let number = call.arguments.integer("layer") else { return try showFilters(call, run) }
    let data = try call.data("on", of: run)
    let layers = run.run.architecture.layers
    let ends = layers.indices.map { index in layers[...index].reduce(0) { $0 + $1.rowCount } }
    guard let place = ends.firstIndex(where: { $0 >= number }) else {
        throw call.fault(
            .outOfRange, "\(run.run.model) has \(ends.last ?? 0) layers, so there is no layer \(number)",
            at: call.arguments.place("layer"), fix: "`summary` numbers them")
    }
    let image = call.arguments.integer("image") ?? 0
    guard image < data.dataset.test.count else {
        throw call.fault(
            .outOfRange, "\(data.name) has \(counted(data.dataset.test.count, "test image")), numbered from 0",
            at: call.arguments.place("image"), fix: "write `image: 0`")
    }
    let maps: FeatureMaps
    do throws(TrainingError) {
        maps = try run.run.featureMaps(
            behind: place + 1, of: [image], on: data.dataset, cancellation: call.context.interruption)
    } catch { throw call.fault(error) }
    guard !maps.shape.isFlat else {
        throw call.fault(
            .noMap, "layer \(number) (\(layers[place].layer)) gives \(maps.shape), which is no map",
            at: call.arguments.place("layer"), fix: "choose one in front of `flatten`")
    }
    let (values, area) = (maps.values[0], maps.shape.height * maps.shape.width)
    let largest = Double(values.map(abs).max() ?? 0)
    let shown = min(maps.shape.channels, call.arguments.integer("count") ?? 20)
    let pictures = (0..<shown).map { channel in
        ImageGrid.Image(
            label: String(channel), height: maps.shape.height, width: maps.shape.width,
            pixels: values[channel * area..<(channel + 1) * area].flatMap {
                ColorRamp.viridis(largest > 0 ? max(0, Double($0)) / largest : 0)
            })
    }
    let grid = ImageGrid(
        title: "\(run.run.label), layer \(number) (\(layers[place].layer)) on test image \(image) of \(data.name)",
        pictures: pictures,
        caption:
            "\(shown) of \(counted(maps.shape.channels, "channel")) of \(maps.shape): violet nothing, yellow the most.")
    return try call.show(grid, plainText: grid.text)
}

private func showFilters(_ call: Invocation, _ run: RunValue) throws -> Value {
    try call.refuseDiverged(run)
    let parameters = run.run.architecture.parameters
    guard let index = parameters.firstIndex(where: { $0.role == .weight && $0.shape.count == 4 }),
        [1, 3].contains(parameters[index].shape[1])
    else {
        throw call.fault(
            .noMap, "\(run.run.model) begins with no convolution over the colors of an image",
            fix:
                "`show \(call.context.source[call.arguments.place("what")]), layer: 1` shows what a layer makes of an image"
        )
    }
    let trained: TrainedParameters
    do throws(TrainingError) { trained = try run.run.trained() } catch { throw call.fault(error) }
    let (shape, values) = (parameters[index].shape, trained.values(index))
    let size = shape[1] * shape[2] * shape[3]
    let largest = values.map(abs).max() ?? 0
    let shown = min(shape[0], call.arguments.integer("count") ?? 64)
    let pictures = (0..<shown).map { filter in
        ImageGrid.Image(
            label: "", channels: shape[1], height: shape[2], width: shape[3],
            planes: values[filter * size..<(filter + 1) * size].map {
                UInt8(max(0, min(255, 127.5 + 127.5 * (largest > 0 ? $0 / largest : 0))))
            })
    }
    let grid = ImageGrid(
        title: "\(run.run.label): \(shown) of \(counted(shape[0], "filter")) of its first convolution",
        pictures: pictures,
        columns: 16, caption: "Red, green and blue are a filter's weights for these colors; grey is 0.")
    return try call.show(grid, plainText: "\(grid.title), \(shape[2])x\(shape[3])")
}
