// Messages in the protocol buffers wire format (protobuf.dev, "Encoding"), written field by field: a key of number and
// type, then a variable-length number, four bytes, or a length and so many bytes. Only writing: nothing here reads one.

public struct ProtocolBuffer: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Seven bits a byte, the lowest first; negative numbers take ten bytes.
    private mutating func writeVariable(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func writeKey(_ field: Int, wireType: UInt64) {
        writeVariable(UInt64(field) << 3 | wireType)
    }

    public mutating func add(_ field: Int, _ number: Int) {
        writeKey(field, wireType: 0)
        writeVariable(UInt64(bitPattern: Int64(number)))
    }

    public mutating func add(_ field: Int, _ number: Float) {
        writeKey(field, wireType: 5)
        withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 }
    }

    public mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

    public mutating func add(_ field: Int, _ message: ProtocolBuffer) { add(field, message.bytes) }

    public mutating func add(_ field: Int, _ content: [UInt8]) {
        writeKey(field, wireType: 2)
        writeVariable(UInt64(content.count))
        bytes += content
    }

    /// Numbers of 32 bits as their bytes, little-endian.
    public mutating func add(_ field: Int, raw values: [Float]) {
        writeKey(field, wireType: 2)
        writeVariable(UInt64(values.count * 4))
        values.withUnsafeBytes { bytes += $0 }
    }

    /// Whole numbers one after the other under one key.
    public mutating func add(_ field: Int, packed numbers: [Int]) {
        var content = ProtocolBuffer()
        for number in numbers { content.writeVariable(UInt64(bitPattern: Int64(number))) }
        add(field, content.bytes)
    }

    /// Makes room for so many more bytes at once.
    public mutating func reserve(_ byteCount: Int) { bytes.reserveCapacity(bytes.count + byteCount) }
}
