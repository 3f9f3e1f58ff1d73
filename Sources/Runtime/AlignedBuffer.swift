// Memory for the engine: zeroed, aligned for every vector width, on huge pages where the system has them.

import Glibc

/// Owns `count` zeroed elements, aligned to 2 MB so that huge pages fit. Freed with its owner.
public struct AlignedBuffer<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    // Unchecked: a pointer is not Sendable by itself; whoever shares the buffer divides it into tiles.
    public let pointer: UnsafeMutablePointer<Element>
    public let count: Int
    private let byteCount: Int

    /// - Returns: `nil` where the system has not that much memory.
    public init?(count: Int) {
        let alignment = 2 << 20
        let (byteCount, overflow) = max(count, 1).multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard !overflow, byteCount < Int.max / 2 else { return nil }
        let whole = (byteCount + alignment - 1) / alignment * alignment
        // The system's pages are zero, and come when they are first touched: by the threads that work, not here.
        let mapped = mmap(
            nil, whole + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let mapped, mapped != MAP_FAILED else { return nil }
        let before = (alignment - Int(bitPattern: mapped) % alignment) % alignment
        let memory = mapped + before
        if before > 0 { munmap(mapped, before) }
        if before < alignment { munmap(memory + whole, alignment - before) }
        madvise(memory, whole, MADV_HUGEPAGE)
        pointer = memory.bindMemory(to: Element.self, capacity: max(count, 1))
        self.count = count
        self.byteCount = whole
    }

    deinit { munmap(pointer, byteCount) }
}
