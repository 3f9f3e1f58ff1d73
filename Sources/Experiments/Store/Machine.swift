// The machine that a run was trained on: its processor and its host name.

import Libraries

enum Machine {
    /// `Intel(R) Xeon(R) Platinum 8481C`; empty if unknown.
    static let name: String = {
        for line in ((try? FileSystem.readText("/proc/cpuinfo")) ?? "").split(separator: "\n")
        where line.hasPrefix("model name") {
            return String(line.drop { $0 != ":" }.dropFirst().drop { $0 == " " })
        }
        return ""
    }()

    /// `n2`; empty if unknown.
    static let host: String = {
        let text = (try? FileSystem.readText("/proc/sys/kernel/hostname")) ?? ""
        return String(text.prefix { !$0.isNewline })
    }()
}
