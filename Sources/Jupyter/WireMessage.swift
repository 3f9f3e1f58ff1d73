// A message as frames: identities, the delimiter, the signature, four JSON parts, buffers. What is not well-formed or not
// signed is `nil`: there is nobody to answer.

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

    init?(frames: [[UInt8]], signature: Signature) {
        guard let delimiter = frames.firstIndex(of: Self.delimiter), frames.count >= delimiter + 6 else { return nil }
        identities = Array(frames[..<delimiter])
        self.signature = frames[delimiter + 1]
        parts = Array(frames[(delimiter + 2)..<(delimiter + 6)])
        guard signature.accepts(self.signature, for: parts) else { return nil }
    }

    var frames: [[UInt8]] { identities + [Self.delimiter, signature] + parts }
}
