// Completion, inspection and help, on programs that are whole, unfinished or wrong.

import Foundation
import Language
import Testing

@testable import Session

struct AssistanceTests {
    /// What is offered at `|`.
    private func completion(_ code: String, after cell: String = "") -> CompletionList {
        let session = Session()
        session.run(cell)
        let scalars = Array(code.unicodeScalars)
        let cursor = scalars.firstIndex(of: "|") ?? scalars.count
        return session.workspace.complete(code.replacing("|", with: ""), at: cursor)
    }

    private func texts(_ code: String, after cell: String = "") -> [String] {
        completion(code, after: cell).items.map(\.text)
    }

    @Test func layersStandInBodiesAndWordsOutside() {
        #expect(texts("su|") == ["summary", "sum"])
        #expect(texts("model N { con|") == ["conv", "concat"])
        #expect(texts("model N {\n  input 3x32x32\n  max|") == ["maxpool"])
        #expect(!texts("|").contains("conv"))
    }

    @Test func optionsComeWithTheirDefaults() throws {
        let items = completion("model N { conv 64, ke|").items
        #expect(items.map(\.text) == ["kernel:"])
        #expect(items[0].detail == "3")
        #expect(texts("train x, epochs: 3, e|").contains("epochs:") == false)
        #expect(texts("let o = adam(l|") == ["lr:"])
        #expect(texts("train net, optimizer: adam(|)").contains("betas:"))
    }

    @Test func choicesAndValuesFitTheirOption() {
        #expect(
            texts("plot a, y: |") == [
                "accuracy", "loss", "trainaccuracy", "trainloss", "validationaccuracy", "validationloss", "top5", "f1",
                "calibration",
            ])
        #expect(texts("plot a, y: tr|") == ["trainaccuracy", "trainloss"])
        #expect(texts("train net, optimizer: |").starts(with: ["sgd", "adam"]))
        #expect(texts("model N { conv 3, bias: t|") == ["true"])
    }

    @Test func namesComeWithTheirKindAndMembersBehindADot() {
        let cell = "let width = 3\nmodel Net { input 3x4x4; flatten; linear 2 }"
        let list = completion("print wi|", after: cell)
        #expect(list.items.first?.text == "width")
        #expect(list.items.first?.detail == "3")
        #expect((list.start, list.end) == (6, 8))
        #expect(texts("summary Ne|", after: cell) == ["Net"])
        #expect(texts("print Net.para|", after: cell) == ["parameters"])
        #expect(texts("print Nothing.|", after: cell).isEmpty)
    }

    @Test func offsetsCountUnicodeScalars() {
        let list = completion("print \"🇫🇷\"; pri|")
        #expect(list.items.map(\.text) == ["print"])
        #expect((list.start, list.end) == (12, 15))
    }

    @Test func nothingIsOfferedInTextsAndComments() {
        #expect(texts("print \"su|").isEmpty)
        #expect(texts("// su|").isEmpty)
        #expect(texts("print 1 /* su|").isEmpty)
        #expect(texts("\"done\"\nsu|") == ["summary", "sum"])
    }

    @Test(arguments: ["", "(", "}}})", "model {", "\"", "a.b.c.", ", : =", "let let", "[[[", "\\(", "🇫🇷"])
    func anyTextCanBeCompletedAndInspected(_ code: String) {
        let session = Session()
        for cursor in -1...(code.unicodeScalars.count + 1) {
            let list = session.workspace.complete(code, at: cursor)
            #expect(list.start <= list.end && list.end <= code.unicodeScalars.count)
            _ = session.workspace.inspect(code, at: cursor)
        }
    }

    @Test func inspectionTellsOfWordsOptionsAndValues() throws {
        let session = Session()
        session.run("let gap = 3\nlet n = [1, 2]")
        let word = try #require(session.workspace.inspect("model N { conv 64, kernel: 3 }", at: 11))
        #expect(word.text.hasPrefix("conv width, kernel: 3, stride: 1, padding: 0"))
        #expect(word.text.contains("Example"))
        #expect(
            session.workspace.inspect("model N { conv 64, kernel: 3 }", at: 21)?.text.hasPrefix("kernel: of conv")
                == true)
        #expect(session.workspace.inspect("print n", at: 7)?.text == "n: a list\n[1, 2]\nmembers: count")
        #expect(session.workspace.inspect("print gap", at: 8)?.text.hasPrefix("gap: a whole number") == true)
        #expect(session.workspace.inspect("model M { gap }", at: 11)?.text.contains("globalavgpool") == true)
        #expect(session.workspace.inspect("print nowhere", at: 8) == nil)
    }

    @Test(arguments: ["model", "block", "let", "for", "in", "repeat", "if", "else", "true", "false", "shortcut"])
    func helpExplainsTheLanguagesOwnWords(name: String) throws {
        for text in ["help \(name)", "?\(name)", "\(name)?", "\(name)??; print 1", "help \"\(name)\""] {
            let session = Session()
            session.run(text)
            let output = session.output.all
            #expect(output.diagnostics.isEmpty, "\(text): \(output.diagnostics)")
            #expect(HelpText.page(name)?.text.contains("\nExample\n") == true)
        }
    }

    @Test func helpShowsAWordOrAll() throws {
        let session = Session()
        session.run("help\nhelp train")
        #expect(session.output.all.shown.count == 2)
        #expect(session.output.all.shown[0].text.contains("adaptiveavgpool"))
        #expect(session.output.all.shown[1].text.hasPrefix("train model, on:"))
        #expect(session.workspace.help("nowhere") == nil)
        #expect(fault("help Conv2d")?.contains("`conv`") == true)
    }

    @Test(arguments: ["data", "layers", "training", "comparing", "looking", "keeping", "values"])
    func helpListsTheWordsOfAGroup(group: String) throws {
        let page = try #require(HelpText.page(group))
        #expect(page.text.hasPrefix(group + "\n"))
        for word in Vocabulary.all {
            #expect(page.text.contains("\n  \(word.name) ") == (word.group.rawValue == group))
        }
    }

    @Test func theReferencePageIsThatOfTheWords() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../docs/words.md")
        let page = try #require(HelpText.page(nil)?.markdown)
        #expect(
            try String(contentsOf: file.standardized, encoding: .utf8) == page + "\n",
            "docs/words.md is stale: run Scripts/docs")
    }

    @Test func everyWordIsExplained() {
        for word in Vocabulary.all {
            #expect(!word.help.isEmpty && !word.help.hasSuffix("."), "\(word.name)")
            #expect(word.example.contains(word.name), "\(word.name)")
            #expect(parse(SourceText(word.example)).diagnostics.isEmpty, "\(word.name): \(word.example)")
            for parameter in word.parameters { #expect(!parameter.help.isEmpty, "\(word.name) \(parameter.label)") }
        }
        #expect(Set(Vocabulary.all.map(\.name)).count == Vocabulary.all.count)
    }

    @Test func noWordOfTheLanguageIsCalledAnotherFunction() {
        #expect(Vocabulary.all.filter { ForeignFunction.nearest[$0.name] != nil }.map(\.name) == [])
        #expect(ForeignFunction.nearest.values.filter { Vocabulary.word($0.word) == nil }.map(\.word) == [])
    }

    @Test func allWordsOfTheLanguageAreDeclared() {
        let names = """
            cifar10 cifar100 mnist fashionmnist svhn imagefolder arrays synthetic take split folds resize normalize augment input conv linear
            batchnorm groupnorm layernorm instancenorm relu leakyrelu prelu relu6 elu gelu silu mish hardswish sigmoid hardsigmoid tanh softplus maxpool
            avgpool adaptivemaxpool adaptiveavgpool globalmaxpool globalavgpool gap flatten dropout droppath softmax scale residual
            shortcut multiply concat chunk channelshuffle attention positionembedding mixplaces
            train resume evaluate predict recipe sgd adam adamw rmsprop lion muon constant step multistep cosine onecycle polyline ema swa
            lookahead teacher findlr diff lint compare ablate more variance slurm ssh print summary diagram table plot show confusion mistakes flips cam profile help runs save load export share
            shape range div floor sqrt min max abs round sum mean count ask quit
            """
        #expect(Set(names.split { $0 == " " || $0 == "\n" }.map(String.init)) == Set(Vocabulary.all.map(\.name)))
    }

    /// A definition of its name hides it then: see CONTRIBUTING.
    @Test func aWordThatCameAfterVersion01SaysSo() {
        let first = """
            cifar10 cifar100 imagefolder synthetic take split resize normalize augment input conv linear batchnorm relu leakyrelu gelu
            sigmoid tanh maxpool avgpool adaptiveavgpool globalavgpool gap flatten dropout softmax residual shortcut concat train
            resume evaluate predict recipe sgd adam adamw constant step cosine onecycle findlr diff lint compare more variance
            print summary diagram table plot show confusion mistakes flips cam profile help runs save load export share shape
            range div floor sqrt min max abs round sum mean count ask quit
            """.split { $0 == " " || $0 == "\n" }.map(String.init)
        #expect(Set(Vocabulary.all.filter { $0.since == nil }.map(\.name)) == Set(first))
    }

    /// All but those that fetch, or need a folder of images: these have tests of their own.
    @Test(
        arguments: Vocabulary.all.map(\.name).filter {
            !["cifar10", "cifar100", "mnist", "fashionmnist", "svhn", "imagefolder", "arrays"].contains($0)
        })
    func theExampleRuns(_ name: String) throws {
        let word = try #require(Vocabulary.word(name))
        let folder = FileManager.default.temporaryDirectory.appending(path: "tandem-example-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Somebody is there for `ask`.
        switch Session(answers: [.line("3")], folder: folder.path).run(word.example) {
        case .finished, .quit: break
        case .failed(let diagnostic), .interrupted(let diagnostic): Issue.record("\(name): \(diagnostic.message)")
        }
    }
}
