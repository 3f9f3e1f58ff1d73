// docs/gallery.md: every kind of picture with the lines that drew it. The lines run here, and what they draw is held
// against the files; `RECORD_SNAPSHOTS=1` writes them again and fails, so that somebody looks.

import Foundation
import Testing

@testable import Session

private struct Entry {
    let name: String
    let title: String
    let code: String
    var text = ""
}

private let setup = """
    let shapes = take(synthetic(), 1500, test: 500)
    model Net(pooled: true) {
        input 3x32x32
        for width in [12, 24, 32] { conv width, padding: 1; batchnorm; relu; maxpool 2 }
        if pooled { gap }
        flatten; linear 10
    }
    let fast = recipe(epochs: 4, batch: 50, optimizer: adam(lr: 4e-3), log: none)
    let gap  = [for s in 1...3 { train Net(pooled: true),  on: shapes, with: fast, seed: s }]
    let flat = [for s in 1...3 { train Net(pooled: false), on: shapes, with: fast, seed: s }]
    let a = gap[0]
    let b = flat[0]
    """

private let entries = [
    Entry(name: "curves", title: "Learning curves, mean and spread over seeds", code: "plot gap, flat"),
    Entry(name: "training", title: "Training next to test", code: "plot a, b, y: loss, train: true"),
    Entry(
        name: "optimizers", title: "Two optimizers",
        code: "let c = train Net, on: shapes, with: fast, optimizer: rmsprop(lr: 1e-3)\nplot a, c, y: trainloss"),
    Entry(name: "dots", title: "Seeds with mean and interval", code: "plot gap, flat, kind: dots"),
    Entry(name: "bars", title: "Bars with intervals", code: "plot gap, flat, kind: bars"),
    Entry(name: "scatter", title: "What accuracy costs", code: "plot gap, flat, x: parameters"),
    Entry(
        name: "histogram", title: "A histogram",
        code: "let values = [for n in 1...200 { (n * n % 97 + n * 7 % 89) / 2 }]\nplot values, kind: histogram"),
    Entry(
        name: "schedules", title: "Schedules of the learning rate",
        code: "plot onecycle, cosine(warmup: 2), step(every: 3, factor: 0.5)"),
    Entry(name: "findlr", title: "Which learning rate", code: "findlr Net, on: shapes, steps: 80"),
    Entry(name: "confusion", title: "Confusion matrix", code: "confusion b"),
    Entry(name: "mistakes", title: "Misclassified images, most confident first", code: "mistakes b, count: 6"),
    Entry(name: "flips", title: "Where two runs disagree", code: "flips a, b, count: 6"),
    Entry(name: "cam", title: "Where a network looks", code: "cam a, count: 4"),
    Entry(name: "filters", title: "Filters of the first convolution", code: "show b"),
    Entry(name: "activations", title: "Activations of a layer", code: "show b, layer: 7, image: 3, count: 12"),
    Entry(name: "images", title: "Images of a data set", code: "show shapes, count: 8"),
    Entry(
        name: "augmented", title: "Images as a training sees them",
        code: """
            let varied = augment shapes, zoom: (0.5, 1), rotate: 15, color: 0.4, flip: true, erase: 0.25, mixup: 0.2
            show varied, epoch: 1, count: 8
            """),
    Entry(
        name: "diagram", title: "Two networks with their differences marked",
        code: "diagram Net(pooled: true), Net(pooled: false)"),
    Entry(
        name: "residual", title: "Branches and repeats",
        code: """
            block Basic(width) { residual { repeat 2 { conv width, padding: 1; groupnorm 4; silu } } }
            model Small { input 3x32x32; conv 16, padding: 1; relu; repeat 3 { Basic(16) }
                concat { conv 8, kernel: 1 } { maxpool 3, stride: 1, padding: 1 }; gap; linear 10 }
            diagram Small
            """),
    Entry(
        name: "gates", title: "Gates, and shares of the channels",
        code: """
            model Gated { input 3x32x32; conv 16, padding: 1; relu
                residual { droppath 0.1; conv 16, padding: 1; multiply { gap; conv 4, kernel: 1; relu; conv 16, kernel: 1; sigmoid } }
                chunk 2 { } { conv 8, kernel: 1; relu }; channelshuffle 2; gap; linear 10 }
            diagram Gated
            """),
    Entry(
        name: "tokens", title: "Places as tokens",
        code: """
            block Mixed(width) {
                residual { layernorm; attention heads: 4 }
                residual { layernorm; conv 4 * width, kernel: 1; gelu; conv width, kernel: 1 }
            }
            model ViT { input 3x32x32; conv 64, kernel: 4, stride: 4; positionembedding; repeat 4 { Mixed(64) }; layernorm; gap; linear 10 }
            diagram ViT
            """),
]

struct GalleryTests {
    private static let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs").standardized

    @Test func theGalleryIsWhatItsLinesDraw() throws {
        let records = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil
        let session = Session()
        session.run(setup)
        var page = """
            # Gallery

            Every kind of picture, with the lines that drew it. A notebook shows them as here, on a light or a dark sheet as the
            reader prefers; a terminal shows the same in characters. `to: "figure.svg"` (or `.png`, `.pdf`) writes a file, and
            `let p = plot …` keeps the picture: `p.table` are its numbers. *Written by `Tests/SessionTests/GalleryTests.swift`.*

            All of them need these lines:

            ```swift
            \(setup)
            ```

            """
        var files: [String: String] = [:]
        for entry in entries {
            let before = session.output.all
            session.run(entry.code)
            let after = session.output.all
            let shown = after.shown.dropFirst(before.shown.count) + after.results.dropFirst(before.results.count)
            let svg = try #require(
                shown.compactMap(\.svg).last, "\(entry.name): \(after.diagnostics.last?.message ?? "")")
            files["gallery/\(entry.name).svg"] = svg + "\n"
            page += """

                ## \(entry.title)

                ```swift
                \(entry.code)
                ```

                ![\(entry.title)](gallery/\(entry.name).svg)

                """
        }
        let before = session.output.all.text.count
        session.run("table gap, flat, by: \"accuracy\", as: markdown")
        let table = String(session.output.all.text.dropFirst(before))
        page += """

            ## A table

            ```swift
            table gap, flat, by: "accuracy", as: markdown
            ```

            \(Self.withoutTimes(table))
            """
        files["gallery.md"] = page
        for (name, text) in files {
            let file = Self.docs.appendingPathComponent(name)
            if records {
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            } else {
                let kept = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
                #expect(kept == text, "docs/\(name) is stale: RECORD_SNAPSHOTS=1 swift test --filter GalleryTests")
            }
        }
        if records { Issue.record("wrote docs/gallery.md: look at it") }
    }

    /// The columns with times and speeds differ from run to run.
    private static func withoutTimes(_ markdown: String) -> String {
        let rows = markdown.split(separator: "\n").map { $0.split(separator: "|").map(String.init) }
        guard let head = rows.first else { return markdown }
        let kept = head.indices.filter { !head[$0].contains("second") && !head[$0].contains("images/s") }
        return rows.map { row in "|" + kept.map { row[$0] }.joined(separator: "|") + "|\n" }.joined()
    }
}
