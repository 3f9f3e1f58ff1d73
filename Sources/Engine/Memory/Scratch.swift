// Where passes put what they need only while they run.

/// Memory that holds nothing between passes: some for each thread, and some that all threads of a pass share.
struct Scratch {
    private let base: UnsafeMutablePointer<Float>
    private let stride: Int
    let shared: UnsafeMutablePointer<Float>

    init(threadCount: Int, sharedCount: Int, threads: Int, in arena: inout Arena) {
        // A cache line apart, so that threads do not write to the same one.
        stride = (threadCount + 31) / 16 * 16
        base = arena.reserve(stride * threads)
        shared = arena.reserve(sharedCount)
    }

    func of(_ worker: Int) -> UnsafeMutablePointer<Float> { base + worker * stride }
}
