// What `share` does: shows the line of the language that makes a run again, which ends in `share` itself with the digests that must come out.

import Engine
import Experiments
import Language

/// Digits of a digest that a line holds: 64 bits, which nothing meets by chance.
private let shownDigits = 16

func shareRun(_ call: Invocation) throws -> Value {
    let value = try call.run()
    if let expected = call.arguments.text("digest") { return try compare(value, expected, call) }
    let place = call.arguments.place("run")
    let label = value.run.label
    switch value.run.state {
    case .done: break
    case .interrupted:
        throw call.fault(
            .notRepeatable, "\(label) was interrupted, and no text says when", at: place,
            fix: "train it to its end: `resume \(label)`")
    case .stopped(let reason, let fix):
        throw call.fault(.notRepeatable, "\(label) was stopped: \(reason)", at: place, fix: fix)
    case .diverged:
        throw call.fault(
            .notRepeatable, "\(label) diverged: a training that does ends in an error", at: place,
            fix: "share its cell, or train with a smaller learning rate")
    case .loaded:
        throw call.fault(
            .notRepeatable, "the weights of \(label) come from a file: no training here makes them again", at: place,
            fix: "share the file: `save \(label), \"weights.safetensors\"`")
    }
    guard value.dataExpression != nil, let data = try call.dataDigest(of: value) else {
        throw call.fault(.notRepeatable, "the data of \(label) are not known", at: place)
    }
    let name = RunProgram.name(value)
    return .string(
        "\(RunProgram.text(value, name: name)); share \(name), digest: \"\(value.run.digest.prefix(shownDigits))\", "
            + "data: \"\(data.prefix(shownDigits))\", engine: \(arithmeticVersion)")
}

/// Whether a run that such a line has made is the one that was shared.
private func compare(_ value: RunValue, _ expected: String, _ call: Invocation) throws -> Value {
    for label in ["digest", "data"] where (call.arguments.text(label)?.count ?? shownDigits) < shownDigits {
        throw call.fault(
            .outOfRange, "`\(label):` takes at least the first \(shownDigits) digits",
            at: call.arguments.place(label))
    }
    let run = value.run
    if run.digest.hasPrefix(expected) {
        return .string("\(run.label) is the run that was shared, bit for bit: \(value.text)")
    }
    var reasons: [String] = []
    if let data = call.arguments.text("data"), try call.dataDigest(of: value)?.hasPrefix(data) == false {
        reasons.append("the data are others")
    }
    if let engine = call.arguments.integer("engine"), engine != arithmeticVersion {
        reasons.append("that engine rounded otherwise (\(engine), this one \(arithmeticVersion))")
    }
    if run.options.precision == .mixed { reasons.append("`mixed` rounds as the machine's instruction set does") }
    if run.state != .done { reasons.append("this run is \(run.state)") }
    let reason = reasons.isEmpty ? "model, options or seed are others" : reasons.joined(separator: ", and ")
    var fault = call.fault(
        .otherRun, "\(run.label) is not the run that was shared: \(reason)", at: call.arguments.place("digest"))
    fault.context.append("the digest of \(run.label) is \(run.digest.prefix(shownDigits))")
    throw fault
}
