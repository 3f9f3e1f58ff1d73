// What `from:` and `freeze:` of a training make of its model and options.

import Experiments
import Graphics
import Language
import Network
import Text

extension Invocation {
    /// The network and the options of a training of this model.
    func training(of model: Model, on data: DataValue) throws -> (architecture: Architecture, options: TrainingOptions)
    {
        let whole = try model.architecture(on: data.image)
        let architecture = try frozen(whole, model)
        var start: StartingWeights?
        let source =
            arguments.word.parameter("from") === TrainingOption.from.parameter ? self[TrainingOption.from] : nil
        if let source { start = try startingWeights(source, model, architecture) }
        let call = withoutIdleSeeds(model.name, whole, from: start, on: data)
        var options = try call.trainingOptions()
        options.start = start
        try call.checkTeacher(options, architecture)
        try call.checkSelection(options, on: data)
        if let source { try call.noteSeenValidation(options, from: source, on: data) }
        call.noteUnused(options, on: data)
        call.noteUnseenViews(options.views, TrainingOption.views, [source?.data, data].compactMap(\.self))
        try call.checkClassWeights(options, on: data)
        return (architecture, options)
    }

    // MARK: freeze

    /// The network with the layers frozen that `freeze:` names.
    private func frozen(_ architecture: Architecture, _ model: Model) throws -> Architecture {
        guard let given = self[TrainingOption.freeze] else { return architecture }
        let place = place(TrainingOption.freeze)
        func fault(_ message: String, fix: String) -> Diagnostic {
            self.fault(.outOfRange, message, at: place, fix: fix)
        }
        let count = Summary(architecture).rows.count
        /// A range that leaves something to learn.
        let fix =
            (1...max(1, count)).reversed().first {
                let frozen = architecture.freezing(Set(1...$0))
                return frozen != architecture && !frozen.isFrozen
            }.map { "write `freeze: 1...\($0)`, for example; `summary \(model.name)` numbers the layers" }
            ?? "leave `freeze:` out: \(model.name) has no layer that could be frozen while others learn"
        let whole: [Int]?
        switch given {
        case .integer(let number): whole = [number]
        case .range(let first, let last):
            guard first <= last, 1...count ~= first, 1...count ~= last else {
                throw fault("\(model.name) has the layers 1 to \(count), not \(first) to \(last)", fix: fix)
            }
            whole = Array(first...last)
        default:
            whole = given.elements.flatMap { elements in
                let numbers = elements.compactMap { if case .integer(let number) = $0 { number } else { nil } }
                return numbers.count == elements.count && !numbers.isEmpty ? numbers : nil
            }
        }
        guard let numbers = whole else {
            throw self.fault(
                .wrongType, "`freeze:` takes the numbers of layers, not \(given.kind)", at: place, fix: fix)
        }
        if let number = numbers.first(where: { !(1...count ~= $0) }) {
            throw fault("\(model.name) has the layers 1 to \(count), not \(number)", fix: fix)
        }
        let frozen = architecture.freezing(Set(numbers))
        guard frozen != architecture else {
            throw fault(
                numbers.count == 1
                    ? "layer \(numbers[0]) of \(model.name) has no parameters that learn"
                    : "none of these layers of \(model.name) has parameters that learn", fix: fix)
        }
        guard !frozen.isFrozen else {
            throw fault(
                "all layers of \(model.name) that have parameters would be frozen: nothing learns", fix: fix)
        }
        return frozen
    }

    // MARK: from

    /// Says what is taken and what is fresh.
    private func startingWeights(
        _ source: RunValue, _ model: Model, _ architecture: Architecture
    ) throws -> StartingWeights {
        let (run, place) = (source.run, place(TrainingOption.from))
        guard !run.state.isDiverged else {
            throw fault(
                .untrained, "\(run.label) diverged: its weights are NaN or infinite", at: place,
                fix: "start from a run that did not, or leave `from:` out")
        }
        let match: StartingWeights.Match
        do throws(TrainingError) { match = try StartingWeights.match(run, to: architecture) } catch {
            throw fault(.training, error.message, at: place, fix: error.fix)
        }
        let fresh = match.fresh.map { tensor, other in
            "`\(tensor.name)` \(shapeText(tensor.shape))" + (other.map { " (there \(shapeText($0)))" } ?? "")
        }
        guard !match.taken.isEmpty else {
            var fault = fault(
                .otherWeights, "\(run.label) has no tensor that \(model.name) has too, by name and shape", at: place,
                fix: "write the layers that are to agree in the same places, or map the names: `save \(run.label), "
                    + "\"w.safetensors\"`, then `load \"w.safetensors\", into: \(model.name), names: \"map.json\", strict: false`"
            )
            fault.context.append("in \(model.name): \(list(fresh))")
            throw fault
        }
        var note = Diagnostic(
            .note, code: .startingWeights,
            "\(model.name) starts from \(run.label): "
                + (match.fresh.isEmpty
                    ? "all of its \(counted(match.taken.count, "tensor")) taken"
                    : "\(match.taken.count) of \(counted(architecture.parameters.count, "tensor")) taken"),
            source: context.source, at: place)
        if !fresh.isEmpty {
            note.context.append("taken: \(list(layers(of: match.taken, without: match.fresh.map(\.tensor.name))))")
            note.context.append("fresh: \(list(fresh))")
        }
        if !match.leftOut.isEmpty {
            note.context.append("not in \(model.name): \(list(match.leftOut.map { "`\($0.printableName)`" }))")
        }
        context.output.report(note)
        return match.weights
    }
}

/// Tensors that are taken, as layers where all of a layer's are.
private func layers(of taken: [String], without fresh: [String]) -> [String] {
    func layer(_ tensor: String) -> String { String(tensor.prefix(upTo: tensor.lastIndex(of: ".") ?? tensor.endIndex)) }
    let broken = Set(fresh.map(layer))
    var names: [String] = []
    for name in taken.map({ broken.contains(layer($0)) ? $0 : layer($0) }) where names.last != name {
        names.append(name)
    }
    return names.map { "`\($0)`" }
}

/// The first of many.
func list(_ texts: [String]) -> String {
    let shown = texts.prefix(24).joined(separator: ", ")
    return texts.count > 24 ? "\(shown) and \(texts.count - 24) more" : shown
}

/// `[64, 3, 3, 3]`
func shapeText(_ shape: [Int]) -> String { "[\(shape.map(String.init).joined(separator: ", "))]" }
