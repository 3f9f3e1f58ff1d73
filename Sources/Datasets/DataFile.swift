// A file of a data set that is read from front to end, in whatever format; what is wrong with it is said with its path.

import Libraries
import Runtime

struct DataFile {
    let path: String
    /// What to do where it is damaged.
    private let fix: String
    private let stream: ByteStream
    /// The archive that it is in, and what it is called there.
    let member: (archive: String, name: String)?

    init(_ path: String, part: Range<Int>? = nil, isPacked: Bool? = nil, fix: String) throws(DatasetError) {
        (self.path, self.fix, member) = (path, fix, nil)
        do throws(FileError) {
            stream = try ByteStream(path, part: part, isPacked: isPacked)
        } catch { throw .file(error) }
    }

    /// Bytes of a packed file.
    init(_ bytes: [UInt8], named name: String, in archive: String, fix: String) {
        (path, self.fix, stream, member) = ("\(archive) (\(name))", fix, ByteStream(bytes), (archive, name))
    }

    /// Some bytes of another file.
    init(_ bytes: [UInt8], of file: DataFile) {
        (path, fix, stream, member) = (file.path, file.fix, ByteStream(bytes), file.member)
    }

    func damaged(_ reason: String) -> DatasetError { .damaged(path: path, reason: reason, fix: fix) }

    /// Few bytes; for many, ask `count(_:)` first.
    func read(_ count: Int) throws(DatasetError) -> [UInt8] {
        do throws(ByteStreamError) { return try stream.read(count) } catch { throw fault(error) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(DatasetError) {
        do throws(ByteStreamError) { try stream.read(into: buffer) } catch { throw fault(error) }
    }

    func skip(_ count: Int) throws(DatasetError) {
        do throws(ByteStreamError) { try stream.skip(count) } catch { throw fault(error) }
    }

    /// Nothing may follow what the format announces.
    func expectEnd() throws(DatasetError) {
        let isAtEnd: Bool
        do throws(ByteStreamError) { isAtEnd = try stream.isAtEnd() } catch { throw fault(error) }
        guard isAtEnd else { throw damaged("it holds more than it announces") }
    }

    private func fault(_ error: ByteStreamError) -> DatasetError {
        if case .file(let error) = error { .file(error) } else { damaged(error.reason) }
    }

    /// How many values an array of these sizes has: never more than the file can hold and the memory has room for,
    /// whatever a damaged file announces.
    func count(_ sizes: [Int], valueSize: Int = 1) throws(DatasetError) -> Int {
        var count = valueSize
        for size in sizes {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow else {
                count = .max
                break
            }
            count = product
        }
        guard count <= stream.byteLimit else {
            throw damaged(
                "it announces \(sizes.map(String.init).joined(separator: "x")) values and is too short for them")
        }
        guard Memory.hasRoom(for: count) else {
            throw .outOfMemory(
                "the values in \(path)", count, fix: "free memory, or name a folder whose files hold fewer images")
        }
        return count / valueSize
    }

    /// All bytes of an array of these sizes.
    func bytes(_ sizes: [Int], valueSize: Int = 1, _ cancellation: Cancellation) throws(DatasetError) -> [UInt8] {
        let count = try count(sizes, valueSize: valueSize) * valueSize
        var bytes = [UInt8](repeating: 0, count: count)
        for start in stride(from: 0, to: count, by: 1 << 20) {
            if cancellation.isCancelled { throw .cancelled }
            let result: Result<Void, DatasetError> = bytes.withUnsafeMutableBytes { buffer in
                let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[start..<min(count, start + 1 << 20)])
                do throws(DatasetError) { return .success(try read(into: piece)) } catch { return .failure(error) }
            }
            try result.get()
        }
        return bytes
    }
}
