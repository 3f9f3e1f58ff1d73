// Text cut between characters, and dropped messages counted.

import Testing

@testable import Jupyter

@Test(arguments: ["", "a", "aé", "a😀", "é", "😀"])
func aCutNeverGoesThroughACharacter(text: String) {
    let bytes = Array(text.utf8)
    for count in 0...bytes.count {
        let whole = StrayOutput.wholeCharacters(Array(bytes[..<count]))
        #expect(String(validating: bytes[..<whole], as: UTF8.self) != nil && count - whole < 4)
        #expect(count < bytes.count || whole == count)
    }
    // Bytes that are no UTF-8 at all go through; they do not wait for ever.
    #expect(StrayOutput.wholeCharacters([0x80, 0x80, 0x80, 0x80, 0x80]) == 5)
}

@Test func longTextIsSentInPieces() {
    let text = String(repeating: "aé😀", count: 30_000)
    let pieces = Broadcaster.pieces(of: text)
    #expect(pieces.joined() == text && pieces.count == 4)
    #expect(pieces.allSatisfy { $0.utf8.count <= 1 << 16 })
    #expect(Broadcaster.pieces(of: "a") == ["a"])
}

@Test func droppedMessagesAreCountedByReason() {
    let signature = Signature(key: "key")
    var gate = Gate(signature)
    let parts = [#"{"msg_type":"kernel_info_request"}"#, "{}", "{}", "{}"].map { Array($0.utf8) }
    let good = WireMessage(identities: [[1]], parts: parts, signature: signature)
    #expect(gate.report == nil)
    #expect(gate.admit(good.frames, .shell)?.type == "kernel_info_request")
    #expect(gate.admit(good.frames, .shell) == nil)
    #expect(gate.admit([], .shell) == nil && gate.admit(Array(good.frames.dropLast()), .shell) == nil)
    #expect(gate.admit(WireMessage(identities: [], parts: parts, signature: Signature(key: "x")).frames, .shell) == nil)
    let headless = WireMessage(identities: [], parts: [[0x5B]] + parts.dropFirst(), signature: signature)
    #expect(gate.admit(headless.frames, .shell) == nil)
    #expect(gate.report == "5 messages were dropped: 3 malformed, 1 with a wrong signature, 1 sent twice")
}
