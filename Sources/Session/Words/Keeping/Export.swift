// `export`: a network in the form of another library, which the ending of the file's name chooses.

import Engine
import Experiments
import Language
import Libraries
import Network
import Text

private let network = Option(
    "model", .network, workedOut: "the last one", isPositional: true, aliases: ["run", "net"],
    "the run; for a PyTorch module a model will do")
private let file = Option(
    "to", .path, isPositional: true, aliases: ["path", "file"], "a file that ends in .py, .safetensors or .onnx")

extension Word {
    static let export = Word(
        "export", .keeping, "Writes a network for other tools: its PyTorch module, its weights, or both as ONNX",
        [network, file], example: trainedRun + "export Net, \"net.py\"\nexport a, \"a.onnx\"",
        aliases: ["onnx", "to_torch", "torch.onnx.export"], .perform(exportNetwork))
}

private enum ExportForm: String, CaseIterable {
    case python = ".py"
    case safetensors = ".safetensors"
    case onnx = ".onnx"

    /// What the file holds, for messages.
    var content: String {
        switch self {
        case .python: "a PyTorch module"
        case .safetensors: "its weights"
        case .onnx: "the trained network"
        }
    }
}

private func exportNetwork(_ call: Invocation) throws -> Value {
    let name = call[file]
    guard let form = ExportForm.allCases.first(where: { name.hasSuffix($0.rawValue) }) else {
        let ending = name.lastIndex(of: ".").map { "`\(name[$0...])`" } ?? "a file without an ending"
        let forms = ExportForm.allCases.map { "`\($0.rawValue)` (\($0.content))" }.joined(separator: ", ")
        throw call.fault(
            .unknownForm, "`export` does not write \(ending)", at: call.place(file),
            fix: "end the name in \(forms)")
    }
    switch form {
    case .python: try writeModule(call)
    case .safetensors:
        let run = try call.trained(form, name)
        let parameters: TrainedParameters
        do throws(TrainingError) { parameters = try run.run.trained() } catch { throw call.fault(error) }
        try call.write(what: run.run.label, to: file) { path throws(FileError) in
            try Safetensors.write(parameters, steps: run.run.steps, to: path)
        }
    case .onnx:
        let run = try call.trained(form, name)
        guard 4 * run.run.architecture.parameterCount < ONNXGraph.largestFile - 1 << 20 else {
            throw call.fault(
                .tooLarge, "the weights of \(run.run.label) take more than the 2 GB that an ONNX file may have",
                at: call.place(file), fix: "export them as `.safetensors`, and the module as `.py`")
        }
        let graph: ONNXGraph
        do throws(TrainingError) { graph = try ONNXGraph(run.run) } catch { throw call.fault(error) }
        try call.write(
            graph.bytes(name: run.model.expression, version: tandemVersion), what: run.run.label,
            to: file)
    }
    return .nothing
}

private func writeModule(_ call: Invocation) throws {
    let run: RunValue? = if case .run(let run)? = call[network] { run } else { nil }
    let (model, architecture) = try call.architecture(network)
    var notes = [
        "\(model.expression): \(architecture.input) → \(architecture.output), "
            + "\(grouped(architecture.parameterCount)) parameters. Written by Tandem \(tandemVersion)."
    ]
    if let normalization = run?.data?.dataset.normalization {
        func list(_ numbers: [Double]) -> String { numbers.map(decimalText).joined(separator: ", ") }
        notes.append(
            "Trained on images normalized by mean (\(list(normalization.mean))) and std (\(list(normalization.deviation)))."
        )
    }
    let module = PyTorchModule(architecture, name: model.definitionName, notes: notes)
    try call.write(Array(module.text.utf8), what: run?.run.label ?? model.name, to: file)
}

extension Invocation {
    /// The run that was given, or the last one; a model has no weights to write.
    fileprivate func trained(_ form: ExportForm, _ name: String) throws -> RunValue {
        if case .model(let model)? = self[network] {
            throw fault(
                .untrained, "\(model.name) is not trained, and `\(form.rawValue)` holds \(form.content)",
                at: place(network),
                fix: "train it, `let a = train \(model.name)`, or load weights, `let a = load \"w.safetensors\", into: "
                    + "\(model.name)`; then `export a, \"\(name)\"`")
        }
        let run = if case .run(let run)? = self[network] { run } else { try lastRun() }
        noteDiverged(run.run.state, run.run.label, at: place(network))
        return run
    }
}
