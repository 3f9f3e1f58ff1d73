// What `profile` does.

import Bench
import Engine
import Language
import Network
import Runtime

func profileModel(_ call: Invocation) throws -> Value {
    let (_, architecture) = try call.architecture()
    call.context.session.publish()
    let result: Profile
    do throws(EngineError) {
        result = try TrainingBench(
            architecture, batch: call.arguments.integer("batch") ?? 64,
            threads: call.arguments.integer("threads") ?? ThreadPool.availableThreads
        ).profile(steps: 5, call.context.interruption)
    } catch .cancelled {
        throw call.context.interrupted(at: call.range)
    } catch {
        throw call.fault(.profile, "\(error)", at: call.arguments.place("model"))
    }
    let value = TableValue(result.table)
    try call.writeFile(value.rich, forms: value.fileForms)
    call.context.show(value.rich)
    return .object(value)
}
