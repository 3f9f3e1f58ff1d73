// `load`

import Experiments
import Graphics
import Language
import Libraries
import Network
import Text

private let file = Option(
    "from", .path, isPositional: true, aliases: ["path", "file"], "a file that ends in .safetensors")
private let into = Option("into", .model, workedOut: "the run's own model", "the model that takes the weights")
private let names = Option(
    "names", .path, workedOut: "names that agree, or shapes that occur once", aliases: ["map", "mapping"],
    "a JSON file of the model's names and the file's: `{\"0\": \"conv1\", \"2.weight\": \"fc.w\"}`")
private let strict = Option(
    "strict", .boolean, default: true,
    "whether tensors that the model does not have are an error; `false` leaves them out")

extension Word {
    static let load = Word(
        "load", .keeping,
        "Reads a run, or reads weights (PyTorch's as well) into a model, which then has no epochs of its own",
        [file, into, names, strict], result: .run,
        example: trainedRun + "save a, \"a.safetensors\"\nlet b = load \"a.safetensors\"",
        aliases: ["load_state_dict", "torch.load"], .perform(loadRun))
}

private func loadRun(_ call: Invocation) throws -> Value {
    let name = call[file]
    if name.hasPrefix("https://") || name.hasPrefix("http://") {
        let end = name.split(separator: "/").last.map(String.init) ?? ""
        throw call.fault(
            .file, "`load` reads files, and \(name) is an address", at: call.place(file),
            fix:
                "download it first, and name the file: `load \"\(end.hasSuffix(".safetensors") ? end : "w.safetensors")\"`"
        )
    }
    for (option, what) in [
        (names as any OptionDeclaration, "maps the names"), (strict, "is about the names"),
    ] where call.isGiven(option) && !call.isGiven(into) {
        let label = option.parameter.label
        throw call.fault(
            .namesOfNoModel, "`\(label):` \(what) of a model that takes weights, and none is given",
            at: call.place(option),
            fix: "say which: `load \"\(name)\", into: \(call.context.session.lastModel?.name ?? "Net"), \(label): ...`")
    }
    let tensors = try readTensors(call, name)
    let run =
        call.isGiven(into) ? try loadWeights(call, tensors, name) : try loadWholeRun(call, tensors, name)
    call.context.session.lastRun = run
    return .object(run)
}

private func readTensors(_ call: Invocation, _ name: String) throws -> Safetensors {
    do {
        let reader = try FileReader(call.path(readable: name))
        let start = try reader.read(min(4, reader.byteCount), at: 0)
        // A zip or a pickle: what `torch.save` writes.
        if start == [0x50, 0x4b, 3, 4] || start.starts(with: [0x80, 2]) {
            throw call.fault(
                .unknownForm, "\(name) is a pickle file of PyTorch, which can hold any program",
                at: call.place(file),
                fix: "in Python: `safetensors.torch.save_file(model.state_dict(), \"w.safetensors\")`")
        }
        let interruption = call.context.interruption
        return try Safetensors(reading: reader, isCancelled: { interruption.isCancelled })
    } catch let error as FileError {
        throw call.fault(
            .file, error.description, at: call.place(file),
            fix: name.isEmpty
                ? "write the path of a file in it: `load \"a.safetensors\"`"
                : "name a file that is there; a path begins at the folder of the notebook or script")
    } catch let error as SafetensorsError {
        switch error.kind {
        case .cancelled: throw call.context.interrupted(at: call.range)
        case .content: throw call.fault(WeightsFileError.unreadable(error.description), name)
        case .file:
            throw call.fault(
                .file, "cannot read \(name): \(error.description)", at: call.place(file),
                fix: "name a file that is there; a path begins at the folder of the notebook or script")
        }
    }
}

private func loadWholeRun(_ call: Invocation, _ tensors: Safetensors, _ name: String) throws -> RunValue {
    do {
        let saved = try WeightsFile(tensors)
        let context = saved.context
        let training: RestoredTraining
        do { training = try RestoredTraining(saved.record, reader: call.context.reader) } catch {
            let reason = Stop(error).diagnostic.message
            throw call.fault(
                .unreadableRun,
                "\(name) was written by Tandem \(context.version), and this version cannot read it: \(reason)",
                at: call.place(file),
                fix: "use that version, or `load \"\(name)\", into: Net` with the model defined here")
        }
        let run = try saved.run(training.architecture, training.options ?? .init(epochs: 0))
        let origin = RunValue.Origin(file: FileSystem.name(of: name), saved.record)
        return RunValue(run, model: training.model, data: nil, origin: origin, defaults: nil)
    } catch let error as WeightsFileError {
        throw call.fault(error, name)
    }
}

/// Weights alone, from anywhere, in a model of this session.
private func loadWeights(_ call: Invocation, _ weights: Safetensors, _ name: String) throws -> RunValue {
    let (model, architecture) = try call.architecture(into)
    // A run's own file has a checksum; other files have none.
    let record: RunRecord?
    do { record = try WeightsFile(weights).record } catch {
        if case .damaged = error { throw call.fault(error, name) }
        record = nil
    }
    do {
        let loaded = try weights.parameters(
            for: architecture, names: call.mapOfNames(), isStrict: call[strict])
        let (parameters, renamed) = (loaded.parameters, loaded.renamed)
        if !loaded.leftOut.isEmpty {
            var note = Diagnostic(
                .note, code: .leftOutWeights,
                "\(counted(loaded.leftOut.count, "tensor")) of \(name) that \(model.name) does not have "
                    + (loaded.leftOut.count == 1 ? "was" : "were") + " left out",
                source: call.context.source, at: call.place(file),
                context: [list(loaded.leftOut.map { "`\($0.printableName)`" })])
            if let module = loaded.module {
                let missing = loaded.missingElsewhere.map { "no `\($0.printableName)`" }
                note.context.append(
                    "taken: the tensors in `\(module.printableName)`"
                        + (missing.isEmpty ? "" : ", since there is \(list(missing))"))
            }
            call.context.output.report(note)
        }
        if let first = loaded.notFinite.first, record?.state.isDiverged != true {
            call.context.output.report(
                Diagnostic(
                    .note, code: .notFiniteWeights,
                    "`\(first.printableName)` in \(name) holds values that are infinite, NaN, or beyond 32 bits",
                    source: call.context.source, at: call.place(file),
                    context: loaded.notFinite.count == 1
                        ? [] : ["so do \(list(loaded.notFinite.dropFirst().map { "`\($0.printableName)`" }))"],
                    fix: "check the training that they come from: it may have diverged"))
        }
        if let first = loaded.negative.first {
            call.context.output.report(
                Diagnostic(
                    .note, code: .notFiniteWeights,
                    "`\(first.printableName)` in \(name) holds values below 0, which no variance is: where they are more than "
                        + "a rounding, their channels become NaN",
                    source: call.context.source, at: call.place(file),
                    context: loaded.negative.count == 1
                        ? [] : ["so do \(list(loaded.negative.dropFirst().map { "`\($0.printableName)`" }))"],
                    fix: "check how they were made: a variance is at least 0"))
        }
        if !call.isGiven(names), let first = renamed.first, !first.from.hasSuffix(".\(first.to)") {
            call.context.output.report(
                Diagnostic(
                    .note, code: .renamedWeights,
                    loaded.isNamedAsResNet
                        ? "the names in \(name) are those of torchvision's ResNet; each layer was taken by what its name says"
                        : "the names in \(name) are others; each layer was taken by its shapes, which no other has",
                    source: call.context.source, at: call.place(file),
                    context: ["`\(first.from)` became `\(first.to)`, and so on"],
                    fix: "`names:` takes a JSON file that says which is which"))
        }
        let run = Run(model: model.name, architecture: architecture, parameters: parameters)
        if let record { call.noteDiverged(record.state, name, at: call.place(file)) }
        let origin = RunValue.Origin(file: FileSystem.name(of: name), record)
        return RunValue(run, model: model, data: nil, origin: origin, defaults: nil)
    } catch let error as StateDictionaryError {
        let ofResNet = call.isGiven(names) ? nil : weights.namedAsResNet(error, for: architecture)
        throw call.fault(ofResNet ?? error, name, model, architecture, isNamedAsResNet: ofResNet != nil)
    }
}

extension Invocation {
    /// What `names:` says; `nil` where it is not given.
    fileprivate func mapOfNames() throws -> [String: String]? {
        guard let name = self[names] else { return nil }
        let fix = "write one JSON object, the model's names first: `{\"0\": \"conv1\", \"2.weight\": \"fc.w\"}`"
        let object: JSONObject
        do {
            let bytes = try FileSystem.read(path(readable: name))
            guard let found = try JSON(parsing: bytes, refusesEqualKeys: true).object else {
                throw fault(.mapOfNames, "\(name) holds no JSON object", at: place(names), fix: fix)
            }
            object = found
        } catch let error as FileError {
            throw fault(
                .file, error.description, at: place(names),
                fix: "name a file that is there; a path begins at the folder of the notebook or script")
        } catch let error as JSONError {
            throw fault(
                .mapOfNames, "\(name) is not JSON that can be read: \(error.description)", at: place(names),
                fix: fix)
        }
        var map: [String: String] = [:]
        for key in object.keys {
            guard let value = object[key]?.string else {
                throw fault(
                    .mapOfNames, "`\(key)` in \(name) has no name", at: place(names), fix: fix)
            }
            for text in [key, value] where text.hasPrefix(".") || text.hasSuffix(".") {
                let plain = text.split(separator: ".").joined(separator: ".")
                throw fault(
                    .mapOfNames, "`\(text)` in \(name) has a point too many: points are put between names",
                    at: place(names), fix: "write `\(plain)` in its place")
            }
            map[key] = value
        }
        return map
    }
}

extension Invocation {
    fileprivate func fault(_ error: WeightsFileError, _ name: String) -> Diagnostic {
        let model = context.session.lastModel?.name ?? "Net"
        let (message, fix): (String, String?) =
            switch error {
            case .unreadable(let reason):
                (
                    "\(name) is not a complete safetensors file: \(reason)",
                    "write or copy it again, or name a file that `save` wrote"
                )
            case .noRun:
                (
                    "\(name) holds weights, but no run of Tandem's",
                    "say which model takes them: `load \"\(name)\", into: \(model)`"
                )
            case .newer(let version):
                ("\(name) was written by a newer Tandem, \(version); this is \(tandemVersion)", "update Tandem")
            case .damaged:
                ("\(name) is damaged: its bytes are not those that `save` wrote", "copy or save it again")
            case .outOfMemory:
                ("the weights in \(name) take more memory than there is", "free memory, or load it on a larger machine")
            }
        return fault(.unreadableRun, message, at: place(file), fix: fix)
    }

    fileprivate func fault(
        _ error: StateDictionaryError, _ name: String, _ model: Model, _ architecture: Architecture,
        isNamedAsResNet: Bool
    ) -> Diagnostic {
        func texts(_ tensors: [(name: String, shape: [Int])]) -> [String] {
            tensors.map { "`\($0.name.printableName)` \(shapeText($0.shape))" }
        }
        let load = "load \"\(name)\", into: \(model.name)"
        /// The last layer that learns, where it is a `linear` and the file's is another.
        let head = architecture.layers.enumerated().last { !$0.element.parameters.isEmpty }
        let ofHead = head?.element.layer.family == .linear ? head?.element.parameters.count ?? 0 : 0
        func isOfHead(_ tensor: String) -> Bool {
            ofHead > 0
                && (tensor.split(separator: ".").dropLast().last == "fc"
                    || architecture.parameters.suffix(ofHead).contains { ".\(tensor)".hasSuffix(".\($0.name)") })
        }
        func started(_ which: String) -> String {
            "define the same model \(which) as `Start`, `let a = load \"\(name)\", into: Start`, and "
                + "`train \(model.name), ..., from: a` takes all but the last layer from it"
        }
        switch error {
        case .wrongShape(let tensor, let found, let expected)
        where isOfHead(tensor) && !found.isEmpty && found.dropFirst() == expected.dropFirst():
            return fault(
                .otherWeights,
                "`\(tensor)` is \(shapeText(found)) in \(name), but the last layer of \(model.name) needs "
                    + shapeText(expected), at: place(file), fix: started("with `linear \(found[0])` at its end"))
        case .wrongShape(let tensor, let found, let expected):
            return fault(
                .otherWeights,
                "`\(tensor)` is \(shapeText(found)) in \(name), but \(model.name) needs \(shapeText(expected))",
                at: place(file),
                fix: permutation(from: found, to: expected).map {
                    "its axes are in another order; where that is so, turn it in Python before it is saved: "
                        + "`w[\"\(tensor)\"] = w[\"\(tensor)\"].permute(\($0)).contiguous()`"
                } ?? "give the model the widths that the weights have")
        case .wrongType(let tensor, let type):
            return fault(
                .otherWeights, "`\(tensor.printableName)` in \(name) is of type \(type), and weights are floats",
                at: place(file),
                fix: "convert it to float32 in Python, by its scale where it is quantized: "
                    + "`w[\"\(tensor.printableName)\"] = w[\"\(tensor.printableName)\"].float()`")
        case .otherNames(let missing, let surplus)
        where !missing.isEmpty && missing.count == ofHead && ofHead < architecture.parameters.count
            && missing.allSatisfy { isOfHead($0.name) }
            && !surplus.contains { other in missing.contains { $0.shape == other.shape } }:
            var diagnostic = fault(
                .otherWeights, "\(name) has all tensors of \(model.name) but those of its last layer", at: place(file),
                fix: started("without its last `linear`"))
            diagnostic.context.append("missing in the file: \(list(texts(missing)))")
            return diagnostic
        case .otherNames(let missing, let surplus) where missing.isEmpty:
            var diagnostic = fault(
                .otherWeights,
                "\(name) has all tensors of \(model.name), and \(counted(surplus.count, "tensor")) that it does not have",
                at: place(file),
                fix: "`strict: false` leaves \(surplus.count == 1 ? "it" : "them") out"
                    + (isGiven(names) ? "" : ": `\(load), strict: false`"))
            diagnostic.context.append("not in the model: \(list(texts(surplus)))")
            return diagnostic
        case .otherNames(let missing, let surplus):
            var diagnostic = fault(
                .otherWeights,
                surplus.isEmpty || missing.count < architecture.parameters.count
                    ? "\(name) does not have all tensors of \(model.name)"
                    : "the tensors in \(name) are not those of \(model.name) by name, and order alone could swap some",
                at: place(file))
            if isNamedAsResNet {
                diagnostic.message =
                    "\(name) has names of torchvision's ResNet, but not all tensors that \(model.name) needs"
            }
            diagnostic.context.append("missing in the file: \(list(texts(missing)))")
            if !surplus.isEmpty { diagnostic.context.append("not in the model: \(list(texts(surplus)))") }
            if let first = missing.first, !surplus.isEmpty, !isGiven(names), !isNamedAsResNet {
                // What is missing is called as it would be in the file.
                let own =
                    architecture.parameters.map(\.name).filter { ".\(first.name)".hasSuffix(".\($0)") }
                    .max { $0.count < $1.count } ?? first.name
                let prefix = first.name.dropLast(own.count + 1)
                diagnostic.fix =
                    "map the names in a JSON file, `{\(prefix.isEmpty ? "" : "\"\": \"\(prefix)\", ")"
                    + "\"\(own)\": \"(its name in the file)\", ...}`, and add `names: \"map.json\""
                    + (surplus.count > missing.count ? ", strict: false" : "")
                    + "`; a name of a layer stands for all of its tensors"
            } else if surplus.isEmpty || isNamedAsResNet {
                diagnostic.fix = wayAround(missing, of: architecture, name, model)
            } else {
                diagnostic.fix = "give each tensor of the model a name that the file has"
            }
            return diagnostic
        case .severalFit(let places):
            return fault(
                .otherWeights,
                "\(name) has the tensors of \(model.name) \(places.count) times: in \(list(places.map { "`\($0)`" }))",
                at: place(file),
                fix: "say in a JSON file which are meant, `{\"\": \"\(places.first ?? "")\"}`, and add "
                    + "`names: \"map.json\", strict: false`")
        case .unknownNames(let unknown, let known):
            return fault(
                .mapOfNames, "\(model.name) has no \(unknown.map { "`\($0)`" }.joined(separator: ", "))",
                at: place(names), fix: "its names are \(list(known.map { "`\($0)`" }))")
        case .namedTwice(let tensor):
            return fault(
                .mapOfNames, "`\(tensor)` would be taken twice", at: place(names),
                fix: "name each tensor of the file at most once")
        case .outOfMemory: return fault(WeightsFileError.outOfMemory, name)
        }
    }
}

extension Invocation {
    /// What to do with a file that has only a part of a model's tensors.
    private func wayAround(
        _ missing: [(name: String, shape: [Int])], of architecture: Architecture, _ name: String, _ model: Model
    ) -> String {
        if missing.allSatisfy({ $0.name.hasSuffix("running_mean") || $0.name.hasSuffix("running_var") }) {
            return "these are no parameters of PyTorch: save `model.state_dict()`, which has them"
        }
        // All that is there is before it: `from:` takes layers by their numbers.
        let isEnd = zip(architecture.parameters.suffix(missing.count), missing).allSatisfy { tensor, other in
            tensor.shape == other.shape
                && tensor.name.split(separator: ".").last == other.name.split(separator: ".").last
        }
        if isEnd, missing.count < architecture.parameters.count {
            return "define a model of the layers that it has as `Start`, `let a = load \"\(name)\", into: Start`, and "
                + "`train \(model.name), ..., from: a` takes them and begins the others anew"
        }
        return "give it in Python what a new model has: `w = model.state_dict() | load_file(\"\(name)\")`, then "
            + "`save_file(w, \"whole.safetensors\")`"
    }
}

/// How `permute` makes a weight of a layer from one of another library's layout, `1, 0`; `nil` where no usual one does.
private func permutation(from found: [Int], to expected: [Int]) -> String? {
    // Inputs before outputs; the channels after height and width, as TensorFlow and its Lite have them.
    [[1, 0], [3, 2, 0, 1], [0, 3, 1, 2], [1, 0, 2, 3]].first { axes in
        axes.count == found.count && axes.map { found[$0] } == expected
    }.map { $0.map(String.init).joined(separator: ", ") }
}
