// A training between two steps, complete: its position, and all that its next step depends on. As a file it is
// safetensors with the weights and the optimizer's moments in the engine's layout, its position as JSON in the
// metadata, and a checksum over everything.

import Engine
import Libraries
import Network

public struct Checkpoint: Sendable {
    public let position: TrainingPosition
    public let state: TrainingState

    /// What the training has come to: its weights, their average, or what either was after the best epoch. `nil` where
    /// there is no memory for a copy of that.
    func result(_ options: TrainingOptions) -> TrainedParameters? {
        if options.selection.isOfBest, !position.metrics.isEmpty { return state.copyBest() }
        return options.averageIsResult(steps: position.steps, endedEpochs: position.metrics.count)
            ? state.copyAverage() : state.parameters
    }
}

/// Why a checkpoint cannot be resumed.
enum CheckpointError: Error {
    /// There is no checkpoint.
    case missing
    /// Truncated, or its bytes are not those that were written.
    case damaged(String)
    /// Written by a version with another format.
    case foreign(version: String)
    case file(FileError)
    case outOfMemory
}

enum CheckpointFile {
    static let key = "tandem.checkpoint"
    private static let checksumKey = "tandem.sha256"
    private static let format = 1
    private static let tensors = ["weights", "moments"]
    /// Bytes that are hashed and written at a time: they stay in the cache in between.
    private static let piece = 1 << 20

    // MARK: Writing

    /// Writes all of it or nothing.
    ///
    /// Cost: one pass over the state for the checksum and the copy to the system; nothing of its size is allocated.
    static func write(_ checkpoint: Checkpoint, _ record: RunRecord, to path: String) throws(FileError) {
        let result: Result<Void, FileError> = checkpoint.state.withBytes { weights, moments in
            do throws(FileError) {
                return .success(try write([weights, moments], text(checkpoint, record), to: path))
            } catch { return .failure(error) }
        }
        try result.get()
    }

    private static func write(
        _ sections: [UnsafeRawBufferPointer], _ text: String, to path: String
    ) throws(FileError) {
        var writer = try WholeFileWriter(path, isPrivate: true)
        // The header precedes the data that its checksum covers; its length does not depend on the checksum.
        let placeholder = String(repeating: "0", count: 64)
        var offset = header(sections, text, checksum: placeholder).count
        var digest = Digest(.sha256)
        digest.update(text)
        for section in sections {
            for start in stride(from: 0, to: section.count, by: piece) {
                let part = UnsafeRawBufferPointer(rebasing: section[start..<min(section.count, start + piece)])
                digest.update(part)
                try writer.write(part, at: offset)
                offset += part.count
            }
        }
        try writer.write(header(sections, text, checksum: digest.finish().hexadecimal), at: 0)
        try writer.finish()
    }

    private static func header(_ sections: [UnsafeRawBufferPointer], _ text: String, checksum: String) -> [UInt8] {
        var object: JSONObject = ["__metadata__": [key: .string(text), checksumKey: .string(checksum)]]
        var end = 0
        for (name, section) in zip(tensors, sections) {
            object[name] = [
                "dtype": "F32", "shape": [.integer(section.count / 4)],
                "data_offsets": [.integer(end), .integer(end + section.count)],
            ]
            end += section.count
        }
        return Safetensors.bytes(ofHeader: object)
    }

    private static func text(_ checkpoint: Checkpoint, _ record: RunRecord) -> String {
        let (position, state) = (checkpoint.position, checkpoint.state)
        var record = record
        record.position = position
        // Numbers that later sums continue from are kept as bits.
        func bits(_ number: Double) -> JSON { .string(String(number.bitPattern, radix: 16)) }
        let json: JSONObject = [
            "format": .integer(format), "layout": .integer(TrainingState.layoutVersion),
            "record": .object(record.json), "epoch": .integer(position.epoch), "batch": .integer(position.batch),
            "loss": bits(position.loss), "correct": .integer(position.correct),
            "epochseconds": .number(position.epochSeconds),
            "epochtrainingseconds": .number(position.epochTrainingSeconds),
            "powers": [bits(state.powers.0), bits(state.powers.1)], "steps": .integer(state.steps),
        ]
        return String(decoding: JSON.object(json).bytes, as: UTF8.self)
    }

    // MARK: Reading

    /// The header of a file; its tensors are not read.
    struct Head {
        let record: RunRecord
        let position: TrainingPosition
        let powers: (Double, Double)
        let text: String
        let checksum: String
        /// Where each tensor is in the file.
        let places: [Range<Int>]
    }

    static func head(_ path: String) throws(CheckpointError) -> Head {
        guard FileSystem.exists(path) else { throw .missing }
        let result: Result<Head, CheckpointError>
        do throws(FileError) { result = try head(try FileReader(path)) } catch { throw .file(error) }
        return try result.get()
    }

    private static func head(_ reader: borrowing FileReader) throws(FileError) -> Result<Head, CheckpointError> {
        func damaged(_ reason: String) -> Result<Head, CheckpointError> { .failure(.damaged(reason)) }
        guard let (metadata, places) = try header(reader) else { return damaged("it has no valid header") }
        guard let text = metadata[key]?.string, let json = try? JSON(parsing: text) else {
            return damaged("it says nothing of its training")
        }
        guard json["format"]?.integer == format, json["layout"]?.integer == TrainingState.layoutVersion else {
            return .failure(.foreign(version: json["record"]?["version"]?.string ?? ""))
        }
        func number(_ json: JSON?) -> Double? {
            json?.string.flatMap { UInt64($0, radix: 16) }.map { Double(bitPattern: $0) }
        }
        guard let record = json["record"].flatMap(RunRecord.init), let epoch = json["epoch"]?.integer,
            let batch = json["batch"]?.integer, let loss = number(json["loss"]),
            let correct = json["correct"]?.integer, let steps = json["steps"]?.integer,
            let powers = json["powers"]?.array, powers.count == 2, let first = number(powers[0]),
            let second = number(powers[1]), let checksum = metadata[checksumKey]?.string,
            epoch == record.position.metrics.count + 1, batch >= 0, steps >= 0
        else { return damaged("what it says of its training is incomplete") }
        guard places.last?.upperBound == reader.byteCount else { return damaged("it is truncated") }
        var position = record.position
        (position.epoch, position.batch, position.loss, position.correct) = (epoch, batch, loss, correct)
        position.steps = steps
        position.epochSeconds = json["epochseconds"]?.number ?? 0
        position.epochTrainingSeconds = json["epochtrainingseconds"]?.number ?? 0
        return .success(
            Head(
                record: record, position: position, powers: (first, second), text: text, checksum: checksum,
                places: places))
    }

    /// The metadata of a safetensors file, and where our tensors are; `nil` where it is none.
    private static func header(
        _ reader: borrowing FileReader
    ) throws(FileError) -> (metadata: JSONObject, places: [Range<Int>])? {
        guard let (json, start) = try Safetensors.header(of: reader), let metadata = json["__metadata__"]?.object
        else { return nil }
        var places: [Range<Int>] = []
        for name in tensors {
            guard let offsets = json[name]?["data_offsets"]?.integers, offsets.count == 2, offsets[0] >= 0,
                offsets[0] <= offsets[1], offsets[1] < 1 << 50
            else {
                return nil
            }
            places.append(start + offsets[0]..<start + offsets[1])
        }
        return (metadata, places)
    }

    /// The whole checkpoint of such a training.
    static func read(
        _ path: String, _ architecture: Architecture, _ optimizer: OptimizerOptions
    ) throws(CheckpointError) -> Checkpoint {
        guard FileSystem.exists(path) else { throw .missing }
        let result: Result<Checkpoint, CheckpointError>
        do throws(FileError) { result = try read(try FileReader(path), architecture, optimizer) } catch {
            throw .file(error)
        }
        return try result.get()
    }

    private static func read(
        _ reader: borrowing FileReader, _ architecture: Architecture, _ optimizer: OptimizerOptions
    ) throws(FileError) -> Result<Checkpoint, CheckpointError> {
        let head: Head
        switch try self.head(reader) {
        case .success(let found): head = found
        case .failure(let error): return .failure(error)
        }
        let counts = TrainingState.counts(architecture, optimizer)
        guard head.places.map(\.count) == [4 * counts.weights, 4 * counts.moments] else {
            return .failure(.damaged("it is of another network"))
        }
        var digest = Digest(.sha256)
        digest.update(head.text)
        let state = try TrainingState(architecture, optimizer, powers: head.powers, steps: head.position.steps) {
            weights, moments throws(FileError) in
            for (section, place) in zip([weights, moments], head.places) {
                for start in stride(from: 0, to: section.count, by: piece) {
                    let part = UnsafeMutableRawBufferPointer(
                        rebasing: section[start..<min(section.count, start + piece)])
                    try reader.read(into: part, at: place.lowerBound + start)
                    digest.update(UnsafeRawBufferPointer(part))
                }
            }
        }
        guard let state else { return .failure(.outOfMemory) }
        guard digest.finish().hexadecimal == head.checksum else {
            return .failure(.damaged("its checksum does not match"))
        }
        return .success(Checkpoint(position: head.position, state: state))
    }
}
