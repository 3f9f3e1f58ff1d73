import Testing

@testable import Libraries

@Suite struct DigestTests {
    /// FIPS 180-4 and RFC 1321.
    @Test(arguments: [
        (
            "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "d41d8cd98f00b204e9800998ecf8427e"
        ),
        (
            "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "900150983cd24fb0d6963f7d28e17f72"
        ),
    ])
    func digestsAreThePublishedOnes(text: String, sha256: String, md5: String) {
        for (algorithm, expected) in [(Digest.Algorithm.sha256, sha256), (.md5, md5)] {
            var digest = Digest(algorithm)
            for character in text { digest.update(String(character)) }
            #expect(digest.finish().hexadecimal == expected)
        }
    }

    /// RFC 4231, cases 1, 2 and 6.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func signaturesAreThePublishedOnes(key: [UInt8], text: String, expected: String) {
        let bytes = Array(text.utf8)
        #expect(HMAC.sha256(key: key, [bytes]).hexadecimal == expected)
        #expect(HMAC.sha256(key: key, [Array(bytes.prefix(3)), [], Array(bytes.dropFirst(3))]).hexadecimal == expected)
    }

    @Test func signaturesAreComparedWhole() {
        #expect(HMAC.isEqual([1, 2, 3], [1, 2, 3]))
        #expect(!HMAC.isEqual([1, 2, 3], [1, 2, 4]))
        #expect(!HMAC.isEqual([1, 2, 3], [1, 2]))
        #expect(HMAC.isEqual([], []))
    }
}
