// Names of files and classes that hold escape sequences: none reaches what a session shows, in any form.

import Foundation
import Language
import Libraries
import TestSupport
import Testing

@testable import Graphics
@testable import Session

@Suite struct PrintableOutputTests {
    private let folder = TemporaryFolder()
    private let odd = "\u{1B}[31mo\u{9B}dd\u{7}\r\u{202E}\n"

    private func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "\n" && scalar != "\t" && (scalar.properties.generalCategory == .control || scalar == "\u{202E}")
    }

    /// Everything that was shown, in every form, a terminal's with colors.
    private func all(_ session: Session) -> [String] {
        let record = session.output.all
        let values = record.shown + record.results
        let forms = values.flatMap { value in
            [
                value.text, value.html, value.svg, value.markdown, value.latex, value.terminalForm(columns: 80),
                // Colors are the picture's own.
                value.terminalForm(TerminalSize(columns: 80, rows: 24), isColored: true)
                    .replacing(#/\u{1B}\[(0|1|[34]8;[0-9;]+)m/#, with: ""),
            ].compactMap { $0 }
        }
        let progress = record.progress.flatMap { [$0.title, $0.conclusion, $0.chart.svg] + $0.facts }
        return forms + progress + [record.text] + record.diagnostics.map { DiagnosticText($0).block }
    }

    @Test func noNameOfAFolderReachesTheTerminal() throws {
        let images = "\(folder.path)/\(odd.dropLast())"
        let pixels = [UInt8](repeating: 128, count: 3 * 16 * 16)
        for name in ["\(odd)cat", "\(odd)dog"] {
            try FileSystem.createDirectories("\(images)/\(name)")
            for index in 0..<4 {
                try FileSystem.write(
                    PNG.file(width: 16, height: 16, pixels: pixels), to: "\(images)/\(name)/\(odd)\(index).png")
            }
        }
        let path = images.replacing("\u{1B}", with: "\\u{1B}").replacing("\u{9B}", with: "\\u{9B}")
            .replacing("\u{7}", with: "\\u{7}").replacing("\r", with: "\\u{D}").replacing("\u{202E}", with: "\\u{202E}")
        let session = Session(drawsProgress: true, folder: folder.path)
        session.run(
            """
            let d = imagefolder("\(path)", size: 16)
            model Net { input 3x16x16; flatten; linear 2 }
            let a = train Net, on: d, epochs: 1
            """)
        for cell in [
            "d", "d.classes", "print d, d.classes, a", "show d", "a", "predict a, first: 2", "confusion a",
            "mistakes a",
            "table a", "table a, as: csv", "save a, \"no/folder\\u{1B}[31m.safetensors\"",
            "load \"no\\u{1B}[31m.safetensors\"",
            "imagefolder(\"\(path)/none\")", "print \"\\u{1B}[2J\"",
            "\"\\u{1B}[2J\"", "ask \"\\u{1B}[2J\"", "confusion a, to: \"c.csv\"", "confusion a, to: \"c.svg\"",
            "confusion a, to: \"c.txt\"",
        ] {
            session.run(cell)
        }
        #expect(session.output.all.shown.count + session.output.all.results.count > 8)
        for text in all(session) {
            #expect(!text.unicodeScalars.contains(where: isControl), "\(text.debugDescription)")
        }
        for name in ["c.csv", "c.svg", "c.txt"] {
            let text = try FileSystem.readText("\(folder.path)/\(name)")
            #expect(!text.unicodeScalars.contains(where: isControl), "\(name): \(text.debugDescription)")
        }
        let page = session.workspace.inspect("d", at: 1)
        #expect(page?.text.unicodeScalars.contains(where: isControl) == false)
    }
}
