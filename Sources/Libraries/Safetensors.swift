// Files of tensors in the safetensors format (huggingface/safetensors, "Format"): eight bytes with the length of a JSON
// header, the header with the type, shape and place of each tensor, and their bytes. What a file says is checked before
// it is used.

import Glibc

/// Why a file is no readable safetensors file, in one line.
public struct SafetensorsError: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// What the file holds is wrong.
        case content
        /// The system does not give its bytes, or the memory has no room for them.
        case file
        case cancelled
    }

    public let description: String
    public var kind = Kind.content
}

public struct Safetensors: Sendable {
    /// A tensor in 32 bits, row by row, and the type that the file has it in: whole numbers are exact here up to 2^24.
    public struct Tensor: Sendable, Equatable {
        public let shape: [Int]
        public let values: [Float]
        public let type: ElementType

        public init(shape: [Int], values: [Float], type: ElementType = .float32) {
            precondition(shape.reduce(1, *) == values.count, "as many values as the shape has places")
            self.shape = shape
            self.values = values
            self.type = type
        }
    }

    /// A tensor that stays in the file.
    public struct Unread: Sendable, Equatable {
        public let shape: [Int]
        /// As the header has it: `I32`.
        public let type: String
    }

    /// In the order of the file's header.
    public private(set) var names: [String] = []
    private var tensors: [String: Tensor] = [:]
    /// Those of a file whose numbers are of a type that is not read.
    public private(set) var unread: [String: Unread] = [:]
    /// The texts under `__metadata__`.
    public var metadata: [String: String] = [:]

    public init() {}

    public subscript(name: String) -> Tensor? {
        get { tensors[name] }
        set {
            if tensors[name] == nil, newValue != nil { names.append(name) }
            if newValue == nil { names.removeAll { $0 == name } }
            tensors[name] = newValue
        }
    }

    /// Beyond this no header is read: a million tensors have less.
    private static let largestHeader = 100 << 20

    // MARK: Reading

    public init(parsing bytes: [UInt8]) throws(SafetensorsError) {
        guard let length = Self.headerLength(bytes.prefix(8), byteCount: bytes.count) else { throw Self.isCutShort }
        let start = 8 + length
        let places = try readHeader(Array(bytes[8..<start]), dataCount: bytes.count - start)
        for place in places {
            let data = bytes[start + place.range.lowerBound..<start + place.range.upperBound]
            self[place.name] = place.tensor(data.withUnsafeBytes(place.type.floats))
        }
    }

    /// Of a file: tensor by tensor, without a copy of its bytes.
    ///
    /// - Parameter isCancelled: asked for each 16 MB.
    public init(
        reading file: borrowing FileReader, isCancelled: () -> Bool = { false }
    ) throws(SafetensorsError) {
        func read(_ count: Int, _ offset: Int) throws(SafetensorsError) -> [UInt8] {
            do throws(FileError) { return try file.read(count, at: offset) } catch {
                throw SafetensorsError(description: error.reason, kind: .file)
            }
        }
        // So that sums and products of what it says of itself fit.
        guard file.byteCount <= 1 << 45 else { throw Self.noMemory("tensors", file.byteCount) }
        guard file.byteCount >= 8, let length = Self.headerLength(try read(8, 0), byteCount: file.byteCount) else {
            throw Self.isCutShort
        }
        // A header becomes some dozen times as long in memory.
        guard Memory.hasRoom(for: 32 * length) else { throw Self.noMemory("header", length) }
        let start = 8 + length
        let places = try readHeader(try read(length, 8), dataCount: file.byteCount - start)
        let valueBytes = places.reduce(0) { $0 + 4 * ($1.range.count / $1.type.byteCount) }
        // Whoever reads tensors makes something of them that is as large.
        guard Memory.hasRoom(for: 2 * valueBytes) else { throw Self.noMemory("tensors", 2 * valueBytes) }
        for place in places {
            var values: [Float] = []
            values.reserveCapacity(place.range.count / place.type.byteCount)
            for offset in stride(from: place.range.lowerBound, to: place.range.upperBound, by: Self.piece) {
                if isCancelled() { throw SafetensorsError(description: "interrupted", kind: .cancelled) }
                let bytes = try read(min(Self.piece, place.range.upperBound - offset), start + offset)
                values += bytes.withUnsafeBytes(place.type.floats)
            }
            self[place.name] = place.tensor(values)
        }
    }

    /// Bytes that are read at a time; a multiple of every type's.
    private static let piece = 16 << 20

    private static let isCutShort = SafetensorsError(description: "truncated within its header")

    private static func noMemory(_ what: String, _ byteCount: Int) -> SafetensorsError {
        let free = (Memory.available() ?? 0) >> 20
        return SafetensorsError(
            description: "its \(what) take \(byteCount >> 20) MB of memory, and \(free) MB are free", kind: .file)
    }

    /// A tensor as the header describes it.
    private struct Place {
        let name: String
        let type: ElementType
        let shape: [Int]
        /// In bytes, after the header.
        let range: Range<Int>

        func tensor(_ values: [Float]) -> Tensor { Tensor(shape: shape, values: values, type: type) }
    }

    /// Takes the metadata, and gives the tensors.
    private mutating func readHeader(_ text: [UInt8], dataCount: Int) throws(SafetensorsError) -> [Place] {
        func fail(_ reason: String) -> SafetensorsError { SafetensorsError(description: reason) }
        let header: JSON
        do { header = try JSON(parsing: text, refusesEqualKeys: true) } catch {
            throw fail("its header is not JSON (\(error))")
        }
        guard let object = header.object else { throw fail("its header is not a JSON object") }
        var places: [Place] = []
        var ranges: [(name: String, range: Range<Int>)] = []
        for name in object.keys {
            guard let entry = object[name]?.object else { throw fail("`\(name)` is not described by an object") }
            if name == "__metadata__" {
                for key in entry.keys {
                    guard let text = entry[key]?.string else { throw fail("`\(key)` of its metadata is not a string") }
                    metadata[key] = text
                }
                continue
            }
            func numbers(_ key: String) throws(SafetensorsError) -> [Int] {
                guard let numbers = entry[key]?.integers else {
                    throw fail("the `\(key)` of `\(name)` is not a list of whole numbers")
                }
                return numbers
            }
            let (shape, offsets) = (try numbers("shape"), try numbers("data_offsets"))
            let type = entry["dtype"]?.string ?? "none"
            guard let bits = ElementType(rawValue: type).map({ 8 * $0.byteCount }) ?? Self.unreadBits[type] else {
                throw fail("`\(name)` is of a type that is not read: \(type)")
            }
            guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= dataCount else {
                throw fail("`\(name)` lies outside of the file, which may be truncated")
            }
            let range = offsets[0]..<offsets[1]
            guard let count = Self.count(shape), count == 8 * range.count / bits, 8 * range.count % bits == 0 else {
                throw fail("`\(name)` has not as many values as its shape \(shape) says")
            }
            ranges.append((name, range))
            if let type = ElementType(rawValue: type) {
                places.append(Place(name: name, type: type, shape: shape, range: range))
            } else {
                unread[name] = Unread(shape: shape, type: type)
            }
        }
        // Tensors that share bytes would take more memory than the file has.
        let sorted = ranges.filter { !$0.range.isEmpty }.sorted { $0.range.lowerBound < $1.range.lowerBound }
        for (before, after) in zip(sorted, sorted.dropFirst())
        where after.range.lowerBound < before.range.upperBound {
            throw fail("its tensors `\(before.name)` and `\(after.name)` lie on each other")
        }
        // "The byte buffer needs to be entirely indexed": what nobody names could be anything.
        let surplus = dataCount - (sorted.last?.range.upperBound ?? 0)
        guard surplus == 0 else {
            throw fail("\(surplus == 1 ? "a byte follows" : "\(surplus) bytes follow") its last tensor")
        }
        return places
    }

    private static func count(_ shape: [Int]) -> Int? {
        var count = 1
        for size in shape {
            let (next, overflow) = count.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow else { return nil }
            count = next
        }
        return count
    }

    /// The types that are read and written; all are 32 bits in memory.
    public enum ElementType: String, Sendable {
        case float32 = "F32"
        case float64 = "F64"
        case bfloat16 = "BF16"
        case float16 = "F16"
        case int64 = "I64"
        case uint16 = "U16"
        case uint8 = "U8"
        case bool = "BOOL"

        /// Whether weights can be of it.
        public var isFloat: Bool {
            switch self {
            case .float32, .float64, .bfloat16, .float16: true
            case .int64, .uint16, .uint8, .bool: false
            }
        }

        var byteCount: Int {
            switch self {
            case .float32: 4
            case .float64, .int64: 8
            case .bfloat16, .float16, .uint16: 2
            case .uint8, .bool: 1
            }
        }

        func floats(_ raw: UnsafeRawBufferPointer) -> [Float] {
            func read<Bits: FixedWidthInteger>(_ type: Bits.Type, _ make: (Bits) -> Float) -> [Float] {
                (0..<raw.count / MemoryLayout<Bits>.size).map {
                    make(
                        Bits(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Bits>.size, as: type)))
                }
            }
            return switch self {
            case .float32: read(UInt32.self) { Float(bitPattern: $0) }
            case .float64: read(UInt64.self) { Float(Double(bitPattern: $0)) }
            case .bfloat16: read(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
            case .float16: read(UInt16.self) { Float(Float16(bitPattern: $0)) }
            case .int64: read(Int64.self) { Float($0) }
            case .uint16: read(UInt16.self) { Float($0) }
            case .uint8, .bool: read(UInt8.self) { Float($0) }
            }
        }

        /// What a type cannot hold is the nearest that it can.
        func write(_ values: [Float], to output: inout [UInt8]) {
            func write<Bits: FixedWidthInteger>(_ make: (Float) -> Bits) {
                for value in values { withUnsafeBytes(of: make(value).littleEndian) { output += $0 } }
            }
            func whole<Bits: FixedWidthInteger>(_ value: Float) -> Bits {
                let rounded = value.isNaN ? 0 : value.rounded()
                return Bits(exactly: rounded) ?? (rounded < 0 ? .min : .max)
            }
            switch self {
            // Every machine that the engine runs on stores numbers as the file does.
            case .float32: values.withUnsafeBytes { output += $0 }
            case .float64: write { Double($0).bitPattern }
            case .bfloat16: write { UInt16($0.bitPattern >> 16) }
            case .float16: write { Float16($0).bitPattern }
            case .int64: write { whole($0) as Int64 }
            case .uint16: write { whole($0) as UInt16 }
            case .uint8, .bool: write { whole($0) as UInt8 }
            }
        }
    }

    /// How long a number of each other type of the format is.
    private static let unreadBits = [
        "I8": 8, "I16": 16, "I32": 32, "U32": 32, "U64": 64, "C64": 64, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
        "F8_E5M2FNUZ": 8, "F8_E4M3FNUZ": 8, "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
    ]

    // MARK: The header alone

    /// What the first eight bytes say, where the file is long enough for it.
    private static func headerLength(_ bytes: some BidirectionalCollection<UInt8>, byteCount: Int) -> Int? {
        let length = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return length <= UInt64(largestHeader) && Int(length) <= byteCount - 8 ? Int(length) : nil
    }

    /// The header of a file whose tensors are not read, and where they begin; `nil` where there is none.
    public static func header(of file: borrowing FileReader) throws(FileError) -> (header: JSON, dataStart: Int)? {
        guard file.byteCount >= 8, let length = headerLength(try file.read(8, at: 0), byteCount: file.byteCount)
        else { return nil }
        guard Memory.hasRoom(for: 32 * length) else { throw FileError("read", file.path, code: ENOMEM) }
        let text = try file.read(length, at: 8)
        return (try? JSON(parsing: text, refusesEqualKeys: true)).map { ($0, 8 + length) }
    }

    /// A header as a file begins with it: its length, and as many spaces that tensors begin at a multiple of eight
    /// bytes.
    public static func bytes(ofHeader header: JSONObject) -> [UInt8] {
        var head = JSON.object(header).bytes
        head += [UInt8](repeating: UInt8(ascii: " "), count: (8 - head.count % 8) % 8)
        return withUnsafeBytes(of: UInt64(head.count).littleEndian) { Array($0) } + head
    }

    // MARK: Writing

    /// A tensor that is made when it is written.
    public struct Part {
        public let name: String
        public let shape: [Int]
        public let type: ElementType
        public let values: () -> [Float]

        public init(
            name: String, shape: [Int], type: ElementType = .float32, values: @escaping () -> [Float]
        ) {
            (self.name, self.shape, self.type, self.values) = (name, shape, type, values)
        }

        public var count: Int { shape.reduce(1, *) }
        fileprivate var byteCount: Int { count * type.byteCount }

        /// Its values as a file holds them.
        ///
        /// - Throws: where the memory has no room for them.
        func bytes(for path: String) throws(FileError) -> [UInt8] {
            guard Memory.hasRoom(for: 2 * byteCount) else { throw FileError("write", path, code: ENOMEM) }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(byteCount)
            type.write(values(), to: &bytes)
            return bytes
        }
    }

    private static func header(_ parts: [Part], _ metadata: [String: String]) -> [UInt8] {
        var header = JSONObject()
        if !metadata.isEmpty {
            var texts = JSONObject()
            for key in metadata.keys.sorted() { texts[key] = metadata[key].map { .string($0) } }
            header["__metadata__"] = .object(texts)
        }
        var end = 0
        for part in parts {
            let start = end
            end += part.byteCount
            header[part.name] = [
                "dtype": .string(part.type.rawValue), "shape": .array(part.shape.map { .integer($0) }),
                "data_offsets": [.integer(start), .integer(end)],
            ]
        }
        return bytes(ofHeader: header)
    }

    /// Writes a file whole or not at all, with no more than one tensor in memory beside those that there are.
    ///
    /// - Returns: its bytes.
    public static func write(
        _ parts: [Part], metadata: [String: String], to path: String, isPrivate: Bool = false
    ) throws(FileError) -> Int {
        var writer = try WholeFileWriter(path, isPrivate: isPrivate)
        let head = header(parts, metadata)
        try writer.write(head, at: 0)
        var offset = head.count
        for part in parts {
            let bytes = try part.bytes(for: path)
            try writer.write(bytes, at: offset)
            offset += bytes.count
        }
        try writer.finish()
        return offset
    }

    /// The tensors in the order of `names`.
    public var parts: [Part] {
        names.compactMap { name in
            tensors[name].map { tensor in
                Part(name: name, shape: tensor.shape, type: tensor.type) { tensor.values }
            }
        }
    }

    /// The file, its tensors in the order of `names`.
    public var bytes: [UInt8] {
        let head = Self.header(parts, metadata)
        var output: [UInt8] = []
        output.reserveCapacity(head.count + parts.reduce(0) { $0 + $1.byteCount })
        output += head
        for name in names { tensors[name].map { $0.type.write($0.values, to: &output) } }
        return output
    }
}
