// A request as it arrived, and its replies. Replies and everything said on iopub are derived from the request, so that
// they cannot forget its identities or its header.

import Libraries
import Session
import Synchronization

/// Which session the kernel's messages belong to, and their running number.
final class MessageOrigin: Sendable {
    /// New with each process.
    let session: String
    private let count = Atomic<Int>(0)

    init() {
        var generator = SystemRandomNumberGenerator()
        session = (0..<4).map { _ in
            let digits = String(UInt32.random(in: .min ... .max, using: &generator), radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined(separator: "-")
    }

    func header(_ type: String) -> JSON {
        let number = count.add(1, ordering: .relaxed).newValue
        return [
            "msg_id": .string("\(session)_\(number)"), "session": .string(session), "username": "tandem",
            "date": .string(Clock.timestamp), "msg_type": .string(type), "version": "5.5",
        ]
    }
}

struct Request: Sendable {
    enum Channel: Sendable {
        case shell, control, stdin
    }

    let channel: Channel
    let identities: [[UInt8]]
    /// The header's bytes: sent back as parent header exactly as they came, unknown keys and number forms included.
    let header: [UInt8]
    let type: String
    /// `nil` where it is no JSON object.
    let content: JSONObject?
    /// What is wrong with the content.
    let fault: String?

    init?(_ wire: WireMessage, channel: Channel) {
        guard let header = try? JSON(parsing: wire.parts[0]), let type = header["msg_type"]?.string else { return nil }
        self.channel = channel
        identities = wire.identities
        self.header = wire.parts[0]
        self.type = type
        do {
            content = try JSON(parsing: wire.parts[3]).object
            fault = content == nil ? "the content is not a JSON object" : nil
        } catch {
            content = nil
            fault = "the content is not JSON: \(error)"
        }
    }

    /// `execute_reply` for an `execute_request`; `nil` for what expects no answer.
    var replyType: String? {
        guard type.hasSuffix("_request"), type != "_request" else { return nil }
        return String(type.dropLast("request".count)) + "reply"
    }

    func reply(_ content: JSONObject) -> OutgoingMessage {
        OutgoingMessage(
            type: replyType ?? type, identities: identities, parent: header, content: content)
    }

    /// What iopub says because of this request.
    func broadcast(_ type: String, _ content: JSONObject) -> OutgoingMessage {
        OutgoingMessage(type: type, identities: [], parent: header, content: content)
    }
}

/// A message that has no header yet; it gets one when it is sent.
struct OutgoingMessage: Sendable {
    var type: String
    var identities: [[UInt8]]
    var parent: [UInt8]
    var content: JSONObject

    func frames(_ origin: MessageOrigin, signature: Signature) -> [[UInt8]] {
        let parts = [origin.header(type).bytes, parent, Array("{}".utf8), JSON.object(content).bytes]
        return WireMessage(identities: identities, parts: parts, signature: signature).frames
    }
}

/// What is wrong with a request, for its error reply.
struct RequestError: Error {
    var name = "malformed-request"
    var message: String

    /// What `content` gives, or the error as the content of a reply.
    static func orContent(_ content: () throws(RequestError) -> JSONObject) -> JSONObject {
        do { return try content() } catch { return error.content }
    }

    var content: JSONObject { Traceback(name: name, message: message, blocks: [message]).reply }
}

extension Request {
    /// A text that must be there.
    func text(_ key: String) throws(RequestError) -> String {
        guard let text = content?[key]?.string else {
            throw RequestError(message: "`\(key)` of \(type) must be a string")
        }
        return text
    }

    /// A flag that may be missing.
    func flag(_ key: String, default standard: Bool) throws(RequestError) -> Bool {
        guard let value = content?[key], !value.isNull else { return standard }
        guard let flag = value.bool else { throw RequestError(message: "`\(key)` of \(type) must be true or false") }
        return flag
    }

    /// A text that may be missing.
    func optionalText(_ key: String) throws(RequestError) -> String? {
        guard let value = content?[key], !value.isNull else { return nil }
        guard let text = value.string else { throw RequestError(message: "`\(key)` of \(type) must be a string") }
        return text
    }

    /// An object that may be missing.
    func optionalObject(_ key: String) throws(RequestError) -> JSONObject? {
        guard let value = content?[key], !value.isNull else { return nil }
        guard let object = value.object else { throw RequestError(message: "`\(key)` of \(type) must be an object") }
        return object
    }

    /// A number that may be missing.
    func optionalInteger(_ key: String) throws(RequestError) -> Int? {
        guard let value = content?[key], !value.isNull else { return nil }
        guard let number = value.integer else {
            throw RequestError(message: "`\(key)` of \(type) must be a whole number")
        }
        return number
    }

    /// The cursor in Unicode scalars, clamped to the code; its end where none is given.
    func cursor(in code: String) throws(RequestError) -> Int {
        let count = code.unicodeScalars.count
        return min(count, max(0, try optionalInteger("cursor_pos") ?? count))
    }
}
