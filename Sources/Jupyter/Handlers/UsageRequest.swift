// usage_request: what the kernel takes of the machine, with the keys and units that ipykernel answers with, so that
// JupyterLab's resource displays understand it.

import Glibc
import Libraries
import Session

/// Processor shares are taken between two requests; the first one has none to report.
struct UsageMeter {
    private var lastTime = Clock.seconds
    private var lastProcessor = Clock.processorSeconds
    private var lastHost = ProcessorTicks.read()

    /// The content of a `usage_reply`.
    ///
    /// - Parameter rejected: messages that were dropped for their form, signature or a second arrival, by reason.
    mutating func content(rejected: JSONObject) -> JSONObject {
        var content: JSONObject = [
            "status": "ok", "hostname": .string(Self.hostName), "pid": .integer(Int(getpid())),
            "kernel_cpu": .number(kernelPercent()),
            "kernel_memory": .integer(SystemFile.bytes("Pss", in: "/proc/self/smaps_rollup") ?? 0),
            "cpu_count": .integer(max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))),
            "host_virtual_memory": .object(Self.hostMemory()),
            // Ours alone: ipykernel drops such messages without a word.
            "rejected_messages": .object(rejected),
        ]
        if let percent = hostPercent() { content["host_cpu_percent"] = .number(percent) }
        return content
    }

    /// Percent of one core since the last request; two busy cores are 200.
    private mutating func kernelPercent() -> Double {
        let (time, processor) = (Clock.seconds, Clock.processorSeconds)
        defer { (lastTime, lastProcessor) = (time, processor) }
        return time > lastTime ? 100 * (processor - lastProcessor) / (time - lastTime) : 0
    }

    /// Percent of all cores since the last request.
    private mutating func hostPercent() -> Double? {
        guard let now = ProcessorTicks.read() else { return nil }
        defer { lastHost = now }
        guard let last = lastHost, now.total > last.total else { return nil }
        return 100 * Double(now.busy - last.busy) / Double(now.total - last.total)
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "localhost" }
    }

    /// Bytes, under psutil's names.
    private static func hostMemory() -> JSONObject {
        func bytes(_ key: String) -> Int { SystemFile.bytes(key, in: "/proc/meminfo") ?? 0 }
        let (total, available, free) = (bytes("MemTotal"), bytes("MemAvailable"), bytes("MemFree"))
        let percent = total > 0 ? 100 * Double(total - available) / Double(total) : 0
        return [
            "total": .integer(total), "available": .integer(available),
            "percent": .number((percent * 10).rounded() / 10), "used": .integer(max(0, total - available)),
            "free": .integer(free), "active": .integer(bytes("Active")), "inactive": .integer(bytes("Inactive")),
            "buffers": .integer(bytes("Buffers")), "cached": .integer(bytes("Cached") + bytes("SReclaimable")),
            "shared": .integer(bytes("Shmem")), "slab": .integer(bytes("Slab")),
        ]
    }
}

/// The first line of `/proc/stat`, in clock ticks since the machine started.
private struct ProcessorTicks {
    let total: Int
    let busy: Int

    static func read() -> ProcessorTicks? {
        guard let line = (try? FileSystem.readText("/proc/stat"))?.split(separator: "\n").first else { return nil }
        // user, nice, system, idle, iowait, irq, softirq, steal; guests are in user already.
        let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Int($0) }
        guard ticks.count == 8 else { return nil }
        let total = ticks.reduce(0, +)
        return ProcessorTicks(total: total, busy: total - ticks[3] - ticks[4])
    }
}
