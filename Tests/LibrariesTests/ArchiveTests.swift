import Foundation
import TestSupport
import Testing

@testable import Libraries

@Suite struct ArchiveTests {
    private let folder = TemporaryFolder()

    /// Runs a shell command in the folder.
    private func shell(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-ec", command]
        process.currentDirectoryURL = URL(filePath: folder.path)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// Unpacks `a.tar.gz` into `out/deep`, and gives what was wrong with it.
    private func unpack(byteLimit: Int = 1 << 20) throws -> String? {
        try FileSystem.createDirectories(folder.path + "/out/deep")
        do throws(ArchiveError) {
            try Archive.extract(folder.path + "/a.tar.gz", into: folder.path + "/out/deep", byteLimit: byteLimit)
            return nil
        } catch { return error.reason }
    }

    @Test func filesAndFoldersAreUnpacked() throws {
        try shell("mkdir -p data/empty; printf hello > data/x; tar czf a.tar.gz data")
        #expect(try unpack() == nil)
        #expect(try FileSystem.readText(folder.path + "/out/deep/data/x") == "hello")
        #expect(FileSystem.isDirectory(folder.path + "/out/deep/data/empty"))
    }

    @Test(arguments: [
        ("printf bad > evil; mkdir in; cd in; tar czPf ../a.tar.gz ../evil", "'../evil' would be written outside"),
        ("printf bad > evil; tar czPf a.tar.gz \"$PWD/evil\"", "would be written outside"),
        ("ln -s /etc link; tar czf a.tar.gz link", "'link' is neither a file nor a folder"),
        ("printf x > one; ln one two; tar czf a.tar.gz one two", "'two' is neither a file nor a folder"),
        ("mkfifo pipe; tar czf a.tar.gz pipe", "'pipe' is neither a file nor a folder"),
        ("printf x > one; tar cf a.tar one; tar rf a.tar one; gzip a.tar", "cannot create"),
        ("head -c 2000000 /dev/zero > big; tar czf a.tar.gz big", "more than 1048576 bytes"),
        ("printf bad > ./~; tar czf a.tar.gz ./~", "'./~' begins with `~`"),
        ("mkdir -p ./~/x; printf bad > ./~/x/y; tar czf a.tar.gz ./~/x/y", "'./~/x/y' begins with `~`"),
        ("mkdir -p a/~; tar czf a.tar.gz a", "'a/~/' begins with `~`"),
        ("mkdir a; printf bad > a/~root; tar czf a.tar.gz a", "'a/~root' begins with `~`"),
        ("printf bad > ./-rf; tar czf a.tar.gz ./-rf", "'./-rf' begins with `-`"),
        ("printf x > \"$(printf 'a\\033[2J')\"; tar czf a.tar.gz a*", "'a\\u{1B}[2J' holds a character"),
        ("printf x > \"$(printf 'a\\342\\200\\256b')\"; tar czf a.tar.gz a*", "'a\\u{202E}b' holds a character"),
        ("printf x > 'a\\b'; tar --no-unquote -czf a.tar.gz ./a?b", "'./a\\u{5C}b' holds a character"),
        ("printf x > \"$(printf 'a\\377')\"; tar czf a.tar.gz a*", "missing or not UTF-8"),
        ("p=a; for i in $(seq 40); do p=$p/a; done; mkdir -p $p; tar czf a.tar.gz a", "is in more than 32 folders"),
        ("head -c 9000 /dev/urandom > x; tar cz x | head -c 5000 > a.tar.gz", "truncated"),
        ("head -c 5000 /dev/urandom > a.tar.gz", "nrecognized"),
    ])
    func whatCouldDoHarmIsRefused(command: String, reason: String) throws {
        try shell(command)
        let found = try unpack()
        #expect(found?.contains(reason) == true, "\(found ?? "no error")")
        #expect(try FileSystem.list(folder.path + "/out") == ["deep"])
    }

    @Test func anArchiveIsLookedThroughBeforeAnythingIsWritten() throws {
        try shell("printf x > good; printf x > ./~bad; tar czf a.tar.gz good ./~bad")
        #expect(try unpack() != nil)
        #expect(try FileSystem.list(folder.path + "/out/deep") == [])
    }

    @Test func aLinkInTheFolderIsNotFollowed() throws {
        try shell(
            "mkdir -p data outside out/deep; printf x > data/x; tar czf a.tar.gz data; ln -s ../../outside out/deep/data"
        )
        #expect(try unpack()?.contains("cannot create") == true)
        #expect(try FileSystem.list(folder.path + "/outside") == [])
    }
}
