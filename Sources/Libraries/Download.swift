// Fetches a file over HTTP(S) with libcurl, which is opened at first use.

import CCurl

/// A download that failed: the address, why, and what to do.
public struct DownloadError: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// libcurl itself is missing on this machine.
        case noLibrary
        /// Name not found, connection refused, no route.
        case noConnection
        case timedOut
        /// The server answered with this HTTP status.
        case status(Int)
        /// The connection ended before the file did.
        case incomplete
        /// The file here could not be written.
        case cannotWrite
        case cancelled
        case other
    }

    public let kind: Kind
    public let url: String
    public let reason: String

    public var message: String { "cannot download \(url): \(reason)" }
    public var fix: String { "" }
    public var description: String { "\(message); \(fix)" }
}
