import Foundation
import TestSupport
import Testing

@testable import Libraries

@Suite struct FileSystemTests {
    private let folder = TemporaryFolder()
    private let home = Environment.home

    // MARK: Removing

    /// A tree of all that a folder may hold, with a folder `outside` and links that lead there.
    private func makeTree() throws -> String {
        let tree = folder.path + "/tree"
        for name in ["", "~", "~root", "deep/deeper", "$HOME", "*", " ", "-rf", "\n"] {
            try FileSystem.createDirectories("\(tree)/\(name)")
            try FileSystem.write("x", to: "\(tree)/\(name)/file")
        }
        try FileSystem.createDirectories(folder.path + "/outside")
        try FileSystem.write("kept", to: folder.path + "/outside/file")
        symlink("../outside", tree + "/folder link")
        symlink("../outside/file", tree + "/file link")
        symlink("nowhere", tree + "/broken link")
        symlink(home, tree + "/deep/~")
        mkfifo(tree + "/pipe", 0o600)
        // A name that is not UTF-8.
        close(open(tree + "/bad", O_CREAT | O_WRONLY, 0o600))
        let bad: [CChar] = Array(tree.utf8CString.dropLast()) + [47, -1, -2, 0]
        rename(tree + "/bad", bad)
        return tree
    }

    @Test func aTreeIsRemovedAndNothingElse() throws {
        // Where a mistake would show: this process's home folder is made up.
        let madeUp = folder.path + "/home"
        try FileSystem.createDirectories(madeUp + "/documents")
        try FileSystem.write("dear", to: madeUp + "/documents/letter")
        let tree = try makeTree()
        unlink(tree + "/deep/~")
        symlink(madeUp, tree + "/deep/~")
        try FileSystem.removeTree(tree)
        #expect(folder.files == ["home", "outside"])
        #expect(try FileSystem.readText(madeUp + "/documents/letter") == "dear")
        #expect(try FileSystem.readText(folder.path + "/outside/file") == "kept")
        try FileSystem.removeTree(tree)
    }

    @Test func aLinkToATreeIsRemovedAndTheTreeStays() throws {
        let tree = try makeTree()
        symlink(tree, folder.path + "/link")
        try FileSystem.removeTree(folder.path + "/link")
        #expect(folder.files == ["outside", "tree"])
        #expect(FileSystem.exists(tree + "/deep/deeper/file"))
    }

    @Test(arguments: ["", ".", "..", "/", "tree/", "tree/.", "tree/.."])
    func aPathThatNamesAnotherFolderIsRefused(path: String) throws {
        let tree = try makeTree()
        #expect(throws: FileError.self) {
            try FileSystem.removeTree(path.hasPrefix("tree") ? "\(folder.path)/\(path)" : path)
        }
        #expect(FileSystem.exists(tree + "/deep/deeper/file"))
    }

    @Test func removingAFileLeavesFoldersAndWhatLinksPointTo() throws {
        let tree = try makeTree()
        #expect(throws: FileError.self) { try FileSystem.remove(tree) }
        #expect(throws: FileError.self) { try FileSystem.remove(tree + "/deep") }
        try FileSystem.remove(tree + "/file link")
        try FileSystem.remove(tree + "/folder link")
        try FileSystem.remove(tree + "/nothing")
        #expect(FileSystem.exists(tree + "/deep/deeper/file"))
        #expect(try FileSystem.list(folder.path + "/outside") == ["file"])
    }

    @Test(.enabled(if: geteuid() == 0, "only root can act as another user"))
    func whatMayNotBeRemovedIsNamedWithItsReason() throws {
        let shared = folder.path + "/shared"
        try FileSystem.createDirectories(shared)
        try FileSystem.write("theirs", to: shared + "/file")
        chmod(folder.path, 0o777)
        for (mode, reason) in [(0o1777, "operation not permitted"), (0o755, "permission denied")] as [(mode_t, String)]
        {
            chmod(shared, mode)
            for path in [shared, shared + "/file"] {
                let error = #expect(throws: FileError.self) {
                    try OtherUser.does { try FileSystem.removeTree(path) }
                }
                #expect(error?.description == "cannot remove \(shared)/file: \(reason)")
            }
        }
        #expect(try FileSystem.readText(shared + "/file") == "theirs")
        // A folder that cannot be removed keeps what is in it.
        let own = shared + "/own"
        try FileSystem.createDirectories(own)
        try FileSystem.write("mine", to: own + "/file")
        chmod(own, 0o777)
        for mode in [0o1777, 0o755] as [mode_t] {
            chmod(shared, mode)
            let error = #expect(throws: FileError.self) { try OtherUser.does { try FileSystem.removeTree(own) } }
            #expect(error?.path == own && FileSystem.exists(own + "/file"))
        }
    }

    /// The same file system under another name is no part of the folder.
    @Test(.enabled(if: geteuid() == 0, "only root can mount"))
    func aMountInATreeIsNotEmptied() throws {
        let tree = try makeTree()
        func run(_ program: String, _ arguments: [String]) -> Bool {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [program] + arguments
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { return false }
            process.waitUntilExit()
            return process.terminationStatus == 0
        }
        let place = tree + "/deep/deeper"
        // Not in every container.
        guard run("mount", ["--bind", folder.path + "/outside", place]) else { return }
        defer { _ = run("umount", [place]) }
        let error = #expect(throws: FileError.self) { try FileSystem.removeTree(tree) }
        #expect(error?.path == place)
        #expect(try FileSystem.readText(folder.path + "/outside/file") == "kept")
    }

    // MARK: Making

    @Test func whatIsNoFolderIsNotTakenForOne() throws {
        try FileSystem.write("x", to: folder.path + "/file")
        symlink("nowhere", folder.path + "/link")
        for name in ["file", "link", "file/below"] {
            let error = #expect(throws: FileError.self) {
                try FileSystem.createDirectories(folder.path + "/" + name)
            }
            #expect(error?.reason == "not a directory" && error?.isObstructed == true)
        }
        symlink(folder.path, folder.path + "/self")
        try FileSystem.createDirectories(folder.path + "/self/new")
        #expect(FileSystem.isDirectory(folder.path + "/new"))
    }

    // MARK: Paths

    @Test(arguments: ["~root", "./~", "x/~/y", "x/~root", "/nowhere/~", "~/~", "~/x/~y", "~~", "./~/x"])
    func noNameThatBeginsWithATildeIsMade(_ path: String) {
        #expect(throws: FileError.self) { try FileSystem.resolve(typed: path, in: folder.path) }
    }

    @Test func whatIsThereMayBeginWithATilde() throws {
        try FileSystem.createDirectories(folder.path + "/~root/x")
        for path in ["~root", "./~root/x/new", "\(folder.path)/~root/y"] {
            #expect(try FileSystem.resolve(typed: path, in: folder.path) == FileSystem.join(folder.path, path))
        }
        #expect(throws: FileError.self) { try FileSystem.resolve(typed: "~root/~", in: folder.path) }
    }

    @Test func onlyTypedPathsBeginInTheHomeFolder() throws {
        #expect(FileSystem.join("a", "~") == "a/~")
        #expect(FileSystem.join("a", "~/b") == "a/~/b")
        #expect(FileSystem.join("", "~/b") == "~/b")
        #expect(FileSystem.join("a", "/b") == "/b")
        #expect(try FileSystem.resolve(typed: "~", in: "a") == home)
        #expect(try FileSystem.resolve(typed: "~/b", in: "a") == home + "/b")
        #expect(try FileSystem.resolve(typed: "a~/b~c", in: "a") == "a/a~/b~c")
        #expect(try FileSystem.resolve(typed: "/b", in: "a") == "/b")
    }
}
