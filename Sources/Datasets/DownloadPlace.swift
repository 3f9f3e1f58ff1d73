// Where a download goes: looked at before it begins, so that nothing is fetched in vain, and nothing is written
// elsewhere.

import Libraries

enum DownloadPlace {
    /// A folder that files are downloaded to is no link: nobody else says where they are written.
    static func refuseLink(_ folder: String) throws(DatasetError) {
        guard !FileSystem.isLink(folder) else { throw .obstructed(path: folder, reason: "it is a link") }
    }

    /// A data set gets this name when it is whole. An empty folder gives way to it, and nothing else.
    ///
    /// - Parameter wanted: what was not found there.
    static func checkFree(_ path: String, wanted: String) throws(DatasetError) {
        guard FileSystem.isThere(path) else { return }
        try refuseLink(path)
        guard FileSystem.isDirectory(path) else { throw .obstructed(path: path, reason: "it is no folder") }
        let isEmpty: Bool
        do throws(FileError) { isEmpty = try FileSystem.list(path).isEmpty } catch { throw .file(error) }
        guard isEmpty else { throw .obstructed(path: path, reason: "there is no \(wanted) in it") }
    }
}
