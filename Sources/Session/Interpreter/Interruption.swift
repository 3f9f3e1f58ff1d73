// The flag that ends a cell. Stored by a signal handler or another thread, read by loops here and by the engine between
// its tiles.

import Synchronization

final class Interruption: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .relaxed) }
    func request() { flag.store(true, ordering: .relaxed) }
    func clear() { flag.store(false, ordering: .relaxed) }
}
