// The record of a run that has ended, as a file of about 65 kB: safetensors with a row for each test image, and what is
// known of the run as JSON in the metadata, with a checksum over everything. It holds no weights. Any tool that reads
// safetensors reads it; stores are made from such files, and exchange them.

import Libraries
import Text

public enum RunRecordFile {
    public static let ending = ".run"
    private static let recordKey = "tandem.record"
    private static let checksumKey = "tandem.sha256"

    /// Why a file is not a record, in one line.
    public enum Fault: Error, Sendable {
        case file(FileError)
        /// Truncated, changed, or another file.
        case damaged(String)
        /// Written by this later version.
        case newer(version: String)

        public var reason: String {
            switch self {
            case .file(let error): error.reason
            case .damaged(let reason): reason
            case .newer(let version): "a newer Tandem wrote it, \(version)"
            }
        }
    }

    /// The start of the identity's digest, and the run's key.
    static func name(_ identity: String, _ key: String) -> String { "\(identity.prefix(32)).\(key)\(ending)" }

    /// The key in such a name; `nil` if it is not a name of this form.
    static func key(_ name: String) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, ".\(parts[2])" == ending, RunFileName.isKey(parts[1]),
            RunFileName.isHexadecimal(parts[0], count: 32)
        else { return nil }
        return String(parts[1])
    }

    // MARK: Writing

    /// Writes all of it or nothing.
    static func write(
        _ record: RunRecord, key: String, to path: String, isPrivate: Bool = true
    ) throws(FileError) {
        let outcomes = record.position.outcomes
        var plain = record
        plain.position.outcomes = TestOutcomes()
        var json = plain.json
        json["key"] = .string(key)
        var metadata = [recordKey: String(decoding: JSON.object(json).bytes, as: UTF8.self)]
        let parts = outcomes.parts
        metadata[checksumKey] = checksum(parts, metadata)
        _ = try Safetensors.write(parts, metadata: metadata, to: path, isPrivate: isPrivate)
    }

    private static func checksum(_ parts: [Safetensors.Part], _ metadata: [String: String]) -> String {
        var digest = Digest(.sha256)
        digest.update("\(metadata[recordKey] ?? "")\0")
        for part in parts {
            digest.update("\(part.name)\0\(part.type.rawValue) \(part.shape)\0")
            part.values().withUnsafeBytes { digest.update($0) }
        }
        return digest.finish().hexadecimal
    }

    // MARK: Reading

    /// Larger files are not records: a million test images take 7 MB.
    private static let largest = 64 << 20

    static func read(_ path: String) throws(Fault) -> (key: String, record: RunRecord) {
        let file: Safetensors
        do {
            let reader = try FileReader(path)
            guard reader.byteCount <= largest else { throw Fault.damaged("it is too large for a record") }
            file = try Safetensors(reading: reader)
        } catch let error as FileError {
            throw .file(error)
        } catch let error as Fault {
            throw error
        } catch {
            throw .damaged("\(error)")
        }
        guard let text = file.metadata[recordKey], let json = try? JSON(parsing: text) else {
            throw .damaged("it holds no record")
        }
        if let format = json["format"]?.integer, format > RunRecord.format {
            throw .newer(version: json["version"]?.string?.printableName ?? "")
        }
        guard file.unread.isEmpty, file.metadata[checksumKey] == checksum(file.parts, file.metadata) else {
            throw .damaged("its checksum does not match its bytes")
        }
        guard var record = RunRecord(json), record.kept != nil, let key = json["key"]?.string, RunFileName.isKey(key),
            let outcomes = TestOutcomes(file)
        else { throw .damaged("its record is incomplete") }
        record.position.outcomes = outcomes
        return (key, record)
    }
}

extension TestOutcomes {
    /// `[N]` each.
    fileprivate var parts: [Safetensors.Part] {
        guard !isEmpty else { return [] }
        let classes = classes.map { Float($0) }
        let isSmall = self.classes.allSatisfy { $0 < 256 }
        var parts = [Safetensors.Part(name: "class", shape: [count], type: isSmall ? .uint8 : .uint16) { classes }]
        guard isWhole else { return parts }
        let (confidences, losses, five) = (confidences, losses, areAmongFive)
        parts.append(.init(name: "confidence", shape: [count], type: .float16) { confidences.map { Float($0) } })
        parts.append(.init(name: "loss", shape: [count], type: .float16) { losses.map { Float($0) } })
        parts.append(.init(name: "top5", shape: [count], type: .bool) { five.map { $0 ? 1 : 0 } })
        return parts
    }

    /// - Returns: `nil` where the arrays are not of one length.
    fileprivate init?(_ file: Safetensors) {
        guard let classes = file["class"] else {
            self.init()
            return
        }
        let known = classes.values.compactMap { UInt16(exactly: $0) }
        guard known.count == classes.values.count else { return nil }
        guard let confidences = file["confidence"], let losses = file["loss"], let five = file["top5"] else {
            self.init(classes: known)
            return
        }
        self.init(
            classes: known, areAmongFive: five.values.map { $0 == 1 },
            confidences: confidences.values.map(Float16.init),
            losses: losses.values.map(Float16.init))
    }
}
