// Runs and weights as files: what comes back, what is told of a damaged file, and weights under other names.

import Engine
import Libraries
import Network
import Runtime
import TestSupport
import Testing

@testable import Datasets
@testable import Experiments

private let layers: [Layer] = [
    .convolution(.init(width: 3, stride: Extent(8), hasBias: false)), .batchNorm(.init()), .activation(.relu),
    .residual(body: [.convolution(.init(width: 4, kernel: Extent(1)))], shortcut: nil), .flatten,
    .linear(.init(width: 10)),
]

private func architecture(_ layers: [Layer] = layers) throws -> Architecture {
    try Architecture(input: Shape(channels: 3, height: 32, width: 32), layers: layers)
}

private func trained(epochs: Int = 2, learningRate: Double = 0.1) throws -> Run {
    let options = TrainingOptions(epochs: epochs, batchSize: 16, optimizer: .sgd(learningRate: learningRate))
    var run = try Trainer(
        model: "net", architecture: try architecture(), dataset: Synthetic.make(training: 40, test: 20),
        options: options
    ).train(cancellation: Cancellation()) { _ in }
    run.name = "a"
    return run
}

private let context = WeightsFile.Context(
    program: "model Net { … }", modelExpression: "Net(w: 3)", dataExpression: "synthetic()", dataDigest: "ab",
    version: "9.8.7")

extension WeightsFile {
    /// What `write` puts into a file.
    fileprivate static func bytes(_ run: Run, _ context: Context) throws -> [UInt8] {
        let path = "\(TemporaryFolder().path)/run.safetensors"
        try FileSystem.createDirectories(FileSystem.folder(of: path))
        defer { try? FileSystem.remove(path) }
        let count = try WeightsFile.write(run, context, to: path)
        let bytes = try FileSystem.read(path)
        #expect(bytes.count == count)
        return bytes
    }
}

@Suite struct WeightsFileTests {
    @Test func aRunComesBackWhole() throws {
        let run = try trained()
        let file = try WeightsFile(parsing: try WeightsFile.bytes(run, context))
        #expect(file.context == context)
        let again = try file.run(run.architecture, run.options)
        #expect(again.digest == run.digest)
        #expect(again.metrics == run.metrics && run.metrics.count == 2)
        #expect(again.label == "a" && again.model == "net" && again.dataset == run.dataset && again.state == .done)
        #expect(again.steps == 6 && again.images == 80)
        #expect(again.seconds == run.seconds && again.trainingSeconds == run.trainingSeconds)
    }

    @Test func whatDivergedComesBackAsSuch() throws {
        let run = try trained(learningRate: 1e30)
        guard case .diverged = run.state else { throw WeightsFileError.damaged }
        let again = try WeightsFile(parsing: try WeightsFile.bytes(run, context)).run(run.architecture, run.options)
        #expect(again.state == run.state && again.digest == run.digest)
        #expect(again.metrics.count == run.metrics.count)
    }

    @Test func namesAreThoseOfPyTorchsStateDict() throws {
        let file = Safetensors(try trained().trained(), steps: 6)
        #expect(
            file.names == [
                "0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked",
                "3.body.0.weight", "3.body.0.bias", "3.shortcut.0.weight", "5.weight", "5.bias",
            ])
        #expect(file["1.num_batches_tracked"] == .init(shape: [], values: [6], type: .int64))
        #expect(file["3.body.0.weight"]?.shape == [4, 3, 1, 1])
    }

    @Test func everyFlippedBitIsToldOrChangesNothing() throws {
        let run = try trained(epochs: 1)
        let bytes = try WeightsFile.bytes(run, context)
        var told = 0
        for place in stride(from: 0, to: bytes.count, by: 37) {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(place % 8)
            do throws(WeightsFileError) {
                let again = try WeightsFile(parsing: damaged).run(run.architecture, run.options)
                #expect(again.digest == run.digest && again.metrics == run.metrics && again.steps == run.steps)
            } catch { told += 1 }
        }
        #expect(told > bytes.count / 37 * 9 / 10)
    }

    @Test func everyTruncatedFileIsTold() throws {
        let bytes = try WeightsFile.bytes(try trained(epochs: 1), context)
        for count in stride(from: 0, to: bytes.count, by: 101) {
            #expect(throws: WeightsFileError.self) { try WeightsFile(parsing: Array(bytes[..<count])) }
        }
    }

    @Test func weightsAloneAreNoRun() throws {
        let bytes = Safetensors(try trained(epochs: 1).trained(), steps: 1).bytes
        #expect { try WeightsFile(parsing: bytes) } throws: {
            if case WeightsFileError.noRun = $0 { true } else { false }
        }
    }

    /// What is left out has its default; what is of another kind than it is written is not taken for that.
    @Test func aRecordOfAnotherKindIsNone() throws {
        let json = RunRecord(try trained(epochs: 1), context).json
        let run = try #require(RunRecord(JSON.object(json)))
        #expect(run.position.outcomes.count == 20)
        var older = json
        older["outcomes"] = nil
        for (key, values) in [
            ("predictions", [[0, "x"], [0, .number(1.5)], [.null], "", 1]),
            ("outcomes", [1, ["images": "20"], ["images": 20, "bytes": "0"]]),
            ("curve", [["x"], 1, .object([:]), [1]]),
            ("steps", ["1", .number(1.5), -1, []]), ("images", ["1", -1]), ("state", ["odd", 1, []]),
        ] as [(String, [JSON])] {
            for value in values {
                var changed = older
                changed[key] = value
                #expect(RunRecord(JSON.object(changed)) == nil, "\(key): \(value)")
            }
            var changed = json
            changed[key] = nil
            #expect(RunRecord(JSON.object(changed)) != nil, "\(key)")
        }
    }

    @Test func aMeasurementThatCannotBeIsRefused() throws {
        let json = RunRecord(try trained(), context).json
        let curve = json["curve"]?.array?.compactMap(\.object) ?? []
        func isTaken(_ change: (inout [JSONObject]) -> Void) -> Bool {
            var (changed, epochs) = (json, curve)
            change(&epochs)
            changed["curve"] = .array(epochs.map { .object($0) })
            return RunRecord(.object(changed)) != nil
        }
        func measured(_ key: String = "steps", _ value: JSON? = 3) -> JSON {
            var validation: JSONObject = ["loss": .number(2.5), "accuracy": 40, "steps": 3]
            validation[key] = value
            return .object(validation)
        }
        #expect(isTaken { $0[0]["validation"] = measured() })
        // What diverged has no finite loss.
        #expect(isTaken { $0[1]["validation"] = measured("loss", .null) })
        for (key, values) in [
            ("accuracy", [.null, "x", -1, 101, nil, [], true]), ("loss", ["x", .number(-1e308), []]),
            ("steps", [nil, "3", -1, 7, .number(1.5), .integer(.max)]),
        ] as [(String, [JSON?])] {
            for value in values {
                let isTaken = isTaken { $0[0]["validation"] = measured(key, value) }
                #expect(!isTaken, "\(key): \(String(describing: value))")
            }
        }
        #expect(!isTaken { $0[0]["validation"] = .null })
        #expect(
            !isTaken {
                $0[0]["validation"] = measured("steps", 6)
                $0[1]["validation"] = measured("steps", 3)
            })
        for key in ["trainloss", "trainaccuracy", "loss", "accuracy", "seconds"] {
            for value in ["x", [], .number(-1e308)] as [JSON] {
                #expect(!isTaken { $0[0][key] = value }, "\(key): \(value)")
            }
        }
    }

    @Test func aLaterFormatNamesItsVersion() throws {
        var file = try Safetensors(parsing: try WeightsFile.bytes(try trained(epochs: 1), context))
        file.metadata["tandem"] = file.metadata["tandem"].map { "{\"format\":2" + $0.dropFirst("{\"format\":1".count) }
        #expect { try WeightsFile(parsing: file.bytes) } throws: {
            if case WeightsFileError.newer("9.8.7") = $0 { true } else { false }
        }
    }
}

@Suite struct StateDictionaryTests {
    /// The same tensors under names that `rename` makes, in the order of `sorted` where that is asked for.
    private func renamed(_ run: Run, sorted: Bool = false, _ rename: (String) -> String) -> Safetensors {
        let file = run.parameters.map { Safetensors($0, steps: 1) } ?? Safetensors()
        var other = Safetensors()
        let names = sorted ? file.names.sorted { rename($0) < rename($1) } : file.names
        for name in names { other[rename(name)] = file[name] }
        return other
    }

    @Test func weightsComeByName() throws {
        let run = try trained(epochs: 1)
        let loaded = try renamed(run, sorted: true) { $0 }.parameters(for: run.architecture)
        #expect(loaded.parameters.digest() == run.digest && loaded.renamed.isEmpty)
    }

    @Test func weightsOfOtherNamesComeByShapesThatOccurOnce() throws {
        let run = try trained(epochs: 1)
        for sorted in [true, false] {
            let file = renamed(run, sorted: sorted) { "zyx"[$0] + $0.replacing("body", with: "conv") }
            let loaded = try file.parameters(for: run.architecture)
            #expect(loaded.parameters.digest() == run.digest)
            #expect(loaded.renamed.count == 10)
            #expect(loaded.renamed.contains { $0.from == "y3.conv.0.bias" && $0.to == "3.body.0.bias" })
        }
    }

    @Test func whatStandsInFrontOfAllNamesIsNoOtherName() throws {
        let run = try twoAlike()
        let file = renamed(run, sorted: true) { "module.net." + $0 }
        #expect(try file.parameters(for: run.architecture).parameters.digest() == run.digest)
    }

    /// Two layers of equal shapes: by order, the file's alphabet would swap them.
    private func twoAlike() throws -> Run {
        let architecture = try Architecture(
            input: Shape(features: 4), layers: [Layer](repeating: .linear(.init(width: 4)), count: 2))
        let parameters = try #require(
            TrainedParameters(architecture) { index in
                (0..<architecture.parameters[index].count).map { Float(100 * index + $0) }
            })
        return Run(model: "net", architecture: architecture, parameters: parameters)
    }

    @Test(arguments: [true, false])
    func layersOfEqualShapesAreNeverTakenByOrder(sorted: Bool) throws {
        let run = try twoAlike()
        for names in [["up", "down"], ["fc1", "fc2"], ["net.0", "net.2"]] {
            let file = renamed(run, sorted: sorted) { names[$0.hasPrefix("0") ? 0 : 1] + $0.dropFirst() }
            #expect("\(names)") { try file.parameters(for: run.architecture) } throws: {
                guard case StateDictionaryError.otherNames(let missing, let surplus) = $0 else { return false }
                return missing.count == 4 && Set(surplus.map(\.name)) == Set(file.names)
            }
            let map = ["0": names[0], "1.weight": names[1] + ".weight", "1.bias": names[1] + ".bias"]
            let loaded = try file.parameters(for: run.architecture, names: map)
            #expect(loaded.parameters.digest() == run.digest && loaded.renamed.count == 4)
            let swapped = try file.parameters(for: run.architecture, names: ["0": names[1], "1": names[0]]).parameters
            #expect(swapped.values(0) == run.parameters?.values(2))
        }
    }

    @Test func aMapNamesEachTensorOnce() throws {
        let run = try twoAlike()
        let file = renamed(run) { ($0.hasPrefix("0") ? "a" : "b") + $0.dropFirst() }
        func fault(_ names: [String: String]) -> StateDictionaryError? {
            do { _ = try file.parameters(for: run.architecture, names: names) } catch { return error }
            return nil
        }
        guard case .unknownNames(["2"], _)? = fault(["0": "a", "1": "b", "2": "b"]) else {
            Issue.record("a name that the network does not have")
            return
        }
        guard case .namedTwice("a.bias")? = fault(["0": "a", "1": "a"]) else {
            Issue.record("one tensor for two")
            return
        }
        guard case .otherNames(let missing, let surplus)? = fault(["0": "a", "1": "c"]) else {
            Issue.record("a tensor that the file does not have")
            return
        }
        #expect(missing.map(\.name) == ["c.weight", "c.bias"] && surplus.map(\.name) == ["b.weight", "b.bias"])
    }

    private func fault(
        _ file: Safetensors, _ run: Run, names: [String: String]? = nil, isStrict: Bool = true
    ) -> StateDictionaryError? {
        do { _ = try file.parameters(for: run.architecture, names: names, isStrict: isStrict) } catch { return error }
        return nil
    }

    /// What training scripts write beside a model: an average, an optimizer's state, counters.
    @Test(arguments: ["", "module.", "state_dict.model.", "_orig_mod."])
    func whatTheNetworkDoesNotHaveIsNamedOrLeftOut(_ prefix: String) throws {
        for run in [try twoAlike(), try trained(epochs: 1)] {
            var file = renamed(run, sorted: true) { prefix + $0 }
            file["n_averaged"] = .init(shape: [], values: [9])
            #expect(try file.parameters(for: run.architecture).parameters.digest() == run.digest)
            let own = file.names
            var extra: Set<String> = ["epoch"]
            file["epoch"] = .init(shape: [], values: [3])
            for name in own where name != "n_averaged" {
                let shape = try #require(file[name]).shape
                for other in ["optimizer.state.\(name).exp_avg", "teacher.block.x\(name.dropFirst(prefix.count + 1))"] {
                    file[other] = .init(shape: shape, values: [Float](repeating: 7, count: shape.reduce(1, *)))
                    if !other.hasSuffix("num_batches_tracked") { extra.insert(other) }
                }
            }
            guard case .otherNames(let missing, let surplus)? = fault(file, run) else {
                Issue.record("what the network does not have")
                continue
            }
            #expect(missing.isEmpty && Set(surplus.map(\.name)) == extra)
            let loaded = try file.parameters(for: run.architecture, isStrict: false)
            #expect(loaded.parameters.digest() == run.digest && Set(loaded.leftOut) == extra)
            // What is missing is an error in any case, and is called as the file calls the others.
            let last = try #require(run.architecture.parameters.last).name
            file[prefix + last] = nil
            for isStrict in [true, false] {
                guard case .otherNames(let missing, _)? = fault(file, run, isStrict: isStrict) else {
                    Issue.record("\(last) is missing")
                    continue
                }
                #expect(missing.map(\.name) == [prefix + last])
            }
        }
    }

    @Test func ofTwoCopiesTheOneWithTheNamesIsTakenElseTheOneThatIsMeant() throws {
        let run = try twoAlike()
        func file(_ prefixes: [String]) -> Safetensors {
            var file = Safetensors()
            for (index, prefix) in prefixes.enumerated() {
                let own = renamed(run) { $0 }
                for name in own.names {
                    file[prefix + name] = own[name].map {
                        .init(shape: $0.shape, values: $0.values.map { $0 + Float(index) })
                    }
                }
            }
            return file
        }
        let exact = try file(["", "ema."]).parameters(for: run.architecture, isStrict: false)
        #expect(exact.parameters.digest() == run.digest && exact.leftOut.count == 4)
        let copies = file(["model.", "ema."])
        for isStrict in [true, false] {
            guard case .severalFit(["ema", "model"])? = fault(copies, run, isStrict: isStrict) else {
                Issue.record("two copies")
                continue
            }
        }
        let model = try copies.parameters(for: run.architecture, names: ["": "model"], isStrict: false)
        #expect(model.parameters.digest() == run.digest)
        let ema = try copies.parameters(for: run.architecture, names: ["": "ema"], isStrict: false)
        #expect(ema.parameters.values(0) == run.parameters?.values(0).map { $0 + 1 })
    }

    @Test func whichOfTwoCopiesIsWholeIsSaid() throws {
        let run = try twoAlike()
        var file = renamed(run) { "ema." + $0 }
        let own = renamed(run) { "model." + $0 }
        for name in own.names where name != "model.1.bias" { file[name] = own[name] }
        let loaded = try file.parameters(for: run.architecture, isStrict: false)
        #expect(loaded.module == "ema" && loaded.missingElsewhere == ["model.1.bias"] && loaded.leftOut.count == 3)
        let exact = try renamed(run) { $0 }.parameters(for: run.architecture)
        #expect(exact.module == nil && exact.missingElsewhere.isEmpty)
    }

    @Test func weightsAreFloats() throws {
        let run = try twoAlike()
        for type in [Safetensors.ElementType.int64, .uint16, .uint8, .bool] {
            var file = renamed(run) { $0 }
            file["1.bias"] = .init(shape: [4], values: [0, 1, 1, 0], type: type)
            guard case .wrongType("1.bias", type.rawValue)? = fault(file, run) else {
                Issue.record("\(type) for a weight")
                continue
            }
        }
        for type in [Safetensors.ElementType.float16, .bfloat16, .float64] {
            var file = renamed(run) { $0 }
            file["1.bias"] = .init(shape: [4], values: [0, 1, .infinity, .nan], type: type)
            #expect(try file.parameters(for: run.architecture).notFinite == ["1.bias"])
        }
    }

    /// As a file of quantized weights has them: what is not taken is only left out.
    @Test func aTypeThatIsNotReadCountsWhereItIsTaken() throws {
        let run = try twoAlike()
        let plain = renamed(run) { $0 }
        func file(_ name: String) throws -> Safetensors {
            // The bytes of a float are those of a whole number of as many bits.
            var file = plain
            file[name] = .init(shape: [4], values: [1, 2, 3, 4])
            let length = Int(file.bytes[0]) | Int(file.bytes[1]) << 8
            let header = String(decoding: file.bytes[8..<8 + length], as: UTF8.self)
            let other = header.replacing("\"\(name)\":{\"dtype\":\"F32\"", with: "\"\(name)\":{\"dtype\":\"I32\"")
            #expect(other != header)
            return try Safetensors(parsing: file.bytes[..<8] + Array(other.utf8) + file.bytes[(8 + length)...])
        }
        guard case .wrongType("1.bias", "I32")? = fault(try file("1.bias"), run) else {
            Issue.record("I32 for a weight")
            return
        }
        let extra = try file("scales")
        guard case .otherNames(let missing, let surplus)? = fault(extra, run) else {
            Issue.record("what the network does not have")
            return
        }
        #expect(missing.isEmpty && surplus.map(\.name) == ["scales"] && surplus.first?.shape == [4])
        let loaded = try extra.parameters(for: run.architecture, isStrict: false)
        #expect(loaded.leftOut == ["scales"] && loaded.parameters.digest() == run.digest)
    }

    /// Nor are shapes enough to choose among more layers than the network has.
    @Test func whatIsLeftOutIsNeverChosenByShape() throws {
        let run = try trained(epochs: 1)
        var file = renamed(run) { "x." + $0.replacing("0", with: "a") }
        file["y.weight"] = .init(shape: [3], values: [1, 2, 3])
        #expect(fault(file, run, isStrict: false) != nil)
    }

    @Test func whatDoesNotFitIsNamed() throws {
        let run = try trained(epochs: 1)
        let file = renamed(run) { $0 }
        var wider = layers
        wider[3] = .residual(body: [.convolution(.init(width: 5, kernel: Extent(1)))], shortcut: nil)
        #expect { try file.parameters(for: architecture(wider)) } throws: {
            guard case StateDictionaryError.wrongShape("3.body.0.weight", [4, 3, 1, 1], [5, 3, 1, 1]) = $0 else {
                return false
            }
            return true
        }
        #expect { try file.parameters(for: architecture(Array(layers.dropFirst(2)))) } throws: {
            guard case StateDictionaryError.otherNames(let missing, let surplus) = $0 else { return false }
            return missing.map(\.name).contains("1.body.0.weight") && surplus.map(\.name).contains("0.weight")
        }
        var more = file
        more["6.weight"] = .init(shape: [1], values: [0])
        #expect { try more.parameters(for: run.architecture) } throws: {
            guard case StateDictionaryError.otherNames(let missing, let surplus) = $0 else { return false }
            return missing.isEmpty && surplus.map(\.name) == ["6.weight"]
        }
    }
}

extension String {
    /// A letter for the layer in front of a name, against the order of the layers.
    fileprivate subscript(name: String) -> String {
        let layer = Int(name.prefix { $0.isNumber }) ?? 0
        return layer == 0 ? "z" : layer < 4 ? "y" : "x"
    }
}

// MARK: torchvision's names

extension StateDictionaryTests {
    private static func block(_ width: Int, stride: Int = 1) -> [Layer] {
        func conv(_ stride: Int) -> [Layer] {
            [
                .convolution(
                    .init(width: width, stride: Extent(stride), padding: .exactly(Extent(1)), hasBias: false)),
                .batchNorm(.init()),
            ]
        }
        let relu = Layer.activation(.relu)
        return [.residual(body: conv(stride) + [relu] + conv(1), shortcut: nil), relu]
    }

    private static func resNet(_ blocks: [[Layer]] = [block(4), block(4), block(6, stride: 2), block(6)]) -> [Layer] {
        [
            .convolution(
                .init(
                    width: 4, kernel: Extent(7), stride: Extent(2), padding: .exactly(Extent(3)), hasBias: false)),
            .batchNorm(.init()), .activation(.relu),
            .maxPool(.init(size: Extent(3), stride: Extent(2), padding: Extent(1))),
        ] + blocks.joined() + [.adaptiveAveragePool(output: Extent(1)), .flatten, .linear(.init(width: 10))]
    }

    /// Each layer with its module in torchvision's ResNet, which has two blocks of each width here.
    private static let resNetModules: [(String, String)] =
        [("0", "conv1"), ("1", "bn1")]
        + [("4", "layer1.0"), ("6", "layer1.1"), ("8", "layer2.0"), ("10", "layer2.1")].flatMap { ours, theirs in
            [("body.0", "conv1"), ("body.1", "bn1"), ("body.3", "conv2"), ("body.4", "bn2")].map {
                ("\(ours).\($0)", "\(theirs).\($1)")
            }
        } + [("8.shortcut.0", "layer2.0.downsample.0"), ("8.shortcut.1", "layer2.0.downsample.1"), ("14", "fc")]

    /// A file with these names, in which every tensor has a value of its own.
    private func resNetFile(prefix: String = "") throws -> (file: Safetensors, values: [String: Float]) {
        var (file, values) = (Safetensors(), [String: Float]())
        let modules = Dictionary(uniqueKeysWithValues: Self.resNetModules)
        for (index, tensor) in try architecture(Self.resNet()).parameters.enumerated() {
            let (layer, leaf) = try (
                #require(tensor.name.lastIndex(of: ".").map { String(tensor.name[..<$0]) }),
                #require(tensor.name.split(separator: ".").last)
            )
            let name = "\(prefix)\(try #require(modules[layer])).\(leaf)"
            file[name] = .init(shape: tensor.shape, values: [Float](repeating: Float(index + 1), count: tensor.count))
            values[tensor.name] = Float(index + 1)
            if leaf == "running_var" {
                file["\(prefix)\(try #require(modules[layer])).num_batches_tracked"] = .init(
                    shape: [], values: [3], type: .int64)
            }
        }
        return (file, values)
    }

    @Test(arguments: ["", "module.", "backbone.net."]) func torchvisionsResNetIsKnownByItsNames(prefix: String) throws {
        let (file, values) = try resNetFile(prefix: prefix)
        let network = try architecture(Self.resNet())
        let loaded = try file.parameters(for: network)
        #expect(loaded.isNamedAsResNet && loaded.leftOut.isEmpty)
        for (index, tensor) in network.parameters.enumerated() {
            #expect(loaded.parameters.values(index).allSatisfy { $0 == values[tensor.name] }, "\(tensor.name)")
        }
        #expect(loaded.renamed.first { $0.to == "8.shortcut.1.bias" }?.from == "\(prefix)layer2.0.downsample.1.bias")
    }

    /// Of a file for feature extraction, and of one with other classes.
    @Test func aResNetsHeadThatIsMissingIsAllThatIsNamed() throws {
        var (file, _) = try resNetFile()
        var wide = file
        wide["fc.weight"] = .init(shape: [20, 6], values: [Float](repeating: 1, count: 120))
        let network = try architecture(Self.resNet())
        #expect { try wide.parameters(for: network) } throws: {
            guard case StateDictionaryError.wrongShape("fc.weight", [20, 6], [10, 6]) = $0 else { return false }
            return true
        }
        (file["fc.weight"], file["fc.bias"]) = (nil, nil)
        #expect { try file.parameters(for: network) } throws: {
            guard case StateDictionaryError.otherNames(let missing, let surplus) = $0 else { return false }
            return missing.map(\.name) == ["fc.weight", "fc.bias"] && surplus.isEmpty
        }
        let body = try architecture(Self.resNet().dropLast())
        #expect(try file.parameters(for: body).isNamedAsResNet)
    }

    /// Of a file that has only a part of the tensors.
    @Test(arguments: ["", "module."], ["layer2.1.", "layer1.0.", "conv1.", "layer1.1.bn2.running_var"])
    func whatAPartOfAResNetLacksIsNamedAsThere(prefix: String, part: String) throws {
        let (whole, _) = try resNetFile(prefix: prefix)
        let network = try architecture(Self.resNet())
        var (file, lacking) = (whole, [String]())
        for name in whole.names where name.hasPrefix(prefix + part) {
            file[name] = nil
            if !name.hasSuffix("num_batches_tracked") { lacking.append(name) }
        }
        #expect {
            do throws(StateDictionaryError) { _ = try file.parameters(for: network) } catch {
                throw try #require(file.namedAsResNet(error, for: network))
            }
        } throws: {
            guard case StateDictionaryError.otherNames(let missing, let surplus) = $0 else { return false }
            return Set(missing.map(\.name)) == Set(lacking) && surplus.isEmpty && !lacking.isEmpty
        }
        // Another network, or one with other widths, is none of these.
        let other = try architecture(Self.resNet([Self.block(4), Self.block(4), Self.block(8, stride: 2)]))
        #expect(file.namedAsResNet(.otherNames(missing: [], surplus: []), for: other) == nil)
    }

    @Test func theCountersOfAResNetMayBeMissing() throws {
        var (file, _) = try resNetFile()
        for name in file.names where name.hasSuffix("num_batches_tracked") { file[name] = nil }
        #expect(try file.parameters(for: architecture(Self.resNet())).isNamedAsResNet)
    }

    /// `layer2.0.downsample.` has most of the names of a small network.
    @Test func aBeginningIsNotGuessedWhereItsShapesAreOthers() throws {
        let (file, _) = try resNetFile()
        let network = try architecture([
            .convolution(.init(width: 5, kernel: Extent(1), hasBias: false)), .batchNorm(.init()), .flatten,
            .linear(.init(width: 10)),
        ])
        #expect { try file.parameters(for: network) } throws: {
            guard case StateDictionaryError.otherNames(let missing, _) = $0 else { return false }
            return missing.first?.name == "0.weight"
        }
    }

    @Test func aVarianceBelowZeroIsNamed() throws {
        let run = try trained(epochs: 1)
        var file = renamed(run) { $0 }
        let name = try #require(run.architecture.parameters.first { $0.role == .runningVariance }).name
        #expect(try file.parameters(for: run.architecture).negative.isEmpty)
        let variance = try #require(file[name])
        file[name] = .init(shape: variance.shape, values: [-1] + variance.values.dropFirst())
        let loaded = try file.parameters(for: run.architecture)
        #expect(loaded.negative == [name] && loaded.notFinite.isEmpty)
    }

    /// Fewer or more blocks, norms before their convolutions, another width: no tensor finds its way by order.
    @Test func anotherResNetIsRefused() throws {
        let (file, _) = try resNetFile()
        let before: [Layer] = [
            .residual(
                body: [
                    .batchNorm(.init()), .activation(.relu),
                    .convolution(.init(width: 4, padding: .exactly(Extent(1)), hasBias: false)), .batchNorm(.init()),
                    .activation(.relu),
                    .convolution(.init(width: 4, padding: .exactly(Extent(1)), hasBias: false)),
                ], shortcut: nil), .activation(.relu),
        ]
        for blocks in [
            [Self.block(4), Self.block(4), Self.block(6, stride: 2)],
            [Self.block(4), Self.block(4), Self.block(6, stride: 2), Self.block(6), Self.block(6)],
            [before, Self.block(4), Self.block(6, stride: 2), Self.block(6)],
            [Self.block(4), Self.block(4), Self.block(8, stride: 2), Self.block(8)],
        ] {
            for isStrict in [true, false] {
                let network = try architecture(Self.resNet(blocks))
                #expect(throws: StateDictionaryError.self) { try file.parameters(for: network, isStrict: isStrict) }
            }
        }
    }
}
