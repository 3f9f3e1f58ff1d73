// Which messages become requests: well-formed, signed with the session's key, and not seen before. All others are
// dropped unanswered, since nobody can be trusted with an answer, and counted.

import Libraries

struct Gate {
    enum Rejection: String, Error, CaseIterable {
        /// Too few frames, or a header that is no JSON object with a `msg_type`.
        case malformed
        /// Made with another key, or with none.
        case signature
        /// A copy of an earlier message.
        case replay

        var description: String {
            switch self {
            case .malformed: "malformed"
            case .signature: "with a wrong signature"
            case .replay: "sent twice"
            }
        }
    }

    private let signature: Signature
    private var replays = ReplayGuard()
    private var counts: [Rejection: Int] = [:]

    init(_ signature: Signature) { self.signature = signature }

    /// The request in these frames; `nil` where there is none.
    mutating func admit(_ frames: [[UInt8]], _ channel: Request.Channel) -> Request? {
        do throws(Rejection) {
            let wire = try WireMessage(frames: frames, signature: signature)
            guard !signature.isUsed || replays.admit(wire.signature) else { throw .replay }
            guard let request = Request(wire, channel: channel) else { throw .malformed }
            return request
        } catch {
            count(error)
            return nil
        }
    }

    /// Counts a message that was let through, and is dropped for what it says.
    mutating func count(_ rejection: Rejection) { counts[rejection, default: 0] += 1 }

    /// How many were dropped, by reason; as `usage_reply` reports it.
    var rejected: JSONObject {
        var object = JSONObject()
        for reason in Rejection.allCases { object[reason.rawValue] = .integer(counts[reason] ?? 0) }
        return object
    }

    /// `3 messages were dropped: 2 malformed, 1 sent twice`; `nil` where none was.
    var report: String? {
        let total = counts.values.reduce(0, +)
        guard total > 0 else { return nil }
        let parts = Rejection.allCases.compactMap { reason in counts[reason].map { "\($0) \(reason.description)" } }
        return "\(total) \(total == 1 ? "message was" : "messages were") dropped: " + parts.joined(separator: ", ")
    }
}
