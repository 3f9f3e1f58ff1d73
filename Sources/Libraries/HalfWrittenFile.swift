// Files that are being written beside those whose place they take, or that a process has left which was killed
// meanwhile: `NAME.5a0c1d7e.4711-5f3a9c01.part`.

import Glibc

public enum HalfWrittenFile {
    /// The process that writes one, and the machine, where its version said that.
    public struct Writer: Sendable {
        private let process: pid_t
        private let machine: String?

        /// - Parameter text: `4711`, or `4711-5f3a9c01`.
        fileprivate init?(_ text: Substring) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count <= 2, let process = pid_t(parts[0]) else { return nil }
            (self.process, machine) = (process, parts.count == 2 ? String(parts[1]) : nil)
        }

        /// Whether it may still run. One of another machine, whose processes are not known here, has a day.
        ///
        /// - Parameter path: of the file.
        public func isWriting(_ path: String) -> Bool {
            guard machine == nil || machine == Boot.name else {
                return FileSystem.age(path).map { $0 < 86_400 } ?? false
            }
            return kill(process, 0) == 0 || errno == EPERM
        }
    }

    /// Who writes a file of this name; `nil` if it is not one of these.
    public static func writer(_ name: String) -> Writer? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 2, parts.last == "part" else { return nil }
        return Writer(parts[parts.count - 2])
    }

    /// A name beside a file that nobody can foresee, and that says who writes it.
    static func name(beside target: String) -> String {
        // A name may be as long as the file system allows: what comes after it takes the place of its end.
        var name = FileSystem.name(of: target)
        let folder = target.dropLast(name.count)
        if name.utf8.count > 100 {
            let limit = name.utf8.count - 40
            while name.utf8.count > limit { name.unicodeScalars.removeLast() }
        }
        let number = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        return "\(folder)\(name).\(number).\(getpid())-\(Boot.name).part"
    }

    /// Removes those that nobody writes any more.
    public static func removeLeft(in folder: String) {
        for name in (try? FileSystem.list(folder)) ?? [] {
            let path = FileSystem.join(folder, name)
            if let writer = writer(name), !writer.isWriting(path) { try? FileSystem.remove(path) }
        }
    }
}
