// A training as values: its network, its data and its options, every one written out. It gives the identity by which a
// run is found again, is in the run's record, and is what another machine is told to train. The language is not needed
// to read it.

import Datasets
import Engine
import Libraries
import Network

public struct RunDescription: Sendable {
    public var architecture: Architecture
    /// SHA-256 of the data.
    public var dataDigest: String
    /// How to make them; `nil` where nothing describes them. Not part of the identity: the digest is.
    public var data: DataDescription?
    public var options: TrainingOptions

    public init(
        _ architecture: Architecture, dataDigest: String, data: DataDescription?, _ options: TrainingOptions
    ) {
        (self.architecture, self.dataDigest, self.data, self.options) = (architecture, dataDigest, data, options)
    }

    /// Increases where what is written of a training changes its meaning. What comes to be sayable later is left out at
    /// the value that computes what was computed before, so that a description of today remains the same text.
    static let format = 1

    // MARK: Writing

    /// All that decides its bits, and how to make the data; not the number of threads.
    public var json: JSONObject {
        var data: JSONObject = ["sha256": .string(dataDigest)]
        data["made"] = self.data.map { .object($0.json) }
        return [
            "format": .integer(Self.format), "network": .object(architecture.json), "data": .object(data),
            "options": .object(options.json),
        ]
    }

    /// The text that identities are made of: JSON without spaces, keys in the order of `json`.
    private func canonicalText(isStem: Bool) -> String {
        var options = options.json(isNamed: false)
        if isStem { options["epochs"] = nil }
        let json: JSONObject = [
            "network": .object(architecture.json), "data": .string(dataDigest), "options": .object(options),
        ]
        return String(decoding: JSON.object(json).bytes, as: UTF8.self)
    }

    /// By what the run is found again on this machine.
    ///
    /// - Throws: where this CPU does not support the instruction set that is asked for.
    public func identity() throws(TrainingError) -> RunIdentity {
        guard options.precision.dependsOnInstructionSet else { return identity(on: "") }
        do throws(EngineError) {
            return identity(on: options.precision.rounding(on: try InstructionSet.chosen()))
        } catch {
            throw .engine(error)
        }
    }

    /// - Parameter instructionSet: that computes it, where it decides the bits: see `Precision.rounding(on:)`.
    func identity(on instructionSet: String) -> RunIdentity {
        let rounding =
            "arithmetic \(arithmeticVersion)"
            + (options.precision.dependsOnInstructionSet ? " \(instructionSet)" : "")
        func digest(isStem: Bool) -> String {
            Digest.sha256(Array("\(rounding)\n\(canonicalText(isStem: isStem))".utf8)).hexadecimal
        }
        let whole = digest(isStem: false)
        return RunIdentity(digest: whole, stem: options.dependsOnEpochs ? whole : digest(isStem: true))
    }

    // MARK: Reading

    /// - Throws: where it is damaged, or of a later version.
    public init(_ json: JSON) throws(DescriptionError) {
        guard json["format"]?.integer == Self.format else {
            throw DescriptionError("it is of another version, \(json["format"]?.integer ?? 0)")
        }
        guard let network = json["network"], let options = json["options"], let digest = json["data"]?["sha256"]?.string
        else { throw DescriptionError("network, data or options are missing") }
        architecture = try Architecture(network)
        dataDigest = digest
        data = json["data"]?["made"].flatMap(DataDescription.init)
        guard data != nil || json["data"]?["made"] == nil else {
            throw DescriptionError("how its data is made is not known here")
        }
        self.options = try TrainingOptions(options)
    }
}

/// Why a description cannot be read, in one line.
public struct DescriptionError: Error, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
