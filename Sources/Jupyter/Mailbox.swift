// What one thread hands to another, in order.

import Libraries
import Synchronization

final class Mailbox<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])
    private let wakeup = Wakeup()

    /// Readable while something may be in the box.
    var descriptor: Int32 { wakeup.readEnd }

    func put(_ item: Item) {
        items.withLock { $0.append(item) }
        wakeup.signal()
    }

    func takeAll() -> [Item] {
        _ = wakeup.clear()
        return items.withLock { items in
            let taken = items
            items.removeAll()
            return taken
        }
    }

    /// The next item, waited for.
    func take() -> Item {
        while true {
            if let item = items.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return item }
            MessageSocket.wait(for: [], descriptors: [descriptor], milliseconds: -1)
            _ = wakeup.clear()
        }
    }
}
