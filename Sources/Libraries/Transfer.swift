// One request of `Download`: libcurl's handles, the open file, and what libcurl's answer means.

import CCurl
import Glibc

/// Writes what a server sends after the first `start` bytes of a file.
final class Transfer {
    struct Failure: Error {
        let error: DownloadError
        /// Whether the same request from the first byte may succeed.
        var cannotResume = false
    }

    private let url: String
    private let path: String
    private let library: CurlLibrary
    private let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer
    private let descriptor: Int32
    private var received: Int
    private let start: Int
    private let byteLimit: Int
    private var writeError: Int32 = 0
    private var isTooLarge = false

    init(
        _ url: String, to path: String, from start: Int, byteLimit: Int, timeouts: Download.Timeouts
    ) throws(Failure) {
        func failure(_ kind: DownloadError.Kind, _ reason: String) -> Failure {
            Failure(error: DownloadError(kind: kind, url: url, reason: reason))
        }
        guard let library = CurlLibrary.shared else { throw failure(.noLibrary, "libcurl.so.4 is not installed") }
        guard !url.isEmpty, !url.utf8.contains(0) else { throw failure(.badAddress, "this is not an address") }
        if let file = Self.localFile(url) {
            // libcurl would wait for a pipe, and nothing could stop it.
            guard FileSystem.isRegularFile(file) else { throw failure(.badAddress, "there is no file of this name") }
            // Nor does it look at the size of a file before it copies it.
            guard FileSystem.size(file) ?? 0 <= byteLimit else {
                throw failure(.tooLarge, Self.tooLarge(byteLimit))
            }
        }
        let descriptor: Int32
        do { descriptor = try Self.open(path, from: start) } catch {
            var failure = failure(.cannotWrite, error.description)
            failure.cannotResume = error.isObstructed
            throw failure
        }
        guard let easy = library.makeEasy() else {
            close(descriptor)
            throw failure(.other, "libcurl does not start")
        }
        guard let multi = library.makeMulti() else {
            library.freeEasy(easy)
            close(descriptor)
            throw failure(.other, "libcurl does not start")
        }
        self.url = url
        self.path = path
        self.library = library
        self.easy = easy
        self.multi = multi
        self.descriptor = descriptor
        self.start = start
        self.byteLimit = byteLimit
        received = start
        setOptions(timeouts)
    }

    /// Neither a link that somebody put there is followed, nor a pipe waited for, nor a file written that has another
    /// name as well: it may be somebody's own.
    ///
    /// - Throws: `isObstructed` where such a file should be continued.
    private static func open(_ path: String, from start: Int) throws(FileError) -> Int32 {
        let flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_APPEND
        var descriptor = Glibc.open(path, flags, 0o644)
        guard descriptor >= 0 else { throw FileError("write", path) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
            if status.st_nlink != 1 {
                close(descriptor)
                guard start == 0 else { throw FileError("write", path, code: ELOOP) }
                try FileSystem.remove(path)
                descriptor = Glibc.open(path, flags | O_EXCL, 0o644)
                guard descriptor >= 0 else { throw FileError("write", path) }
            } else if start == 0, ftruncate(descriptor, 0) != 0 {
                let error = FileError("write", path)
                close(descriptor)
                throw error
            }
        }
        return descriptor
    }

    deinit {
        library.freeEasy(easy)
        _ = library.freeMulti(multi)
        close(descriptor)
    }

    private func setOptions(_ timeouts: Download.Timeouts) {
        func set(_ option: CURLoption, _ value: Int) {
            _ = tandem_curl_set_long(library.setOption, easy, option, value)
        }
        func set(_ option: CURLoption, _ text: String) {
            _ = text.withCString { tandem_curl_set_pointer(library.setOption, easy, option, $0) }
        }
        set(CURLOPT_URL, url)
        set(CURLOPT_PROTOCOLS_STR, "http,https,file")
        set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        set(CURLOPT_USERAGENT, "tandem")
        set(CURLOPT_FOLLOWLOCATION, 1)
        set(CURLOPT_MAXREDIRS, 5)
        set(CURLOPT_FAILONERROR, 1)
        // Signals belong to the front end.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_CONNECTTIMEOUT, timeouts.connecting)
        set(CURLOPT_LOW_SPEED_LIMIT, 1)
        set(CURLOPT_LOW_SPEED_TIME, timeouts.silent)
        // Where the server announces the length; others are left when they have sent too much.
        set(CURLOPT_MAXFILESIZE_LARGE, byteLimit - start)
        if start > 0 { set(CURLOPT_RESUME_FROM_LARGE, start) }
        _ = tandem_curl_set_pointer(
            library.setOption, easy, CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque())
        _ = tandem_curl_set_writer(library.setOption, easy) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.write(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
    }

    private static func tooLarge(_ byteLimit: Int) -> String {
        "it is larger than the \(byteLimit) bytes that are expected at most"
    }

    /// The path of a `file:` address.
    private static func localFile(_ url: String) -> String? {
        guard url.lowercased().hasPrefix("file:") else { return nil }
        var path = Array(url.utf8.dropFirst(5))[...]
        // `file:///path`, `file://localhost/path` and `file:/path`.
        if path.starts(with: "//".utf8) { path = path.dropFirst(2).drop { $0 != UInt8(ascii: "/") } }
        return String(decoding: path.percentDecoded, as: UTF8.self)
    }

    /// What libcurl's writer returns: how many bytes were taken; fewer than all ends the transfer.
    private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count <= byteLimit - received else {
            isTooLarge = true
            return 0
        }
        guard writeAll(bytes, to: descriptor) else {
            writeError = errno
            return 0
        }
        received += bytes.count
        return bytes.count
    }

    func run(progress: (Download.Progress) -> Void, isCancelled: () -> Bool) throws(Failure) {
        _ = library.add(multi, easy)
        defer { _ = library.remove(multi, easy) }
        var running: Int32 = 1
        var lastReport = 0.0
        while running > 0 {
            guard !isCancelled() else {
                throw Failure(error: DownloadError(kind: .cancelled, url: url, reason: "stopped"))
            }
            guard library.perform(multi, &running) == CURLM_OK else {
                throw Failure(error: DownloadError(kind: .other, url: url, reason: "libcurl gives up"))
            }
            if Clock.seconds - lastReport > 0.1 {
                lastReport = Clock.seconds
                progress(Download.Progress(received: received, total: total))
            }
            if running > 0 { _ = library.poll(multi, nil, 0, 50, nil) }
        }
        var left: Int32 = 0
        while let message = library.readMessage(multi, &left)?.pointee {
            if message.msg == CURLMSG_DONE, message.data.result != CURLE_OK { throw failure(message.data.result) }
        }
        // libcurl takes "there is nothing after that byte" for a whole file; the part may as well be another file's.
        if status == 416 { throw failure(CURLE_HTTP_RETURNED_ERROR) }
        progress(Download.Progress(received: received, total: received))
    }

    /// Bytes of the whole file, or 0 where the server has not said.
    private var total: Int {
        var length: curl_off_t = 0
        let result = tandem_curl_get_size(library.getInfo, easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length)
        return result == CURLE_OK && length > 0 ? start + Int(length) : 0
    }

    /// HTTP's, 0 before an answer.
    private var status: Int {
        var status = 0
        _ = tandem_curl_get_long(library.getInfo, easy, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    private func failure(_ code: CURLcode) -> Failure {
        let status = status
        var reason = library.describe(code).map { String(cString: $0).lowercasedFirst } ?? "error \(code.rawValue)"
        let kind: DownloadError.Kind
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_FILE_COULDNT_READ_FILE: kind = .badAddress
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: kind = .noConnection
        case CURLE_OPERATION_TIMEDOUT: kind = .timedOut
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR:
            kind = .incomplete
            reason = "the connection ended after \(received) bytes" + (total > 0 ? " of \(total)" : "")
        case _ where isTooLarge || code == CURLE_FILESIZE_EXCEEDED:
            kind = .tooLarge
            reason = Self.tooLarge(byteLimit)
        case CURLE_WRITE_ERROR:
            kind = .cannotWrite
            reason = FileError("write", path, code: writeError).description
        case CURLE_HTTP_RETURNED_ERROR:
            kind = .status(status)
            reason = "the server answered with status \(status)"
        default: kind = .other
        }
        // Where a server sends all of the file although the rest was asked for, libcurl sees its size before it sees
        // that.
        let cannotResume =
            code == CURLE_RANGE_ERROR || code == CURLE_BAD_DOWNLOAD_RESUME || code == CURLE_FILESIZE_EXCEEDED
            || (code == CURLE_HTTP_RETURNED_ERROR && status == 416)
        return Failure(error: DownloadError(kind: kind, url: url, reason: reason), cannotResume: cannotResume)
    }
}
