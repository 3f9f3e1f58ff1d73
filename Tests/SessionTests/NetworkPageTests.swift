// docs/networks.md: well-known networks as a person writes them here, from Tests/LanguageTests/Programs/networks.
// What they print is held by ProgramTests; here their numbers are held against PyTorch's, which Fixtures/networks.py
// counted. `RECORD_SNAPSHOTS=1` writes the page again and fails, so that somebody looks.

import Foundation
import Testing

private struct Reference: Decodable {
    let parameters: Int
    let operations: Int
}

/// A program of one network: a comment that names it, its lines, and a `print` of its two numbers.
private struct NetworkProgram {
    let name: String
    let title: String
    /// What follows the name in the first comment: who published it, and where it differs.
    let origin: String
    let code: String
    let parameters: Int
    let operations: Int

    init?(name: String, text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let head = lines.prefix { $0.hasPrefix("//") }.map { $0.dropFirst(3) }.joined(separator: " ")
        let end = head.firstRange(of: " (")?.lowerBound ?? head.firstRange(of: " as ")?.lowerBound ?? head.endIndex
        let body = lines.drop { $0.hasPrefix("//") }.reversed().drop { $0.isEmpty }
        guard let last = body.first, last.hasPrefix("print "), let comment = last.firstRange(of: "// expect: ") else {
            return nil
        }
        let numbers = last[comment.upperBound...].split(separator: " ").compactMap { Int($0) }
        guard numbers.count == 2 else { return nil }
        self.name = name
        title = String(head[..<end])
        origin = head
        code = body.dropFirst().reversed().joined(separator: "\n")
        (parameters, operations) = (numbers[0], numbers[1])
    }
}

struct NetworkPageTests {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    /// In the order of their size, as the page shows them.
    private func networks() throws -> [NetworkProgram] {
        try programs.filter { $0.hasPrefix("networks/") }.map { path in
            let text = try String(contentsOf: programFolder.appendingPathComponent(path), encoding: .utf8)
            let name = String(path.dropFirst("networks/".count).dropLast(".tandem".count))
            return try #require(NetworkProgram(name: name, text: text), "\(path) does not end with its two numbers")
        }.sorted { $0.operations < $1.operations }
    }

    @Test func theNetworksHaveTheParametersAndMultiplyAddsOfPyTorchs() throws {
        let file = Self.tests.appendingPathComponent("Fixtures/networks.json")
        let references = try JSONDecoder().decode([String: Reference].self, from: Data(contentsOf: file))
        let networks = try networks()
        #expect(Set(networks.map(\.name)) == Set(references.keys))
        for network in networks {
            #expect(network.parameters == references[network.name]?.parameters, "\(network.name)")
            #expect(network.operations == references[network.name]?.operations, "\(network.name)")
            #expect(network.code.split(separator: "\n").count <= 30, "\(network.name) takes more than thirty lines")
        }
    }

    @Test func thePageIsMadeOfThePrograms() throws {
        let networks = try networks()
        var page = """
            # Networks

            Well-known networks as one writes them here. Parameters and multiply-adds (of one image) are those of the same
            networks in PyTorch. *Written by `Tests/SessionTests/NetworkPageTests.swift`.*

            | network | parameters | multiply-adds | lines |
            |---|--:|--:|--:|

            """
        for network in networks {
            let anchor = network.title.lowercased().filter { $0.isLetter || $0.isNumber || " -".contains($0) }
                .replacingOccurrences(of: " ", with: "-")
            let lines = network.code.split(separator: "\n").count
            page +=
                "| [\(network.title)](#\(anchor)) | \(grouped(network.parameters)) | \(grouped(network.operations))"
                + " | \(lines) |\n"
        }
        for network in networks {
            page += """

                ## \(network.title)

                \(network.origin).

                ```swift
                \(network.code)
                ```

                """
        }
        let file = Self.tests.appendingPathComponent("../../docs/networks.md").standardized
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
            try Data(page.utf8).write(to: file)
            Issue.record("docs/networks.md was written: look at it")
        } else {
            let kept = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            #expect(kept == page, "docs/networks.md is stale: RECORD_SNAPSHOTS=1 swift test --filter NetworkPageTests")
        }
    }

    private func grouped(_ number: Int) -> String {
        let digits = String(number)
        return digits.enumerated().map { offset, digit in
            offset > 0 && (digits.count - offset) % 3 == 0 ? ",\(digit)" : "\(digit)"
        }.joined()
    }
}
