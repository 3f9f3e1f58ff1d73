// A message as frames: identities, the delimiter, the signature, four JSON parts, buffers.

import Libraries

struct WireMessage: Sendable {
    static let delimiter = Array("<IDS|MSG>".utf8)

    var identities: [[UInt8]]
    var signature: [UInt8]
    /// Header, parent header, metadata, content.
    var parts: [[UInt8]]

    init(identities: [[UInt8]], parts: [[UInt8]], signature: Signature) {
        self.identities = identities
        self.parts = parts
        self.signature = signature.sign(parts)
    }

    init(frames: [[UInt8]], signature: Signature) throws(Gate.Rejection) {
        guard let delimiter = frames.firstIndex(of: Self.delimiter), frames.count >= delimiter + 6 else {
            throw .malformed
        }
        identities = Array(frames[..<delimiter])
        self.signature = frames[delimiter + 1]
        parts = Array(frames[(delimiter + 2)..<(delimiter + 6)])
        guard signature.accepts(self.signature, for: parts) else { throw .signature }
    }

    var frames: [[UInt8]] { identities + [Self.delimiter, signature] + parts }
}
