// How much memory may be taken here: what the machine has free, what the control groups of the process still allow, in
// both of their versions and on every level, and the limits of the process itself (`ulimit`).

import Glibc

public enum Memory {
    /// Bytes that can be had without swapping; `nil` where the system does not say.
    public static func available() -> Int? { available(in: "") }

    /// Whether so many bytes can be had. Little is had without asking.
    public static func hasRoom(for byteCount: Int) -> Bool {
        byteCount < 16 << 20 || available().map { byteCount <= $0 } ?? true
    }

    /// - Parameter root: where `/proc` and `/sys` are, in a test.
    static func available(in root: String) -> Int? {
        let free = SystemFile.bytes("MemAvailable", in: "\(root)/proc/meminfo")
        return ([free] + groupLimits(root) + processLimits(root)).compactMap { $0 }.min()
    }

    // MARK: Control groups

    /// What each control group above the process has left. Its line in `/proc/self/cgroup` is `0::/path` in version 2,
    /// and `7:memory:/path` in version 1.
    private static func groupLimits(_ root: String) -> [Int?] {
        let lines = ((try? FileSystem.readText("\(root)/proc/self/cgroup")) ?? "").split(separator: "\n")
        return lines.flatMap { line -> [Int?] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return [] }
            if fields[0] == "0", fields[1].isEmpty {
                // Beside version 1 it has a folder of its own.
                return ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].flatMap { mount in
                    levels(root + mount, fields[2]).map { unified($0) }
                }
            }
            guard fields[1].split(separator: ",").contains("memory") else { return [] }
            return levels("\(root)/sys/fs/cgroup/memory", fields[2]).map { legacy($0) }
        }
    }

    /// The folder of a group and those of all above it. In a container the path may be one that only the host sees:
    /// then what is mounted is the group itself.
    private static func levels(_ mount: String, _ path: Substring) -> [String] {
        var folders = [mount]
        for name in path.split(separator: "/") where name != ".." {
            folders.append("\(folders[folders.count - 1])/\(name)")
        }
        return folders
    }

    private static func unified(_ folder: String) -> Int? {
        let limits = ["memory.max", "memory.high"].compactMap { number("\(folder)/\($0)") }
        return left(limits.min(), used: number("\(folder)/memory.current"), folder, cache: "inactive_file")
    }

    private static func legacy(_ folder: String) -> Int? {
        left(
            number("\(folder)/memory.limit_in_bytes"), used: number("\(folder)/memory.usage_in_bytes"), folder,
            cache: "total_inactive_file")
    }

    /// Files that were read count as used, and are released when memory is needed.
    private static func left(_ limit: Int?, used: Int?, _ folder: String, cache: String) -> Int? {
        guard let limit, let used else { return nil }
        let lines = ((try? FileSystem.readText("\(folder)/memory.stat")) ?? "").split(separator: "\n")
        let cached = lines.first { $0.hasPrefix("\(cache) ") }.flatMap { Int($0.dropFirst(cache.count + 1)) } ?? 0
        return max(0, limit - max(0, used - cached))
    }

    /// A file that holds one number; `memory.max` holds the word `max` where there is no limit.
    private static func number(_ path: String) -> Int? {
        (try? FileSystem.readText(path)).flatMap { Int($0.filter { !$0.isWhitespace }) }
    }

    // MARK: The process

    /// What `ulimit -v` and `ulimit -d` leave.
    private static func processLimits(_ root: String) -> [Int?] {
        guard root.isEmpty else { return [] }
        func left(_ resource: __rlimit_resource, _ used: String) -> Int? {
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(Int.max)
            else {
                return nil
            }
            return SystemFile.bytes(used, in: "/proc/self/status").map { max(0, Int(limit.rlim_cur) - $0) }
        }
        return [left(RLIMIT_AS, "VmSize"), left(RLIMIT_DATA, "VmData")]
    }
}
