// What `diagram`, `confusion`, `mistakes`, `flips` and `cam` do.

import Datasets
import Experiments
import Graphics
import Language
import Network

func showDiagram(_ call: Invocation) throws -> Value {
    let models = try call.arguments.rest.isEmpty ? [call.model()] : call.arguments.rest.compactMap(\.value.asModel)
    guard models.count <= 2 else {
        throw call.fault(
            .wrongCount, "`diagram` takes one model, or two to be held against each other, not \(models.count)",
            at: call.arguments.rest.last?.range)
    }
    let networks = try models.enumerated().map { index, model in
        let place = call.arguments.rest.indices.contains(index) ? call.arguments.rest[index].range : call.range
        guard let image = model.input ?? call.context.session.lastData?.image else {
            throw call.noInput(model, at: place)
        }
        return (name: model.name, architecture: try model.architecture(on: image))
    }
    let diagram = DiagramReport.diagram(networks)
    return try call.show(diagram, plainText: diagram.text(on: TextTerminal(columns: 100)))
}

extension Value {
    fileprivate var asModel: Model? {
        if case .model(let model) = self { model } else { nil }
    }
}

// MARK: Predictions

extension Invocation {
    fileprivate func className(_ label: Int, _ data: DataValue) -> String {
        let names = data.dataset.classNames
        return names.indices.contains(label) ? names[label] : String(label)
    }

    fileprivate func image(_ index: Int, _ data: DataValue) throws -> [UInt8] {
        do throws(DatasetError) {
            return try data.dataset[part].image(index)
        } catch { throw fault(.dataSet, error.message, fix: error.fix) }
    }

    fileprivate func picture(_ index: Int, _ data: DataValue, label: String, note: String) throws -> ImageGrid.Image {
        ImageGrid.Image(
            label: label, note: note, channels: data.dataset.channels, height: data.dataset.height,
            width: data.dataset.width, planes: try image(index, data))
    }

    fileprivate var wantedCount: Int { arguments.integer("count") ?? 20 }
}

/// `97 %`, and never 100 for what is less.
private func percent(_ share: Double) -> String {
    share >= 0.995 && share < 1 ? "\(fixed(min(99.9, 100 * share), 1)) %" : "\(fixed(100 * share, 0)) %"
}

func showConfusion(_ call: Invocation) throws -> Value {
    let run = try call.run()
    let data = try call.data("on", of: run)
    let predictions = try call.predictions(run, data)
    let outputs = max(run.run.architecture.output.count, data.dataset.classNames.count)
    var counts = [[Int]](repeating: [Int](repeating: 0, count: outputs), count: outputs)
    for prediction in predictions { counts[prediction.label][prediction.predicted] += 1 }
    // Outputs beyond the classes matter only where something was taken for them.
    let classes = data.dataset.classNames.count
    let kept = (0..<outputs).filter { index in index < classes || counts.contains { $0[index] > 0 } }
    let right = predictions.count { $0.predicted == $0.label }
    let map = HeatMap(
        title:
            "\(run.run.label) on \(data.name): \(grouped(right)) of \(counted(predictions.count, "\(call.part.rawValue) image")) right",
        rowTitle: "class", columnTitle: "predicted", names: kept.map { call.className($0, data) },
        counts: kept.map { row in kept.map { counts[row][$0] } },
        caption: "Blue: right; orange: wrong; each shade on a scale of its own.")
    return try call.show(map)
}

func showMistakes(_ call: Invocation) throws -> Value {
    let run = try call.run()
    let data = try call.data("on", of: run)
    let predictions = try call.predictions(run, data)
    let wrong = predictions.filter { $0.predicted != $0.label }
    // Of a run without its weights only the classes are kept: then in their order.
    func certainty(_ prediction: Prediction) -> Double { prediction.certainty ?? 0 }
    let knowsCertainty = wrong.allSatisfy { $0.certainty != nil }
    let worst = wrong.sorted { (certainty($1), $0.image) < (certainty($0), $1.image) }.prefix(call.wantedCount)
    let grid = ImageGrid(
        title: wrong.isEmpty
            ? "\(run.run.label) gets none of \(counted(predictions.count, "\(call.part.rawValue) image")) of \(data.name) wrong"
            : "\(run.run.label) on \(data.name): the \(knowsCertainty ? "surest" : "first") of \(counted(wrong.count, "mistake"))",
        pictures: try worst.map { prediction in
            try call.picture(
                prediction.image, data,
                label: "\(call.className(prediction.label, data)) → \(call.className(prediction.predicted, data))",
                note: prediction.certainty.map(percent) ?? "image \(prediction.image)")
        }, columns: 6,
        caption: worst.isEmpty
            ? ""
            : "Below each: its class → what it is taken for, and "
                + (knowsCertainty
                    ? "how sure the network says it is."
                    : "which image it is; how sure the network was is not kept without its weights."))
    return try call.show(grid, plainText: grid.text)
}

extension Invocation {
    /// Whether two data sets have the same images in the part that is asked for; an interrupt ends the comparison.
    fileprivate func hasSameImages(_ data: DataValue, _ other: DataValue) throws -> Bool {
        do throws(DatasetError) {
            return try data.dataset.hasSameImages(
                as: other.dataset, in: part, unless: context.interruption)
        } catch { throw context.interrupted(at: range) }
    }
}

func showFlips(_ call: Invocation) throws -> Value {
    let runs = call.arguments.rest.compactMap { given in
        if case .object(let object) = given.value { object as? RunValue } else { nil }
    }
    guard runs.count == 2 else {
        throw call.fault(
            .wrongCount, "`flips` takes two runs, not \(runs.count)", fix: "for example `flips a, b`")
    }
    // Each as it was trained to see them, of images that both have.
    let (data, other) = (try call.data("on", of: runs[0]), try call.data("on", of: runs[1]))
    guard try data === other || call.hasSameImages(data, other) else {
        throw call.fault(
            .noValue,
            "the \(call.part.rawValue) images of \(runs[0].run.label) and \(runs[1].run.label) are not the same: "
                + "\(data.name) and \(other.name)",
            fix: "say which images both are shown: `flips a, b, on: data`")
    }
    let first = try call.predictions(runs[0], data)
    let second = try call.predictions(runs[1], other)
    let pairs = zip(first, second).filter { $0.predicted != $1.predicted }
    let names = runs.map(\.run.label)
    let onlyFirst = pairs.count { $0.0.predicted == $0.0.label }
    let onlySecond = pairs.count { $0.1.predicted == $0.1.label }
    let share = 100 * Double(pairs.count) / Double(max(1, first.count))
    // Those first that both are sure of.
    func sureness(_ pair: (Prediction, Prediction)) -> Double {
        min(pair.0.certainty ?? 0, pair.1.certainty ?? 0)
    }
    let shown = pairs.sorted { (sureness($1), $0.0.image) < (sureness($0), $1.0.image) }.prefix(call.wantedCount)
    let grid = ImageGrid(
        title:
            "\(names[0]) and \(names[1]) disagree on \(grouped(pairs.count)) of \(counted(first.count, "\(call.part.rawValue) image")) of \(data.name) (\(fixed(share, 1)) %)",
        pictures: try shown.map { one, other in
            try call.picture(
                one.image, data, label: call.className(one.label, data),
                note: "\(call.className(one.predicted, data)) | \(call.className(other.predicted, data))")
        }, columns: 6,
        caption:
            "Only \(names[0]) is right on \(grouped(onlyFirst)), only \(names[1]) on \(grouped(onlySecond)), neither on "
            + "\(grouped(pairs.count - onlyFirst - onlySecond)). Below each: its class; what \(names[0]) | \(names[1]) take it for."
    )
    return try call.show(grid, plainText: grid.text + "\n" + grid.caption)
}

func showClassActivations(_ call: Invocation) throws -> Value {
    let run = try call.run()
    let data = try call.data("on", of: run)
    let images = data.dataset.shownImages(call.part, call.arguments.integer("count") ?? 8)
    call.context.session.publish()
    let predictions: [Prediction]
    do throws(TrainingError) {
        predictions = try predict(
            run.run, on: data.dataset, part: call.part, images: images, cancellation: call.context.interruption)
    } catch { throw call.fault(error) }
    let maps: [ClassActivation]
    do throws(ClassActivationError) {
        maps = try run.run.classActivations(
            of: predictions.map(\.image), classes: predictions.map(\.predicted), on: data.dataset, part: call.part,
            cancellation: call.context.interruption)
    } catch { throw call.noActivations(error) }
    let (height, width) = (data.dataset.height, data.dataset.width)
    var pictures: [ImageGrid.Image] = []
    for (prediction, map) in zip(predictions, maps) {
        let image = try call.picture(
            prediction.image, data, label: call.className(prediction.label, data), note: "image \(prediction.image)")
        pictures.append(image)
        pictures.append(
            ImageGrid.Image(
                label: call.className(prediction.predicted, data),
                note: percent(prediction.certainty ?? 0), height: height, width: width,
                pixels: ColorRamp.overlay(
                    image.pixels, height: height, width: width, map: map.map, mapHeight: map.height, mapWidth: map.width
                )))
    }
    let layer = run.run.lastMap.map { run.run.architecture.layers[$0 - 1] }
    let grid = ImageGrid(
        title: "\(run.run.label) on \(data.name): where it looks", pictures: pictures, columns: 8, group: 2,
        caption:
            "Each image with its class, and beside it what it is taken for and the places that speak for that: yellow the most, "
            + "violet nothing. Grad-CAM of the map \(layer?.output.description ?? "") in front of the head.")
    return try call.show(grid, plainText: grid.text)
}

extension Invocation {
    fileprivate func noActivations(_ error: ClassActivationError) -> Stop {
        let fix = "`mistakes` and `confusion` take every network"
        return switch error {
        case .noMap:
            .fault(fault(.noMap, "`cam` shows the map of the last convolution, and this network has none", fix: fix))
        case .layer(let name):
            .fault(
                fault(.noMap, "`cam` cannot look through `\(name)` after the last convolution", fix: fix))
        case .training(let error): fault(error)
        }
    }
}
