// Random messages for the kernel: whole ones, those with a part that was changed and signed again, and frames that are
// no message.

import Jupyter
import Libraries
import Session
import TestSupport

struct MessageSource {
    private let probe: MessageProbe
    private let programs: ProgramSource

    private static let types =
        [
            "execute", "complete", "inspect", "is_complete", "history", "kernel_info", "shutdown", "comm_info", "",
        ].map { "\($0)_request" } + ["input_reply", "status"]

    private static let values = [
        "null", "true", "-1", "3.5e3", "1e999", "9999999999999999999999", "\"\"", "\"tail\"", "\"search\"", "\"range\"",
        "\"*?*?*\"", "[]", "{}", "[1,[2,[3]]]", "{\"a\":{}}", "\"\\ud800\"", "\"\\u0000\"", "\"😀\"",
    ]
    private static let pieces = ["{", "}", "[", "]", ":", ",", "\"", "\\", "\\u12", "\u{0}", " ", "1", "e", "nul"].map {
        Array($0.utf8)
    }
    private static let keys = [
        "code", "cursor_pos", "silent", "store_history", "user_expressions", "allow_stdin", "hist_access_type", "n",
        "session", "start", "stop", "pattern", "unique", "output", "detail_level", "value",
    ]

    init(_ workspace: Workspace, programs: ProgramSource) throws {
        probe = try MessageProbe(workspace, key: "secret")
        self.programs = programs
    }

    /// Makes message `number` and has it read. Its frames are what is printed when it fails.
    func tryMessage(_ number: Int, seed: UInt64) {
        var random = SplitMix(state: seed &* 0x1000_0000_01B3 ^ UInt64(number))
        func below(_ count: Int) -> Int { Int(random.next() % UInt64(max(1, count))) }
        func pick<Item>(_ items: [Item]) -> Item { items[below(items.count)] }

        // A program now and then: most of the work is not to be the language's.
        let code = below(20) == 0 ? programs.program(number, seed: seed) : "train"
        var content = JSONObject()
        content["code"] = .string(code)
        for _ in 0..<below(4) { content[pick(Self.keys)] = (try? JSON(parsing: pick(Self.values))) ?? .null }
        var header = JSONObject()
        header["msg_id"] = .string("\(number)")
        header["msg_type"] = .string(pick(Self.types))
        var parts = [JSON.object(header).bytes, Array("{}".utf8), Array("{}".utf8), JSON.object(content).bytes]
        for _ in 0..<below(3) { change(&parts[below(4)], &random) }
        if below(2_000) == 0 { parts[below(4)] = Array(repeating: pick([0x5B, 0x7B, 0x22]), count: 100_000) }

        var frames = probe.frames(signing: parts, identities: [[1, 2, 3]])
        // A broken frame after the signature is dropped there; before it, a message is not found at all.
        if below(4) == 0 { change(&frames[below(frames.count)], &random) }
        if below(8) == 0 { frames.remove(at: below(frames.count)) }
        if below(8) == 0 { frames.insert(pick(frames + [[]]), at: below(frames.count + 1)) }
        current = (number, frames.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n"))
        guard let reply = probe.read(frames) else { return }
        if (try? JSON(parsing: reply)) == nil { fail("a reply that is no JSON") }
    }

    private func change(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        func below(_ count: Int) -> Int { Int(random.next() % UInt64(max(1, count))) }
        let first = below(bytes.count + 1)
        let range = first..<min(bytes.count, first + below(8))
        switch below(5) {
        case 0: bytes.removeSubrange(range)
        case 1: bytes.insert(contentsOf: Self.pieces[below(Self.pieces.count)], at: first)
        case 2: if first < bytes.count { bytes[first] = UInt8(truncatingIfNeeded: random.next()) }
        case 3: bytes.insert(contentsOf: Array(bytes[range]), at: below(bytes.count + 1))
        default: bytes.replaceSubrange(range, with: Array(Self.values[below(Self.values.count)].utf8))
        }
    }
}
