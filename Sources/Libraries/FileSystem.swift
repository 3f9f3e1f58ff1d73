// Files and folders without Foundation: read, write whole or not at all, make, list and remove. Every failure names the
// path and the system's reason.

import Glibc

/// A call of the system that failed: what was tried, on what, and why.
public struct FileError: Error, Sendable, CustomStringConvertible {
    /// `read`, `write`, `create`, `list`, `remove`
    public let action: String
    public let path: String
    public let reason: String
    /// `errno`; 0 where it was no call of the system that failed.
    private var code: Int32 = 0
    /// Whether somebody asked to stop.
    public var isCancelled: Bool { code == ECANCELED }
    /// Whether something else has the place of a folder or file.
    public var isObstructed: Bool { [ENOTDIR, EISDIR, ELOOP].contains(code) }
    /// Whether the disk is full.
    public var isFull: Bool { [ENOSPC, EDQUOT].contains(code) }
    /// Whether the file would be larger than this process may write.
    public var isOverLimit: Bool { code == EFBIG }

    public init(_ action: String, _ path: String, reason: String) {
        self.action = action
        self.path = path
        self.reason = reason
    }

    /// - Parameter code: `errno`.
    public init(_ action: String, _ path: String, code: Int32 = errno) {
        self.init(action, path, reason: Self.reason(code))
        self.code = code
    }

    /// What the system says of an `errno`, and of a limit how to lift it.
    static func reason(_ code: Int32) -> String {
        code == EFBIG
            ? "file too large: `ulimit -f` limits the size of files"
            : String(cString: strerror(code)).lowercasedFirst
    }

    /// A file of a kind that is not read: it may have no end, or none that comes.
    static func wrongKind(_ path: String, mode: mode_t) -> FileError {
        switch mode & S_IFMT {
        case S_IFDIR: FileError("read", path, code: EISDIR)
        case S_IFIFO: FileError("read", path, reason: "it is a pipe")
        case S_IFCHR, S_IFBLK: FileError("read", path, reason: "it is a device")
        default: FileError("read", path, reason: "it is a socket")
        }
    }

    static func tooLarge(_ path: String, limit: Int, byteCount: Int? = nil) -> FileError {
        FileError(
            "read", path,
            reason: byteCount.map { "it has \($0) bytes, and at most \(limit) are read" }
                ?? "it has more than the \(limit) bytes that are read at most")
    }

    public var description: String { "cannot \(action) \(path): \(reason)" }
}

/// What stays the same of a file while its names change.
public struct FileIdentity: Hashable, Sendable {
    let device: UInt
    let number: UInt
}

extension String {
    /// As a sentence continues with it: `bad address`, and `URL using bad format` as it is.
    var lowercasedFirst: String {
        let second = dropFirst().first
        return second?.isUppercase == true || second == "/" ? self : prefix(1).lowercased() + dropFirst()
    }
}

extension String {
    /// The order of bytes, which is that of Unicode's numbers and of Python; `<` takes names for the same that a disk
    /// does not.
    public func precedesInBytes(_ other: String) -> Bool {
        // Of names in one piece, as nearly all are: a listing of 10,000 is sorted in a tenth of the time.
        let fast = utf8.withContiguousStorageIfAvailable { own in
            other.utf8.withContiguousStorageIfAvailable { other -> Bool in
                guard let first = own.baseAddress, let second = other.baseAddress else {
                    return own.count < other.count
                }
                let order = memcmp(first, second, min(own.count, other.count))
                return order == 0 ? own.count < other.count : order < 0
            }
        }
        if let fast = fast ?? nil { return fast }
        return utf8.lexicographicallyPrecedes(other.utf8)
    }
}

public enum FileSystem {
    /// What a file of text may hold: a notebook, a list of names.
    public static let textLimit = 256 << 20

    /// The whole of a regular file.
    ///
    /// - Parameters:
    ///   - limit: a file with more bytes is refused before memory is taken for it; so is one that the memory has no
    ///     room for.
    ///   - isCancelled: asked for each piece; the error says `isCancelled` then.
    public static func read(
        _ path: String, limit: Int = textLimit, isCancelled: () -> Bool = { false }
    ) throws(FileError) -> [UInt8] {
        let file = try FileReader(path)
        guard file.byteCount <= limit else { throw .tooLarge(path, limit: limit, byteCount: file.byteCount) }
        guard Memory.hasRoom(for: file.byteCount) else { throw FileError("read", path, code: ENOMEM) }
        let bytes = try readAll(file.descriptor, path, expected: file.byteCount, limit: limit, isCancelled)
        guard bytes.count <= limit else { throw .tooLarge(path, limit: limit) }
        return bytes
    }

    /// The whole of a text file; bytes that are no UTF-8 become U+FFFD.
    public static func readText(_ path: String, limit: Int = textLimit) throws(FileError) -> String {
        String(decoding: try read(path, limit: limit), as: UTF8.self)
    }

    /// The whole of a text that a person names to run: also what a pipe or a terminal gives until its end.
    ///
    /// - Parameter limit: of its bytes.
    public static func readScript(_ path: String, limit: Int) throws(FileError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("read", path) }
        defer { close(descriptor) }
        return try script(of: descriptor, named: path, limit)
    }

    /// The script that comes from standard input, which may be a socket: its path could not be opened.
    public static func readStandardInput(limit: Int) throws(FileError) -> String {
        try script(of: STDIN_FILENO, named: "standard input", limit)
    }

    private static func script(of descriptor: Int32, named path: String, _ limit: Int) throws(FileError) -> String {
        let bytes = try readAll(descriptor, path, expected: 0, limit: limit, { false })
        // What is not text is reported as such, however long it is. The limit may have cut a character in two.
        let isWhole = bytes.count <= limit
        if let fault = TextEncoding.fault(in: isWhole ? bytes : bytes.dropLast(4)) {
            throw FileError("read", path, reason: fault)
        }
        guard isWhole else {
            throw FileError(
                "read", path,
                reason:
                    "a script has at most \(limit) bytes, and this one has more: split it, or read the data from a file"
            )
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// All bytes, or more than `limit` where there are more.
    private static func readAll(
        _ descriptor: Int32, _ path: String, expected: Int, limit: Int, _ isCancelled: () -> Bool
    ) throws(FileError) -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(expected + 1)
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if isCancelled() { throw FileError("read", path, code: ECANCELED) }
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                waitUntilReady(descriptor, POLLIN)
                continue
            }
            guard count >= 0 else { throw FileError("read", path) }
            bytes.append(contentsOf: chunk[..<count])
            // It may have grown, or its size was not reported: files of /proc have none.
            if count == 0 || bytes.count > limit { return bytes }
        }
    }

    /// Writes a file whole or not at all.
    public static func write(_ bytes: [UInt8], to path: String, isPrivate: Bool = false) throws(FileError) {
        var file = try WholeFileWriter(path, isPrivate: isPrivate)
        try file.write(bytes, at: 0)
        try file.finish()
    }

    public static func write(_ text: String, to path: String, isPrivate: Bool = false) throws(FileError) {
        try write(Array(text.utf8), to: path, isPrivate: isPrivate)
    }

    /// Makes an empty file, unless there is one.
    public static func createFile(_ path: String, isPrivate: Bool) throws(FileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, isPrivate ? 0o600 : 0o644)
        guard descriptor >= 0 else { throw FileError("create", path) }
        close(descriptor)
    }

    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether the name is taken, be it by a link that leads nowhere.
    public static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Whether the name itself is a symbolic link, wherever it leads.
    public static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    public static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether it is a file of bytes: no folder, pipe, socket or device.
    public static func isRegularFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The size of a file in bytes, or `nil` where there is none.
    public static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Seconds since a file was last written, by the clocks of this machine and of whoever wrote it; `nil` where there
    /// is none.
    public static func age(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? max(0, Clock.secondsSince1970 - status.st_mtim.tv_sec) : nil
    }

    /// Which file it is; `nil` where there is none.
    public static func identity(_ path: String) -> FileIdentity? {
        var status = stat()
        return stat(path, &status) == 0 ? FileIdentity(device: UInt(status.st_dev), number: UInt(status.st_ino)) : nil
    }

    /// Makes a folder and all that lead to it; one that is there already is fine.
    ///
    /// - Parameter isPrivate: whether only this user may enter those that are made.
    public static func createDirectories(_ path: String, isPrivate: Bool = false) throws(FileError) {
        guard !path.isEmpty, !isDirectory(path) else { return }
        try createDirectories(folder(of: path), isPrivate: isPrivate)
        guard mkdir(path, isPrivate ? 0o700 : 0o755) != 0 else { return }
        guard errno == EEXIST else { throw FileError("create", path) }
        // Another process may have made it meanwhile; a file in its place, or a link that leads to no folder, is not a
        // folder.
        guard isDirectory(path) else { throw FileError("create", path, code: ENOTDIR) }
    }

    /// Whether nobody but its owner may do anything with a file or folder, nor with what is in the folder.
    public static func isPrivate(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & 0o077 == 0
    }

    /// Takes from everybody else what they may do with a file or folder of this user; links and what cannot be changed
    /// stay as they are.
    public static func makePrivate(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o077 != 0,
            [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
        else { return }
        chmod(path, status.st_mode & 0o700)
    }

    /// Makes a new folder for this user alone in the folder for temporary files.
    public static func makeTemporaryFolder() throws(FileError) -> String {
        let parent: String?
        do throws(VariableFault) { parent = try Environment.folder("TMPDIR") } catch { throw error.error }
        let pattern = (parent ?? "/tmp") + "/tandem-XXXXXX"
        var bytes = Array(pattern.utf8CString)
        guard mkdtemp(&bytes) != nil else { throw FileError("create", pattern) }
        return String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names in a folder in the order of their bytes, without `.` and `..`.
    public static func list(_ path: String) throws(FileError) -> [String] { try entries(path).map(\.name) }

    /// The same, with whether they are UTF-8: of a name that is not, `\xE9` stands for the byte, and no path leads
    /// there.
    public static func entries(_ path: String) throws(FileError) -> [(name: String, isUTF8: Bool)] {
        guard let handle = opendir(path) else { throw FileError("list", path) }
        defer { closedir(handle) }
        var names: [(name: String, isUTF8: Bool)] = []
        while let entry = readdir(handle) {
            let (name, isUTF8) = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    String(validatingCString: $0).map { ($0, true) } ?? (escaped($0), false)
                }
            }
            if name != ".", name != ".." { names.append((name, isUTF8)) }
        }
        return names.sorted { $0.name.precedesInBytes($1.name) }
    }

    private static func escaped(_ name: UnsafePointer<CChar>) -> String {
        UnsafeBufferPointer(start: name, count: strlen(name)).map { character in
            let byte = UInt8(bitPattern: character)
            return byte < 0x80 ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// Removes a file or a link (never what it points to); one that is not there is fine, and a folder is an error.
    public static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR else { throw FileError("remove", path) }
    }

    /// Removes a folder with all that is in it, and nothing outside of it; one that is not there is fine. A link is
    /// removed, and what it points to stays.
    ///
    /// For folders that this program has made itself.
    public static func removeTree(_ path: String) throws(FileError) {
        // `x/..` and `x/` would name another folder than the last name says.
        guard !["", ".", ".."].contains(name(of: path)) else { throw FileError("remove", path, code: EINVAL) }
        if unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR { return }
        // Of a folder that may not be removed Linux says so before: then nothing in it is removed either.
        guard errno == EISDIR else { throw FileError("remove", path) }
        try OpenFolder(path).removeContents()
        guard rmdir(path) == 0 || errno == ENOENT else { throw FileError("remove", path) }
    }

    public static func rename(_ old: String, to new: String) throws(FileError) {
        guard Glibc.rename(old, new) == 0 else { throw FileError("rename", old) }
    }

    // MARK: Paths

    /// The file that a person means by a path typed in a cell: `~` and `~/...` are in the home folder, and a path that
    /// is not absolute begins at `folder`.
    ///
    /// Only for text that somebody typed: what a folder, an archive or a socket holds may be named `~` as well.
    ///
    /// - Throws: where another part of it begins with `~` and is not there: nothing of such a name is made.
    public static func resolve(typed path: String, in folder: String) throws(FileError) -> String {
        let resolved = resolve(readable: path, in: folder)
        let isInHome = isInHome(path)
        var rest = path[...]
        if isInHome { rest = rest.dropFirst() }
        while let tilde = rest.firstIndex(of: "~") {
            let end = rest[tilde...].firstIndex(of: "/") ?? rest.endIndex
            let isFirst = tilde == rest.startIndex || rest[rest.index(before: tilde)] == "/"
            let leading = resolved.dropLast(path[end...].count)
            guard !isFirst || isThere(String(leading)) else {
                throw FileError(
                    "use", path,
                    reason:
                        "nothing is created whose name begins with `~`, as `\(rest[tilde..<end])` does: who removes it by that name in "
                        + "a shell removes a home folder; `~` and `~/` lead there at the beginning of a path only")
            }
            rest = rest[end...]
        }
        return resolved
    }

    /// The same of a path where nothing is made.
    public static func resolve(readable path: String, in folder: String) -> String {
        isInHome(path) ? Environment.home + path.dropFirst() : join(folder, path)
    }

    /// Refuses what is no folder and where none can be made: below a file or a device, and in the folders in which the
    /// system shows itself. One that may not be written now passes.
    static func checkPlace(ofFolder path: String) throws(FileError) {
        var place = path
        while true {
            var status = stat()
            if stat(place, &status) == 0 {
                guard status.st_mode & S_IFMT == S_IFDIR else {
                    throw FileError(
                        "use", path, reason: place == path ? "it is not a folder" : "\(place) is not a folder")
                }
                guard ["/proc", "/sys"].compactMap(mounted).contains(status.st_dev) else { return }
                throw FileError("use", path, reason: "no folder can be made in what the system shows of itself")
            }
            if errno == ENAMETOOLONG { throw FileError("use", path) }
            guard errno == ENOENT || errno == ENOTDIR, place != "/", place != "." else { return }
            place = folder(of: place)
        }
    }

    /// The device of a folder on which something is mounted.
    private static func mounted(_ path: String) -> dev_t? {
        var (status, root) = (stat(), stat())
        return stat(path, &status) == 0 && stat("/", &root) == 0 && status.st_dev != root.st_dev ? status.st_dev : nil
    }

    private static func isInHome(_ path: String) -> Bool { path == "~" || path.hasPrefix("~/") }

    /// Makes the next look at a folder show what other machines have put there: on a network file system this machine
    /// may keep a copy for a minute, which a change of its own ends (nfs(5), "Directory entry caching").
    public static func refresh(_ folder: String) {
        guard NetworkFileSystem.contains(folder) else { return }
        let path = HalfWrittenFile.name(beside: join(folder, "look"))
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(path)
    }

    /// The path from the root, for processes that were started elsewhere.
    public static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// `base/path`, or `path` itself where it is absolute.
    public static func join(_ base: String, _ path: String) -> String {
        if path.hasPrefix("/") { return path }
        if base.isEmpty || base == "." { return path }
        return base.hasSuffix("/") ? base + path : base + "/" + path
    }

    /// The folder a path lies in: `.` for a bare name.
    public static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// What is after the last point of a name: `svg`; empty for `svg` and `.svg`.
    public static func fileExtension(of path: String) -> String {
        let name = name(of: path)
        guard let point = name.lastIndex(of: "."), point != name.startIndex else { return "" }
        return String(name[name.index(after: point)...])
    }

    /// Whether a file could be written there now; the error is that of writing it. Tried, with a file that is removed
    /// again: to root every folder says that it is writable, also those of `/proc`.
    public static func checkWritable(_ path: String) throws(FileError) {
        _ = try WholeFileWriter(path)
    }

    public static func name(of path: String) -> String {
        String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
    }
}

/// Whether all bytes could be written; `errno` says why not.
func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
}

func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        if count < 0, errno == EAGAIN {
            waitUntilReady(descriptor, POLLOUT)
            continue
        }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
    }
    return true
}

/// Waits for a pipe that another process has made non-blocking.
private func waitUntilReady(_ descriptor: Int32, _ event: Int32) {
    var place = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    poll(&place, 1, -1)
}
