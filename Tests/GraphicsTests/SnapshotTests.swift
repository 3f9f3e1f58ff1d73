// Every picture as it was last looked at: as SVG, and as text in a terminal of 80x24. `RECORD_SNAPSHOTS=1 swift test`
// writes them again and fails, so that somebody looks.

import Foundation
import Testing

@testable import Graphics

private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Snapshots")

func expectSnapshot(_ text: String, _ name: String) throws {
    let file = folder.appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        Issue.record("wrote \(name): look at it")
        return
    }
    let kept = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    #expect(text == kept, "\(name) is another than the one that was looked at; RECORD_SNAPSHOTS=1 writes it anew")
}

struct SnapshotTests {
    @Test(arguments: Samples.all.map(\.name))
    func aPictureIsTheOneThatWasLookedAt(_ name: String) throws {
        let picture = try #require(Samples.all.first { $0.name == name }).picture
        try expectSnapshot(picture.svg + "\n", "\(name).svg")
        try expectSnapshot(picture.text(on: TextTerminal(columns: 80, rows: 24)) + "\n", "\(name).txt")
    }
}
