// The words that files declare are those of the language.

import Foundation
import Testing

@testable import Session

@Suite struct VocabularyTests {
    private static let words = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Sources/Session/Words").standardized

    @Test func everyDeclaredWordIsInTheListOfItsGroup() throws {
        let files = try #require(FileManager.default.enumerator(atPath: Self.words.path))
        var declared: [String] = []
        for case let file as String in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: Self.words.appendingPathComponent(file), encoding: .utf8)
            declared += text.matches(of: #/static let \w+ = (?:Word|activation)\(\s*"(\w+)"/#).map { String($0.1) }
        }
        #expect(declared.sorted() == Vocabulary.all.map(\.name).sorted())
    }
}
