// The machine a run was trained on: its processor, and its name among others.

import Libraries

enum Machine {
    /// `Intel(R) Xeon(R) Platinum 8481C`, or nothing where the system does not say.
    static let name: String = {
        for line in ((try? FileSystem.readText("/proc/cpuinfo")) ?? "").split(separator: "\n")
        where line.hasPrefix("model name") {
            return String(line.drop { $0 != ":" }.dropFirst().drop { $0 == " " })
        }
        return ""
    }()

    /// `n2`, or nothing where the system does not say.
    static let host: String = {
        let text = (try? FileSystem.readText("/proc/sys/kernel/hostname")) ?? ""
        return String(text.prefix { !$0.isNewline })
    }()
}
