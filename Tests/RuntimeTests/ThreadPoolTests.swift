import Runtime
import Synchronization
import Testing

struct ThreadPoolTests {
    @Test(arguments: [1, 2, 3, 7], [0, 1, 2, 5, 1000])
    func everyTileIsDoneOnce(threads: Int, tiles: Int) {
        let pool = ThreadPool(threadCount: threads)
        let counts = UnsafeMutableBufferPointer<Int>.allocate(capacity: tiles)
        counts.initialize(repeating: 0)
        defer { counts.deallocate() }
        let strayWorkers = Atomic<Int>(0)
        for _ in 0..<50 {
            pool.forEachTile(tiles) { tile, worker in
                counts[tile] += 1
                if worker < 0 || worker >= threads { strayWorkers.add(1, ordering: .relaxed) }
            }
        }
        #expect(counts.allSatisfy { $0 == 50 })
        #expect(strayWorkers.load(ordering: .relaxed) == 0)
    }

    @Test func denormalsAreZeroOnEveryThreadAndOnlyMeanwhile() {
        let pool = ThreadPool(threadCount: 3)
        let tiny = Atomic<UInt32>(1)  // the bits of the smallest denormal, hidden from the optimizer
        func doubled() -> Float { Float(bitPattern: tiny.load(ordering: .relaxed)) * 2 }
        let survivors = Atomic<Int>(0)
        #expect(doubled() > 0)
        pool.forEachTile(100) { _, _ in
            if doubled() != 0 { survivors.add(1, ordering: .relaxed) }
        }
        #expect(survivors.load(ordering: .relaxed) == 0)
        #expect(doubled() > 0)
    }

    @Test(arguments: [1, 3])
    func aCancelledLoopLeavesOutWhatIsNotBegun(threads: Int) {
        let pool = ThreadPool(threadCount: threads)
        let cancellation = Cancellation()
        let done = Atomic<Int>(0)
        pool.forEachTile(1_000_000, cancellation: cancellation) { tile, _ in
            done.add(1, ordering: .relaxed)
            if tile == 10 { cancellation.cancel() }
        }
        #expect(done.load(ordering: .relaxed) < 1_000_000)
        cancellation.reset()
        let after = Atomic<Int>(0)
        pool.forEachTile(100, cancellation: cancellation) { _, _ in after.add(1, ordering: .relaxed) }
        #expect(after.load(ordering: .relaxed) == 100)
    }
}
