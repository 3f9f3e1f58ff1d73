// `diff`

import Experiments
import Language
import Network

private let twoModels = RestOption("models", .model, "two models")

extension Word {
    static let diff = Word(
        "diff", .comparing, "Whether two models compute the same function, and why",
        [twoModels, CommonOptions.to],
        result: .proof, example: ComparingOption.twoModels + "diff A, B", aliases: ["equivalent", "same", "equal"],
        shows: .always, .perform(diffModels))
}

private func diffModels(_ call: Invocation) throws -> Value {
    let context = call.context
    let models = call[twoModels].map(\.value)
    guard models.count == 2 else {
        throw call.fault(
            .wrongCount, "`diff` takes two models, not \(models.count)",
            fix: call.fixOfCount(2, of: .model, call[twoModels].map(\.range)))
    }
    // A model without an input takes that of the other, then that of the data.
    let image = models.lazy.compactMap(\.input).first ?? context.session.lastData?.image
    let architectures = try models.map { model in
        guard let input = model.input ?? image else { throw call.noInput(model, at: call.range) }
        return try model.architecture(on: input)
    }
    let proof = Equivalence(architectures[0], architectures[1])
    context.session.publish()
    var check: EquivalenceCheck?
    var witness: (first: Bool, what: FunctionWitness)?
    do throws(TrainingError) {
        let (first, second) = (architectures[0], architectures[1])
        check = try EquivalenceCheck(first, second, proof, cancellation: context.interruption)
        if proof.answer == .unknown {
            for (isFirst, pair) in [(true, (first, second)), (false, (second, first))] where witness == nil {
                witness = try FunctionWitness(pair.0, against: pair.1, cancellation: context.interruption)
                    .map { (isFirst, $0) }
            }
        }
    } catch .cancelled {
        throw context.interrupted(at: call.range)
    } catch .outOfMemory {
        check = nil
    } catch { throw call.fault(.diff, error.message, fix: error.fix) }
    var names = models.map(\.name)
    if names[0] == names[1] { names = ["\(names[0]) (1)", "\(names[1]) (2)"] }
    let value = ProofValue(
        ProofReport(names: names, architectures: architectures, proof: proof, check: check, witness: witness))
    try call.writeFile(value.rich)
    context.show(value.rich)
    return .object(value)
}
