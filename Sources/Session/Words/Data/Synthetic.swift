// `synthetic`

import Datasets
import Synchronization

extension Word {
    static let synthetic = Word(
        "synthetic", .data,
        "A built-in set of 10,000 training and 2,000 test images of ten classes, the same on every machine",
        result: .data, example: "let data = synthetic()", aliases: ["FakeData", "toy"], .perform(syntheticData))
}

/// Drawn once a process: it is the same everywhere, and drawing it takes a moment.
private let syntheticImages = Mutex<Dataset?>(nil)

private func syntheticData(_ call: Invocation) throws -> Value {
    do throws(DatasetError) {
        if let kept = syntheticImages.withLock({ $0 }) { return .object(DataValue(kept)) }
        let dataset = try Synthetic.make(cancellation: call.context.interruption)
        syntheticImages.withLock { $0 = dataset }
        return .object(DataValue(dataset))
    } catch { throw call.fault(error) }
}
