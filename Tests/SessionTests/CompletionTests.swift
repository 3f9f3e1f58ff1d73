// What Tab offers, case by case: `|` is the cursor. The names of `before` were bound by a cell that has run.

import Foundation
import Testing

@testable import Session

struct CompletionTests {
    private static let before = """
        let width = 64
        let wide = true
        let name = "a"
        let o = adam(lr: 1e-3)
        model Net(pooled: true, depth: 2) { input 3x8x8; flatten; linear 10 }
        block Pair(width, stride: 1) { conv width, stride: stride }
        let data = take(synthetic(), 8, test: 4)
        """

    private static let session: Session = {
        let session = Session()
        session.run(before)
        return session
    }()

    private func list(_ code: String, in session: Session = session) -> CompletionList {
        let scalars = Array(code.unicodeScalars)
        let cursor = scalars.firstIndex(of: "|") ?? scalars.count
        return session.workspace.complete(code.replacing("|", with: ""), at: cursor)
    }

    /// Code, what is offered in this order, in full.
    private static let exactly: [(String, [String])] = [
        // Words by the place.
        ("su|", ["summary", "sum"]),
        ("summ|ary Net", ["summary"]),
        ("if true { su|", ["summary", "sum"]),
        ("let s = su|", ["summary", "sum"]),
        ("model N { con|", ["conv", "concat"]),
        ("model N { if wide { con|", ["conv", "concat"]),
        ("block B { resi|", ["residual"]),
        ("model N { residual { con|", ["conv", "concat"]),
        ("model N { residual { conv 3 } sho|", ["shortcut"]),
        ("rep|", ["repeat"]),
        ("mod|", ["model"]),
        ("print 1; su|", ["summary", "sum"]),
        ("print 1 // done\nsu|", ["summary", "sum"]),
        ("/* a { */ su|", ["summary", "sum"]),
        // Options of the word being called.
        ("model N { conv 64, ke|", ["kernel:"]),
        ("model N { conv 64, kernel: 3, ke|", []),
        ("let o = adam(l|", ["lr:"]),
        ("let o = adam(lr: 1e-3, wei|", ["weightdecay:"]),
        ("train Net, ep|", ["epochs:"]),
        ("train Net,\n    ep|", ["epochs:"]),
        ("train Net, optimizer: adam(lr: 1), ep|", ["epochs:"]),
        ("train(Net, ep|", ["epochs:"]),
        ("print [for s in 1...2 { train Net, ep|", ["epochs:"]),
        ("let m = Net(poo|", ["pooled:"]),
        ("let m = Net(pooled: false, de|", ["depth:"]),
        ("model N { Pair(str|", ["stride:"]),
        // Choices.
        ("train Net, precision: |", ["float32", "precise", "mixed"]),
        ("train Net, precision: m|", ["mixed"]),
        ("plot a, y: train|", ["trainaccuracy", "trainloss"]),
        ("train Net, log: |, epochs: 3", ["auto", "bar", "lines", "none"]),
        ("model N { conv 3, bias: f|", ["false"]),
        // Names with their kind.
        ("print widt|", ["width"]),
        ("print wi|", ["wide", "width"]),
        ("summary N|", ["Net"]),
        ("train N|", ["Net"]),
        ("train Net, on: da|", ["data"]),
        ("show da|", ["data"]),
        ("Pa|", ["Pair"]),
        ("model N { Pa|", ["Pair"]),
        // Names of this cell, which has not run.
        ("let height = 3\nprint hei|", ["height"]),
        ("let (first, second) = (1, 2)\nprint sec|", ["second"]),
        ("for number in 1...3 { print num|", ["number"]),
        ("for (alpha, beta) in [(1, 2)] { print bet|", ["beta"]),
        ("for number in 1...3 { print number }\nprint num|", []),
        ("model Deep(layers: 3) {\n    repeat lay|", ["layers"]),
        ("model Deep(layers: 3) { input 3x8x8 }\nsummary Dee|", ["Deep"]),
        ("model Deep { input 3x8x8 }\nlet deep = Deep()\nsummary dee|", ["deep", "Deep"]),
        ("let apple = train Net\nevaluate app|", ["apple"]),
        ("let small = take(data, 4)\ntrain Net, on: sma|", ["small"]),
        // Members.
        ("print Net.para|", ["parameters"]),
        ("print data.cl|", ["classes"]),
        ("print o.|", ["lr"]),
        ("print Net.input.he|", ["height"]),
        ("let a = train Net\nprint a.acc|", ["accuracy"]),
        ("let b = take(data, 2)\nprint b.tr|", ["training"]),
        ("print nothing.|", []),
        ("print \"\\(Net.para|", ["parameters"]),
        ("print \"it has \\(widt|", ["width"]),
        ("print \"\\(width) and \\(widt|", ["width"]),
        // Nothing in texts and comments, nor after an unfinished quote.
        ("print \"su|", []),
        ("print \"\\(width) su|", []),
        ("// su|", []),
        ("print 1 /* su|", []),
        // Any Unicode text before it.
        ("print \"🇫🇷 日本 é\"; summ|", ["summary"]),
        ("let größe = 3\nprint grö|", ["größe"]),
        ("\u{FEFF}summ|", ["summary"]),
        // Wrong programs.
        ("}}} summ|", ["summary"]),
        ("let = = = summ|", ["summary"]),
        ("train Net, , ep|", ["epochs:"]),
        ("model { con|", ["conv", "concat"]),
    ]

    @Test(arguments: exactly)
    func offers(_ code: String, _ texts: [String]) {
        #expect(list(code).items.map(\.text) == texts, "\(code)")
    }

    @Test(arguments: [
        ("|", ["train", "print", "width", "let"], ["conv", "shortcut"]),
        ("model N { |", ["conv", "input", "width"], ["train", "cifar10"]),
        ("train |", ["Net"], ["data", "width", "Pair"]),
        ("train Net, |", ["epochs:", "optimizer:", "with:"], ["model:", "lr:"]),
        ("train Net, optimizer: |", ["sgd", "adam", "adamw"], ["cosine", "width"]),
        ("train Net, schedule: |", ["cosine", "onecycle"], ["adam"]),
        ("train Net, on: |", ["data", "synthetic", "cifar10"], ["Net", "width"]),
        ("help |", ["train", "conv"], []),
        ("let x = |", ["train", "width", "adam"], ["conv"]),
        ("print data.|", ["training", "test", "classes"], ["accuracy"]),
    ])
    func offersAmongOthers(_ code: String, _ wanted: [String], _ unwanted: [String]) {
        let texts = list(code).items.map(\.text)
        for text in wanted { #expect(texts.contains(text), "\(code): \(text)") }
        for text in unwanted { #expect(!texts.contains(text), "\(code): \(text)") }
    }

    @Test func detailsAreDefaultsAndValues() {
        func detail(_ code: String) -> String? { list(code).items.first?.detail }
        #expect(detail("train Net, ep|") == "10")
        #expect(detail("model N { conv 64, ke|") == "3")
        #expect(detail("print widt|") == "64")
        #expect(detail("let m = Net(poo|") == "true")
        #expect(list("print Ne|").items.first?.kind == "model")
        #expect(list("print dat|").items.first?.kind == "data")
    }

    @Test func whatIsReplacedIsTheWholeName() {
        let found = list("print \"🇫🇷\"; sum|mary Net")
        #expect((found.start, found.end) == (12, 19))
    }

    /// Of a long cell the last statements are read; places still count from its beginning.
    @Test func aLongCellIsCompletedAtItsEnd() {
        let lines = (0..<5000).map { "let name\($0) = \"größe \($0)\"\n" }.joined()
        let found = list(lines + "print name499|")
        #expect(found.items.map(\.text).contains("name4999"))
        let end = lines.unicodeScalars.count
        #expect((found.start, found.end) == (end + 6, end + 13))
        #expect(list(lines + "model N {\n" + String(repeating: "    relu\n", count: 9000) + "    con|").end > end)
    }

    @Test func pathsAreThoseOfTheFolder() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tandem-paths-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder.appending(path: "pets"), withIntermediateDirectories: true)
        for name in ["a.safetensors", "b.safetensors", ".hidden", "pets/größe.png"] {
            try Data().write(to: folder.appending(path: name))
        }
        let session = Session(folder: folder.path)
        func texts(_ code: String) -> [String] { list(code, in: session).items.map(\.text) }
        #expect(texts("let a = load \"|") == ["a.safetensors", "b.safetensors", "pets/"])
        #expect(texts("load \"a|\"") == ["a.safetensors"])
        #expect(texts("load \".|") == [".hidden"])
        #expect(texts("load \"pets/|") == ["größe.png"])
        #expect(texts("let c = cifar10(from: \"p|\")") == ["pets/"])
        #expect(texts("plot a, to: \"|").contains("pets/"))
        #expect(texts("print \"|") == [])
        #expect(texts("load \"nowhere/|") == [])
        // A name that is not what it looks like, or not what a string holds.
        for name in [
            "odd\u{1B}[31m", "odd\nline", "odd\tx", "odd\u{202E}gnp", "odd\u{200B}", "odd\u{7F}", "odd\u{85}", "odd\"x",
            "odd\\n",
        ] {
            try Data().write(to: folder.appending(path: name))
        }
        try Data().write(to: folder.appending(path: "odd fine"))
        #expect(texts("load \"odd|") == ["odd fine"])
        let found = list("load \"pets/grö|", in: session)
        #expect((found.start, found.end) == (11, 14))
    }
}
