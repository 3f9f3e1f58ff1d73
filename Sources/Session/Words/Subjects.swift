// What a verb takes when its call names nothing.

import Language
import Network

extension Invocation {
    /// The data set given, else the last one bound.
    func data(_ option: Option<DataValue?>) throws -> DataValue {
        try self[option] ?? lastData()
    }

    func lastData() throws -> DataValue {
        if let data = context.session.lastData { return data }
        throw fault(
            .noSubject, "there is no data set yet that `\(arguments.word.name)` could take",
            fix: "bind one first: `let data = synthetic()`, or `let cifar = cifar10()`")
    }

    /// The model given, else the last one defined.
    func model(_ option: Option<Model?> = CommonOptions.model) throws -> Model {
        try self[option] ?? lastModel()
    }

    func lastModel() throws -> Model {
        if let model = context.session.lastModel { return model }
        throw fault(
            .noSubject, "there is no model yet that `\(arguments.word.name)` could take",
            fix: "define one first: `model Net { input 3x32x32; flatten; linear 10 }`")
    }

    /// The model given or the last one, on its own input or on that of the last data set.
    func architecture(_ option: Option<Model?> = CommonOptions.model) throws -> (Model, Architecture) {
        let model = try model(option)
        return (model, try architecture(of: model, at: place(option)))
    }

    /// The same where a run may be given.
    func architecture(_ option: Option<NetworkSubject?>) throws -> (Model, Architecture) {
        switch self[option] {
        case .run(let run)?: return (run.model, run.run.architecture)
        case .model(let model)?: return (model, try architecture(of: model, at: place(option)))
        case nil:
            let model = try lastModel()
            return (model, try architecture(of: model, at: place(option)))
        }
    }

    private func architecture(of model: Model, at place: SourceRange) throws -> Architecture {
        let image = model.input ?? context.session.lastData?.image
        guard let architecture = try image.map({ try model.architecture(on: $0) }) else {
            throw noInput(model, at: place)
        }
        return architecture
    }

    func noInput(_ model: Model, at place: SourceRange) -> Diagnostic {
        fault(
            .noInput, "\(model.name) has no `input`, and there is no data set that would give it", at: place,
            fix: "begin the model with `input 3x32x32`, or bind a data set first")
    }

    /// The run given, else the last one.
    func run(_ option: Option<RunValue?> = CommonOptions.run) throws -> RunValue {
        try self[option] ?? lastRun()
    }

    func lastRun() throws -> RunValue {
        if let run = context.session.lastRun { return run }
        throw fault(
            .noSubject, "there is no run yet that `\(arguments.word.name)` could take",
            fix: context.namesToType.toMake(.run))
    }

    /// `on: cifar`: the defaults taken for these labels, for the result to say; `nil` where all were given.
    func defaults(_ taken: [(option: any OptionDeclaration, name: String)]) -> String? {
        let parts = taken.filter { !isGiven($0.option) }.map { "\($0.option.parameter.label): \($0.name)" }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
