// Runs kept in files, through the language: what `save` writes, `load` gives again.

import Engine
import Foundation
import Language
import Libraries
import Runtime
import Testing

@testable import Experiments
@testable import Session

private let setup = """
    model Net(width: 4) { input 3x32x32; conv width, stride: 4; batchnorm; relu; residual { conv width, padding: 1 }; flatten; linear 10 }
    let data = take(synthetic(), 64, test: 32)

    """

/// A session in a folder of its own, which goes with it.
final class FolderSession {
    let folder: String
    let output: RecordingOutput
    let workspace: Workspace

    init(_ output: RecordingOutput = RecordingOutput()) throws {
        self.output = output
        folder = NSTemporaryDirectory() + "tandem-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        workspace = Workspace(output: output, folder: folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    @discardableResult
    func run(_ text: String) -> CellOutcome { workspace.execute(SourceText(text)) }

    /// The error of a cell as the block a person reads; `nil` where it ended well.
    func fault(_ text: String) -> String? {
        guard case .failed(let diagnostic) = run(text) else { return nil }
        return DiagnosticText(diagnostic).block
    }

    /// What a cell prints.
    func printed(_ text: String) -> String {
        let before = output.all.text.count
        run(text)
        return String(output.all.text.dropFirst(before))
    }

    func bytes(_ name: String) -> [UInt8] {
        FileManager.default.contents(atPath: folder + "/" + name).map(Array.init) ?? []
    }
    func write(_ bytes: [UInt8], _ name: String) {
        _ = FileManager.default.createFile(atPath: folder + "/" + name, contents: Data(bytes))
    }
}

@Suite(.serialized)
struct KeepingTests {
    private func session(_ training: String = "let a = train Net(width: 5), on: data, epochs: 2, batch: 32, log: none")
        throws -> FolderSession
    {
        let session = try FolderSession()
        session.run(setup + training)
        return session
    }

    @Test func aSavedRunIsARunAgain() throws {
        let session = try session()
        #expect(session.printed("save a, \"a.safetensors\"").hasPrefix("a is in a.safetensors: "))
        #expect(
            session.printed(
                """
                let b = load "a.safetensors"
                let e = evaluate b, on: data
                print b.digest == a.digest, b.accuracy == a.accuracy, b.loss == a.loss, b.epochs, b.seed, b.state
                print b.curve.rows, e.accuracy == a.accuracy, b.model.parameters == a.model.parameters, b.speed == a.speed
                """) == "true true true 2 1 done\n2 true true true\n")
        #expect(session.printed("print a").dropFirst(0) == session.printed("print b")[...])
    }

    /// Anybody can write such a file, with its sum: its line of text does not stand in for what it describes.
    @Test(arguments: [
        ("\"options\":{", "\"options\":{\"patience\":0,", "its patience is out of range"),
        ("\"options\":{", "\"options\":{\"patience\":-5,", "its patience is out of range"),
        ("\"options\":{", "\"options\":{\"select\":\"worst\",", "`select` of the options is not known here"),
        ("\"options\":{\"epochs\":2", "\"options\":{\"epochs\":-1", "epochs or batch size are out of range"),
    ])
    func aDescriptionThatCannotBeIsRefused(_ text: String, _ other: String, _ reason: String) throws {
        let session = try session()
        session.run("save a, \"a.safetensors\"")
        var file = try Safetensors(parsing: session.bytes("a.safetensors"))
        let record = try #require(file.metadata["tandem"])
        try #require(record.contains(text))
        file.metadata["tandem"] = record.replacing(text, with: other)
        file.metadata["tandem.sha256"] = WeightsFile.checksum(file.parts, file.metadata)
        session.write(file.bytes, "b.safetensors")
        let fault = try #require(session.fault("let b = load \"b.safetensors\""))
        #expect(fault.contains("and this version cannot read it: \(reason)"), "\(fault)")
    }

    @Test func aSavedRunIsSavedAgainTheSame() throws {
        let session = try session()
        session.run("save a, \"a.safetensors\"\nlet a = load \"a.safetensors\"")
        session.run("save \"again.safetensors\"")
        #expect(session.bytes("a.safetensors").count > 1000)
        #expect(session.bytes("a.safetensors") == session.bytes("again.safetensors"))
    }

    @Test(arguments: [
        "schedule: cosine(warmup: 1), smoothing: 0.1, clip: 1.5, orderseed: 3, dropoutseed: 0",
        "optimizer: adamw(lr: 1e-7, betas: (0.5, 0.75), eps: 1e-5), schedule: step(every: 3), precision: precise",
        "optimizer: sgd(lr: 0.25, momentum: 0.9, nesterov: true), schedule: onecycle(peak: 0.5), precision: mixed",
    ])
    func itsOptionsComeBack(_ options: String) throws {
        let session = try session("let a = train Net, on: data, epochs: 1, batch: 32, \(options), log: none")
        session.run("save a, \"a.safetensors\"\nlet a = load \"a.safetensors\"\nsave a, \"b.safetensors\"")
        #expect(session.bytes("a.safetensors").count > 1000)
        #expect(session.bytes("a.safetensors") == session.bytes("b.safetensors"))
    }

    @Test func namesOfTheSessionMeanNothingToAFile() throws {
        let session = try session("let a = train Net, on: data, epochs: 1, schedule: cosine, log: none")
        session.run("save a, \"a.safetensors\"")
        let other = try FolderSession()
        other.write(session.bytes("a.safetensors"), "a.safetensors")
        #expect(other.fault("let cosine = 3\nlet relu = 5\nlet b = load \"a.safetensors\"") == nil)
        // Nor to its data, which are made again.
        #expect(other.fault("let synthetic = 3\nlet take = 5") == nil)
        #expect(other.printed("print evaluate(b)").hasPrefix("b on take(synthetic(), train: 64, test: 32): "))
    }

    @Test func weightsGoIntoAModel() throws {
        let session = try session()
        session.run("save a, \"a.safetensors\"")
        #expect(
            session.printed(
                """
                let b = load "a.safetensors", into: Net(width: 5)
                let e = evaluate b, on: data
                print b.digest == a.digest, b.epochs, b.state, e.accuracy == a.accuracy
                print b
                """) == "true 0 loaded true\nNet(width: 5) with the weights of a.safetensors\n")
        let fault = try #require(session.fault("let c = load \"a.safetensors\", into: Net(width: 6)"))
        #expect(fault.contains("`0.weight` is [5, 3, 3, 3] in a.safetensors, but Net(width: 6) needs [6, 3, 3, 3]"))
    }

    @Test func aTrainingOfLoadedWeightsIsSaidToBeginAnew() throws {
        let session = try session("let a = train Net, on: data, epochs: 1, log: none")
        session.run("save a, \"a.safetensors\"\nlet b = load \"a.safetensors\", into: Net")
        let fix = "`train b.model` starts from fresh weights, and with `from: b` from those of the file"
        #expect(session.fault("train b")?.contains(fix) == true)
        #expect(session.fault("findlr b")?.contains("write `b.model`, which starts from fresh weights") == true)
        #expect(session.fault("resume b")?.contains("`train b.model, from: b` begins a training with them") == true)
        #expect(session.fault("train b.model, from: b, on: data, epochs: 1, log: none") == nil)
        #expect(session.fault("train a")?.contains("`resume a, epochs: 2` continues the run") == true)
    }

    @Test func weightsOfOtherNamesAreTakenByAMap() throws {
        let session = try session("let a = train Net, on: data, epochs: 1, log: none")
        session.run("model Two { input 4; linear 4; linear 4 }")
        var file = Safetensors()
        for (name, value) in [("first", Float(1)), ("another", 2)] {
            file[name + ".weight"] = .init(shape: [4, 4], values: [Float](repeating: value, count: 16))
            file[name + ".bias"] = .init(shape: [4], values: [Float](repeating: value, count: 4))
        }
        session.write(file.bytes, "w.safetensors")
        session.write(Array(#"{"0": "first", "1": "another"}"#.utf8), "map.json")
        session.write(Array(#"["first", "another"]"#.utf8), "list.json")
        session.write(Array(#"{"0": "first", "1": "another", "0": "another"}"#.utf8), "twice.json")
        let fault = try #require(session.fault("load \"w.safetensors\", into: Two"))
        #expect(fault.contains("order alone could swap some") && fault.contains("`names: \"map.json\"`"))
        #expect(fault.contains("`0.weight` [4, 4]") && fault.contains("`another.bias` [4]"))
        let load = "load \"w.safetensors\", into: Two, names:"
        #expect(session.printed("print load(\"w.safetensors\", into: Two, names: \"map.json\").state") == "loaded\n")
        session.run("let w = load(\"w.safetensors\", into: Two, names: \"map.json\")")
        #expect(session.fault("plot w")?.contains("its weights were loaded") == true)
        #expect(session.fault("\(load) \"list.json\"")?.contains("list.json holds no JSON object") == true)
        // Some editors begin a file with the mark of UTF-8.
        session.write([0xEF, 0xBB, 0xBF] + Array(#"{"0": "first", "1": "another"}"#.utf8), "marked.json")
        #expect(session.printed("print load(\"w.safetensors\", into: Two, names: \"marked.json\").state") == "loaded\n")
        for (map, point, plain) in [(#"{"": "model."}"#, "model.", "model"), (#"{".0": "first"}"#, ".0", "0")] {
            session.write(Array(map.utf8), "points.json")
            let fault = try #require(session.fault("\(load) \"points.json\""))
            #expect(fault.contains("`\(point)` in points.json has a point too many") && fault.contains("`\(plain)`"))
        }
        #expect(session.fault("\(load) \"twice.json\"")?.contains("duplicate object key") == true)
        #expect(session.fault("\(load) \"none.json\"")?.contains("no such file") == true)
        #expect(session.fault("\(load) \"w.safetensors\"")?.contains("w.safetensors is not JSON") == true)
        #expect(
            session.fault("load \"w.safetensors\", names: \"map.json\"")?.contains("maps the names of a model") == true)
    }

    /// The fix that is given is typed, and works.
    @Test func whatAFileHasBesideTheWeightsIsNamedAndLeftOut() throws {
        let session = try session("")
        session.run("model Two { input 4; linear 4; linear 4 }")
        func write(_ prefixes: [String], without missing: String? = nil, and extra: [String] = []) {
            var file = Safetensors()
            for prefix in prefixes {
                for (name, shape) in [("0.weight", [4, 4]), ("0.bias", [4]), ("1.weight", [4, 4]), ("1.bias", [4])]
                where name != missing {
                    file[prefix + name] = .init(shape: shape, values: [Float](repeating: 1, count: shape.reduce(1, *)))
                }
            }
            for name in extra { file[name] = .init(shape: [], values: [1]) }
            session.write(file.bytes, "w.safetensors")
        }
        let load = "load \"w.safetensors\", into: Two"
        write(["module."], and: ["epoch", "optimizer.state.0.step"])
        let fault = try #require(session.fault(load))
        #expect(fault.contains("has all tensors of Two, and 2 tensors that it does not have"))
        #expect(fault.contains("not in the model: `epoch` [], `optimizer.state.0.step` []"))
        #expect(!fault.contains("missing in the file") && fault.contains("\(load), strict: false`"))
        #expect(session.printed("let a = \(load), strict: false\nprint a.state") == "loaded\n")
        let note = DiagnosticText(try #require(session.output.all.diagnostics.last)).block
        #expect(note.contains("2 tensors of w.safetensors that Two does not have were left out"))
        #expect(note.contains("`epoch`, `optimizer.state.0.step`"))
        write(["module."], without: "1.bias", and: ["epoch", "step"])
        let missing = try #require(session.fault(load))
        #expect(
            missing.contains("missing in the file: `module.1.bias` [4]") && missing.contains("`epoch` [], `step` []"))
        #expect(
            missing.contains("`{\"\": \"module\", \"1.bias\": ") && missing.contains("\"map.json\", strict: false`"))
        write(["module.", "ema."])
        let twice = try #require(session.fault(load))
        #expect(twice.contains("2 times: in `ema`, `module`") && twice.contains("`{\"\": \"ema\"}`"))
        session.write(Array(#"{"": "ema"}"#.utf8), "map.json")
        #expect(
            session.printed("let e = \(load), names: \"map.json\", strict: false\nprint e.state").hasSuffix("loaded\n"))
        #expect(
            session.fault("load \"w.safetensors\", strict: false")?.contains("of a model that takes weights") == true)
    }

    @Test func whatWasTakenOfAFileOfWeightsIsSaid() throws {
        let session = try session("")
        session.run("model Two { input 4; linear 4; linear 3 }")
        let load = "load \"w.safetensors\", into: Two"
        func file(_ prefix: String = "") -> Safetensors {
            var file = Safetensors()
            for (name, shape) in [("0.weight", [4, 4]), ("0.bias", [4]), ("1.weight", [3, 4]), ("1.bias", [3])] {
                file[prefix + name] = .init(shape: shape, values: [Float](repeating: 1, count: shape.reduce(1, *)))
            }
            return file
        }
        func note(_ file: Safetensors) throws -> String {
            session.write(file.bytes, "w.safetensors")
            session.run("let a = \(load), strict: false")
            return DiagnosticText(try #require(session.output.all.diagnostics.last)).block
        }
        func fault(_ file: Safetensors) throws -> String {
            session.write(file.bytes, "w.safetensors")
            return try #require(session.fault(load))
        }
        var copies = file("ema.")
        for name in file().names where name != "1.bias" { copies["model." + name] = file()[name] }
        #expect(try note(copies).contains("taken: the tensors in `ema`, since there is no `model.1.bias`"))
        var infinite = file()
        infinite["0.bias"] = .init(shape: [4], values: [0, .nan, 0, 0])
        #expect(try note(infinite).contains("`0.bias` in w.safetensors holds values that are infinite, NaN"))
        var whole = file()
        whole["1.bias"] = .init(shape: [3], values: [1, 0, 1], type: .uint8)
        let type = try fault(whole)
        #expect(type.contains("`1.bias` in w.safetensors is of type U8, and weights are floats"))
        #expect(type.contains("`w[\"1.bias\"] = w[\"1.bias\"].float()`"))
        var turned = file()
        turned["1.weight"] = .init(shape: [4, 3], values: [Float](repeating: 1, count: 12))
        #expect(try fault(turned).contains("`w[\"1.weight\"] = w[\"1.weight\"].permute(1, 0).contiguous()`"))
        turned["1.weight"] = .init(shape: [4, 5], values: [Float](repeating: 1, count: 20))
        #expect(try fault(turned).contains("give the model the widths that the weights have"))
        session.run("model Conv { input 3x8x8; conv 6, kernel: 3x5, bias: false }")
        var last = Safetensors()
        for (shape, axes) in [
            ([3, 5, 3, 6], "3, 2, 0, 1"), ([6, 3, 5, 3], "0, 3, 1, 2"), ([3, 6, 3, 5], "1, 0, 2, 3"),
        ] {
            last["0.weight"] = .init(shape: shape, values: [Float](repeating: 1, count: 270))
            session.write(last.bytes, "c.safetensors")
            #expect(session.fault("load \"c.safetensors\", into: Conv")?.contains(".permute(\(axes))") == true)
        }
    }

    @Test func tableAndPlotOfKeptRunsSayWhatToWrite() throws {
        let session = try session("")
        #expect(session.fault("table runs()")?.contains("`table runs()[0]`") == true)
        #expect(session.fault("let r = runs\nplot r")?.contains("`plot r[0]`") == true)
    }

    @Test func whatIsNoRunSaysWhy() throws {
        let session = try session("let a = train Net, on: data, epochs: 1, log: none")
        session.run("save a, \"a.safetensors\"")
        let bytes = session.bytes("a.safetensors")
        session.write(Array(bytes.dropLast(9)), "short.safetensors")
        session.write(bytes.dropLast() + [bytes[bytes.count - 1] ^ 1], "flipped.safetensors")
        session.write(Array("PK\u{3}\u{4}zip".utf8), "w.pth")
        session.write(Array("hello".utf8), "hello.safetensors")
        #expect(session.fault("load \"short.safetensors\"")?.contains("may be truncated") == true)
        #expect(session.fault("load \"flipped.safetensors\"")?.contains("flipped.safetensors is damaged") == true)
        let into = "load \"flipped.safetensors\", into: Net"
        #expect(session.fault(into)?.contains("flipped.safetensors is damaged") == true)
        #expect(session.fault("load \"w.pth\"")?.contains("safetensors.torch.save_file") == true)
        #expect(session.fault("load \"hello.safetensors\"")?.contains("not a complete safetensors file") == true)
        #expect(session.fault("load \"none.safetensors\"")?.contains("no such file") == true)
        #expect(session.fault("save a, \"a.bin\"")?.contains("end the name in `.safetensors`") == true)
        #expect(session.fault("save a, \"no/folder.safetensors\"")?.contains("no such file or directory") == true)
        #expect(session.fault("save Net, \"a.safetensors\"")?.contains("let a = train Net") == true)
    }

    @Test func aRunIsExportedInEveryForm() throws {
        let session = try session()
        session.run(
            """
            save a, "a.safetensors"
            export a, "a.py"; export a, "w.safetensors"; export a, "a.onnx"
            export "last.onnx"; export "last.py"; export Net, "net.py"
            """)
        let module = String(decoding: session.bytes("a.py"), as: UTF8.self)
        #expect(
            module.hasPrefix("\"\"\"Net(width: 5): 3x32x32 → 10, ") && module.contains("normalized by mean (0.485,"))
        #expect(String(decoding: session.bytes("net.py"), as: UTF8.self).contains("nn.Conv2d(3, 4, "))
        #expect(session.bytes("last.py").count > 500)
        #expect(session.bytes("a.onnx").count > 10_000 && session.bytes("a.onnx") == session.bytes("last.onnx"))
        #expect(session.bytes("w.safetensors").count > 10_000)
        #expect(
            session.fault("load \"w.safetensors\"")?.contains("`load \"w.safetensors\", into: Net(width: 4)`") == true)
        #expect(session.printed("print load(\"w.safetensors\", into: Net(width: 5)).digest == a.digest") == "true\n")
    }

    @Test(arguments: [
        "",
        ", optimizer: sgd(lr: 0.25, momentum: 0.9), schedule: onecycle(peak: 0.5), smoothing: 0.1, clip: 2, dropoutseed: 9",
    ])
    func aSharedLineMakesTheRunAgain(_ options: String) throws {
        let session = try session("let gap = train Net(width: 5), on: data, epochs: 1, batch: 32\(options), log: none")
        let line = session.printed("print share(gap)")
        #expect(line.hasPrefix("model Net { input 3x32x32; conv 5, stride: 4; batchnorm; relu; residual {"))
        #expect(line.split(separator: "\n").count == 1)

        let other = try FolderSession()
        #expect(other.fault(line) == nil)
        #expect(other.output.all.results.last?.text.hasPrefix("gap is the run that was shared, bit for bit") == true)
        // A run from a file shares as well, and the line that comes of the line is the same.
        other.run("save gap, \"gap.safetensors\"\nlet gap = load \"gap.safetensors\"")
        #expect(other.printed("print share(gap)") == line)
    }

    @Test func aRunThatIsNotTheSharedOneSaysWhy() throws {
        let session = try session()
        let line = session.printed("print share(a)")
        let seed = try FolderSession().fault(line.replacing("seed: 1", with: "seed: 2"))
        #expect(
            seed?.contains("a is not the run that was shared: the model, the options or the seed is different") == true)
        let data = try FolderSession().fault(
            line.replacing("train: 64", with: "train: 65").replacing(
                "engine: \(arithmeticVersion)", with: "engine: 999"))
        #expect(
            data?.contains(
                "the data is different, and that engine rounded differently (999, this one \(arithmeticVersion))")
                == true)
        #expect(
            try FolderSession().fault(line.replacing(#/digest: "\w+"/#, with: "digest: \"ab\""))?.contains(
                "first 16 digits") == true)
    }

    /// A file of somebody else may hold any text as its program: only layers and settings are read of it.
    @Test(arguments: [
        "print 1", "model Net { input 3x32x32; let x = print(1); linear 10 }",
        "model Net(a: print(1)) { input 3x32x32; flatten; linear 10 }",
        "model Net { input 3x32x32; conv print(1); linear 10 }",
        "model Net { input 3x32x32; repeat 1000000000 { relu } }", "model Net { flatten; linear 10 }",
        "model Net { input 3x32x32; flatten; linear 10 }; save a, \"x.safetensors\"",
        "model Net { input 3x32x32; flatten; linear 10 }; let a = train Net, epochs: count([1])",
        "model Net { input 3x32x32; flatten; linear 10 }; let a = train Net, optimizer: adam(lr: print(1))", "", "}",
    ])
    func aFileRunsNoProgram(_ program: String) {
        let output = RecordingOutput()
        let reader = SessionReader(SessionState(output: output, folder: ".", interruption: Cancellation()))
        #expect(throws: Diagnostic.self) { try reader.training(program) }
        #expect(output.all.text.isEmpty)
    }

    /// A file with torchvision's names of a ResNet, and a fine-tuning from it.
    @Test func torchvisionsResNetIsLoadedByItsNames() throws {
        let session = try FolderSession()
        session.run(
            """
            block basic(width, stride: 1) {
                residual { conv width, stride: stride, padding: 1, bias: false; batchnorm; relu; conv width, padding: 1, bias: false; batchnorm }
                relu
            }
            model ResNet(classes: 20) {
                input 3x32x32
                conv 4, kernel: 7, stride: 2, padding: 3, bias: false; batchnorm; relu; maxpool 3, stride: 2, padding: 1
                basic 4; basic 4; basic 6, stride: 2; basic 6
                gap; flatten; linear classes
            }
            let data = take(synthetic(), 32, test: 10)
            let a = train ResNet, on: data, epochs: 1, log: none
            save a, "a.safetensors"
            """)
        let own = try Safetensors(parsing: session.bytes("a.safetensors"))
        var file = Safetensors()
        let blocks = ["4": "layer1.0", "6": "layer1.1", "8": "layer2.0", "10": "layer2.1"]
        for name in own.names {
            let parts = name.split(separator: ".").map(String.init)
            let leaf = parts[parts.count - 1]
            let module =
                switch (parts[0], parts.count) {
                case ("0", _): "conv1"
                case ("1", _): "bn1"
                case ("14", _): "fc"
                default:
                    (blocks[parts[0]] ?? "")
                        + (parts[1] == "shortcut"
                            ? ".downsample.\(parts[2])"
                            : [".0": ".conv1", ".1": ".bn1", ".3": ".conv2", ".4": ".bn2"][".\(parts[2])"] ?? "")
                }
            file["\(module).\(leaf)"] = own[name]
        }
        session.write(file.bytes, "resnet.safetensors")
        #expect(
            session.printed("let w = load \"resnet.safetensors\", into: ResNet\nprint w.digest == a.digest") == "true\n"
        )
        #expect(
            session.output.all.diagnostics.last?.message
                == "the names in resnet.safetensors are those of torchvision's ResNet; each layer was taken by what its name says"
        )
        #expect(session.fault("resume w")?.contains("`train w.model, from: w` begins a training") == true)
        session.run(
            "let ten = ResNet(classes: 10)\nlet b = train ten, on: data, epochs: 1, from: w, freeze: 1...21, log: none")
        #expect(session.output.all.diagnostics.contains { $0.message == "ten starts from w: 50 of 52 tensors taken" })
        #expect(session.printed("print b.state") == "done\n")
        let other = try #require(session.fault("load \"resnet.safetensors\", into: ten"))
        #expect(other.contains("`fc.weight` is [20, 6] in resnet.safetensors, but the last layer of ten needs [10, 6]"))
        #expect(other.contains("with `linear 20` at its end as `Start`") && other.contains("`train ten, ..., from: a`"))
        (file["fc.weight"], file["fc.bias"]) = (nil, nil)
        session.write(file.bytes, "features.safetensors")
        let missing = try #require(session.fault("load \"features.safetensors\", into: ten"))
        #expect(missing.contains("features.safetensors has all tensors of ten but those of its last layer"))
        #expect(missing.contains("missing in the file: `fc.weight` [10, 6], `fc.bias` [10]"))
        #expect(missing.contains("without its last `linear` as `Start`"))
        // As it says.
        session.run(
            """
            model Start {
                input 3x32x32
                conv 4, kernel: 7, stride: 2, padding: 3, bias: false; batchnorm; relu; maxpool 3, stride: 2, padding: 1
                basic 4; basic 4; basic 6, stride: 2; basic 6
                gap; flatten
            }
            let s = load "features.safetensors", into: Start
            let t = train ten, on: data, epochs: 1, from: s, log: none
            """)
        #expect(session.output.all.diagnostics.contains { $0.message == "ten starts from s: 50 of 52 tensors taken" })
        // The first stage alone, without a block in the middle, and without what is no parameter.
        var (first, gap, bare) = (file, file, file)
        for name in file.names where name.hasPrefix("layer2.") { first[name] = nil }
        for name in file.names where name.hasPrefix("layer1.1.conv2") { gap[name] = nil }
        for name in file.names where name.contains("running") { bare[name] = nil }
        for (file, lacking, way) in [
            (first, "`layer2.0.conv1.weight` [6, 4, 3, 3]", "define a model of the layers that it has as `Start`"),
            (gap, "`layer1.1.conv2.weight` [4, 4, 3, 3]", "`w = model.state_dict() | load_file(\"part.safetensors\")`"),
            (bare, "`bn1.running_mean` [4]", "save `model.state_dict()`, which has them"),
        ] {
            session.write(file.bytes, "part.safetensors")
            let fault = try #require(session.fault("load \"part.safetensors\", into: Start"))
            #expect(
                fault.contains(
                    "part.safetensors has names of torchvision's ResNet, but not all tensors that Start needs"))
            #expect(fault.contains("missing in the file: \(lacking)") && fault.contains(way), "\(fault)")
        }
        // As it says.
        session.write(first.bytes, "first.safetensors")
        session.run(
            """
            model First {
                input 3x32x32
                conv 4, kernel: 7, stride: 2, padding: 3, bias: false; batchnorm; relu; maxpool 3, stride: 2, padding: 1
                basic 4; basic 4
            }
            let f = load "first.safetensors", into: First
            let g = train ten, on: data, epochs: 1, from: f, log: none
            """)
        #expect(session.output.all.diagnostics.contains { $0.message.hasPrefix("ten starts from f: 25 of 52") })
    }

    @Test func whatAVarianceBelowZeroMakesIsSaid() throws {
        let session = try session("let a = train Net(width: 5), on: data, epochs: 1, batch: 32, log: none")
        session.run("save a, \"a.safetensors\"")
        let own = try Safetensors(parsing: session.bytes("a.safetensors"))
        var file = Safetensors()
        for name in own.names {
            file[name] = own[name]
            guard name == "1.running_var", let tensor = own[name] else { continue }
            file[name] = .init(shape: tensor.shape, values: tensor.values.map { -$0 })
        }
        session.write(file.bytes, "w.safetensors")
        session.run("let five = Net(width: 5)\nlet w = load \"w.safetensors\", into: five")
        #expect(
            session.output.all.diagnostics.last?.message.hasPrefix(
                "`1.running_var` in w.safetensors holds values below 0")
                == true)
        session.run("evaluate w, on: data")
        #expect(
            session.output.all.diagnostics.last?.message.hasPrefix(
                "the outputs of w for 32 images are NaN: they count as `")
                == true)
    }
}
