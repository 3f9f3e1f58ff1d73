// A folder held by its descriptor: entries in it are made, opened and removed by one name each, and no link is
// followed, so that nothing done here reaches outside of it, whatever the names are and whoever changes the folder
// meanwhile.

import Glibc

struct OpenFolder: ~Copyable {
    /// For errors only: nothing is looked up by it.
    let path: String
    private let descriptor: Int32

    private init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    private static let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

    /// Opens a folder, which is no link itself; the way to it may lead through links.
    init(_ path: String) throws(FileError) {
        let descriptor = open(path, Self.flags)
        guard descriptor >= 0 else { throw FileError("open", path) }
        self.init(descriptor: descriptor, path: path)
    }

    /// A folder in this one, made if it is missing.
    func folder(_ name: String) throws(FileError) -> OpenFolder {
        let path = try path(of: name)
        guard mkdirat(descriptor, name, 0o755) == 0 || errno == EEXIST else { throw FileError("create", path) }
        let child = openat(descriptor, name, Self.flags)
        guard child >= 0 else { throw FileError("create", path) }
        return OpenFolder(descriptor: child, path: path)
    }

    /// A new file for writing; one that is there already is an error. The caller closes it.
    func createFile(_ name: String) throws(FileError) -> Int32 {
        let path = try path(of: name)
        let file = openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw FileError("create", path) }
        return file
    }

    private func path(of name: String) throws(FileError) -> String {
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")) else {
            throw FileError("create", "\(path)/\(name)", code: EINVAL)
        }
        return "\(path)/\(name)"
    }

    /// Removes all that is in it. A link is removed and what it points to stays; another file system mounted in it is
    /// an error.
    func removeContents() throws(FileError) {
        try removeContents(onlyOn: try mount())
    }

    /// Where it is mounted: two mounts may be of one device.
    private struct Mount: Equatable {
        let device: dev_t
        /// `nil` where /proc is not there.
        let number: Int?
    }

    private func mount() throws(FileError) -> Mount {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError("remove", path) }
        return Mount(device: status.st_dev, number: SystemFile.number("mnt_id", in: "/proc/self/fdinfo/\(descriptor)"))
    }

    private func removeContents(onlyOn mount: Mount) throws(FileError) {
        for name in try names() {
            let path = "\(path)/\(String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))"
            if unlinkat(descriptor, name, 0) == 0 || errno == ENOENT { continue }
            guard errno == EISDIR else { throw FileError("remove", path) }
            let child = openat(descriptor, name, Self.flags)
            guard child >= 0 else { throw FileError("remove", path) }
            let folder = OpenFolder(descriptor: child, path: path)
            guard try folder.mount() == mount else { throw FileError("remove", path, code: EXDEV) }
            try folder.removeContents(onlyOn: mount)
            guard unlinkat(descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
                throw FileError("remove", path)
            }
        }
    }

    /// The names in it as bytes that end with a zero (a name need not be UTF-8), without `.` and `..`.
    private func names() throws(FileError) -> [[CChar]] {
        let copy = openat(descriptor, ".", Self.flags)
        guard copy >= 0, let handle = fdopendir(copy) else {
            let error = FileError("list", path)
            if copy >= 0 { close(copy) }
            throw error
        }
        defer { closedir(handle) }
        var names: [[CChar]] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    [CChar](UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
                }
            }
            if !name.elementsEqual([46, 0]), !name.elementsEqual([46, 46, 0]) { names.append(name) }
        }
        return names
    }
}
