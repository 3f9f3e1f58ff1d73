// What to type instead of a value of the wrong kind.

import Experiments
import Language
import Network

extension Interpreter {
    /// A run where a training wants a model: its model starts from fresh weights, which must be said.
    private func modelOf(_ run: Run, _ written: String, for word: Word) -> (fix: String?, edits: [TextEdit])? {
        guard word.takesLong else { return nil }
        guard word.parameter("optimizer") === TrainingOption.optimizer.parameter else {
            return ("write `\(word.name) \(written).model`", [])
        }
        guard word.name == Word.train.name else {
            return ("write `\(written).model`, which starts from fresh weights", [])
        }
        var fix =
            "`\(word.name) \(written).model` starts from fresh weights, and with `from: \(written)` from those of "
            + (run.state == .loaded ? "the file" : "the run")
        if run.state.canGoOn || run.state == .done && !run.options.dependsOnEpochs && !run.endedEarly {
            let further = run.state == .done ? ", epochs: \(2 * max(1, run.epochs))" : ""
            fix += "; `resume \(written)\(further)` continues the run"
        }
        return (fix, [])
    }

    /// What to type instead of a value of the wrong kind.
    func remedy(
        _ value: Value, for parameter: WordParameter, of word: Word, at range: SourceRange
    ) -> (fix: String?, edits: [TextEdit]) {
        func write(_ text: String) -> (String?, [TextEdit]) { ("write `\(text)`", [TextEdit(range, text)]) }
        let written = source[range]
        if case .list(let items) = value, items.values.count == 1, case .string(let choice) = items.values[0],
            parameter.choices.contains(choice)
        {
            return write(choice)
        }
        if let list = listMeant(at: range, of: word, among: checkedArguments) { return list }
        if let usual = usualMeant(value, for: parameter, of: word, at: range) { return usual }
        let isLabeled = source.bytes[..<min(range.start, source.bytes.count)].last { $0 > 32 } == UInt8(ascii: ":")
        switch (parameter.kind, value) {
        case (.shape, .tuple(let items)), (.shape, .list(let items)), (.extent, .tuple(let items)),
            (.extent, .list(let items)):
            let sizes = items.values.compactMap { size -> Int? in
                if case .integer(let number) = size, number >= 0 { number } else { nil }
            }
            guard sizes.count == items.values.count, (1...3).contains(sizes.count) else { break }
            if case .extent(let limits) = parameter.kind {
                guard sizes.count <= 2, sizes.allSatisfy(limits.contains) else { break }
                // `0x3` would be a number of another language.
                if sizes.count == 2, sizes.contains(0) { return write("shape(\(sizes[0]), \(sizes[1]))") }
            } else if sizes.contains(0) {
                break
            }
            return write(sizes.map(String.init).joined(separator: "x"))
        // `linear 16384, 10`: PyTorch's layers are given the size that comes in first.
        case (.boolean, .integer(let number))
        where word.name == "linear" && parameter.label == "bias" && number > 0 && !isLabeled:
            return (
                "the size that comes in is inferred: write `linear \(written)`"
                    + (number == 1 ? ", or `bias: true`" : ""), []
            )
        // `freeze: true`
        case (.choice, .boolean(let flag)) where parameter.choices.contains(flag ? "all" : "none"):
            return write(flag ? "all" : "none")
        case (.boolean, .integer(let number)) where number == 0 || number == 1:
            return write(number == 1 ? "true" : "false")
        case (.integer, .decimal(let number)) where number > 0 && number < 1 && countsEpochs(parameter, of: word):
            return epochsMeant(share: number, parameter, of: word, at: range)
        case (.integer(let limits), .decimal(let number)) where countsEpochs(parameter, of: word):
            // Neither neighbor is what is meant.
            let below = number.rounded(.down)
            guard below < 1e15, below >= 1, limits.contains(Int(below)), limits.contains(Int(below) + 1) else { break }
            return ("it counts whole epochs: write `\(Int(below))` or `\(Int(below) + 1)`", [])
        case (.integer(let limits), .decimal(let number)):
            let rounded = number.rounded()
            guard abs(rounded) < 1e15, limits.contains(Int(rounded)) else { break }
            return write(String(Int(rounded)))
        case (.integer, .string(let text)), (.decimal, .string(let text)):
            if Double(text) != nil { return write(text) }
        case (.list, .integer(1)) where parameter.label == "seeds":
            return ("write `1...6`: one seed says nothing of others", [TextEdit(range, "1...6")])
        case (.list, .integer(let count)) where parameter.label == "seeds" && (2...1_000).contains(count):
            return write("1...\(count)")
        case (.optimizer, .integer), (.optimizer, .decimal): return write("adam(lr: \(written))")
        case (.average, .decimal(let decay)) where 0..<1 ~= decay: return write("ema(\(written))")
        case (.run, .string(let text)), (.teacher, .string(let text)):
            if let loaded = loadedMeant(text, for: parameter) { return (loaded, []) }
        case (.teacher, .object(let object)) where object is RunValue:
            return teacherMeant(in: word, among: checkedArguments) ?? write("teacher(\(written))")
        case (.optimizer, .string(let text)), (.schedule, .string(let text)), (.average, .string(let text)),
            (.data, .string(let text)):
            let name = text.lowercased()
            if let maker = Self.makers(of: parameter.kind).first(where: { $0.name == name }) {
                return write(maker.name)
            }
            // `optimizer: "adam(lr: 0.01)"`
            if Self.makers(of: parameter.kind).contains(where: { name.hasPrefix("\($0.name)(") }) { return write(text) }
        case (.teacher, _) where value.kind == .model:
            return ("train it first: `let a = train \(written)`, then `distill: teacher(a)`", [])
        case (.data, _) where parameter === CommonOptions.measuredData.parameter:
            if let measured = measuredMeant(value, at: range, of: word) { return measured }
        case (.run, _) where value.kind == .model: return ("train it first: `let a = train \(written)`", [])
        case (.model, .object(let object as RunValue)):
            return modelOf(object.run, written, for: word) ?? write("\(written).model")
        default: break
        }
        if case .string(let text) = value, find(text)?.fits(parameter.kind) == true { return write(text) }
        if let elements = value.elements, !elements.isEmpty, elements.allSatisfy({ $0.fits(parameter.kind) }) {
            if parameter.isRest || elements.count == 1, let first = written.first, "[(".contains(first) {
                return write(String(written.dropFirst().dropLast()))
            }
            if word.name == "resume" {
                return resuming(elements).map { ("take each in turn: `[for x in \(written) { \($0) }]`", []) }
                    ?? ("write one that may be resumed", [])
            }
            // A word that needs more than its subject cannot be called with `x` alone.
            if parameter.isSubject, !word.parameters.contains(where: { $0.isRequired && !$0.isSubject }) {
                return ("take each in turn: `[for x in \(written) { \(sameCall(of: word)) }]`", [])
            }
        }
        // `train Net, on: folds(data)`
        if case .data = parameter.kind, let elements = value.elements, !elements.isEmpty,
            elements.allSatisfy({ $0.fits(parameter.kind) })
        {
            return ("take each in turn: `for x in \(written) { … \(parameter.label): x … }`", [])
        }
        if parameter.isPositional, !isLabeled, let label = labelTaking(value.kind, of: word) {
            // `train data, on: Net`
            if let first = checkedArguments.firstIndex(where: { $0.value.range == range }),
                let second = checkedArguments.firstIndex(where: { $0.label?.text == label }),
                isBound(checkedArguments[second], to: parameter.kind)
            {
                var arguments = checkedArguments
                arguments[first].value = checkedArguments[second].value
                arguments[second].value = checkedArguments[first].value
                let place = arguments[first].value.range
                return (
                    "write `\(word.name) \(self.written(arguments))`",
                    [TextEdit(range, source[place]), TextEdit(place, written)]
                )
            }
            return ("write `\(label): \(written)`", [])
        }
        // `export "a.onnx", a`
        if case .string = value, parameter.isSubject, word.positional.contains(where: \.isText) {
            return (namesToType.example(of: word), [])
        }
        if let other = otherLabel(at: range, value.kind, instead: parameter, of: word) { return other }
        if let first = subjectFirst(parameter, of: word) { return first }
        if let name = lastName(parameter.kind) { return write(name) }
        // `schedule: o`, where `o` is an optimizer
        if let example = parameter.madeExample, [.optimizer, .schedule, .average].contains(value.kind),
            !parameter.isPositional
        {
            return ("for example `\(parameter.label): \(example)`", [TextEdit(range, example)])
        }
        switch parameter.kind {
        case .model, .run, .study, .data:
            if let kind = parameter.kind.made {
                return (namesToType.toMake(kind, another: !namesToType.names(of: kind).isEmpty), [])
            }
        case .path, .text: return ("write a string in quotes: `\"…\"`", [])
        case .pair(let example):
            return ("for example `\(parameter.label): \(example)`", [TextEdit(range, example)])
        default: break
        }
        let makers = Self.makers(of: parameter.kind).map { "`\($0.name)`" }
        if !makers.isEmpty { return ("write one of \(makers.joined(separator: ", "))", []) }
        if case .value = parameter.standard,
            let standard = ForeignFunction.usualValue(of: parameter) ?? parameter.standardText
        {
            let text = parameter.isPositional ? standard : "\(parameter.label): \(standard)"
            return ("for example `\(text)`", [TextEdit(range, standard)])
        }
        guard !parameter.isPositional, !word.exampleLine.contains("\(parameter.label):"), let sample = parameter.sample
        else { return (namesToType.example(of: word), []) }
        return ("for example `\(parameter.label): \(sample)`", [TextEdit(range, sample)])
    }

    /// The call that is checked, with `x` in the place of its subject: `take(x, 10)`.
    private func sameCall(of word: Word) -> String {
        let others = checkedArguments.dropFirst()
        return others.isEmpty ? "\(word.name) x" : "\(word.name)(x, \(written(others)))"
    }

    /// `mixup: true`, `color: (0.4, 0.4, 0.4, 0.1)`: what is asked for is switched on, with the usual value or the
    /// first of those given.
    private func usualMeant(
        _ value: Value, for parameter: WordParameter, of word: Word, at range: SourceRange
    ) -> (fix: String, edits: [TextEdit])? {
        guard let usual = ForeignFunction.usualValue(of: parameter) else { return nil }
        func example(_ text: String, _ reason: String = "") -> (fix: String, edits: [TextEdit]) {
            ("for example `\(parameter.label): \(text)`\(reason)", [TextEdit(range, text)])
        }
        switch (parameter.kind, value) {
        case (_, .boolean(true)): return example(usual)
        case (_, .boolean(false)):
            guard case .value = parameter.standard, let standard = parameter.standardText else { return nil }
            return ("write `\(parameter.label): \(standard)`, or leave it out", [TextEdit(range, standard)])
        case (.decimal(let limits, _, _), .tuple(let items)), (.decimal(let limits, _, _), .list(let items)):
            guard let first = items.values.first, let number = first.number, limits.contains(number), number > 0,
                items.values.allSatisfy({ $0.number != nil })
            else { return nil }
            return example(
                first.text,
                parameter.label == "color"
                    ? ": brightness, contrast and saturation change by the same share each, and hues do not" : "")
        default: return nil
        }
    }

    /// A file in the place of a run: `from: "resnet18.safetensors"`.
    private func loadedMeant(_ file: String, for parameter: WordParameter) -> String? {
        let isOfTraining = parameter === TrainingOption.from.parameter || parameter === TrainingOption.distill.parameter
        guard isOfTraining, let ending = file.split(separator: ".").last?.lowercased(), file.contains(".") else {
            return nil
        }
        let subject = checkedArguments.first { $0.label == nil && isBound($0, to: .model) }
        let model = subject.map { source[$0.value.range] } ?? namesToType.names(of: .model).first ?? "Net"
        let name = find("a") == nil ? "a" : "loaded"
        let isOther = ["pt", "pth", "bin", "ckpt", "pkl"].contains(ending)
        let path = isOther ? "w.safetensors" : file
        let use = parameter === TrainingOption.from.parameter ? name : "teacher(\(name))"
        return
            (isOther
            ? "save the weights in Python, `safetensors.torch.save_file(model.state_dict(), \"\(path)\")`; then `"
            : "load it first: `")
            + "let \(name) = load(\"\(path)\", into: \(model))`, then `\(parameter.label): \(use)`"
    }

    private func countsEpochs(_ parameter: WordParameter, of word: Word) -> Bool {
        guard parameter.help.hasPrefix("epochs ") else { return false }
        return word.result == .schedule || word.result == .average || parameter === TrainingOption.patience.parameter
    }

    /// A share of a training where whole epochs are counted: `onecycle(warmup: 0.2)`, PyTorch's `pct_start`.
    private func epochsMeant(
        share: Double, _ parameter: WordParameter, of word: Word, at range: SourceRange
    ) -> (fix: String, edits: [TextEdit]) {
        let label = TrainingOption.epochs.parameter.label
        let given = (checkedArguments + enclosingArguments).first { $0.label?.text == label }?.value
        let epochs: Int? =
            switch given?.kind {
            case .integer(let number)?: number
            case .name(let name)?: find(name)?.wholeNumber
            default: nil
            }
        let all = max(1, min(epochs ?? 10, 1_000_000))
        let meant = max(1, Int((share * Double(all)).rounded()))
        var fix =
            "it counts whole epochs: \(decimalText(share)) of \(countedEpochs(Double(all))) is `\(parameter.label): \(meant)`"
        if case .workedOut(let standard) = parameter.standard { fix += ", and without it it is \(standard)" }
        return (fix, [TextEdit(range, String(meant))])
    }

    /// A model or another run where the images belong that a run is measured on.
    private func measuredMeant(
        _ value: Value, at range: SourceRange, of word: Word
    ) -> (fix: String, edits: [TextEdit])? {
        guard value.kind == .model || value.kind == .run else { return nil }
        let written = source[range]
        // `evaluate data, on: a`
        if value.kind == .run, let subject = checkedArguments.first(where: { $0.label == nil }),
            isBound(subject, to: .data)
        {
            return ("write `\(word.name) \(written), on: \(source[subject.value.range])`", [])
        }
        let other =
            value.kind == .run
            ? "`\(word.name) \(written)` is about that run"
            : "`\(written)` itself is trained first: `let run = train \(written)`, then `\(word.name) run`"
        guard let data = lastName(.data) else {
            return ("`on:` is the images: leave it out for those of the run; \(other)", [])
        }
        return ("write `on: \(data)`, or leave it out for the run's own images; \(other)", [TextEdit(range, data)])
    }

    /// The call with its subject in the first place: `split 0.8, data`. Values that it then has no place for get the
    /// labels that they can be meant for: `resume 6, a` is `resume a, epochs: 6`.
    private func subjectFirst(_ parameter: WordParameter, of word: Word) -> (fix: String, edits: [TextEdit])? {
        let places = checkedArguments.indices.filter { checkedArguments[$0].label == nil }
        guard parameter.isSubject, places.count > 1,
            let place = places.dropFirst().first(where: { isBound(checkedArguments[$0], to: parameter.kind) })
        else { return nil }
        var arguments = checkedArguments
        arguments.insert(arguments.remove(at: place), at: 0)
        let bare = arguments.indices.filter { arguments[$0].label == nil }
        guard bare.count > word.positional.count else { return ("write `\(word.name) \(written(arguments))`", []) }
        var texts = arguments.map { source[faults.range(of: $0)] }
        for index in bare.dropFirst(word.positional.count) {
            guard let option = optionTaking(arguments[index].value, of: word, among: checkedArguments) else {
                return nil
            }
            texts[index] = option
        }
        guard let first = checkedArguments.first, let last = checkedArguments.last else { return nil }
        let text = texts.joined(separator: ", ")
        return (
            "write `\(word.name) \(text)`", [TextEdit(faults.range(of: first).union(faults.range(of: last)), text)]
        )
    }

    /// As one would type them.
    private func written(_ arguments: some Sequence<Call.Argument>) -> String {
        arguments.map { ($0.label.map { "\($0.text): " } ?? "") + source[$0.value.range] }.joined(separator: ", ")
    }

    /// Whether an argument begins with a name that has a value of a kind. It is not evaluated for a message: that may
    /// train, or download.
    func isBound(_ argument: Call.Argument, to kind: WordParameter.Kind) -> Bool {
        guard let name = argument.value.headName else { return false }
        guard let bound = boundKinds[name] else { return find(name)?.fits(kind) == true }
        if case .network = kind { return bound == .model || bound == .run }
        return bound == kind.made
    }

    /// The option that takes what another one was given: `schedule: sgd(lr: 0.2)`.
    func otherLabel(
        at range: SourceRange, _ kind: ValueKind, instead parameter: WordParameter, of word: Word
    ) -> (fix: String, edits: [TextEdit])? {
        let argument = checkedArguments.first { $0.value.range == range }
        guard let place = argument?.label?.range, let label = labelTaking(kind, of: word), label != parameter.label,
            !checkedArguments.contains(where: { $0.label?.text == label })
        else { return nil }
        let text = "\(label): \(source[range])"
        return ("write `\(text)`", [TextEdit(place.union(range), text)])
    }

    /// The one option that takes a value of this kind: a data set, an optimizer, a recipe.
    func labelTaking(_ kind: ValueKind, of word: Word) -> String? {
        if kind == .recipe { return word.parameter("with")?.label }
        let fitting = word.parameters.filter { !$0.isPositional && $0.kind.made == kind }
        return fitting.count == 1 ? fitting[0].label : nil
    }

    /// What the last value of this kind is called that the call does not name already.
    private func lastName(_ kind: WordParameter.Kind) -> String? {
        let made: ValueKind? = if case .network = kind { .run } else { kind.made }
        guard let made, made == .model || made == .run || made == .data || made == .study else { return nil }
        var given: Set<String> = []
        for argument in checkedArguments { if let name = argument.value.headName { given.insert(name) } }
        return namesToType.names(of: made, besides: given).first { find($0)?.fits(kind) ?? true }
    }

    /// What resumes each of some runs.
    private func resuming(_ values: [Value]) -> String? {
        let runs = values.compactMap { value -> Run? in
            if case .object(let object as RunValue) = value { object.run } else { nil }
        }
        guard runs.allSatisfy({ $0.state == .done || $0.state.canGoOn }) else { return nil }
        let done = runs.filter { $0.state == .done }.map(\.epochs).max()
        return done.map { "resume x, epochs: \(2 * max(1, $0))" } ?? "resume x"
    }
}

extension Value {
    /// Whether a parameter of this kind takes it as it is.
    func fits(_ kind: WordParameter.Kind) -> Bool {
        switch kind {
        case .integer(let range): wholeNumber.map(range.contains) ?? false
        case .network: self.kind == .model || self.kind == .run
        default: kind.made == self.kind
        }
    }
}
