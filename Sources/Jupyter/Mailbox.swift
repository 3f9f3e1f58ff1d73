// What one thread hands to another, in order.

import Libraries
import Synchronization

final class Mailbox<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])
    private let wakeup = Wakeup()

    /// Readable while something may be in the box.
    var descriptor: Int32 { wakeup.readEnd }

    func put(_ item: Item) {
        let wasEmpty = items.withLock { items in
            items.append(item)
            return items.count == 1
        }
        // Who has not yet taken the first has its signal still before him.
        if wasEmpty { wakeup.signal() }
    }

    func takeAll() -> [Item] {
        _ = wakeup.clear()
        return items.withLock { items in
            let taken = items
            items.removeAll()
            return taken
        }
    }

    /// All that is there, waited for until there is something.
    func waitForAll() -> [Item] {
        while true {
            let taken = takeAll()
            if !taken.isEmpty { return taken }
            MessageSocket.wait(for: [], descriptors: [descriptor], milliseconds: -1)
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
