// Fetches a file over HTTP(S) with libcurl. What has arrived is in `<path>.part` and is kept after a failure, so
// that the next try asks for the rest; a file of the wanted name is there only when it is whole.

import Glibc

/// A download that failed: the address, why, and what to do.
public struct DownloadError: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// libcurl itself is missing on this machine.
        case noLibrary
        /// The address cannot be read, or is of a kind that is not fetched.
        case badAddress
        /// Name not found, connection refused, no route.
        case noConnection
        case timedOut
        /// The server answered with this HTTP status.
        case status(Int)
        /// The connection ended before the file did.
        case incomplete
        /// The server sends more than was asked for.
        case tooLarge
        /// The file here could not be written.
        case cannotWrite
        case cancelled
        case other
    }

    public let kind: Kind
    public let url: String
    public let reason: String

    public var message: String { "cannot download \(url): \(reason)" }

    public var fix: String {
        switch kind {
        case .noLibrary: "install libcurl: `apt install libcurl4`"
        case .badAddress, .status: "check the address"
        case .noConnection: "check the network (and `https_proxy`, if there is a proxy), then try again"
        case .timedOut, .incomplete, .cancelled, .other: "try again: what has arrived is kept, and the rest is fetched"
        case .tooLarge: "check the address: this is not the file that is wanted"
        case .cannotWrite: "check that the folder can be written and that the disk has room"
        }
    }

    public var description: String { "\(message); \(fix)" }
}

public enum Download {
    public struct Progress: Sendable {
        /// Bytes that are here, those of an earlier try included.
        public let received: Int
        /// Bytes of the whole file; 0 while the server has not said.
        public let total: Int
    }

    /// How long a connection may take, and how long a server may say nothing, in seconds.
    public struct Timeouts: Sendable {
        public var connecting = 20
        public var silent = 30

        public init(connecting: Int = 20, silent: Int = 30) {
            self.connecting = connecting
            self.silent = silent
        }
    }

    /// Fetches `url` into `path`, continuing after what an earlier try left in `<path>.part`.
    ///
    /// - Parameters:
    ///   - byteLimit: of the whole file; what is larger, or has no end, is left, and nothing stays of it. Nor does
    ///     anything of a file that cannot be written: what has filled a disk must not keep it full.
    ///   - progress: called about ten times a second.
    ///   - isCancelled: asked about twenty times a second.
    /// - Returns: whether a part of an earlier try was used. If the file then fails its check, the server may have
    ///   changed it meanwhile.
    @discardableResult
    public static func fetch(
        _ url: String, to path: String, byteLimit: Int, timeouts: Timeouts = Timeouts(),
        progress: (Progress) -> Void = { _ in }, isCancelled: () -> Bool = { false }
    ) throws(DownloadError) -> Bool {
        let part = path + ".part"
        let found = FileSystem.size(part) ?? 0
        // What is too large already is another file's.
        let kept = found <= byteLimit ? found : 0
        var isResumed = kept > 0
        func transfer(from start: Int) throws(Transfer.Failure) {
            let transfer = try Transfer(url, to: part, from: start, byteLimit: byteLimit, timeouts: timeouts)
            try transfer.run(progress: progress, isCancelled: isCancelled)
        }
        do throws(Transfer.Failure) {
            do throws(Transfer.Failure) {
                try transfer(from: kept)
            } catch {
                guard isResumed, error.cannotResume else { throw error }
                // The server cannot send the rest, or has no more than what is here: then all of it again.
                isResumed = false
                try transfer(from: 0)
            }
        } catch {
            if error.error.kind == .tooLarge || error.error.kind == .cannotWrite || FileSystem.size(part) == 0 {
                try? FileSystem.remove(part)
            }
            throw error.error
        }
        guard rename(part, path) == 0 else {
            throw DownloadError(kind: .cannotWrite, url: url, reason: FileError("write", path).description)
        }
        return isResumed
    }
}
