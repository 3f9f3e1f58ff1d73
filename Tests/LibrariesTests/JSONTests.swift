// JSON from sockets and files: exact, ordered, and never the end of the process.

import Libraries
import Testing

@Test(arguments: [
    #"{"b":1,"a":[true,false,null,-9223372036854775808,9223372036854775807],"c":{"é":"😀"}}"#, "[]", "{}", "\"\"", "0",
    #""\u0001\\\"\n""#,
])
func jsonIsWrittenAsItWasRead(text: String) throws {
    let written = String(decoding: try JSON(parsing: text).bytes, as: UTF8.self)
    #expect(written == text)
}

@Test func aNumberBeyond64BitsIsReadAsADecimal() throws {
    let value = try JSON(parsing: #"{"position": 9223372036854775808}"#)
    #expect(value["position"]?.integer == Int.max)
}

@Test(arguments: ["", "{", "[1,]", "nul", "{\"a\" 1}", "1 2", "\"\\ud800\""])
func brokenJSONIsAnError(text: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: text) }
}

@Test func invalidUTF8IsAnError() {
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
}

/// By the name of what it is, where an editor has written it.
@Test(
    arguments: [
        ([0xFF, 0xFE, 0x7B, 0, 0x7D, 0], "it is UTF-16 text: save it as UTF-8"),
        ([0xFE, 0xFF, 0, 0x7B, 0, 0x7D], "it is UTF-16 text: save it as UTF-8"),
        ([0x7B, 0, 0x0A, 0, 0x7D, 0], "it is UTF-16 text: save it as UTF-8"),
        ([0, 0x7B, 0, 0x0A, 0, 0x7D], "it is UTF-16 text: save it as UTF-8"),
        ([0xFF, 0xFE, 0, 0, 0x7B, 0, 0, 0], "it is UTF-32 text: save it as UTF-8"),
        ([0x7B, 0x0A, 0xC3, 0xA9, 0, 0x7D], "line 2, column 2 holds a NUL byte, which no text has: remove it"),
        ([0, 0, 0, 0, 0, 0], "line 1, column 1 holds a NUL byte, which no text has: remove it"),
        ([0x22, 0xC3, 0xA9, 0xE9, 0x22], "line 1, column 3 holds the byte 0xE9, which is not UTF-8: save it as UTF-8"),
    ] as [([UInt8], String)])
func whatIsNoTextSaysSo(bytes: [UInt8], reason: String) {
    do throws(JSONError) {
        _ = try JSON(parsing: bytes)
        Issue.record("read")
    } catch { #expect(error.description == reason) }
}

@Test(arguments: ["[", "{\"a\":"])
func aHundredThousandBracketsAreAnError(bracket: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: bracket, count: 100_000)) }
    let closed = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
    #expect(throws: JSONError.self) { try JSON(parsing: closed) }
}
