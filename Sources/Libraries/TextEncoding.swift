// Whether bytes are the text that a person meant: UTF-8. Files of editors on Windows are often UTF-16, older ones
// Latin-1, and what is called a script may be no text at all.

import Glibc

enum TextEncoding {
    /// Why the bytes are no text in UTF-8, with the place and what to do; `nil` where they are.
    static func fault(in bytes: [UInt8]) -> String? {
        if let name = otherEncoding(bytes) { return "it is \(name) text: save it as UTF-8" }
        if let index = bytes.withUnsafeBytes(nul) {
            return "\(place(of: index, in: bytes)) holds a NUL byte, which no text has: remove it"
        }
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
            return nil
        } catch {
            let index = error.byteOffsets.lowerBound
            return
                "\(place(of: index, in: bytes)) holds the byte 0x\([bytes[index]].hexadecimal.uppercased()), which is "
                + "not UTF-8: save it as UTF-8"
        }
    }

    /// By the mark at its beginning; without one by the zeros beside two letters.
    private static func otherEncoding(_ bytes: [UInt8]) -> String? {
        let marks: [([UInt8], String)] = [
            ([0xFF, 0xFE, 0, 0], "UTF-32"), ([0, 0, 0xFE, 0xFF], "UTF-32"), ([0xFF, 0xFE], "UTF-16"),
            ([0xFE, 0xFF], "UTF-16"),
        ]
        if let mark = marks.first(where: { bytes.starts(with: $0.0) }) { return mark.1 }
        let zeros = bytes.prefix(4).map { $0 == 0 }
        return [[false, true, false, true], [true, false, true, false]].contains(zeros) ? "UTF-16" : nil
    }

    private static func nul(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress, let found = memchr(base, 0, bytes.count) else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// Columns count Unicode scalars, as everywhere.
    private static func place(of index: Int, in bytes: [UInt8]) -> String {
        let before = bytes[..<index]
        let newline = UInt8(ascii: "\n")
        let line = before[before.index(after: before.lastIndex(of: newline) ?? -1)...]
        return "line \(before.count { $0 == newline } + 1), column \(line.count { $0 & 0xC0 != 0x80 } + 1)"
    }
}
