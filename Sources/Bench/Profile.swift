// How long each layer of a network takes in a training step, and how near that is to what the machine can do.

import Engine
import Graphics
import Libraries
import Network
import Runtime

public struct Profile: Sendable {
    /// A layer, or what a step does beside its layers.
    public struct Row: Sendable {
        /// As one would type it: `conv 64, padding: 1 + relu`; `update`.
        public let name: String
        /// What flows out of a layer.
        public let output: Shape?
        /// Floating-point operations of the batch, two for each multiply-add, as a direct computation needs them.
        public let forwardOperations: Int
        public let backwardOperations: Int
        /// Seconds, medians over the steps.
        public let forward: Double
        public let backward: Double
    }

    public let rows: [Row]
    public let batch: Int
    public let threads: Int
    /// Of the machine, on all threads.
    public let peakGigaflops: Double
}

/// Trains `steps` steps on images of noise, after two to warm up.
///
/// - Throws: `EngineError`, also `.cancelled`.
public func profile(
    _ architecture: Architecture, batch: Int, threads: Int, steps: Int, cancellation: Cancellation
) throws(EngineError) -> Profile {
    let pool = ThreadPool(threadCount: threads)
    let executor = try Executor(
        architecture, batchSize: batch, optimizer: .adam(), seeds: Seeds(1), pool: pool)
    executor.initialize(seed: 1)
    let source = NoiseImages(shape: architecture.input, classes: max(1, architecture.output.count), count: batch)
    var times: [StepPart: [Double]] = [:]
    for number in 0..<steps + 2 {
        var last = Clock.seconds
        executor.observer = { part in
            let now = Clock.seconds
            if number >= 2 { times[part, default: []].append(now - last) }
            last = now
        }
        _ = try executor.train(0..<batch, of: source, epoch: 1, cancellation: cancellation)
    }
    func median(_ part: StepPart) -> Double {
        let sorted = (times[part] ?? [0]).sorted()
        return sorted[sorted.count / 2]
    }
    var rows = [
        Profile.Row(
            name: "batch", output: architecture.input, forwardOperations: 0, backwardOperations: 0,
            forward: median(.batch), backward: 0)
    ]
    for (index, layer) in executor.layers.enumerated() {
        let operations = 2 * batch * layer.operations
        rows.append(
            Profile.Row(
                name: layer.name, output: layer.output, forwardOperations: operations,
                // The gradients of the weights and of the input; the first layer has no use for the second.
                backwardOperations: layer.needsInputGradient ? 2 * operations : operations,
                forward: median(.forward(index)), backward: median(.backward(index))))
    }
    rows.append(
        Profile.Row(
            name: "loss", output: nil, forwardOperations: 0, backwardOperations: 0, forward: median(.loss), backward: 0)
    )
    rows.append(
        Profile.Row(
            name: "update", output: nil, forwardOperations: 0, backwardOperations: 0, forward: 0,
            backward: median(.update)))
    return Profile(rows: rows, batch: batch, threads: pool.threadCount, peakGigaflops: try peakGigaflops(pool))
}

extension Profile.Row {
    /// Of a pass, where there is arithmetic to count.
    private static func gigaflops(_ operations: Int, _ seconds: Double) -> Double? {
        operations > 0 && seconds > 0 ? Double(operations) / seconds / 1e9 : nil
    }

    var forwardGigaflops: Double? { Self.gigaflops(forwardOperations, forward) }
    var backwardGigaflops: Double? { Self.gigaflops(backwardOperations, backward) }

    /// Of both passes, against what the machine can do; above 1 where an algorithm needs fewer operations than are counted.
    func share(ofPeak peak: Double) -> Double? {
        Self.gigaflops(forwardOperations + backwardOperations, forward + backward).map { $0 / peak }
    }
}

// MARK: Forms

extension Profile {
    /// A row for each layer; times are in milliseconds for the batch.
    public var table: Table {
        var table = Table(
            caption: "a training step of \(batch) images on \(threads) \(threads == 1 ? "thread" : "threads"); "
                + "GFLOP/s as direct convolution would need them, so that Winograd's can exceed the peak",
            columns: [
                .init("layer", isNumber: false), .init("output", isNumber: false), .init("multiply-adds"),
                .init("forward ms", isTiming: true), .init("GFLOP/s", isTiming: true),
                .init("backward ms", isTiming: true), .init("GFLOP/s", isTiming: true),
                .init("of peak", isTiming: true),
            ])
        for row in rows {
            table.add([
                Table.Cell(row.name), Table.Cell(row.output?.description ?? ""),
                row.forwardOperations > 0 ? Table.Cell(row.forwardOperations / 2 / batch) : Table.Cell(""),
                Table.Cell(row.forward > 0 ? row.forward * 1000 : nil, digits: 2),
                Table.Cell(row.forwardGigaflops, digits: 0),
                Table.Cell(row.backward > 0 ? row.backward * 1000 : nil, digits: 2),
                Table.Cell(row.backwardGigaflops, digits: 0),
                Table.Cell(row.share(ofPeak: peakGigaflops).map { $0 * 100 }, digits: 0, unit: " %"),
            ])
        }
        let (forward, backward) = (rows.reduce(0) { $0 + $1.forward }, rows.reduce(0) { $0 + $1.backward })
        table.add([
            Table.Cell("step"), Table.Cell(""), Table.Cell(""), Table.Cell(forward * 1000, digits: 2), Table.Cell(""),
            Table.Cell(backward * 1000, digits: 2), Table.Cell(""), Table.Cell(""),
        ])
        return table
    }

    /// One object a line, `"what": "layer"`.
    var json: String {
        rows.map { row in
            var fields = ["\"what\": \"layer\"", "\"name\": \"\(row.name)\""]
            fields.append("\"forward_ms\": \(row.forward * 1000)")
            fields.append("\"backward_ms\": \(row.backward * 1000)")
            if let value = row.forwardGigaflops { fields.append("\"forward_gflops\": \(value)") }
            if let value = row.backwardGigaflops { fields.append("\"backward_gflops\": \(value)") }
            if let value = row.share(ofPeak: peakGigaflops) { fields.append("\"share_of_peak\": \(value)") }
            return "{" + fields.joined(separator: ", ") + "}\n"
        }.joined()
    }
}
