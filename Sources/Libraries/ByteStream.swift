// Bytes that are read from front to end: of memory, of a file or a part of one, and what a gzip or zlib stream in it
// unpacks to (by zlib, which also checks its sum).

import CZlib

/// Bytes that cannot be had.
public enum ByteStreamError: Error, Sendable {
    case file(FileError)
    /// Fewer bytes are there than were asked for.
    case ended
    /// What should be unpacked is no such stream, or a damaged one.
    case damaged(String)

    /// As it follows "is damaged: ".
    public var reason: String {
        switch self {
        case .file(let error): error.reason
        case .ended: "it is truncated"
        case .damaged(let reason): reason
        }
    }
}

public final class ByteStream {
    private enum Source: ~Copyable {
        case memory([UInt8])
        case file(FileReader)
    }

    private let source: Source
    /// What of the source has not been read.
    private var left: Range<Int>
    private var inflation: Inflation?
    /// Its next byte, where somebody has asked whether there is one.
    private var ahead: UInt8?
    /// So many bytes can come at most; what announces more is not worth the memory.
    public let byteLimit: Int

    public init(_ bytes: [UInt8]) {
        source = .memory(bytes)
        (left, byteLimit) = (0..<bytes.count, bytes.count)
    }

    /// - Parameters:
    ///   - part: of the file; `nil`: all of it.
    ///   - isPacked: whether it is a zlib stream; `nil`: one or more gzip streams where it begins as gzip does.
    public init(_ path: String, part: Range<Int>? = nil, isPacked: Bool? = nil) throws(FileError) {
        let file = try FileReader(path)
        let part = (part ?? 0..<file.byteCount).clamped(to: 0..<file.byteCount)
        let unpacks =
            if let isPacked { isPacked } else {
                part.count > 1 ? try file.read(2, at: part.lowerBound) == [0x1F, 0x8B] : false
            }
        left = part
        inflation = unpacks ? Inflation(isGzip: isPacked == nil) : nil
        // Deflate makes at most 1,032 bytes of one.
        byteLimit = unpacks ? part.count.multipliedReportingOverflow(by: 1032).partialValue : part.count
        source = .file(file)
    }

    /// Fills all of `buffer`.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteStreamError) {
        guard buffer.count > 0 else { return }
        var start = 0
        if let ahead {
            buffer[0] = ahead
            self.ahead = nil
            start = 1
        }
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[start...])
        guard try readSome(rest) == rest.count else { throw .ended }
    }

    /// The next bytes. Ask first whether `byteLimit` and the memory allow as many.
    public func read(_ count: Int) throws(ByteStreamError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let result: Result<Void, ByteStreamError> = bytes.withUnsafeMutableBytes { buffer in
            do throws(ByteStreamError) { return .success(try read(into: buffer)) } catch { return .failure(error) }
        }
        try result.get()
        return bytes
    }

    public func skip(_ count: Int) throws(ByteStreamError) {
        var left = count
        while left > 0 {
            let step = min(left, 1 << 16)
            _ = try read(step)
            left -= step
        }
    }

    /// Whether everything has been read. Of what is unpacked, the sum is checked here.
    public func isAtEnd() throws(ByteStreamError) -> Bool {
        guard ahead == nil else { return false }
        var byte: UInt8 = 0
        let result: Result<Int, ByteStreamError> = withUnsafeMutableBytes(of: &byte) { buffer in
            do throws(ByteStreamError) { return .success(try readSome(buffer)) } catch { return .failure(error) }
        }
        if try result.get() == 1 { ahead = byte }
        return ahead == nil
    }

    /// Fills as much of `buffer` as there is.
    private func readSome(_ buffer: UnsafeMutableRawBufferPointer) throws(ByteStreamError) -> Int {
        guard let inflation else { return try readSource(buffer) }
        return try inflation.read(into: buffer) { target throws(ByteStreamError) in try self.readSource(target) }
    }

    private func readSource(_ buffer: UnsafeMutableRawBufferPointer) throws(ByteStreamError) -> Int {
        let count = min(buffer.count, left.count)
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        switch source {
        case .memory(let bytes): target.copyBytes(from: bytes[left.prefix(count)])
        case .file(let file):
            do throws(FileError) { try file.read(into: target, at: left.lowerBound) } catch { throw .file(error) }
        }
        left = left.dropFirst(count)
        return count
    }
}

/// zlib's state, and a piece of what it has not unpacked yet.
private final class Inflation {
    private static let pieceSize = 1 << 16
    /// It does not move: zlib knows its address.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 16)
    private let isGzip: Bool
    private let isReady: Bool
    private var isAtEnd = false

    init(isGzip: Bool) {
        self.isGzip = isGzip
        isReady = tandem_inflate_begin(stream, isGzip ? 1 : 0) == Z_OK
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
        piece.deallocate()
    }

    /// - Parameter refill: gives the next packed bytes, as many as there are.
    /// - Returns: how many bytes there were; fewer than the buffer has only at the end of the last stream.
    func read(
        into buffer: UnsafeMutableRawBufferPointer,
        refill: (UnsafeMutableRawBufferPointer) throws(ByteStreamError) -> Int
    ) throws(ByteStreamError) -> Int {
        guard isReady else { throw .damaged("zlib does not start") }
        var done = 0
        while done < buffer.count, !isAtEnd {
            let room = min(buffer.count - done, 1 << 30)
            stream.pointee.next_out = buffer.baseAddress?.advanced(by: done).assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(room)
            guard try hasInput(refill) else { throw .ended }
            let status = inflate(stream, Z_NO_FLUSH)
            done += room - Int(stream.pointee.avail_out)
            switch status {
            case Z_OK: continue
            case Z_STREAM_END: isAtEnd = try !beginsNextStream(refill)
            default: throw .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "it cannot be unpacked")
            }
        }
        return done
    }

    /// Whether anything is left to unpack.
    private func hasInput(
        _ refill: (UnsafeMutableRawBufferPointer) throws(ByteStreamError) -> Int
    ) throws(ByteStreamError) -> Bool {
        if stream.pointee.avail_in > 0 { return true }
        let count = try refill(piece)
        stream.pointee.next_in = piece.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
        return count > 0
    }

    /// A gzip file may be several streams, one after the other (RFC 1952, section 2.2); nothing else may follow one.
    private func beginsNextStream(
        _ refill: (UnsafeMutableRawBufferPointer) throws(ByteStreamError) -> Int
    ) throws(ByteStreamError) -> Bool {
        guard try hasInput(refill) else { return false }
        guard isGzip, stream.pointee.next_in?.pointee == 0x1F, inflateReset(stream) == Z_OK else {
            throw .damaged("other bytes follow the packed ones")
        }
        return true
    }
}
