// Which run of which machine's kernel this is: two processes that name the same one share process numbers and locks,
// whatever their host names are (random(4), `boot_id`).

public enum Boot {
    /// Eight hexadecimal digits; empty where the system does not say it.
    public static let name: String = {
        let text = (try? FileSystem.readText("/proc/sys/kernel/random/boot_id", limit: 100)) ?? ""
        return String(text.prefix(8).filter(\.isHexDigit))
    }()
}
