// How much memory a training may take here: what the machine has free, and what the process's control group still allows.

import Libraries

enum Memory {
    /// Bytes that can be had without swapping; `nil` where the system does not say.
    static func available() -> Int? {
        let free = SystemFile.bytes("MemAvailable", in: "/proc/meminfo")
        let limit = number("/sys/fs/cgroup/memory.max").flatMap { limit in
            number("/sys/fs/cgroup/memory.current").map { max(0, limit - $0) }
        }
        return [free, limit].compactMap { $0 }.min()
    }

    /// A file that holds one number; `memory.max` holds the word `max` where there is no limit.
    private static func number(_ path: String) -> Int? {
        guard let text = try? FileSystem.readText(path) else { return nil }
        return Int(text.filter { !$0.isWhitespace })
    }
}
