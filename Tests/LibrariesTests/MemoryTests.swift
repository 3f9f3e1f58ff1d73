// How much memory there is, as files of a made-up machine tell.

import TestSupport
import Testing

@testable import Libraries

struct MemoryTests {
    private let folder = TemporaryFolder()

    private func available(_ files: [String: String]) throws -> Int? {
        for (path, text) in files {
            let target = "\(folder.path)/\(path)"
            try FileSystem.createDirectories(FileSystem.folder(of: target))
            try FileSystem.write(text, to: target)
        }
        return Memory.available(in: folder.path)
    }

    @Test func whatTheMachineHasFreeIsTheLimit() throws {
        #expect(try available(["proc/meminfo": "MemTotal: 9000 kB\nMemAvailable:  8000 kB\n"]) == 8000 << 10)
        #expect(try available(["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"]) == 8000 << 10)
    }

    /// The tightest of all groups above the process counts, without files that were read and can be let go of.
    @Test func everyLevelOfVersionTwoCounts() throws {
        #expect(
            try available([
                "proc/meminfo": "MemAvailable:  8000000 kB\n", "proc/self/cgroup": "0::/user/job\n",
                "sys/fs/cgroup/user/memory.max": "1000000\n", "sys/fs/cgroup/user/memory.current": "700000\n",
                "sys/fs/cgroup/user/job/memory.max": "max\n", "sys/fs/cgroup/user/job/memory.current": "5\n",
            ]) == 300_000)
        #expect(try available(["sys/fs/cgroup/user/memory.stat": "anon 5\ninactive_file 200000\n"]) == 500_000)
        #expect(try available(["sys/fs/cgroup/user/job/memory.high": "100005\n"]) == 100_000)
    }

    @Test func everyLevelOfVersionOneCounts() throws {
        let unlimited = "9223372036854771712\n"
        #expect(
            try available([
                "proc/meminfo": "MemAvailable:  8000000 kB\n",
                "proc/self/cgroup": "12:cpu,cpuacct:/\n4:memory:/docker/abc\n0::/\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": unlimited,
                "sys/fs/cgroup/memory/memory.usage_in_bytes": "12345\n",
                "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "2000000\n",
                "sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes": "500000\n",
                "sys/fs/cgroup/memory/docker/abc/memory.stat": "total_inactive_file 100000\n",
            ]) == 1_600_000)
    }

    /// In a container the process is told a path that only the host has.
    @Test func aGroupThatIsMountedAsTheRootCounts() throws {
        #expect(
            try available([
                "proc/meminfo": "MemAvailable:  8000000 kB\n", "proc/self/cgroup": "4:memory:/docker/far\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "3000000\n",
                "sys/fs/cgroup/memory/memory.usage_in_bytes": "1000000\n",
            ]) == 2_000_000)
    }
}
