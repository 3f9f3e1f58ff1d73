// A file as its publisher offers it: downloaded once, checked, and kept.

import Libraries

/// What a file must hash to.
enum Checksum: Hashable, Sendable {
    case sha256(String)
    /// Where the publisher prints no other.
    case md5(String)

    var text: String {
        switch self {
        case .sha256(let text), .md5(let text): text
        }
    }

    /// As a person gives it.
    init(given text: String) throws(DatasetError) {
        let text = text.lowercased()
        guard text.utf8.count == 64, text.allSatisfy(\.isHexDigit) else {
            throw .badOption("`sha256:` is not a SHA-256", fix: "give the 64 digits that `sha256sum` prints")
        }
        self = .sha256(text)
    }

    /// The same kind of sum over files, one after the other.
    static func of(
        _ paths: [String], like checksum: Checksum, _ isCancelled: () -> Bool
    ) throws(DatasetError) -> (sum: Checksum, byteCount: Int) {
        let isSHA256 = if case .sha256 = checksum { true } else { false }
        var digest = Digest(isSHA256 ? .sha256 : .md5)
        var byteCount = 0
        for path in paths {
            do throws(FileError) {
                let bytes = try FileSystem.read(path, limit: 1 << 30, isCancelled: isCancelled)
                digest.update(bytes)
                byteCount += bytes.count
            } catch {
                throw error.isCancelled ? .cancelled : .file(error)
            }
        }
        let text = digest.finish().hexadecimal
        return (isSHA256 ? .sha256(text) : .md5(text), byteCount)
    }
}

struct PublishedFile: Sendable {
    /// Of files that somebody else has packed, and of what they unpack to.
    static let byteLimit = 1 << 30

    let name: String
    /// `nil` where it is checked together with others.
    let checksum: Checksum?
    /// What is larger is not downloaded.
    var byteLimit = byteLimit

    /// The file is in `folder` afterwards. What somebody has put there is used, and stays; a download whose sum is
    /// wrong is removed.
    ///
    /// - Returns: whether it was downloaded.
    func fetch(
        from url: String, into folder: String, _ progress: (Download.Progress) -> Void, _ isCancelled: () -> Bool
    ) throws(DatasetError) -> Bool {
        let path = FileSystem.join(folder, name)
        guard FileSystem.exists(path) else {
            try download(url, to: path, progress, isCancelled)
            return true
        }
        guard let checksum else { return false }
        let actual = try Checksum.of([path], like: checksum, isCancelled).sum
        guard actual == checksum else {
            throw .damaged(
                path: path, reason: "its checksum is \(actual.text), and \(checksum.text) was expected",
                fix: "move it to another folder, and it is downloaded")
        }
        return false
    }

    private func download(
        _ url: String, to path: String, _ progress: (Download.Progress) -> Void, _ isCancelled: () -> Bool
    ) throws(DatasetError) {
        while true {
            let isResumed: Bool
            do throws(DownloadError) {
                isResumed = try Download.fetch(
                    url, to: path, byteLimit: byteLimit, progress: progress, isCancelled: isCancelled)
            } catch {
                if error.kind == .cancelled { throw .cancelled }
                throw .download(error)
            }
            guard let checksum else { return }
            let (actual, byteCount) = try Checksum.of([path], like: checksum, isCancelled)
            if actual == checksum { return }
            do throws(FileError) { try FileSystem.remove(path) } catch { throw .file(error) }
            // The kept part may have been another file's: then once more, from the first byte.
            guard isResumed else {
                throw .wrongChecksum(url: url, expected: checksum.text, actual: actual.text, byteCount: byteCount)
            }
        }
    }
}
