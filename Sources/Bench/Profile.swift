// How long each layer of a network takes in a training step, and how near that is to what the machine can do.

import Graphics
import Libraries
import Network

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
        /// What the passes of a layer read and write of the batch.
        public let forwardBytes: Int
        public let backwardBytes: Int
        /// Seconds, medians over the steps.
        public let forward: Double
        public let backward: Double

        init(
            name: String, output: Shape? = nil, forwardOperations: Int = 0, backwardOperations: Int = 0,
            forwardBytes: Int = 0, backwardBytes: Int = 0, forward: Double = 0, backward: Double = 0
        ) {
            self.name = name
            self.output = output
            self.forwardOperations = forwardOperations
            self.backwardOperations = backwardOperations
            self.forwardBytes = forwardBytes
            self.backwardBytes = backwardBytes
            self.forward = forward
            self.backward = backward
        }
    }

    public let rows: [Row]
    public let batch: Int
    public let threads: Int
    /// Of the machine, on all threads.
    public let peakGigaflops: Double
    /// At which it copies memory that no cache holds.
    public let gigabytesPerSecond: Double
}

extension Profile.Row {
    /// Of a pass, where there is arithmetic to count.
    private static func gigaflops(_ operations: Int, _ seconds: Double) -> Double? {
        operations > 0 && seconds > 0 ? Double(operations) / seconds / 1e9 : nil
    }

    var forwardGigaflops: Double? { Self.gigaflops(forwardOperations, forward) }
    var backwardGigaflops: Double? { Self.gigaflops(backwardOperations, backward) }

    /// Of both passes, against what the machine can do: its arithmetic, or, where a layer only passes over its values,
    /// its memory. Above 1 where an algorithm needs fewer operations than are counted, or a cache holds the values.
    func share(of profile: Profile) -> Double? {
        guard forwardOperations == 0 else {
            return Self.gigaflops(forwardOperations + backwardOperations, forward + backward).map {
                $0 / profile.peakGigaflops
            }
        }
        return Self.gigaflops(forwardBytes + backwardBytes, forward + backward).map { $0 / profile.gigabytesPerSecond }
    }
}

// MARK: Forms

extension Profile {
    /// A row for each layer; times are in milliseconds for the batch.
    public var table: Table {
        var table = Table(
            caption: "a training step of \(batch) images on \(threads) \(threads == 1 ? "thread" : "threads"); "
                + "GFLOP/s as direct convolution would need them, so that Winograd's can exceed the peak; the peak of a layer "
                + "without multiply-adds is memory",
            columns: [
                .init("layer", isNumber: false), .init("output", isNumber: false), .init("multiply-adds"),
                .init("forward ms", isTiming: true), .init("GFLOP/s", isTiming: true),
                .init("backward ms", isTiming: true), .init("GFLOP/s", isTiming: true),
                .init("of peak", unit: "%", isTiming: true),
            ])
        for row in rows {
            table.add([
                Table.Cell(row.name), Table.Cell(row.output?.description ?? ""),
                row.forwardOperations > 0 ? Table.Cell(row.forwardOperations / 2 / batch) : Table.Cell(""),
                Table.Cell(row.forward > 0 ? row.forward * 1000 : nil, digits: 2),
                Table.Cell(row.forwardGigaflops, digits: 0),
                Table.Cell(row.backward > 0 ? row.backward * 1000 : nil, digits: 2),
                Table.Cell(row.backwardGigaflops, digits: 0),
                Table.Cell(row.share(of: self).map { $0 * 100 }, digits: 0),
            ])
        }
        let (forward, backward) = (rows.reduce(0) { $0 + $1.forward }, rows.reduce(0) { $0 + $1.backward })
        table.add([
            Table.Cell("step"), Table.Cell(""), Table.Cell(""), Table.Cell(forward * 1000, digits: 2), Table.Cell(""),
            Table.Cell(backward * 1000, digits: 2), Table.Cell(""), Table.Cell(""),
        ])
        return table
    }

    /// An array with an object for each row.
    var json: JSON {
        .array(
            rows.map { row in
                var object: JSONObject = [
                    "name": .string(row.name), "forward_ms": .number(row.forward * 1000),
                    "backward_ms": .number(row.backward * 1000),
                ]
                if let value = row.forwardGigaflops { object["forward_gflops"] = .number(value) }
                if let value = row.backwardGigaflops { object["backward_gflops"] = .number(value) }
                if let value = row.share(of: self) { object["share_of_peak"] = .number(value) }
                return .object(object)
            })
    }
}
