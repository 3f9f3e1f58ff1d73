// Numbers that the Linux kernel reports in files of lines like `MemAvailable:  16142620 kB`.

public enum SystemFile {
    /// The value of a line without a unit, as `mnt_id:	24`.
    static func number(_ key: String, in path: String) -> Int? {
        (try? FileSystem.readText(path))?.split(separator: "\n").lazy.filter { $0.hasPrefix("\(key):") }.first.flatMap {
            Int($0.dropFirst(key.utf8.count + 1).drop { $0 == " " || $0 == "\t" })
        }
    }

    /// The value of a line in bytes; `nil` where the file or the line is not there.
    public static func bytes(_ key: String, in path: String) -> Int? {
        (try? FileSystem.readText(path)).flatMap { bytes(key, text: $0) }
    }

    public static func bytes(_ key: String, text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("\(key):") {
            let words = line.split(separator: " ")
            return words.count > 1 ? Int(words[1]).flatMap { $0 <= Int.max >> 10 ? $0 << 10 : nil } : nil
        }
        return nil
    }
}
