// What the process was given: variables, the folders of the XDG base directory specification, and the clocks.

import CTimer
import Glibc

public enum Environment {
    /// The value of a variable; `nil` where it is not set or empty.
    public static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// Whether a terminal may be given colors and bars: `NO_COLOR` (no-color.org) is not set, and `TERM` names one that
    /// can do more than print.
    public static var allowsColor: Bool { variable("NO_COLOR") == nil && allowsCursor }

    /// Whether a terminal knows sequences that move the cursor.
    public static var allowsCursor: Bool { variable("TERM") ?? "dumb" != "dumb" }

    /// The path by which this program was started, as the system was given it (AT_EXECFN of getauxval(3)): a shell has
    /// found it in `PATH`, and the program's own name may be another.
    public static var executedPath: String? {
        UnsafePointer<CChar>(bitPattern: getauxval(UInt(AT_EXECFN))).map { String(cString: $0) }
    }

    /// The file of this program, links followed; `nil` where the system does not say it.
    public static var executable: String? {
        let path = FileSystem.absolute("/proc/self/exe")
        return path == "/proc/self/exe" ? nil : path
    }

    public static var home: String {
        // Relative ones would be made where the program runs, as a folder `~` where nobody has expanded that.
        if let home = variable("HOME"), home.hasPrefix("/") { return home }
        guard let entry = getpwuid(getuid()), let folder = entry.pointee.pw_dir else { return "/" }
        return String(cString: folder)
    }

    /// The folder that a variable names, `nil` where it is not set. A person has typed it: where no shell has
    /// expanded its `~`, in a file of settings (`.env`, Docker's `ENV`) or after quotes, it means the home folder
    /// still.
    ///
    /// - Throws: where it is no folder and none can be made there.
    public static func folder(_ name: String) throws(VariableFault) -> String? {
        guard let path = variable(name) else { return nil }
        do throws(FileError) {
            let folder = try FileSystem.resolve(typed: path, in: ".")
            try FileSystem.checkPlace(ofFolder: folder)
            return folder
        } catch { throw VariableFault(variable: name, error: error) }
    }

    /// What is wrong with the variables that name folders, of those that are used.
    public static var folderFaults: [String] {
        var faults: [String] = []
        do throws(VariableFault) { _ = try runFolder() } catch { faults.append("\(error)") }
        do throws(VariableFault) { _ = try datasetFolder() } catch { faults.append("\(error)") }
        // Both may be that of `HOME`.
        return faults.count == 2 && faults[0] == faults[1] ? [faults[0]] : faults
    }

    /// `$TANDEM_DATA`, else `$XDG_CACHE_HOME/tandem/datasets`: data sets, which can be fetched again.
    public static func datasetFolder() throws(VariableFault) -> String {
        if let folder = try folder("TANDEM_DATA") { return folder }
        return try shared("XDG_CACHE_HOME", ".cache") + "/tandem/datasets"
    }

    /// `$TANDEM_HOME`, else `$XDG_DATA_HOME/tandem`: runs and history; `nil` where they cannot be meant.
    public static var dataFolder: String? { try? runFolder() }

    private static func runFolder() throws(VariableFault) -> String {
        if let folder = try folder("TANDEM_HOME") { return folder }
        return try sharedDataFolder() + "/tandem"
    }

    /// `$XDG_DATA_HOME`: what programs keep for the user.
    public static func sharedDataFolder() throws(VariableFault) -> String {
        try shared("XDG_DATA_HOME", ".local/share")
    }

    /// - Throws: also of a relative path, which the specification calls invalid.
    private static func shared(_ name: String, _ standard: String) throws(VariableFault) -> String {
        guard let folder = try folder(name) else {
            do throws(FileError) { try FileSystem.checkPlace(ofFolder: home) } catch {
                throw VariableFault(variable: "HOME", error: error)
            }
            return home + "/" + standard
        }
        guard folder.hasPrefix("/") else {
            throw VariableFault(
                variable: name,
                error: FileError(
                    "use", folder, reason: "its path must begin with `/` or `~/`; unset it for ~/\(standard)"))
        }
        return folder
    }
}

/// A variable that names no folder that can be meant.
public struct VariableFault: Error, Sendable, CustomStringConvertible {
    public let variable: String
    public let error: FileError
    public var description: String { "\(variable): \(error)" }
}

public enum Clock {
    /// Seconds that only ever go forward, from an arbitrary start.
    public static var seconds: Double { read(CLOCK_MONOTONIC) }

    /// Seconds of processor time this process has had, over all threads.
    public static var processorSeconds: Double { read(CLOCK_PROCESS_CPUTIME_ID) }

    /// Seconds of processor time this thread has had.
    public static var threadSeconds: Double { read(CLOCK_THREAD_CPUTIME_ID) }

    /// Whole seconds since 1970, by a wall clock that anybody may set.
    public static var secondsSince1970: Int { time(nil) }

    /// `2026-11-23 14:02`, in the time zone of this process.
    public static func minute(of seconds: Int) -> String {
        var (time, parts) = (time_t(seconds), tm())
        guard localtime_r(&time, &parts) != nil else { return "?" }
        func pad(_ number: Int32) -> String { number < 10 ? "0\(number)" : String(number) }
        return "\(Int(parts.tm_year) + 1900)-\(pad(parts.tm_mon + 1))-\(pad(parts.tm_mday)) "
            + "\(pad(parts.tm_hour)):\(pad(parts.tm_min))"
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// The wall clock as ISO 8601 in UTC with microseconds, `2026-11-24T00:20:17.123456Z`, as Jupyter's headers want
    /// it.
    public static var timestamp: String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        gmtime_r(&time.tv_sec, &parts)
        func pad(_ number: some BinaryInteger, _ digits: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let date = "\(parts.tm_year + 1900)-\(pad(parts.tm_mon + 1, 2))-\(pad(parts.tm_mday, 2))"
        let clock = "\(pad(parts.tm_hour, 2)):\(pad(parts.tm_min, 2)):\(pad(parts.tm_sec, 2))"
        return "\(date)T\(clock).\(pad(time.tv_nsec / 1000, 6))Z"
    }
}
