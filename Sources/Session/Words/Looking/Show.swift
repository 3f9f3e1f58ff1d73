// `show`: images of a data set, also as a training sees them; of a run the filters of its first convolution, or what a
// layer makes of an image.

import Datasets
import Engine
import Experiments
import Graphics
import Language
import Network

private let defaultCount = 20
private let defaultFilterCount = 64

private let subject = Option(
    "what", .any, workedOut: "the last data set", isPositional: true,
    "a data set, or a run: the filters of its first convolution")
private let layer = Option(
    "layer", .integer(1...10_000), workedOut: "none", "the layer of a run whose activations are shown")
private let image = Option("image", .integer(0...10_000_000), default: 0, "which test image")
private let shownCount = Option(
    "count", .integer(1...400), workedOut: "\(defaultCount) or \(defaultFilterCount) filters",
    aliases: ["n", "num", "rows"], "how many images, filters or channels")
private let epoch = Option(
    "epoch", .integer(1...1_000_000), workedOut: "none", aliases: ["augmented"],
    "the images as a training sees them in this epoch, augmented")
private let augmentSeed = Option("seed", .seed, default: 1, aliases: ["augmentseed"], "the seed of that training")

extension Word {
    static let show = Word(
        "show", .looking, "Images of a data set with their classes, or a run's filters and activations",
        [subject, epoch, augmentSeed, layer, image, CommonOptions.measuredData, shownCount, CommonOptions.to],
        result: .picture,
        example: "show synthetic()", aliases: ["imshow", "imgrid", "make_grid"], .perform(showSubject))
}

private func showSubject(_ call: Invocation) throws -> Value {
    switch call[subject] {
    case nil: return try showImages(call.lastData(), call)
    case .object(let data as DataValue): return try showImages(data, call)
    case .object(let run as RunValue):
        try refuse([epoch, augmentSeed], call, "is for images of a data set", fix: "leave it out, or name a data set")
        guard let number = call[layer] else { return try showFilters(run, call) }
        return try showMaps(run, layer: number, call)
    case let value?:
        throw call.fault(
            .wrongType, "`show` takes a data set or a run, not \(value.kind)", at: call.place(subject),
            fix: call.fix(showing: value, at: call.place(subject)))
    }
}

private func refuse(
    _ options: [any OptionDeclaration], _ call: Invocation, _ reason: String,
    fix: String = "leave it out, or name a run and its layer: `show a, layer: 1`"
) throws {
    guard let option = options.first(where: call.isGiven) else { return }
    throw call.fault(
        .nothingToDo, "`\(option.parameter.label):` \(reason)", at: call.place(option), fix: fix)
}

/// The first training images of a data set, or some of each class of an image folder; as a training sees them where an
/// epoch is named.
private func showImages(_ data: DataValue, _ call: Invocation) throws -> Value {
    try refuse([layer, image, CommonOptions.measuredData], call, "is for what a layer of a run makes of an image")
    let dataset = data.dataset
    let shown = dataset.shownImages(.training, call[shownCount] ?? defaultCount)
    let count = counted(shown.count, "training image")
    let which =
        dataset.isDrawnByClass
        ? "\(count) over its classes" : shown.count == 1 ? "the first training image" : "the first \(count)"
    guard let number = call[epoch] else {
        try refuse([augmentSeed], call, "is that of a training, of which no epoch is named", fix: "add `epoch: 1`")
        let pictures = try shown.map { index in
            try call.labeledImage(
                index, of: dataset, .training, label: dataset.className(dataset.training.label(index)))
        }
        let grid = ImageGrid(title: "\(data.name): \(which)", pictures: pictures)
        return try call.show(PictureValue(grid, plainText: grid.text))
    }
    guard !dataset.augmentation.isNone else {
        let given = call.isGiven(subject) ? "\(call.context.source[call.place(subject)]), " : ""
        throw call.fault(
            .nothingToDo, "`epoch:` shows images as they are augmented, and those of \(data.name) are not",
            at: call.place(epoch), fix: "write `show augment(\(given)flip: true, crop: 4), epoch: \(number)`")
    }
    let seed = call[augmentSeed]
    let grid = ImageGrid(
        title: "\(data.name): \(which) in epoch \(number)",
        pictures: try shown.map { try call.augmentedImage($0, of: dataset, epoch: number, seed: seed) },
        caption: "As a training with seed \(seed) sees them in that epoch.")
    return try call.show(PictureValue(grid, plainText: grid.text))
}

private func showFilters(_ run: RunValue, _ call: Invocation) throws -> Value {
    try refuse(
        [image, CommonOptions.measuredData], call, "is for what a layer makes of an image, and no layer is named")
    try call.refuseDiverged(run)
    let parameters = run.run.architecture.parameters
    guard let index = parameters.firstIndex(where: { $0.role == .weight && $0.shape.count == 4 }),
        [1, 3].contains(parameters[index].shape[1])
    else {
        throw call.fault(
            .noMap, "\(run.run.model) begins with no convolution over the colors of an image",
            fix:
                "`show \(call.context.source[call.place(subject)]), layer: 1` shows what a layer makes of an image"
        )
    }
    let trained: TrainedParameters
    do throws(TrainingError) { trained = try run.run.trained() } catch { throw call.fault(error) }
    let (shape, values) = (parameters[index].shape, trained.values(index))
    let size = shape[1] * shape[2] * shape[3]
    let largest = values.map(abs).max() ?? 0
    let shown = min(shape[0], call[shownCount] ?? defaultFilterCount)
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
        columns: 16,
        caption: (shape[1] == 3
            ? "Red, green and blue are a filter's weights for these colors"
            : "White and black are the largest weights of either sign")
            + "; gray is 0.")
    return try call.show(PictureValue(grid, plainText: "\(grid.title), \(shape[2])x\(shape[3])"))
}

/// The maps that a layer makes of a test image, a channel each.
private func showMaps(_ run: RunValue, layer number: Int, _ call: Invocation) throws -> Value {
    let data = try call.data(of: run)
    let layers = run.run.architecture.layers
    let ends = layers.indices.map { index in layers[...index].reduce(0) { $0 + $1.rowCount } }
    guard let place = ends.firstIndex(where: { $0 >= number }) else {
        throw call.fault(
            .outOfRange, "\(run.run.model) has \(ends.last ?? 0) layers, so there is no layer \(number)",
            at: call.place(layer), fix: "`summary` numbers them")
    }
    let index = call[image]
    guard index < data.dataset.test.count else {
        throw call.fault(
            .outOfRange, "\(data.name) has \(counted(data.dataset.test.count, "test image")), numbered from 0",
            at: call.place(image), fix: "write `image: 0`")
    }
    let maps: FeatureMaps
    do throws(TrainingError) {
        maps = try run.run.featureMaps(
            behind: place + 1, of: [index], on: data.dataset, cancellation: call.context.interruption)
    } catch { throw call.fault(error) }
    guard !maps.shape.isFlat else {
        throw call.fault(
            .noMap, "layer \(number) (\(layers[place].layer)) gives \(maps.shape), which is not a map",
            at: call.place(layer), fix: "choose one before `flatten`")
    }
    let (values, area) = (maps.values[0], maps.shape.height * maps.shape.width)
    let largest = Double(values.map(abs).max() ?? 0)
    let shown = min(maps.shape.channels, call[shownCount] ?? defaultCount)
    let pictures = (0..<shown).map { channel in
        ImageGrid.Image(
            label: String(channel), height: maps.shape.height, width: maps.shape.width,
            pixels: values[channel * area..<(channel + 1) * area].flatMap {
                ColorRamp.viridis(largest > 0 ? max(0, Double($0)) / largest : 0)
            })
    }
    let grid = ImageGrid(
        title: "\(run.run.label), layer \(number) (\(layers[place].layer)) on test image \(index) of \(data.name)",
        pictures: pictures,
        caption:
            "\(shown) of \(counted(maps.shape.channels, "channel")) of \(maps.shape): violet nothing, yellow the most.")
    return try call.show(PictureValue(grid, plainText: grid.text))
}
