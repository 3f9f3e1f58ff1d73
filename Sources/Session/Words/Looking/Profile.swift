// `profile`

import Bench
import Engine
import Language
import Network
import Runtime

extension Word {
    static let profile = Word(
        "profile", .looking, "How long every layer takes in a training step, compared with the machine's peak",
        [CommonOptions.model, TrainingOption.batch, TrainingOption.threads, CommonOptions.to], result: .table,
        example: LookingExample.model + "profile Net, batch: 16", aliases: ["benchmark", "timeit"], takesLong: true,
        .perform(profileModel))
}

private func profileModel(_ call: Invocation) throws -> Value {
    let (_, architecture) = try call.architecture()
    call.context.session.publish()
    let result: Profile
    do throws(EngineError) {
        result = try TrainingBench(
            architecture, batch: call[TrainingOption.batch],
            threads: call[TrainingOption.threads] ?? ThreadPool.availableThreads
        ).profile(steps: 5, call.context.interruption)
    } catch .cancelled {
        throw call.context.interrupted(at: call.range)
    } catch {
        throw call.fault(
            .profile, error.reason, at: call.place(CommonOptions.model),
            fix: error.fix ?? "leave it out, or use another layer")
    }
    let value = TableValue(result.table)
    try call.writeFile(value.rich, forms: value.fileForms)
    call.context.show(value.rich)
    return .object(value)
}
