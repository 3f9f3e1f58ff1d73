// Digests of bytes by libcrypto: SHA-256 and MD5 over anything that comes in pieces, and the HMAC-SHA256 that signs
// Jupyter's messages. Bytes go in, a digest or its lowercase hexadecimal text comes out.

import CCrypto

/// A digest under way: `update` with each piece, then `finish` once.
///
///     var digest = Digest(.sha256)
///     digest.update(bytes)
///     let text = digest.finish().hexadecimal
public struct Digest: ~Copyable {
    public enum Algorithm: Sendable {
        /// 32 bytes, FIPS 180-4.
        case sha256
        /// 16 bytes, RFC 1321. Only to compare with what a publisher printed.
        case md5
    }

    private let context: OpaquePointer

    public init(_ algorithm: Algorithm) {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("no memory for a digest") }
        let isReady = EVP_DigestInit_ex(context, algorithm == .sha256 ? EVP_sha256() : EVP_md5(), nil) == 1
        precondition(isReady, "libcrypto offers no \(algorithm)")
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    public mutating func update(_ text: String) {
        update(Array(text.utf8))
    }

    public consuming func finish() -> [UInt8] {
        var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        EVP_DigestFinal_ex(context, &result, &count)
        return Array(result.prefix(Int(count)))
    }

    /// The SHA-256 of bytes that are all there.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = Digest(.sha256)
        digest.update(bytes)
        return digest.finish()
    }
}

public enum HMAC {
    /// HMAC-SHA256 (RFC 2104) over the parts, one after the other. An empty key is allowed.
    public static func sha256(key: [UInt8], _ parts: [[UInt8]]) -> [UInt8] {
        // The construction is two digests; libcrypto's own streaming HMAC interface is deprecated since 3.0.
        let blockSize = 64
        var block = key.count > blockSize ? Digest.sha256(key) : key
        block += [UInt8](repeating: 0, count: blockSize - block.count)
        var inner = Digest(.sha256)
        inner.update(block.map { $0 ^ 0x36 })
        for part in parts { inner.update(part) }
        return Digest.sha256(block.map { $0 ^ 0x5c } + inner.finish())
    }

    /// Whether two signatures are equal, in a time that reveals nothing about where they differ.
    public static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && (left.isEmpty || CRYPTO_memcmp(left, right, left.count) == 0)
    }
}

extension [UInt8] {
    /// - Returns: `nil` where the text is not pairs of hexadecimal digits.
    public init?(hexadecimal text: String) {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count % 2 == 0 else { return nil }
        self = []
        reserveCapacity(digits.count / 2)
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[place], let low = digits[place + 1] else { return nil }
            append(UInt8(high << 4 | low))
        }
    }

    /// Two lowercase digits a byte: `ba7816bf`.
    public var hexadecimal: String {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value }
        return String(unsafeUninitializedCapacity: 2 * count) { text in
            for (index, byte) in enumerated() {
                text[2 * index] = digit(byte >> 4)
                text[2 * index + 1] = digit(byte & 15)
            }
            return 2 * count
        }
    }
}
