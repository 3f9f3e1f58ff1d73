// What happens when a subscriber reads more slowly than the kernel sends. A publisher of ZeroMQ drops silently; here
// all wait a while for the slow one, so that it loses nothing. One that has stopped reading is given up on: it loses
// messages, the others lose none.

import Libraries

struct Congestion {
    /// Since when somebody's queue has been full.
    private var since: Double?
    /// Seconds that the others must be given to read what was sent past a full queue.
    private var debt = 0.0

    /// While one queue stays full, nobody can see how full the others are. So the kernel speaks no faster than a Python
    /// client reads: measured with pyzmq, 40,000 small messages and 400 MB a second.
    private static let secondsPerMessage = 40e-6
    private static let secondsPerByte = 5e-9
    private static let retryMicroseconds: UInt32 = 300

    /// Tries to send a message.
    ///
    /// - Returns: whether it is sent or given up, and microseconds to wait before the next call.
    mutating func send(_ frames: [[UInt8]], by socket: MessageSocket, patience: Double) -> (isDone: Bool, pause: UInt32)
    {
        // A failure means that the context is gone; there is nobody left to report it to.
        guard let isSent = try? socket.sendIfRoom(frames) else { return (true, 0) }
        if isSent {
            since = nil
            return (true, 0)
        }
        let start = since ?? Clock.seconds
        since = start
        if Clock.seconds - start < patience { return (false, Self.retryMicroseconds) }
        try? socket.sendDropping(frames)
        let bytes = frames.reduce(0) { $0 + $1.count }
        debt += Self.secondsPerMessage + Double(bytes) * Self.secondsPerByte
        guard debt > 0.002 else { return (true, 0) }
        defer { debt = 0 }
        return (true, UInt32(debt * 1e6))
    }
}
