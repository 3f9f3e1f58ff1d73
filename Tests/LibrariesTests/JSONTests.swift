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

@Test(arguments: ["[", "{\"a\":"])
func aHundredThousandBracketsAreAnError(bracket: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: bracket, count: 100_000)) }
    let closed = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
    #expect(throws: JSONError.self) { try JSON(parsing: closed) }
}
