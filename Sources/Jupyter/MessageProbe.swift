// A kernel's way of reading a message, without sockets and threads: through the gate, and to a question's answer or the
// options of a cell. For what throws random messages at it.

import Libraries
import Session

package final class MessageProbe {
    private var gate: Gate
    private let signature: Signature
    private let assistant: Assistant

    package init(_ workspace: Workspace, key: String) throws {
        signature = Signature(key: key)
        gate = Gate(signature)
        let socket = try MessageSocket(.publisher, in: MessageContext())
        assistant = Assistant(
            workspace: workspace, history: History(nil),
            broadcaster: Broadcaster(socket: socket, signature: signature, origin: MessageOrigin()), answer: { _, _ in }
        )
    }

    /// The frames of a message with these parts, signed as a client does.
    package func frames(signing parts: [[UInt8]], identities: [[UInt8]]) -> [[UInt8]] {
        WireMessage(identities: identities, parts: parts, signature: signature).frames
    }

    /// - Returns: the reply's bytes; `nil` where the message is dropped, or asks for none.
    package func read(_ frames: [[UInt8]]) -> [UInt8]? {
        guard let request = gate.admit(frames, .shell) else { return nil }
        let content = RequestError.orContent { () throws(RequestError) in
            if Assistant.isResponsible(for: request.type) { return try assistant.content(for: request) }
            guard request.type == "execute_request" else { return [:] }
            let execution = Execution(request)
            return execution.fault?.content ?? ["code": .string(execution.code)]
        }
        return request.replyType == nil ? nil : JSON.object(content).bytes
    }
}
