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

    // MARK: Paths

    @Test func onlyTypedPathsBeginInTheHomeFolder() {
        #expect(FileSystem.join("a", "~") == "a/~")
        #expect(FileSystem.join("a", "~/b") == "a/~/b")
        #expect(FileSystem.join("", "~/b") == "~/b")
        #expect(FileSystem.join("a", "/b") == "/b")
        #expect(FileSystem.resolve(typed: "~", in: "a") == home)
        #expect(FileSystem.resolve(typed: "~/b", in: "a") == home + "/b")
        #expect(FileSystem.resolve(typed: "~b", in: "a") == "a/~b")
        #expect(FileSystem.resolve(typed: "b/~", in: "a") == "a/b/~")
        #expect(FileSystem.resolve(typed: "/b", in: "a") == "/b")
    }
}
