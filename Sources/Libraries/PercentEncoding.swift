// Percent-encoded text (RFC 3986, section 2.1), as addresses and references to attachments hold it.

extension Collection<UInt8> {
    /// The bytes, each `%41` as the one that it stands for; a `%` without two hexadecimal digits after it stays.
    public var percentDecoded: [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(self)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
            if byte == UInt8(ascii: "%"), digits.count == 2 {
                bytes.append(UInt8(digits[0] << 4 | digits[1]))
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
