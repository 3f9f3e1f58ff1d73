// What a verb works on where its call does not say.

import Datasets
import Language
import Network

extension Invocation {
    /// The data set given, else the last one bound.
    func data(_ label: String) throws -> DataValue {
        if let data = arguments.object(label, DataValue.self) { return data }
        if let data = interpreter.lastData { return data }
        throw fault(
            .noSubject, "there is no data set yet that `\(arguments.word.name)` could take",
            fix: "bind one before: `let data = synthetic()`, or `let cifar = cifar10()`")
    }

    /// `part: validation`
    var part: Dataset.Part { arguments.text("part").flatMap(Dataset.Part.init) ?? .test }

    /// The model given, else the last one defined.
    func model(_ label: String = "model") throws -> Model {
        if let model = arguments.model(label) { return model }
        if let model = interpreter.lastModel { return model }
        throw fault(
            .noSubject, "there is no model yet that `\(arguments.word.name)` could take",
            fix: "define one before: `model Net { input 3x32x32; flatten; linear 10 }`")
    }

    /// The model given or the last one, on its own input or on that of the last data set.
    func architecture(_ label: String = "model") throws -> (Model, Architecture) {
        let model = try model(label)
        let image = model.input ?? interpreter.lastData?.image
        guard let architecture = try image.map({ try model.architecture(on: $0) }) else {
            throw noInput(model, at: arguments.place(label))
        }
        return (model, architecture)
    }

    func noInput(_ model: Model, at place: SourceRange) -> Diagnostic {
        fault(
            .noInput, "\(model.name) has no `input`, and there is no data set that would give it", at: place,
            fix: "begin the model with `input 3x32x32`, or bind a data set before")
    }

    /// The run given, else the last one.
    func run(_ label: String = "run") throws -> RunValue {
        if let run = arguments.object(label, RunValue.self) { return run }
        if let run = interpreter.lastRun { return run }
        throw fault(
            .noSubject, "there is no run yet that `\(arguments.word.name)` could take",
            fix: "train one before: `let a = train Net`")
    }

    /// `on: cifar`: the defaults taken for these labels, for the result to say; `nil` where all were given.
    func defaults(_ taken: [(label: String, name: String)]) -> String? {
        let parts = taken.filter { !arguments.isGiven($0.label) }.map { "\($0.label): \($0.name)" }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
