// Memory for the engine: zeroed, aligned for every vector width, on huge pages where the system has them.

import Glibc

/// Owns `count` zeroed elements, aligned to 2 MB so that huge pages fit. Freed with its owner.
public struct AlignedBuffer<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    // Unchecked: a pointer is not Sendable by itself; whoever shares the buffer divides it into tiles.
    public let pointer: UnsafeMutablePointer<Element>
    public let count: Int

    /// - Returns: `nil` where the system has not that much memory.
    public init?(count: Int) {
        let alignment = 2 << 20
        let (byteCount, overflow) = max(count, 1).multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard !overflow, byteCount < Int.max - alignment else { return nil }
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, alignment, byteCount) == 0, let memory else { return nil }
        madvise(memory, byteCount, MADV_HUGEPAGE)
        memset(memory, 0, byteCount)
        pointer = memory.bindMemory(to: Element.self, capacity: max(count, 1))
        self.count = count
    }

    deinit { free(pointer) }
}
