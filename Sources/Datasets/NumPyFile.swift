// An array as NumPy saves it: `.npy` of versions 1 to 3 (NumPy, "A simple file format for NumPy arrays"), and what an
// `.npz` holds of them.

import Libraries
import Runtime
import Text

/// The beginning of an array's file, and its values, which come next.
struct NumPyFile {
    let file: DataFile
    /// `<f4`: the order of the bytes, the kind, how many bytes a value has.
    let type: String
    let shape: [Int]

    private static let magic: [UInt8] = [0x93] + "NUMPY".utf8

    /// What a shape looks like in Python: `(60000, 28, 28)`.
    var shapeText: String { "(\(shape.map(String.init).joined(separator: ", "))\(shape.count == 1 ? "," : ""))" }

    init(_ file: DataFile) throws(DatasetError) {
        self.file = file
        let start = try file.read(8)
        guard start.starts(with: Self.magic) else {
            throw file.damaged("it is no array of NumPy: it begins with \(start[..<4].map { $0 }.hexadecimal)")
        }
        guard 1...3 ~= start[6] else {
            throw file.damaged("its format has the version \(start[6]), and 1 to 3 are known")
        }
        let length = Int(try file.read(start[6] == 1 ? 2 : 4).littleEndian)
        // NumPy itself reads no longer ones without being asked.
        guard length <= 10_000 else { throw file.damaged("its header has \(length) bytes") }
        let header = String(decoding: try file.read(length), as: UTF8.self)
        guard let type = Self.value(of: "descr", in: header), let shape = Self.value(of: "shape", in: header),
            let order = Self.value(of: "fortran_order", in: header)
        else { throw file.damaged("its header names no type and shape") }
        self.type = type.filter { $0 != "'" && $0 != "\"" }
        let sizes = shape.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }.split(separator: ",").map {
            Int($0.filter { $0 != " " && $0 != "L" })
        }
        self.shape = sizes.compactMap { $0 }
        guard self.shape.count == sizes.count, self.shape.allSatisfy({ $0 >= 0 }) else {
            throw file.damaged("its header names no shape")
        }
        guard order.hasPrefix("F") || self.shape.count < 2 else {
            throw .unreadable(
                path: file.path, reason: "it is in Fortran's order",
                fix: "save it in C's: `\(Self.saving(file))`")
        }
    }

    /// How an array is saved in C's order, alone or with the others of its archive.
    private static func saving(_ file: DataFile) -> String {
        guard let member = file.member else {
            return "np.save(\"\(FileSystem.name(of: file.path))\", np.ascontiguousarray(x))"
        }
        let name = (member.name.hasSuffix(".npy") ? String(member.name.dropLast(4)) : member.name).printableName
        let isImages = !name.lowercased().hasPrefix("y") && !name.lowercased().contains("label")
        return "np.savez(\"\(FileSystem.name(of: member.archive))\", \(name)=np.ascontiguousarray(\(name)), "
            + (isImages ? "y=y" : "x=x") + ")"
    }

    /// What follows a key of the header, a literal of Python: `'<f4'`, `(3, 4)`, `False`.
    private static func value(of key: String, in header: String) -> String? {
        let parts = header.split(separator: "'\(key)':", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let text = parts[1].drop { $0 == " " }
        let end: Character = text.first == "(" ? ")" : text.first == "[" ? "]" : ","
        let value = text.prefix { $0 != end && $0 != "}" }
        return value.isEmpty ? nil : String(value) + (end == "," ? "" : String(end))
    }

    /// `float32`
    var typeText: String { type.dropFirst() == "b1" ? "bool" : kind.map { "\($0)" } ?? type }

    /// How a value is stored; `nil` for texts, objects and records.
    var kind: NumberKind? {
        switch type.dropFirst() {
        case "u1", "b1": .uint8
        case "u2": .uint16
        case "u4": .uint32
        case "u8": .uint64
        case "i1": .int8
        case "i2": .int16
        case "i4": .int32
        case "i8": .int64
        case "f4": .float32
        case "f8": .float64
        default: nil
        }
    }

    /// Calls `body` with each value, in order.
    func forEachValue(
        _ kind: NumberKind, _ cancellation: Cancellation, _ body: (Int, Double) throws(DatasetError) -> Void
    ) throws(DatasetError) {
        let (count, size) = (try file.count(shape, valueSize: kind.byteCount), kind.byteCount)
        let isReversed = type.hasPrefix(">")
        let pieceCount = 1 << 16
        for start in stride(from: 0, to: count, by: pieceCount) {
            if cancellation.isCancelled { throw .cancelled }
            let piece = try file.read(min(pieceCount, count - start) * size)
            for index in 0..<piece.count / size {
                var bits: UInt64 = 0
                for byte in 0..<size {
                    let place = isReversed ? size - 1 - byte : byte
                    bits |= UInt64(piece[index * size + place]) << UInt64(8 * byte)
                }
                try body(start + index, kind.value(bits))
            }
        }
        try file.expectEnd()
    }
}
