// Who may talk to the kernel: HMAC-SHA256 over the four parts of a message, exactly as they are on the wire.

import Libraries

struct Signature: Sendable {
    private let key: [UInt8]

    init(key: String) { self.key = Array(key.utf8) }

    var isUsed: Bool { !key.isEmpty }

    /// 64 lowercase hexadecimal digits; empty where messages are not signed.
    func sign(_ parts: [[UInt8]]) -> [UInt8] {
        isUsed ? Array(HMAC.sha256(key: key, parts).hexadecimal.utf8) : []
    }

    func accepts(_ signature: [UInt8], for parts: [[UInt8]]) -> Bool {
        !isUsed || HMAC.isEqual(signature, sign(parts))
    }
}

/// The signatures seen last, so that a message caught on the way cannot be sent again.
struct ReplayGuard {
    private let capacity: Int
    private var seen: Set<[UInt8]> = []
    private var order: [[UInt8]] = []
    private var oldest = 0

    init(capacity: Int = 1 << 14) { self.capacity = max(1, capacity) }

    /// Whether the signature is new; from now on it is not.
    mutating func admit(_ signature: [UInt8]) -> Bool {
        guard seen.insert(signature).inserted else { return false }
        if order.count < capacity {
            order.append(signature)
        } else {
            seen.remove(order[oldest])
            order[oldest] = signature
            oldest = (oldest + 1) % capacity
        }
        return true
    }
}
