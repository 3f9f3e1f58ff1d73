// What happens when a subscriber reads more slowly than the kernel speaks. A publisher of ZeroMQ drops silently; here everybody waits
// a while for the slow one, so that it loses nothing. One that has stopped reading is given up: it loses messages, the others none.

import Glibc
import Libraries

/// Used by the one thread that sends. Hence unchecked.
final class Congestion: @unchecked Sendable {
    /// Since when somebody's queue has been full.
    private var since: Double?
    /// Seconds that the others must be given to read what was sent past a full queue.
    private var debt = 0.0

    /// While one queue stays full, nobody can see how full the others are. So the kernel speaks no faster than a Python client
    /// reads: measured with pyzmq, 40,000 small messages and 400 MB a second.
    private static let secondsPerMessage = 40e-6
    private static let secondsPerByte = 5e-9
    private static let retryMicroseconds: UInt32 = 300

    func send(_ frames: [[UInt8]], by socket: MessageSocket, patience: Double) {
        while true {
            // A failure means that the context is gone; there is nobody left to tell.
            guard let isSent = try? socket.sendIfRoom(frames) else { return }
            if isSent {
                since = nil
                return
            }
            let start = since ?? Clock.seconds
            since = start
            if Clock.seconds - start >= patience { break }
            usleep(Self.retryMicroseconds)
        }
        try? socket.sendDropping(frames)
        let bytes = frames.reduce(0) { $0 + $1.count }
        debt += Self.secondsPerMessage + Double(bytes) * Self.secondsPerByte
        if debt > 0.002 {
            usleep(UInt32(debt * 1e6))
            debt = 0
        }
    }
}
