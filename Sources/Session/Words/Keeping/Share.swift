// `share`: shows the line of the language that repeats a run, which ends in `share` itself with the digests that must
// come out.

import Engine
import Experiments
import Language

private let digest = Option(
    "digest", .text, workedOut: "shows the line", "the first digits of the digest that must come out")
private let data = Option("data", .text, workedOut: "any", "the first digits of its data's digest")
private let engine = Option("engine", .integer(1...Int.max), workedOut: "this one", "the engine that trained it")

extension Word {
    static let share = Word(
        "share", .keeping, "One line of text that repeats a run and checks that it came out the same",
        [CommonOptions.run, digest, data, engine], result: .text, example: trainedRun + "share a",
        aliases: ["publish", "reproduce"], shows: .unbound, takesLong: true, .perform(shareRun))
}

/// Digits of a digest that a line holds: 64 bits, which nothing meets by chance.
private let shownDigits = 16

private func shareRun(_ call: Invocation) throws -> Value {
    let value = try call.run()
    if let expected = call[digest] { return try compare(value, expected, call) }
    for option in [data, engine] as [any OptionDeclaration] where call.isGiven(option) {
        throw call.fault(
            .nothingToDo,
            "`\(option.parameter.label):` says why a digest came out different, and no `digest:` is given",
            at: call.place(option), fix: "leave it out, or take the whole line that `share` has shown")
    }
    let place = call.place(CommonOptions.run)
    let label = value.run.label
    switch value.run.state {
    case .done: break
    case .interrupted:
        throw call.fault(
            .notRepeatable, "\(label) was interrupted, and a line of text cannot say when", at: place,
            fix: "train it to its end: `resume \(label)`")
    case .stopped(let reason, let fix):
        throw call.fault(.notRepeatable, "\(label) was stopped: \(reason)", at: place, fix: fix)
    case .diverged:
        throw call.fault(
            .notRepeatable, "\(label) diverged: a training that diverges ends in an error", at: place,
            fix: "share its cell, or train with a smaller learning rate")
    case .loaded:
        throw call.fault(
            .notRepeatable, "the weights of \(label) come from a file: no training here makes them again", at: place,
            fix: "share the file: `save \(label), \"weights.safetensors\"`")
    }
    if let start = value.run.options.start {
        throw call.fault(
            .notRepeatable, "\(label) starts from the weights of \(start.run), which no line of text holds", at: place,
            fix: "share the file: `save \(label), \"weights.safetensors\"`")
    }
    if let teacher = value.run.options.teacher {
        throw call.fault(
            .notRepeatable, "\(label) follows the outputs of \(teacher.run), whose weights no line of text holds",
            at: place,
            fix: "share the file: `save \(label), \"weights.safetensors\"`")
    }
    guard value.dataExpression != nil, let data = try call.dataDigest(of: value) else {
        throw call.fault(
            .notRepeatable, "the data of \(label) is not known", at: place,
            fix: "share the file: `save \(label), \"weights.safetensors\"`")
    }
    if let source = value.dataSource, let folder = value.dataDescription?.source.folder {
        call.context.output.report(
            Diagnostic(
                .note, code: .notRepeatable,
                "\(label) was trained on the files of the folder \(folder.printableName), and the line takes the published ones",
                source: call.context.source, at: place,
                fix: "where they are others, send them along, and write `\(source)` in the line"))
    }
    if value.dataDescription?.source.archive != nil {
        call.context.output.report(
            Diagnostic(
                .note, code: .notRepeatable,
                "the data of \(label) come from another archive than the published one: the line holds its SHA-256, and not where "
                    + "it is", source: call.context.source, at: place,
                fix: "say where it is: add `url:` behind `sha256:` in the line"))
    }
    let name = RunProgram.name(value)
    return .string(
        "\(RunProgram.text(value, name: name, data: value.checkedDataExpression)); share \(name), digest: \"\(value.run.digest.prefix(shownDigits))\", "
            + "data: \"\(data.prefix(shownDigits))\", engine: \(arithmeticVersion)")
}

/// Whether a run that such a line has made is the one that was shared.
private func compare(_ value: RunValue, _ expected: String, _ call: Invocation) throws -> Value {
    for option in [digest, data] where (call[option]?.count ?? shownDigits) < shownDigits {
        throw call.fault(
            .outOfRange, "`\(option.parameter.label):` takes at least the first \(shownDigits) digits",
            at: call.place(option), fix: "take the whole line that `share` has shown")
    }
    let run = value.run
    if run.digest.hasPrefix(expected) {
        return .string("\(run.label) is the run that was shared, bit for bit: \(value.text)")
    }
    var reasons: [String] = []
    if let expected = call[data], try call.dataDigest(of: value)?.hasPrefix(expected) == false {
        reasons.append("the data is different")
    }
    if let engine = call[engine], engine != arithmeticVersion {
        reasons.append("that engine rounded differently (\(engine), this one \(arithmeticVersion))")
    }
    if run.options.precision == .mixed { reasons.append("`mixed` rounds as the machine's instruction set does") }
    if run.state != .done { reasons.append("this run is \(run.state)") }
    let reason =
        reasons.isEmpty ? "the model, the options or the seed is different" : reasons.joined(separator: ", and ")
    var fault = call.fault(
        .otherRun, "\(run.label) is not the run that was shared: \(reason)", at: call.place(digest),
        fix: "take the line as it was shared, with the same data")
    fault.context.append("the digest of \(run.label) is \(run.digest.prefix(shownDigits))")
    throw fault
}
