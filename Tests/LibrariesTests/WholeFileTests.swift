// What happens to the place where a file is written: links, modes, and what others have put in the way.

import Foundation
import TestSupport
import Testing

@testable import Libraries

@Suite struct WholeFileTests {
    private let folder = TemporaryFolder()
    private var path: String { "\(folder.path)/o.svg" }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private func link(_ path: String, to destination: String) {
        symlink(destination, path)
    }

    private func reason(_ work: () throws -> Void) -> String? {
        do {
            try work()
            return nil
        } catch { return "\(error)" }
    }

    private func reasonNotToWrite(_ path: String) -> String? { reason { try FileSystem.write("x", to: path) } }

    /// Whatever the name of the file under way, as far as somebody could foresee it.
    @Test func aPlantedLinkIsNotFollowed() throws {
        let victim = "\(folder.path)/victim"
        try FileSystem.write("theirs", to: victim)
        for name in ["\(path).part", "\(path).\(getpid()).part", "\(path).tmp", "\(path)~"] { link(name, to: victim) }
        try FileSystem.write("ours", to: path)
        #expect(try FileSystem.readText(path) == "ours" && FileSystem.readText(victim) == "theirs")
        #expect(!isLink(path))
    }

    @Test(arguments: [100, 101, 240, 254, 255])
    func aNameMayBeAsLongAsTheFileSystemAllows(_ length: Int) throws {
        for name in [String(repeating: "a", count: length), String(repeating: "é", count: length / 2)] {
            let path = "\(folder.path)/\(name)"
            for text in ["old", "new"] {
                try FileSystem.write(text, to: path)
                #expect(try FileSystem.readText(path) == text)
            }
            let writer = try WholeFileWriter(path)
            #expect(folder.files.contains { $0.hasSuffix(".\(getpid())-\(Boot.name).part") })
            withExtendedLifetime(writer.path) {}
        }
        #expect(!folder.files.contains { $0.hasSuffix(".part") })
    }

    /// Two that write the same file do not write into one another's.
    @Test func eachFileUnderWayIsItsOwn() throws {
        var first = try WholeFileWriter(path)
        var second = try WholeFileWriter(path)
        try first.write(Array("first".utf8), at: 0)
        try second.write(Array("2nd".utf8), at: 0)
        try second.finish()
        #expect(try FileSystem.readText(path) == "2nd")
        try first.finish()
        #expect(try FileSystem.readText(path) == "first" && folder.files == ["o.svg"])
    }

    @Test(arguments: [0o600, 0o640, 0o664, 0o755, 0o666] as [mode_t])
    func theModeOfAFileIsKept(_ mode: mode_t) throws {
        try FileSystem.write("old", to: path)
        chmod(path, mode)
        try FileSystem.write("new", to: path)
        #expect(self.mode(path) == mode)
        #expect(try FileSystem.readText(path) == "new")
    }

    @Test func aPrivateFileIsPrivateWhateverWasThere() throws {
        try FileSystem.write("old", to: path)
        try FileSystem.write("new", to: path, isPrivate: true)
        #expect(mode(path) == 0o600)
        try FileSystem.write("first", to: "\(path).new", isPrivate: true)
        #expect(mode("\(path).new") == 0o600)
    }

    @Test(arguments: ["elsewhere/file", "./elsewhere/../elsewhere/file", "second"])
    func aLinkStaysAndItsFileIsReplaced(_ destination: String) throws {
        let file = "\(folder.path)/elsewhere/file"
        try FileSystem.createDirectories("\(folder.path)/elsewhere")
        try FileSystem.write("old", to: file)
        chmod(file, 0o640)
        link("\(folder.path)/second", to: file)
        link(path, to: destination)
        try FileSystem.checkWritable(path)
        try FileSystem.write("new", to: path)
        #expect(isLink(path) && isLink("\(folder.path)/second") && !isLink(file))
        #expect(try FileSystem.readText(file) == "new" && mode(file) == 0o640)
        #expect(try FileSystem.list("\(folder.path)/elsewhere") == ["file"])
    }

    @Test func aLinkToNothingGetsItsFile() throws {
        link(path, to: "not there yet")
        try FileSystem.write("new", to: path)
        #expect(isLink(path))
        #expect(try FileSystem.readText("\(folder.path)/not there yet") == "new")
        try FileSystem.remove("\(folder.path)/not there yet")
        link("\(folder.path)/a", to: "b")
        link("\(folder.path)/b", to: "a")
        #expect(
            reasonNotToWrite("\(folder.path)/a")?
                .hasPrefix("cannot write \(folder.path)/a: too many levels") == true)
    }

    @Test func whereNoFileCanBeMadeNoneCanBeWritten() throws {
        try FileSystem.write("old", to: path)
        try FileSystem.checkWritable(path)
        try FileSystem.checkWritable("\(folder.path)/new")
        #expect(folder.files == ["o.svg"])
        #expect(try FileSystem.readText(path) == "old")
        // For root as well.
        for place in ["/proc/x.html", "/proc/self/x.html", "/sys/x.html", "/proc/sys/kernel/x.html"] {
            #expect(reason { try FileSystem.checkWritable(place) }?.hasPrefix("cannot write \(place): ") == true)
        }
    }

    /// A rename would put a file in its place: of `/dev/null`, for root.
    @Test func whatIsNoFileIsNotReplaced() throws {
        mkfifo(path, 0o600)
        let device = "\(folder.path)/device"
        link(device, to: "/dev/null")
        for place in [path, device] {
            let expected = "cannot write \(place): it is a device, a pipe or a socket, not a file"
            #expect(reasonNotToWrite(place) == expected)
            #expect(reason { try FileSystem.checkWritable(place) } == expected)
        }
        #expect(reasonNotToWrite(folder.path)?.hasSuffix("is a directory") == true)
        #expect(folder.files == ["device", "o.svg"])
    }

    /// As under `protected_symlinks`: a folder of everybody's, and a link of another user in it.
    @Test(.enabled(if: geteuid() == 0, "only root can give a link away"))
    func anotherUsersLinkInAFolderOfEverybodysIsNotFollowed() throws {
        let file = "\(folder.path)/file"
        try FileSystem.write("old", to: file)
        let shared = "\(folder.path)/shared"
        try FileSystem.createDirectories(shared)
        chmod(shared, 0o1777)
        link("\(shared)/o.svg", to: file)
        try FileSystem.write("ours", to: "\(shared)/o.svg")
        #expect(try FileSystem.readText(file) == "ours")
        lchown("\(shared)/o.svg", 12345, 12345)
        #expect(
            reasonNotToWrite("\(shared)/o.svg")?.hasSuffix(
                "permission denied") == true)
        #expect(try FileSystem.readText(file) == "ours")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
    func theOwnerOfAFileIsKept() throws {
        try FileSystem.write("old", to: path)
        lchown(path, 12345, 54321)
        try FileSystem.write("new", to: path)
        var status = stat()
        stat(path, &status)
        #expect(status.st_uid == 12345 && status.st_gid == 54321)
    }

    /// Whose group it gets instead may not do more than before, and neither may who was of its group.
    @Test(
        .enabled(if: geteuid() == 0, "only root can act as another user"),
        arguments: [(0o664, 0o644), (0o660, 0o600), (0o604, 0o600), (0o666, 0o666)] as [(mode_t, mode_t)])
    func rightsOfAGroupAreNotThoseOfAnother(_ mode: mode_t, expected: mode_t) throws {
        chmod(folder.path, 0o777)
        try FileSystem.write("old", to: path)
        lchown(path, 23456, 54321)
        chmod(path, mode)
        try OtherUser.does { try FileSystem.write("new", to: path) }
        var status = stat()
        stat(path, &status)
        #expect(status.st_uid == 23456 && status.st_gid == 23456 && status.st_mode & 0o777 == expected)
        // In a folder that gives its own group to what is made in it.
        lchown(folder.path, 0, 54321)
        chmod(folder.path, 0o2777)
        lchown(path, 0, 0)
        chmod(path, mode)
        try FileSystem.write("newer", to: path)
        stat(path, &status)
        #expect(status.st_gid == 0 && status.st_mode & 0o777 == mode)
    }

    /// The part of a download has a name that anybody can foresee.
    @Test func aDownloadFollowsNoPlantedLink() throws {
        let victim = "\(folder.path)/victim"
        try FileSystem.write("theirs", to: victim)
        link("\(path).part", to: victim)
        let server = LoopbackServer([1, 2, 3])
        #expect(throws: DownloadError.self) { try Download.fetch(server.url, to: path, byteLimit: 10) }
        #expect(try FileSystem.readText(victim) == "theirs")
    }
}
