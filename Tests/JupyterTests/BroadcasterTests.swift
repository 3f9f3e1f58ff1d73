// iopub while messages wait for a subscriber that does not read.

import Libraries
import Testing

@testable import Jupyter

/// Debug builds stop where two threads use a socket at once.
@Test func manyThreadsSpeakWhileMessagesWaitForASubscriber() throws {
    let socket = try MessageSocket(.publisher, in: MessageContext(), highWaterMark: 10, linger: 0)
    try socket.bind("tcp://127.0.0.1:*")
    let address = socket.address
    let broadcaster = Broadcaster(socket: socket, signature: Signature(key: "secret"), origin: MessageOrigin())
    let sender = KernelThread { broadcaster.run() }
    let deaf = try MessageSocket(.subscriber, in: MessageContext(), linger: 0)
    try deaf.connect(address)
    #expect(try deaf.receive(within: 20_000) != nil)

    @Sendable func say(_ text: String) {
        broadcaster.send(OutgoingMessage(type: "status", identities: [], parent: [], content: ["text": .string(text)]))
    }
    // More than its queue, ZeroMQ and the system keep for it.
    for _ in 1...2000 { say(String(repeating: "x", count: 20_000)) }
    let late = try MessageSocket(.subscriber, in: MessageContext(), linger: 0)
    try late.connect(address)
    let speakers = (1...4).map { _ in KernelThread { for _ in 1...3000 { say("short") } } }
    for speaker in speakers { speaker.join() }
    let welcome = try #require(try late.receive(within: 20_000))
    #expect(welcome.contains { String(decoding: $0, as: UTF8.self).contains("iopub_welcome") })
    broadcaster.end()
    sender.join()
    withExtendedLifetime(deaf) {}
}
