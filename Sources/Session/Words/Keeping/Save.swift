// `save`

import Experiments
import Language
import Libraries

private let file = Option(
    "to", .path, isPositional: true, aliases: ["path", "file"], "a file that ends in .safetensors")
private let ending = ".safetensors"

extension Word {
    static let save = Word(
        "save", .keeping, "Writes a run with its weights to a file that PyTorch can read",
        [CommonOptions.run, file], example: trainedRun + "save a, \"a.safetensors\"",
        aliases: ["dump", "torch.save", "checkpoint"], .perform(saveRun))
}

private func saveRun(_ call: Invocation) throws -> Value {
    let run = try call.run()
    guard call[file].hasSuffix(ending) else {
        throw call.fault(
            .unknownForm, "`save` writes a run as safetensors", at: call.place(file),
            fix: "end the name in `\(ending)`; `export` writes other forms")
    }
    let context = WeightsFile.Context(
        program: RunProgram.text(run), modelExpression: run.model.expression, dataExpression: run.dataExpression,
        dataDigest: try call.dataDigest(of: run), version: tandemVersion)
    do throws(TrainingError) { _ = try run.run.trained() } catch { throw call.fault(error) }
    call.noteDiverged(run.run.state, run.run.label, at: call.place(CommonOptions.run))
    try call.write(what: run.run.label, to: file) { path throws(FileError) in
        try WeightsFile.write(run.run, context, data: run.dataDescription, to: path)
    }
    return .nothing
}
