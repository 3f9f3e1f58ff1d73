// Signatures, replay and connection files.

import Foundation
import Libraries
import Testing

@testable import Jupyter

@Test func theSignatureIsThatOfTheReference() {
    // hmac.new(b"key", b'{"a":1}{}{}{"b":2}', "sha256").hexdigest() of Python 3.11
    let parts = [#"{"a":1}"#, "{}", "{}", #"{"b":2}"#].map { Array($0.utf8) }
    let signature = Signature(key: "key")
    #expect(
        String(decoding: signature.sign(parts), as: UTF8.self)
            == "0206f42f4ae2a48f6054ab91271f90c100f7022f55fb1f23de6377624d533752")
    #expect(signature.accepts(signature.sign(parts), for: parts))
    #expect(!signature.accepts(signature.sign(parts), for: Array(parts.dropLast()) + [[0x7B, 0x7D]]))
    #expect(!signature.accepts([], for: parts))
    #expect(Signature(key: "").accepts([], for: parts))
}

@Test func aSignatureIsAdmittedOnce() {
    var replays = ReplayGuard(capacity: 2)
    #expect(replays.admit([1]) && replays.admit([2]))
    #expect(!replays.admit([1]) && !replays.admit([2]))
    // The oldest is forgotten, the memory stays bounded.
    #expect(replays.admit([3]) && replays.admit([1]) && !replays.admit([3]))
}

private let ports = #""shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5"#

@Test(arguments: [
    ("{", "is not JSON: line 1, column 1: string or '}' expected near end of file"),
    ("[]", "holds no JSON object"),
    ("{\(ports)}", "has no `key`; an empty one means unsigned messages"),
    (
        "{\(ports),\"key\":\"k\",\"signature_scheme\":\"hmac-md5\"}",
        "unknown `signature_scheme` \"hmac-md5\"; only hmac-sha256 is supported"
    ),
    (#"{"key":"k","shell_port":70000}"#, "`shell_port` 70000 is not a port: use 1 to 65535"),
    (#"{"key":"k"}"#, "has no `shell_port`"),
    (#"{"key":5}"#, "`key` must be a string"),
    (#"{"key":"k","shell_port":"1"}"#, "`shell_port` must be a whole number"),
    (#"{"key":"k","shell_port":1,"iopub_port":1}"#, "`iopub_port` and `shell_port` are both 1"),
    (#"{"key":"k","transport":"udp"}"#, "unknown `transport` \"udp\"; use tcp or ipc"),
    (#"{"key":"k","ip":null}"#, "`ip` must be a string"),
])
func aWrongConnectionFileIsSaid(text: String, reason: String) throws {
    let path = NSTemporaryDirectory() + "connection-\(UUID()).json"
    try FileSystem.write(text, to: path)
    defer { try? FileSystem.remove(path) }
    #expect { try ConnectionFile(path: path) } throws: { ($0 as? ConnectionFileError)?.reason == reason }
}

@Test func aMissingConnectionFileIsSaid() {
    #expect { try ConnectionFile(path: "/nowhere/x.json") } throws: { error in
        "\(error)" == "connection file /nowhere/x.json: cannot be read: no such file or directory"
    }
}
