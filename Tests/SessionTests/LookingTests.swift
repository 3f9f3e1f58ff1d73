// Pictures as a session shows them: every form is there, files hold what their ending says, and what cannot be shown
// says why.

import Foundation
import Graphics
import Testing

@testable import Session

private let setup = """
    model Net(pooled: true) { input 3x32x32; conv 4, kernel: 4, stride: 4; relu; if pooled { gap }; flatten; linear 10 }
    model Flat { input 3x32x32; flatten; linear 10 }
    let data = take(synthetic(), 64, test: 4)
    let a = train Net, on: data, epochs: 2, batch: 32, log: none
    let b = [for s in 1...3 { train Net(pooled: false), on: data, epochs: 2, batch: 32, seed: s, log: none }]
    let f = train Flat, on: data, epochs: 1, batch: 32, log: none

    """

struct LookingTests {
    /// What a cell after the setup shows.
    private func shown(_ text: String, in folder: String = ".") -> [RichValue] {
        let session = Session(folder: folder)
        session.run(setup)
        let before = session.output.all.shown.count
        session.run(text)
        return Array(session.output.all.shown.dropFirst(before))
    }

    @Test(arguments: [
        "plot a", "plot a, b, train: true", "plot b, kind: dots", "plot a, b, kind: bars", "plot a, b, x: parameters",
        "plot a, b, kind: scatter, x: operations, y: loss", "plot b, kind: histogram", "plot onecycle, step(every: 2)",
        "plot [onecycle(), step(every: 2)]",
        "plot [1, 2, 3], [2, 4, 9], kind: scatter", "plot [1, 2, 2, 3], kind: histogram", "confusion a",
        "mistakes a, count: 3",
        "flips b[0], b[1], count: 3", "cam a, count: 2", "diagram Net", "diagram Net, Flat", "show a",
        "show a, layer: 1",
        "show data, count: 3",
    ])
    func aPictureHasEveryForm(_ text: String) throws {
        let rich = try #require(shown(text).last, "\(text)")
        let svg = try #require(rich.svg)
        #expect(svg.hasPrefix("<svg") && svg.contains("<title>") && svg.contains("role=\"img\""))
        #expect(!rich.text.isEmpty && !rich.text.contains("<"))
        let draw = try #require(rich.terminalPicture)
        for columns in [40, 80, 200] {
            let lines = draw(TextTerminal(columns: columns, rows: 24)).split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= columns }, "\(text) in \(columns) columns")
        }
    }

    @Test func imagesOfAnEpochSayWhatTheyAreMixedOf() {
        let texts = shown(
            """
            let mixed = augment(take(synthetic(), 12, test: 10), rotate: 15, mixup: 1)
            show mixed, epoch: 1, count: 3
            show mixed, epoch: 1, seed: 2, count: 1
            show mixed, count: 3
            """
        ).map(\.text)
        #expect(
            texts == [
                """
                mixed: the first 3 training images in epoch 1
                disc 51 % bar 49 %         ring 70 % stripes 30 %     square 84 % checkers 16 %
                """,
                "mixed: the first training image in epoch 1\ncross 53 % disc 47 %",
                "mixed: the first 3 training images\ndisc    ring    square",
            ])
    }

    private static let study = "let s = compare Net, Flat, on: data, epochs: 1, seeds: 1...2, log: none\n"

    @Test(arguments: [
        ("plot s, kind: dots, x: time", "has no `x: time`"), ("plot a, kind: bars, x: parameters", "has no `x:"),
        ("plot s, kind: scatter, train: true", "`kind: scatter` has none"),
        ("plot a, kind: histogram, train: true", "`kind: histogram` has none"),
        ("plot a, kind: curves, x: operations", "has no `x: operations`"),
        ("plot a, kind: differences", "is of a study"), ("plot s, kind: classes, y: loss", "not `y: loss`"),
        ("plot [1, 2], x: time", "has no `x:`"), ("plot onecycle, kind: dots", "has no `kind:`"),
    ])
    func whatAPictureDoesNotHeedIsAnError(_ text: String, _ message: String) {
        let session = Session()
        session.run(setup + Self.study + text)
        let last = session.output.all.diagnostics.last
        #expect(last?.message.contains(message) == true, "\(text): \(last?.message ?? "")")
    }

    @Test(arguments: [
        ("plot s, kind: scatter, x: time", "time (s)"), ("plot s, x: parameters", "parameters"),
        ("plot s, x: operations", "multiply-adds of an image"), ("plot s, train: true", "epoch"),
    ])
    func aStudyIsPlottedOverWhatIsAskedFor(_ text: String, _ axis: String) throws {
        let rich = try #require(shown(Self.study + text).last)
        #expect(rich.svg?.contains(">\(axis)<") == true)
        if axis.hasPrefix("time") { #expect(rich.text == "Test accuracy over 2 seeds: Net(pooled: true), Flat") }
    }

    /// Of what is known after a training alone there are no curves.
    @Test(arguments: [("", "Macro F1"), (", kind: curves", "Test accuracy"), (", y: loss", "Test loss")])
    func aStudyIsPlottedByWhatItCompares(_ options: String, _ title: String) throws {
        let study = Self.study.replacing("log: none", with: "log: none, by: f1")
        let rich = try #require(shown(study + "plot s\(options)").last)
        #expect(rich.svg?.contains(title) == true, "\(rich.text)")
    }

    @Test func theCaptionOfASummaryIsAtTheLeft() throws {
        let html = try #require(shown("summary Net").last?.html)
        #expect(html.contains("<caption style=\"text-align:left\">") && html.contains("margin-left:0"))
    }

    @Test(arguments: [
        ("plot a", "test accuracy (%)"), ("plot b, kind: dots", "test accuracy (%)"), ("plot [0.9, 0.7]", "list 1"),
        ("plot a, b, kind: scatter", "time (s)"),
    ])
    func titleAndAxesCanBeCalledOtherwise(_ text: String, _ otherwise: String) throws {
        #expect(try #require(shown(text).last?.svg).contains(">\(otherwise)<"))
        // Dots have names on the left.
        let left = text.contains("dots") ? "" : ", ylabel: \"y here\""
        let svg = try #require(shown("\(text), title: \"Mine & yours\", xlabel: \"x here\"\(left)").last?.svg)
        #expect(svg.contains(">Mine &amp; yours<") && svg.contains(">x here"))
        #expect(svg.contains(">y here") || left.isEmpty)
        #expect(!svg.contains("list 1"))
    }

    @Test(arguments: [
        ("cam f", "has none"), ("show f", "no convolution"), ("show a, layer: 9", "no layer 9"),
        ("show a, layer: 4", "not a map"), ("flips a", "two runs, not 1"), ("diagram Net, Net, Net", "not 3"),
        ("show 3", "a data set or a run"), ("plot [1], [1, 2], kind: scatter", "two of the same length"),
        ("plot a, [1]", "not two of these at once"), ("table onecycle()", "not a schedule"),
        ("table a, by: \"speed\"", "no column `speed`"),
        ("plot []", "the list is empty"), ("plot [], []", "the lists are empty"),
    ])
    func whatCannotBeShownSaysWhy(_ text: String, _ reason: String) {
        let session = Session()
        session.run(setup)
        session.run(text)
        let message = session.output.all.diagnostics.last?.message ?? ""
        #expect(message.contains(reason), "\(text): \(message)")
    }

    /// What is shown, the ending, and the bytes that such a file begins with, as Latin-1.
    private static let files: [(String, String, String)] = [
        ("plot a", "png", "\u{89}PNG"), ("plot a", "pdf", "%PDF-"), ("plot a", "svg", "<svg "),
        ("plot a", "csv", "epoch,"),
        ("table a", "tex", "% needs \\usepackage{booktabs}\n\\begin"), ("confusion a", "json", "[\n"),
        ("cam a, count: 1", "png", "\u{89}PNG"),
    ]

    @Test(arguments: files.indices)
    func aFileIsWhatItsEndingSays(_ index: Int) throws {
        let (text, ending, beginning) = Self.files[index]
        let folder = FileManager.default.temporaryDirectory.appending(path: "tandem-looking-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let name = "figure.\(ending)"
        _ = shown("\(text), to: \"\(name)\"\n\(text), to: \"again.\(ending)\"", in: folder.path)
        let file = try Data(contentsOf: folder.appending(path: name))
        #expect(file.starts(with: beginning.unicodeScalars.map { UInt8($0.value) }))
        #expect(try Data(contentsOf: folder.appending(path: "again.\(ending)")) == file)
    }

    @Test func aPictureKeepsItsNumbers() {
        let session = Session()
        session.run(setup)
        session.run("let p = plot a\nprint p.table.columns, p.table.rows")
        #expect(
            session.output.all.text.hasSuffix("[\"epoch\", \"Net(pooled: true) seed 1\"] 2\n")
                || session.output.all.text.hasSuffix("[\"epoch\", \"a (Net(pooled: true))\"] 2\n"))
    }

    @Test func runsOfOneModelAreAMeanWithItsBand() throws {
        let text = try #require(shown("plot b").last).text
        #expect(text.contains("b, low") && text.contains("b, high"))
    }

    @Test func aCurveEndsWhereItsTrainingDoes() throws {
        let text = try #require(shown("plot train(Flat, on: data, epochs: 1.5, batch: 32, log: none)").last).text
        #expect(text.contains("\n  1.0 ") && text.contains("\n  1.5 "))
    }

    @Test func timesAreInNoPlainText() throws {
        let rich = try #require(shown("plot a, x: time").last)
        #expect(!rich.text.contains("."))
        #expect(rich.terminalForm(columns: nil).contains("time (s)"))
    }

    @Test(arguments: [
        "", ", kind: curves", ", kind: differences", ", kind: classes", ", kind: bars", ", kind: scatter",
    ])
    func aStudyIsPlotted(_ option: String) throws {
        let session = Session()
        session.run(setup)
        session.run("let s = compare Net(pooled: true), Flat, on: data, epochs: 1, seeds: 1...3, within: 1")
        session.run("plot s\(option)")
        let rich = try #require(session.output.all.shown.last, "\(session.output.all.diagnostics)")
        #expect(rich.svg?.contains("3 seeds") == true || option == ", kind: curves")
        #expect(rich.text.contains("Flat"))
    }

    @Test func aConfusionCountsEveryImage() throws {
        let session = Session()
        session.run(setup)
        session.run("let c = confusion a")
        let text = try #require(session.output.all.shown.last).text
        let numbers = text.split(separator: "\n").dropFirst(3).flatMap { line in
            line.split(separator: " ").dropFirst().dropLast().compactMap { Int($0) }
        }
        #expect(numbers.reduce(0, +) == 4)
    }
}
