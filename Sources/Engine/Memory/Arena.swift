// The one allocation of a run. A plan is made twice: first without memory, to learn how much it takes, then in it.

struct Arena {
    /// Floats handed out so far.
    private(set) var count = 0
    private let base: UnsafeMutablePointer<Float>?

    /// - Parameter base: the memory, zeroed; `nil` only counts, and what `reserve` returns must not be touched.
    init(base: UnsafeMutablePointer<Float>?) {
        self.base = base
    }

    /// Room for `count` floats, aligned to a cache line.
    mutating func reserve(_ count: Int) -> UnsafeMutablePointer<Float> {
        let offset = self.count
        self.count += (count + 15) / 16 * 16
        if let base { return base + offset }
        // Any address but null: it is never read.
        return UnsafeMutablePointer(bitPattern: 64 + offset * 4) ?? UnsafeMutablePointer.allocate(capacity: 1)
    }
}
