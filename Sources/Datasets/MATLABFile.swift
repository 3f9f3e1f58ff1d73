// Numeric arrays of a MATLAB file, version 5 (MathWorks, "MAT-File Format", as `save` writes it up to `-v7`, and
// `scipy.io.savemat`), packed by zlib or not.

import Libraries
import Runtime
import Text

enum MATLABFile {
    /// By their numbers in the format.
    private static let kinds: [Int: NumberKind] = [
        1: .int8, 2: .uint8, 3: .int16, 4: .uint16, 5: .int32, 6: .uint32, 7: .float32, 9: .float64, 12: .int64,
        13: .uint64,
    ]

    /// An array whose values, in MATLAB's order, are what `file` reads next.
    struct Array {
        let name: String
        let sizes: [Int]
        let kind: NumberKind
        let byteCount: Int
        let file: DataFile
        /// What it lies in, and how many bytes fill it up there.
        fileprivate let container: DataFile
        fileprivate let padding: Int

        /// Nothing may follow the values, once they are read. Of what is packed, the sum is checked here.
        func expectEnd() throws(DatasetError) {
            try container.skip(padding)
            try container.expectEnd()
        }
    }

    private static let (matrix, compressed) = (14, 15)
    private static let headerSize = 128
    /// Each element costs some microseconds, even an empty one of eight bytes; nobody saves as many arrays.
    private static let mostElements = 10_000

    /// Calls `body` for each numeric array.
    static func read(
        _ path: String, fix: String, _ cancellation: Cancellation,
        _ body: (Array) throws(DatasetError) -> Void
    ) throws(DatasetError) {
        let file = try DataFile(path, fix: fix)
        let header = try file.read(headerSize)
        guard header.starts(with: "MATLAB".utf8) else {
            throw file.damaged("it is no MATLAB file: it begins with \(header[..<4].map { $0 }.hexadecimal)")
        }
        guard header[126...].elementsEqual("IM".utf8), header[125] == 1 else {
            throw file.damaged(
                header.starts(with: "MATLAB 7.3".utf8)
                    ? "it is of MATLAB's version 7.3, and version 5 was expected (`save` with `-v7`)"
                    : "it is not of MATLAB's version 5 with the lowest byte first")
        }
        guard let size = FileSystem.size(path) else { throw file.damaged("it is missing") }
        var (place, count) = (headerSize, 0)
        while place < size {
            count += 1
            guard count <= mostElements else {
                throw file.damaged("it has more than \(grouped(mostElements)) elements, too many to be arrays")
            }
            if cancellation.isCancelled { throw .cancelled }
            let tag = try Tag(DataFile(path, part: place..<min(size, place + 8), isPacked: false, fix: fix))
            let start = place + 8
            guard tag.byteCount <= size - start else { throw file.damaged("it is truncated") }
            let end = start + tag.byteCount
            switch tag.kind {
            case compressed:
                let inner = try DataFile(path, part: start..<end, isPacked: true, fix: fix)
                if try Tag(inner).kind == matrix { try readMatrix(inner, body) }
            case matrix:
                try readMatrix(try DataFile(path, part: start..<end, isPacked: false, fix: fix), body)
            default: break
            }
            place = end
        }
    }

    /// What is in front of each element. One of at most four bytes has it and its value in eight bytes.
    private struct Tag {
        let kind: Int
        let byteCount: Int
        /// The bytes that follow the value, so that the next element begins at a multiple of eight.
        let padding: Int
        let value: [UInt8]?

        init(_ file: DataFile) throws(DatasetError) {
            let bytes = try file.read(8)
            let small = Int(bytes[2..<4].littleEndian)
            if small > 0 {
                guard small <= 4 else { throw file.damaged("an element of it has a length that cannot be") }
                kind = Int(bytes[..<2].littleEndian)
                (byteCount, padding, value) = (small, 0, [UInt8](bytes[4..<4 + small]))
            } else {
                kind = Int(bytes[..<4].littleEndian)
                byteCount = Int(bytes[4...].littleEndian)
                (padding, value) = ((8 - byteCount % 8) % 8, nil)
            }
        }
    }

    /// Its flags, sizes, name and values; arrays of other things are left out.
    private static func readMatrix(
        _ file: DataFile, _ body: (Array) throws(DatasetError) -> Void
    ) throws(DatasetError) {
        func element(limit: Int) throws(DatasetError) -> [UInt8] {
            let tag = try Tag(file)
            if let value = tag.value { return value }
            guard tag.byteCount <= limit else { throw file.damaged("an element of it has a length that cannot be") }
            let value = try file.read(tag.byteCount)
            try file.skip(tag.padding)
            return value
        }
        let flags = try element(limit: 8)
        guard flags.count == 8 else { throw file.damaged("an array of it has no flags") }
        // Numbers, and no complex ones.
        guard 6...15 ~= flags[0], flags[1] & 8 == 0 else { return }
        let sizes = try element(limit: 4 * 32)
        let name = try element(limit: 256)
        let values = try Tag(file)
        guard let kind = kinds[values.kind] else { throw file.damaged("an array of it has values of no kind") }
        try body(
            Array(
                name: String(decoding: name, as: UTF8.self),
                sizes: stride(from: 0, to: sizes.count - 3, by: 4).map {
                    Int(sizes[$0..<$0 + 4].littleEndian)
                }, kind: kind, byteCount: values.byteCount,
                file: values.value.map { DataFile($0, of: file) } ?? file, container: file,
                padding: values.padding))
    }
}
