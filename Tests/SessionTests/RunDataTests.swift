// What a run is measured on where nothing is named: its own data, whatever was made since, and the result says which.

import Datasets
import Engine
import Experiments
import Foundation
import Libraries
import Network
import Runtime
import Testing

@testable import Graphics
@testable import Session

private let setup = """
    model Net { input 3x32x32; conv 4, kernel: 4, stride: 4; relu; flatten; linear 10 }
    let small = take(synthetic(), 64, test: 40)
    let a = train Net, on: small, epochs: 2, batch: 16, log: none
    let b = train Net, on: augment(small, flip: true), epochs: 2, batch: 16, log: none
    let other = take(synthetic(), 128, test: 60)

    """

@Suite(.serialized)
struct RunDataTests {
    private let home = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID().uuidString)").path

    private func remove() { try? FileManager.default.removeItem(atPath: home) }

    private func session(_ home: String? = nil) -> Session {
        let session = home.map { Session(home: $0) } ?? Session()
        session.run(setup)
        return session
    }

    @Test(arguments: [
        ("evaluate a", "a on small: "), ("predict a, first: 3;\npredict a, first: 3", "a on small: "),
        ("confusion a", "a on small: "), ("mistakes a, count: 1", "a on small: "), ("cam a, count: 1", "a on small: "),
        ("flips a, b, count: 1", "40 test images of small"), ("show a, layer: 1, count: 1", "test image 0 of small"),
    ])
    func everyWordTakesTheRunsOwnDataAndSaysSo(_ line: String, _ said: String) throws {
        let session = session()
        session.run(line)
        let text = try #require(session.output.all.shown.last ?? session.output.all.results.last).text
        #expect(text.contains(said), "\(text)")
        #expect(!text.contains("60 test"))
    }

    @Test func whatIsAugmentedAgainIsMadeAgainByItsText() throws {
        let session = session()
        let twice = "augment(augment(small, flip: true, crop: 2), crop: 4, border: reflect)"
        session.run("evaluate a, on: \(twice)")
        let said = try #require(session.output.all.results.last ?? session.output.all.shown.last).text
        // Data without a name are called by what makes them.
        let text = try #require(said.firstMatch(of: #/a on (.*\)): /#)).1
        #expect(text.hasPrefix("augment(augment(take(synthetic(), "))
        session.run(
            """
            let (first, again) = (\(twice), \(text))
            print first
            print again
            let c = train Net, on: first, epochs: 1, batch: 16, log: none
            let d = train Net, on: again, epochs: 1, batch: 16, log: none
            print c.digest == d.digest, c.digest == a.digest
            """)
        let lines = session.output.all.text.split(separator: "\n")
        #expect(lines.count == 3 && lines[0] == lines[1] && lines[2] == "true false", "\(lines)")
        #expect(lines.first?.contains("mirrored at random, shifted by up to 4 over") == true)
    }

    @Test func whatIsMeasuredIsWhatTheTrainingCameTo() {
        let session = session()
        session.run("print evaluate(a).accuracy == a.accuracy, evaluate(b).accuracy == b.accuracy")
        session.run("print evaluate(a, on: other).accuracy == a.accuracy")
        #expect(session.output.all.text == "true true\nfalse\n")
    }

    @Test func aNameThatMeansOtherDataNowIsNotTheRunsOwn() {
        let session = session()
        session.run("let small = other\nprint evaluate(a)")
        #expect(session.output.all.text.hasPrefix("a on take(synthetic(), train: 64, test: 40): "))
    }

    @Test(arguments: ["5", "other", "[small]"])
    func aNameThatMeansSomethingElseIsInNoTitle(_ value: String) {
        let session = session()
        session.run(
            """
            let s = compare Net, Net, on: small, epochs: 1, batch: 16, seeds: [1], log: none
            let v = variance Net, on: small, epochs: 1, batch: 16, seeds: 1...2, roles: [order], log: none
            let e = evaluate a
            """)
        func said(_ line: String) -> String {
            let before = session.output.all.text.count
            session.run(line)
            let all = session.output.all
            return line.hasPrefix("print") ? String(all.text.dropFirst(before)) : all.results.last?.text ?? ""
        }
        for line in ["s", "v", "print e"] { #expect(said(line).contains("on small"), "\(line): \(said(line))") }
        session.run("let small = \(value)")
        for line in ["s", "v", "print e", "print evaluate(a)"] {
            let text = said(line)
            #expect(text.contains("on take(synthetic(), train: 64, test: 40)"), "\(line): \(text)")
        }
    }

    @Test func theSameDataMadeAnewKeepTheirName() {
        let session = session()
        session.run("let small = take(synthetic(), 64, test: 40)\nprint evaluate(a)")
        #expect(session.output.all.text.hasPrefix("a on small: "))
        // And lose it together.
        session.run("let small = 5\nprint evaluate(a)")
        #expect(session.output.all.text.contains("\na on take(synthetic(), train: 64, test: 40): "))
    }

    @Test func dataWithoutANameAreCalledByWhatMakesThem() {
        defer { remove() }
        let session = session(home)
        session.run(
            """
            let several = [take(synthetic(), 32, test: 20), synthetic()]
            let c = train Net, on: several[0], epochs: 1, batch: 16, log: none
            let d = train Net, on: take(synthetic(), 16, test: 20), epochs: 1, batch: 16, log: none
            print evaluate(c)
            print evaluate(d)
            for n in [48] {
                let inner = take(synthetic(), n, test: 20)
                let e = train Net, on: inner, epochs: 1, log: none
                print evaluate(e)
            }
            print evaluate(c, on: several[1])
            runs
            """)
        #expect(session.output.all.text.contains("c on take(synthetic(), train: 32, test: 20): "))
        #expect(session.output.all.text.contains("d on take(synthetic(), train: 16, test: 20): "))
        #expect(session.output.all.text.contains("e on take(synthetic(), train: 48, test: 20): "))
        #expect(session.output.all.text.contains("c on synthetic: "))
        #expect(session.output.all.results.last?.text.contains("take(synthetic(), train: 32, test: 20)") == true)
    }

    @Test func flipsAreOfImagesThatBothHave() {
        let session = session()
        session.run("let c = train Net, on: other, epochs: 1, batch: 16, log: none\nflips a, c")
        #expect(
            session.output.all.diagnostics.last?.message
                == "the test images of a and c are not the same: small and other")
        session.run("flips a, c, on: other")
        #expect(session.output.all.shown.last?.text.contains("60 test images of other") == true)
    }

    @Test func aKeptRunsDataAreMadeAgain() throws {
        defer { remove() }
        session(home).workspace.close()
        let again = Session(home: home)
        again.run(
            "let other = take(synthetic(), 128, test: 60)\nlet c = runs[\"a\"]\nprint evaluate(c).accuracy == c.accuracy"
        )
        again.run("print evaluate(c)\nprint resume(c, epochs: 3, log: none).epochs")
        let lines = again.output.all.text.split(separator: "\n")
        #expect(lines.first == "true" && lines.last == "3", "\(again.output.all.diagnostics)")
        #expect(lines.dropFirst().first?.hasPrefix("c on take(synthetic(), train: 64, test: 40): ") == true)
        // Where a name has them, they are called so.
        again.run(
            "let mine = take(synthetic(), 64, test: 40)\nlet late = take(synthetic(), 99, test: 9)\nprint evaluate(c)")
        #expect(again.output.all.text.split(separator: "\n").last?.hasPrefix("c on mine: ") == true)
    }

    /// Another session has nothing but the files of the folder.
    @Test func thePublishedSetOfAFolderIsFoundThereOrTheFolderIsNamed() throws {
        defer { remove() }
        let arrays =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
            + "/DatasetsTests/Arrays/mnist"
        let digits = "\(home)/digits"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: arrays, toPath: digits)
        let expression = "take(mnist(from: \"\(digits)\"), train: 16, test: 8)"
        let session = Session(home: home)
        session.run(
            """
            model Net { input 1x28x28; conv 2, stride: 4; relu; flatten; linear 10 }
            let a = train Net, on: \(expression), epochs: 1, batch: 8, log: none
            save a, "\(home)/a.safetensors"
            let line = share a
            """)
        #expect(session.output.all.diagnostics.last?.fix?.contains("`\(expression)`") == true)
        #expect(session.output.all.diagnostics.last?.message.contains("the files of the folder \(digits)") == true)
        session.workspace.close()

        let again = Session(home: home)
        again.run("let kept = runs[\"a\"]\nprint evaluate(kept).accuracy == kept.accuracy")
        #expect(again.output.all.text == "true\n", "\(again.output.all.diagnostics)")
        again.workspace.close()

        // Other files lie there now.
        let labels = "\(digits)/t10k-labels-idx1-ubyte"
        try FileSystem.write(try FileSystem.read(labels).prefix(8) + [UInt8](repeating: 3, count: 10), to: labels)
        let changed = Session(home: home)
        changed.run("let b = runs[\"a\"]\nevaluate b")
        let fault = changed.output.all.diagnostics.last
        #expect(fault?.message.hasSuffix("`\(expression)` gives other images now") == true)
        #expect(fault?.fix == "bind it first: `let data = \(expression)`, or name other data: `on: data`")
        // A file of a run knows the folder too.
        changed.run("let c = load \"\(home)/a.safetensors\"\nlet line = share c")
        #expect(changed.output.all.diagnostics.last?.fix?.contains("`\(expression)`") == true)
        changed.workspace.close()
    }

    /// Which another machine can check.
    @Test func theLineOfARunHasTheChecksumOfAnotherArchive() throws {
        let sum = String(repeating: "ab", count: 32)
        let architecture = try Architecture(input: Shape([3, 32, 32]), layers: [.flatten, .linear(.init(width: 10))])
        func line(_ archive: String?) throws -> String? {
            let data = try Synthetic.make(cancellation: Cancellation())
                .from(.published(.svhn, archive: archive, folder: nil))
            let parameters = try #require(
                TrainedParameters(architecture) { [Float](repeating: 0, count: architecture.parameters[$0].count) })
            return RunValue(
                Run(model: "Net", architecture: architecture, parameters: parameters),
                model: Model(
                    expression: "Net", boundName: nil, input: nil, layers: [], architecture: architecture),
                data: DataValue(data, expression: "take(svhn(), train: 16, test: 8)"), defaults: nil
            ).checkedDataExpression
        }
        #expect(try line(nil) == "take(svhn(), train: 16, test: 8)")
        #expect(try line(sum) == "take(svhn(sha256: \"\(sum)\"), train: 16, test: 8)")
    }

    @Test func aRunFromAFileTakesItsOwnDataToo() throws {
        let session = try FolderSession()
        session.run(setup + "save a, \"a.safetensors\"")
        session.run("let small = 3")
        session.run("let c = load \"a.safetensors\"")
        #expect(session.printed("print evaluate(c)").hasPrefix("c on take(synthetic(), train: 64, test: 40): "))
        // In a model of this session as well.
        session.run("let v = load \"a.safetensors\", into: Net")
        #expect(session.printed("print evaluate(v)").hasPrefix("v on take(synthetic(), train: 64, test: 40): "))
        #expect(session.printed("print evaluate(v).accuracy == a.accuracy") == "true\n")
        // Of weights alone nobody knows the data.
        session.run("export a, \"w.safetensors\"\nlet w = load \"w.safetensors\", into: Net")
        #expect(session.printed("print evaluate(w)").hasPrefix("w on other: "))
    }

    /// A file of somebody else names data that are not this machine's, and no other file is opened for it.
    @Test(arguments: [
        "imagefolder(\\\"/etc\\\", size: 8)", "cifar10(url: \\\"http://127.0.0.1:1/x\\\")", "load(\\\"x\\\")", "quit()",
        "take(imagefolder(\\\"/etc\\\"), train: 3)", "synthetic(); quit",
    ])
    func whatAFileSaysOfItsDataIsNoProgram(_ expression: String) throws {
        let reader = SessionReader(SessionState(output: RecordingOutput(), folder: ".", interruption: Cancellation()))
        #expect(throws: (any Error).self) {
            _ = try reader.data(expression.replacing("\\\"", with: "\""), opensFiles: false)
        }
    }

    @Test func dataThatAreChangedAreMadeAgainAsTheyWere() {
        defer { remove() }
        let first = Session(home: home)
        first.run(setup + "let n = normalize(small, mean: [0.5, 0.5, -0.5], std: [0.2, 0.2, 0.2])")
        first.run("let c = train Net, on: split(n, 0.9), epochs: 1, batch: 16, log: none")
        first.workspace.close()
        let again = Session(home: home)
        again.run("let c = runs[\"c\"]\nprint evaluate(c).accuracy == c.accuracy\nprint evaluate(c, part: validation)")
        #expect(
            again.output.all.text.hasPrefix("true\nc on the validation part of split("),
            "\(again.output.all.diagnostics)")
    }

    @Test func dataThatCannotBeHadAreSaidNotReplaced() throws {
        let session = try FolderSession()
        let images = session.folder + "/pets"
        for label in ["cat", "dog"] {
            try FileManager.default.createDirectory(atPath: "\(images)/\(label)", withIntermediateDirectories: true)
            for number in 0..<5 {
                let pixels = [UInt8](repeating: UInt8(40 * number), count: 3 * 8 * 8)
                try Data(PNG.file(width: 8, height: 8, pixels: pixels)).write(
                    to: URL(filePath: "\(images)/\(label)/\(number).png"))
            }
        }
        session.run(
            """
            model Net { input 3x8x8; flatten; linear 10 }
            let pets = imagefolder("pets", size: 8)
            let a = train Net, on: pets, epochs: 1, batch: 4, log: none
            save a, "a.safetensors"
            let c = load "a.safetensors"
            """)
        // At hand, whatever the file says.
        #expect(session.printed("print evaluate(c).accuracy == a.accuracy") == "true\n")
        session.run("let pets = synthetic()\nlet a = 1")
        #expect(session.fault("evaluate c")?.contains("the data of c is not available: ") == true)
        #expect(session.fault("evaluate c")?.contains("let data = imagefolder(\"pets\", size: 8)") == true)
    }

    @Test func aTakeThatLeavesClassesOutSaysSo() throws {
        let session = try FolderSession()
        for (index, label) in ["ant", "bee", "cat", "dog"].enumerated() {
            let folder = "\(session.folder)/pets/\(label)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for number in 0..<5 {
                let pixels = [UInt8](repeating: UInt8(40 * number + index), count: 3 * 8 * 8)
                try Data(PNG.file(width: 8, height: 8, pixels: pixels)).write(
                    to: URL(filePath: "\(folder)/\(number).png"))
            }
        }
        session.run("let pets = imagefolder(\"pets\", size: 8, test: 0.4)\nlet all = take(pets, 4, test: 4)")
        #expect(session.output.all.diagnostics.isEmpty)
        session.run("let some = take(pets, 2, test: 4)")
        let note = try #require(session.output.all.diagnostics.last?.message)
        #expect(note.hasPrefix("2 classes of 4 have no training image; tested all the same: "), "\(note)")
        // Nor does a split keep what was asked for.
        session.run("let held = split(pets, 0.01)")
        #expect(
            session.output.all.diagnostics.last?.message
                == "4 of 12 training images remain for training, not 0: each class keeps at least one image")
        let count = session.output.all.diagnostics.count
        session.run("let half = split(pets, 0.67)")
        #expect(session.output.all.diagnostics.count == count)
    }

    @Test func nothingIsCutOffWhereThereIsAFolderForTesting() throws {
        let session = try FolderSession()
        for part in ["train", "test"] {
            for label in ["ant", "bee"] {
                let folder = "\(session.folder)/pets/\(part)/\(label)"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try Data(PNG.file(width: 8, height: 8, pixels: [UInt8](repeating: 7, count: 3 * 8 * 8))).write(
                    to: URL(filePath: "\(folder)/0.png"))
            }
        }
        for option in ["test: 0.3", "seed: 4"] {
            let label = option.prefix { $0 != ":" }
            let fault = try #require(session.fault("imagefolder(\"pets\", size: 8, \(option))"))
            #expect(fault.contains("`\(label):` cuts nothing off") && fault.contains("leave `\(label):` out"))
        }
        #expect(session.fault("imagefolder(\"pets\", size: 8)") == nil)
    }

    @Test func aRunThatDivergedIsNotMeasured() {
        let session = session()
        session.run("let w = train Net, on: small, epochs: 5, batch: 16, log: none, optimizer: sgd(lr: 1e30)")
        for line in ["evaluate w", "predict w", "confusion w", "mistakes w", "flips a, w", "cam w", "show w, layer: 1"]
        {
            session.run(line)
            #expect(
                session.output.all.diagnostics.last?.message.hasPrefix("w diverged in epoch 1: ") == true, "\(line)")
        }
    }

    @Test func aDivergedRunLeavesAndComesWithANote() throws {
        let session = try FolderSession()
        session.run(setup + "let w = train Net, on: small, epochs: 5, batch: 16, log: none, optimizer: sgd(lr: 1e30)")
        for line in [
            "save w, \"w.safetensors\"", "export w, \"x.safetensors\"", "export w, \"w.onnx\"",
            "let v = load \"w.safetensors\", into: Net",
        ] {
            session.run(line)
            let said = session.output.all.diagnostics.last
            #expect(
                said?.severity == .note && said?.message.contains(" diverged in epoch 1: ") == true,
                "\(line): \(said?.message ?? "")")
            session.run("print 1 / 0")
        }
        session.run("show w")
        #expect(session.output.all.diagnostics.last?.message.hasPrefix("w diverged in epoch 1: ") == true)
    }
}
