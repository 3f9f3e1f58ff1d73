// Threads for the engine's loops: parallel-for and nothing else. The caller works too, there is no queue, and tiles are
// taken in turn, so who computes a tile is left to chance and what it computes never is.

import Glibc
import Synchronization

public final class ThreadPool: @unchecked Sendable {
    // Unchecked: `body` and `cancellation` are written by the caller alone, before it publishes a new `generation` that
    // workers acquire.

    /// How many threads work, the caller included.
    public let threadCount: Int

    private var body: ((_ tile: Int, _ worker: Int) -> Void)?
    private var cancellation: Cancellation?
    private let tileCount = Atomic<Int>(0)
    private let nextTile = Atomic<Int>(0)
    private let working = Atomic<Int>(0)
    private let generation = Atomic<Int>(0)
    private let isStopping = Atomic<Bool>(false)
    private let monitor = Monitor()
    private var threads: [pthread_t] = []

    /// How often a waiting thread looks before it sleeps: some 50 µs, longer than the gap between two layers.
    private static let spins = 20_000

    public init(threadCount: Int = ThreadPool.availableThreads) {
        self.threadCount = max(1, min(threadCount, 256))
        for worker in 1..<max(2, self.threadCount) where worker < self.threadCount { start(worker) }
    }

    deinit {
        isStopping.store(true, ordering: .releasing)
        generation.add(1, ordering: .releasing)
        monitor.wakeAll()
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Calls `body` once for each tile in `0 ..< count`, on all threads, and returns when all are done. Denormal
    /// numbers count as zero meanwhile, on the caller too: otherwise bits would depend on who took a tile.
    ///
    /// - Parameters:
    ///   - cancellation: once it is cancelled, tiles that nobody has begun are left out; the caller looks at it
    ///     afterwards.
    ///   - body: gets the tile and the number of the thread in `0 ..< threadCount`, for its scratch memory. It must not
    ///     start another loop on this pool.
    public func forEachTile(
        _ count: Int, cancellation: Cancellation? = nil, _ body: (_ tile: Int, _ worker: Int) -> Void
    ) {
        guard count > 0 else { return }
        Denormals.whileFlushing {
            guard threadCount > 1, count > 1 else {
                for tile in 0..<count where cancellation?.isCancelled != true { body(tile, 0) }
                return
            }
            withoutActuallyEscaping(body) { escaping in
                self.body = escaping
                self.cancellation = cancellation
                tileCount.store(count, ordering: .relaxed)
                nextTile.store(0, ordering: .relaxed)
                working.store(threadCount - 1, ordering: .relaxed)
                generation.add(1, ordering: .releasing)
                monitor.wakeAll()
                takeTiles(0)
                var waited = 0
                while working.load(ordering: .acquiring) > 0 {
                    waited += 1
                    if waited > Self.spins { sched_yield() }
                }
                self.body = nil
                self.cancellation = nil
            }
        }
    }

    private func takeTiles(_ worker: Int) {
        guard let body else { return }
        let count = tileCount.load(ordering: .relaxed)
        while true {
            let tile = nextTile.add(1, ordering: .relaxed).oldValue
            if tile >= count || cancellation?.isCancelled == true { return }
            body(tile, worker)
        }
    }

    // MARK: Threads

    /// What a new thread needs; the pool is not retained, so that it can be freed, and joins its threads before it is.
    private struct Start {
        unowned(unsafe) let pool: ThreadPool
        let worker: Int
    }

    private func start(_ worker: Int) {
        let start = UnsafeMutablePointer<Start>.allocate(capacity: 1)
        start.initialize(to: Start(pool: self, worker: worker))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let start = argument.assumingMemoryBound(to: Start.self).move()
                argument.deallocate()
                start.pool.work(start.worker)
                return nil
            }, start)
        precondition(code == 0, "the system gives no more threads")
        threads.append(thread)
    }

    private func work(_ worker: Int) {
        // Signals belong to the thread of the front end.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        Denormals.flush()
        var seen = 0
        while true {
            var looked = 0
            while generation.load(ordering: .acquiring) == seen {
                looked += 1
                if looked > Self.spins { monitor.wait { generation.load(ordering: .acquiring) == seen } }
            }
            seen += 1
            if isStopping.load(ordering: .acquiring) { return }
            takeTiles(worker)
            working.subtract(1, ordering: .releasing)
        }
    }

    // MARK: How many

    /// `TANDEM_THREADS`, else the cores this process may use: its affinity mask, and the quota of its control group.
    public static var availableThreads: Int {
        if let text = threadSetting, let count = threads(of: text) { return count }
        let cores = allowedCores ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        return max(1, min(cores, controlGroupQuota ?? cores))
    }

    private static var threadSetting: String? {
        guard let text = getenv("TANDEM_THREADS"), text.pointee != 0 else { return nil }
        return String(cString: text)
    }

    /// As many as the option `threads:` takes.
    private static func threads(of text: String) -> Int? {
        Int(text).flatMap { (1...1024).contains($0) ? $0 : nil }
    }

    /// `TANDEM_THREADS` where it is not a number of threads; `nil` where it is one, or is not set.
    public static var wrongThreadSetting: String? {
        threadSetting.flatMap { threads(of: $0) == nil ? $0 : nil }
    }

    /// The cores of the affinity mask, which `/proc/self/status` gives in hexadecimal digits (`Cpus_allowed:
    /// ff,ffffffff`).
    private static var allowedCores: Int? {
        let name = "Cpus_allowed:"
        guard let line = firstLine(of: "/proc/self/status", beginning: name) else { return nil }
        let count = line.dropFirst(name.count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return count > 0 ? count : nil
    }

    /// Whole cores of the quota in `/sys/fs/cgroup/cpu.max` (`200000 100000` is two), at least one.
    private static var controlGroupQuota: Int? {
        guard let line = firstLine(of: "/sys/fs/cgroup/cpu.max", beginning: "") else { return nil }
        let fields = line.split { $0.isWhitespace }
        guard fields.count == 2, let quota = Int(fields[0]), let period = Int(fields[1]), period > 0 else { return nil }
        return max(1, quota / period)
    }

    private static func firstLine(of path: String, beginning prefix: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 4096)
        while fgets(&buffer, Int32(buffer.count), file) != nil {
            let line = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if line.hasPrefix(prefix) { return line }
        }
        return nil
    }
}

/// A lock and a condition to sleep on.
private final class Monitor: @unchecked Sendable {
    // Unchecked: the C objects are made to be shared between threads.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Sleeps while the condition holds; it is looked at under the lock, so that no wake-up is missed.
    func wait(while holds: () -> Bool) {
        pthread_mutex_lock(mutex)
        while holds() { pthread_cond_wait(condition, mutex) }
        pthread_mutex_unlock(mutex)
    }

    func wakeAll() {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
