// `cam`

import Datasets
import Experiments
import Graphics
import Language
import Network

private let imageCount = Option("count", .integer(1...64), default: 8, aliases: ["n", "num"], "how many images")

extension Word {
    static let cam = Word(
        "cam", .looking, "Which parts of images the classes are based on: Grad-CAM",
        [CommonOptions.run, CommonOptions.measuredData, CommonOptions.part, imageCount, CommonOptions.to],
        result: .picture, example: LookingExample.run + "cam a", aliases: ["gradcam", "grad_cam"],
        .perform(showClassActivations))
}

private func showClassActivations(_ call: Invocation) throws -> Value {
    let run = try call.run()
    let data = try call.data(of: run)
    let part = call[CommonOptions.part]
    let images = data.dataset.shownImages(part, call[imageCount])
    call.context.session.publish()
    let predictions: [Prediction]
    do throws(TrainingError) {
        predictions = try predict(
            run.run, on: data.dataset, part: part, images: images, cancellation: call.context.interruption)
    } catch { throw call.fault(error) }
    let maps: [ClassActivation]
    do throws(ClassActivationError) {
        maps = try run.run.classActivations(
            of: predictions.map(\.image), classes: predictions.map(\.predicted), on: data.dataset, part: part,
            cancellation: call.context.interruption)
    } catch { throw stop(error, call) }
    let (height, width) = (data.dataset.height, data.dataset.width)
    let className = data.dataset.className
    var pictures: [ImageGrid.Image] = []
    for (prediction, map) in zip(predictions, maps) {
        let image = try call.labeledImage(
            prediction.image, of: data.dataset, part, label: className(prediction.label),
            note: "image \(prediction.image)")
        pictures.append(image)
        pictures.append(
            ImageGrid.Image(
                label: className(prediction.predicted), note: certaintyText(prediction.certainty ?? 0),
                height: height, width: width,
                pixels: ColorRamp.overlay(
                    image.pixels, height: height, width: width, map: map.map, mapHeight: map.height, mapWidth: map.width
                )))
    }
    let layer = run.run.lastMap.map { run.run.architecture.layers[$0 - 1] }
    let grid = ImageGrid(
        title: "\(run.run.label) on \(data.name): where it looks", pictures: pictures, columns: 8, group: 2,
        caption:
            "Each image with its class; next to it the predicted class and the places that speak for it: yellow the most, "
            + "violet nothing. Grad-CAM of the map \(layer?.output.description ?? "") before the head.")
    return try call.show(PictureValue(grid, plainText: grid.text))
}

private func stop(_ error: ClassActivationError, _ call: Invocation) -> Stop {
    let fix = "`mistakes` and `confusion` take every network"
    return switch error {
    case .noMap:
        .fault(
            call.fault(.noMap, "`cam` shows the map of the last convolution, and this network has none", fix: fix))
    case .layer(let name):
        .fault(call.fault(.noMap, "`cam` cannot look through `\(name)` after the last convolution", fix: fix))
    case .training(let error): call.fault(error)
    }
}
