// Sends back whatever comes, on a thread of its own: a client sees that the process lives.

import Libraries

final class Heartbeat: Sendable {
    private let socket: MessageSocket
    private let stop = Wakeup()

    init(socket: MessageSocket) { self.socket = socket }

    func run() {
        while true {
            MessageSocket.wait(for: [socket], descriptors: [stop.readEnd], milliseconds: -1)
            if !stop.clear().isEmpty { return }
            while let frames = try? socket.receive() { try? socket.send(frames) }
        }
    }

    func end() { stop.signal() }
}
