// Names that other libraries and languages have: what to type instead. Words carry their own aliases; here is what no
// single word stands for, and calls whose arguments differ.

import Language

extension FaultMaker {
    /// What may be meant by a name that is unknown: variables and words.
    /// - Parameters:
    ///   - call: the call whose head it is.
    ///   - names: the names that can be seen.
    func unknownName(
        _ name: String, at range: SourceRange, call: Call? = nil, among names: [String]
    ) -> Diagnostic {
        // A definition is bound after its body, so one that names itself finds nothing.
        if let template = definitions.last(where: { $0.template.name == name })?.template {
            return fault(
                .recursion, "the \(template.isModel ? "model" : "block") `\(name)` contains itself", at: range,
                fix: "`repeat n { … }` stacks layers")
        }
        if let dot = name.lastIndex(of: "."), let call {
            return dottedCall(String(name[..<dot]), String(name[name.index(after: dot)...]), call, at: range, names)
        }
        let message = "there is no `\(name)`"
        if let fix = ForeignFunction.text(name) { return fault(.unknownName, message, at: range, fix: fix) }
        if call == nil, let (fix, elsewhere) = Self.choicesElsewhere[name] {
            let isOption = source.bytes[..<min(range.start, source.bytes.count)].last { $0 > 32 } == UInt8(ascii: ":")
            let fix = isOption ? fix : "it is a choice of some options, as in `\(elsewhere)`"
            return fault(.unknownName, message, at: range, fix: fix)
        }
        if let call, let meant = augmentation(name, call) {
            return fault(
                .unknownName, message, at: range, fix: "it is an option of `augment`: write `\(meant)`",
                edits: [TextEdit(self.range(of: call), meant)])
        }
        if let fix = ForeignFunction.call(name, call.map(arguments) ?? []) {
            return fault(.unknownName, message, at: range, fix: fix)
        }
        if let word = Vocabulary.word(alias: name), !names.contains(where: { $0.lowercased() == name.lowercased() }) {
            if let call, let meant = translation(of: call, to: word, name) {
                return fault(
                    .unknownName, message, at: range, fix: meant.fix,
                    edits: meant.text.map { [TextEdit(self.range(of: call), $0)] } ?? [])
            }
            let others = KerasDefaults.options(of: word, called: name)
            if call == nil, !others.isEmpty {
                let text = "\(word.name) \(others.map(\.written).joined(separator: ", "))"
                let reason = KerasDefaults.reason(others, of: word)
                return fault(
                    .unknownName, message, at: range, fix: "write `\(text)`: \(reason)", edits: [TextEdit(range, text)])
            }
            if name == "LeakyReLU", call?.arguments.isEmpty ?? true {
                return fault(
                    .unknownName, message, at: range,
                    fix: "write `leakyrelu`, whose slope is PyTorch's, 0.01, or `leakyrelu 0.3` for that of Keras")
            }
            return fault(
                .unknownName, message, at: range, fix: "did you mean `\(word.name)`?",
                edits: [TextEdit(range, word.name)])
        }
        if let fix = Self.habits[name] { return fault(.unknownName, message, at: range, fix: fix) }
        if let near = nearestName(to: name, among: names + Vocabulary.all.map(\.name)) {
            return fault(
                .unknownName, message, at: range, fix: "did you mean `\(near)`?", edits: [TextEdit(range, near)])
        }
        if let fix = ForeignFunction.network(name) { return fault(.unknownName, message, at: range, fix: fix) }
        return fault(
            .unknownName, message, at: range,
            fix: name.first?.isUppercase == true
                ? "`model \(name) { … }` defines a model, `let \(name) = …` binds a name; `help` lists the words"
                : "`let \(name) = …` binds a name; `help` lists the words")
    }

    /// `mixup(d, 0.2)` is `augment(d, mixup: 0.2)`, and `flip d` is `augment d, flip: true`.
    private func augmentation(_ name: String, _ call: Call) -> String? {
        guard let option = Word.augment.parameter(name), !option.isSubject, (1...2).contains(call.arguments.count),
            call.arguments.allSatisfy({ $0.label == nil }), let data = call.arguments.first?.value
        else { return nil }
        switch data.kind {
        case .name, .call: break
        default: return nil
        }
        let usual: String?
        switch option.kind {
        case .boolean: usual = "true"
        case .choice: return nil
        default: usual = ForeignFunction.usualValue(of: option) ?? option.sample
        }
        let given = call.arguments.dropFirst().first.map { source[$0.value.range] }
        guard let value = given ?? usual else { return nil }
        let arguments = "\(source[data.range]), \(name): \(value)"
        return call.style == .parentheses ? "augment(\(arguments))" : "augment \(arguments)"
    }

    // MARK: Options

    /// Parses a cell. The parser knows no words: that `kernel_size=3` is `kernel: 3` in a call of `nn.Conv2d` is said
    /// here.
    /// - Parameter names: those of the session.
    static func read(_ source: SourceText, among names: [String]) -> Program {
        var program = parse(source)
        if !program.diagnostics.isEmpty { replaceForeignFaults(in: &program, among: names) }
        for index in program.diagnostics.indices where program.diagnostics[index].code == .commandInExpression {
            // `runs export "out"`: a choice of the word before it, and not the word of that name.
            let fault = program.diagnostics[index]
            guard let start = fault.range?.start, let open = fault.edits.first?.range,
                let close = fault.edits.last?.range, open.start > start, close.start >= open.end,
                let head = callee(before: start, in: source), let word = Vocabulary.word(head)
            else { continue }
            let name = source[SourceRange(start, open.start)]
            guard word.parameters.contains(where: { $0.isPositional && $0.choices.contains(name) }) else { continue }
            program.diagnostics[index].message = "two values follow each other without a comma"
            program.diagnostics[index].fix =
                "write `\(head) \(name), \(source[SourceRange(open.end, close.start)])`"
            program.diagnostics[index].edits = [TextEdit(SourceRange(open.start, open.start), ",")]
        }
        for index in program.diagnostics.indices where program.diagnostics[index].code == .equalsForColon {
            let fault = program.diagnostics[index]
            guard let range = fault.range, let edit = fault.edits.first,
                let label = source[range].split(whereSeparator: { $0 == " " || $0 == "=" }).first.map(String.init),
                let parameter = callee(before: range.start, in: source).flatMap({ name in
                    (Vocabulary.word(name) ?? Vocabulary.word(alias: name)).flatMap { word in
                        word.label(alias: label).flatMap(word.parameter)
                    }
                })
            else { continue }
            let meant = parameter.label
            let written = fault.fix.map { String($0.dropFirst("write `\(label): ".count).dropLast()) } ?? ""
            let end = edit.range.end + written.utf8.count
            // `kernel_size=(3, 1)`
            if end <= source.bytes.count, source[SourceRange(edit.range.end, end)] == written,
                let value = ForeignValue.meant(written, for: parameter)
            {
                program.diagnostics[index].fix = value.fix(for: parameter)
                program.diagnostics[index].edits = [TextEdit(SourceRange(range.start, end), "\(meant): \(value.text)")]
            } else if meant != label {
                program.diagnostics[index].fix = fault.fix.map {
                    "write `\(meant)" + $0.dropFirst("write `\(label)".count)
                }
                program.diagnostics[index].edits = [TextEdit(SourceRange(range.start, edit.range.end), "\(meant): ")]
            }
        }
        return program
    }

    /// The last part of the name whose argument is at this place: `Conv2d` in `nn.Conv2d(3, 16, kernel_size=3)`.
    private static func callee(before place: Int, in source: SourceText) -> String? {
        var depth = 0
        for index in source.bytes[..<min(place, source.bytes.count)].indices.reversed() {
            switch source.bytes[index] {
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth += 1
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
                depth -= 1
                guard depth < 0 else { continue }
                guard source.bytes[index] == UInt8(ascii: "(") else {
                    return firstName(source[SourceRange(index + 1, place)])
                }
                let before = source[SourceRange(0, index)].reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                return String(before.reversed())
            case UInt8(ascii: ";"), UInt8(ascii: "\n"):
                if depth == 0 { return firstName(source[SourceRange(index + 1, place)]) }
            default: break
            }
        }
        return depth == 0 ? firstName(source[SourceRange(0, place)]) : nil
    }

    private static func firstName(_ text: String) -> String? {
        text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.first.map(String.init)
    }

    // MARK: Calls

    /// `net.summary()`, `nn.Conv2d(3, 64, 3)`, `torch.manual_seed(1)`: words are before what they work on, and
    /// nothing is called by the name of a library.
    private func dottedCall(
        _ base: String, _ last: String, _ call: Call, at range: SourceRange, _ names: [String]
    ) -> Diagnostic {
        let word = Vocabulary.word(last) ?? Vocabulary.word(alias: last)
        let first = base.split(separator: ".").first.map(String.init) ?? base
        let written = self.range(of: call)
        // `net.train(True)` is bare too.
        let isBare = call.arguments.allSatisfy { if case .boolean = $0.value.kind { true } else { false } }
        if let fix = Self.loopCall(last, of: base, isBare: isBare, isBound: names.contains(first)) {
            return fault(.unknownName, "there is no `\(base).\(last)`", at: range, fix: fix)
        }
        if base == "model" || names.contains(first) {
            let message = "members are not called: a word comes before what it works on"
            guard let word, !word.isLayer else {
                let member = "`\(base).\(last)` without parentheses is a member"
                return fault(
                    .calledMember, message, at: range, fix: base == "model" ? "for example `train Net`" : member)
            }
            // A word without its subject takes the last of its kind, which is what `model` means.
            let subject = base == "model" ? [] : [base]
            let isPlain = call.arguments.isEmpty
            let arguments = subject + call.arguments.map { source[self.range(of: $0)] }
            let meant =
                isPlain
                ? ([word.name] + subject).joined(separator: " ")
                : "\(word.name)(\(arguments.joined(separator: ", ")))"
            return fault(
                .calledMember, message, at: range,
                fix: "write `\(isPlain ? meant : "\(word.name) \(subject.first ?? "…")")`",
                edits: [TextEdit(written, meant)])
        }
        let name = base + "." + last
        let message = "there is no `\(name)`"
        if let fix = ForeignFunction.text(last) { return fault(.unknownName, message, at: range, fix: fix) }
        if let fix = ForeignFunction.call(last, arguments(of: call)) {
            return fault(.unknownName, message, at: range, fix: fix)
        }
        if let fix = Self.libraryCalls[last] { return fault(.unknownName, message, at: range, fix: fix) }
        guard let word else {
            return fault(
                .unknownName, message, at: range,
                fix: ForeignFunction.text(base) ?? ForeignFunction.network(last)
                    ?? "no library is needed: `help` lists all words")
        }
        if let meant = translation(of: call, to: word, name) {
            return fault(
                .unknownName, message, at: range, fix: meant.fix,
                edits: meant.text.map { [TextEdit(written, $0)] } ?? [])
        }
        return fault(
            .unknownName, message, at: range, fix: "did you mean `\(word.name)`?", edits: [TextEdit(range, word.name)]
        )
    }

    /// Steps of a training loop, and what other libraries do to a model before it is trained.
    private static func loopCall(_ last: String, of base: String, isBare: Bool, isBound: Bool) -> String? {
        let owner = base.split(separator: ".").last.map { $0.lowercased() } ?? base
        switch last {
        case "step":
            let hasStep = ["optim", "opt", "sched", "scaler"].contains { owner.hasPrefix($0) }
            return hasStep && !isBound ? "leave it out: `train` does every step" : nil
        case "eval" where isBare, "train" where isBare && !isBound:
            return
                "leave it out: `train` and `evaluate` set dropout and norms themselves; `train Net` trains, and `evaluate a` measures a run"
        case "cuda", "cpu", "to": return "leave it out: Tandem trains on the processor, with `threads:` of it"
        case "compile" where base == "model" || isBound:
            return
                "leave it out: `train` minimizes the cross-entropy, and is given the optimizer: `optimizer: adam(lr: 1e-3)`"
        case "freeze", "requires_grad_", "unfreeze": return ForeignFunction.text(last)
        case "parameters" where isBound || base == "model": return libraryCalls["parameters"]
        default: return nil
        }
    }

    /// A call of another library with Tandem's word and arguments, where these differ: PyTorch's layers are given the
    /// size that comes in first, and some have options that mean nothing here.
    ///
    /// - Parameter name: as it is called: `keras.layers.Dense`.
    /// - Returns: the text, where it is all that is needed, and the fix that says it.
    private func translation(of call: Call, to word: Word, _ name: String) -> (text: String?, fix: String)? {
        guard call.style == .parentheses else { return nil }
        let positional = call.arguments.filter { $0.label == nil }.map { source[$0.value.range] }
        let last = name.split(separator: ".").last.map(String.init) ?? name
        var kept = 0..<positional.count
        if word.parameters.isEmpty || !word.parameters.contains(where: \.isPositional) {
            kept = 0..<0
        } else if ["Conv2d", "Linear"].contains(last), positional.count >= 2 {
            kept = 1..<positional.count
        } else if last == "GroupNorm", positional.count >= 2 {
            kept = 0..<1
        } else if [.optimizer, .schedule].contains(word.result), let first = positional.first,
            first.contains("param") || first.hasPrefix("opt")
        {
            kept = 1..<positional.count
        }
        let ignored: Set<String> = [
            "in_channels", "in_features", "num_features", "num_channels", "inplace", "in_planes", "input_shape",
        ]
        var (place, texts, leftOut, behind, notes) = (0, [String](), [String](), "", [String]())
        var (given, isTurned) = (Set<String>(), false)
        func meant(_ value: String, _ parameter: WordParameter) -> String {
            given.insert(parameter.label)
            if let turned = KerasDefaults.turned(value, parameter.label, of: word, called: name) {
                isTurned = true
                return turned
            }
            guard let meant = ForeignValue.meant(value, for: parameter) else { return value }
            if let difference = meant.difference {
                notes.append("`\(parameter.label): \(meant.text)` is another distribution: \(difference)")
            }
            return meant.text
        }
        var places = word.parameters.filter(\.isPositional)[...]
        for argument in call.arguments {
            let value = source[argument.value.range]
            guard let label = argument.label?.text else {
                if kept.contains(place) {
                    texts.append(places.popFirst().map { meant(value, $0) } ?? value)
                } else if let option = Self.behindSizes[last]?[place], !isStandard(value, option, of: word) {
                    texts.append("\(option): \(value)")
                }
                place += 1
                continue
            }
            if let parameter = word.label(alias: label).flatMap(word.parameter) {
                if parameter === LayerOption.initialization.parameter, !parameter.choices.contains(value),
                    ForeignValue.meant(value, for: parameter) == nil
                {
                    notes.append("no `init:` is \(value)")
                } else {
                    texts.append("\(parameter.label): \(meant(value, parameter))")
                }
            } else if label == "activation", word.isLayer, let layer = activation(value) {
                if layer == Word.softmax.name {
                    notes.append("`train` takes the softmax itself")
                } else {
                    behind = "; \(layer)"
                }
            } else if !ignored.contains(label), !word.parameters.isEmpty {
                leftOut.append("`\(label)`")
            }
        }
        let isShorter = texts.count < call.arguments.count
        let isOther = texts != call.arguments.map { source[self.range(of: $0)] }
        let others = KerasDefaults.options(of: word, called: name).filter { !given.contains($0.label) }
        texts += others.map(\.written)
        if !others.isEmpty || isTurned { notes.append(KerasDefaults.reason(others, of: word, isTurned: isTurned)) }
        let missing = word.parameters.first {
            word.result == .schedule && $0.isRequired && !given.contains($0.label)
        }
        if let missing {
            texts.insert("\(missing.label): \(missing.sample ?? "[30, 60]")", at: 0)
            notes.append("`\(missing.label):` is yours to say, \(missing.help)")
        }
        let text =
            (texts.isEmpty
                ? word.name + (word.isLayer || word.parameters.isEmpty ? "" : "()")
                : "\(word.name)(\(texts.joined(separator: ", ")))") + behind
        guard isShorter || isOther || !others.isEmpty else { return nil }
        var reason = notes.isEmpty ? "" : ": " + notes.joined(separator: "; ")
        if !leftOut.isEmpty {
            reason += "; there is no option for \(leftOut.joined(separator: ", "))"
        } else if reason.isEmpty, behind.isEmpty, isShorter, word.isLayer, !word.parameters.isEmpty {
            reason = ": the sizes that come in are inferred"
        }
        return (missing == nil ? text : nil, "write `\(text)`\(reason)")
    }

    /// Options that stand without a label behind the sizes that come in: `nn.BatchNorm2d(64, 1e-3)`.
    private static let behindSizes: [String: [Int: String]] = [
        "BatchNorm1d": [1: "eps", 2: "momentum"], "BatchNorm2d": [1: "eps", 2: "momentum"], "LayerNorm": [1: "eps"],
        "InstanceNorm2d": [1: "eps"], "GroupNorm": [2: "eps"],
    ]

    /// Whether a number, as it is written, is what an option is by default.
    private func isStandard(_ written: String, _ label: String, of word: Word) -> Bool {
        guard case .value(let standard)? = word.parameter(label)?.standard, let number = Double(written) else {
            return false
        }
        return standard.number == number
    }

    /// The layer that Keras names in an option: `activation="relu"`.
    private func activation(_ written: String) -> String? {
        let name = written.filter { $0 != "\"" && $0 != "'" }
        let word = Vocabulary.word(name) ?? Vocabulary.word(alias: name)
        return word.flatMap { $0.isLayer ? $0.name : nil }
    }

    /// As they are written.
    private func arguments(of call: Call) -> [ForeignFunction.Argument] {
        call.arguments.map { (label: $0.label?.text, text: source[$0.value.range]) }
    }

    /// A call with its arguments and their closing parenthesis.
    func range(of call: Call) -> SourceRange {
        guard call.style == .parentheses else {
            return call.arguments.last.map { call.callee.range.union(range(of: $0)) } ?? call.callee.range
        }
        let bytes = source.bytes
        var end = call.arguments.last.map { range(of: $0).end } ?? call.callee.range.end
        while end < bytes.count, bytes[end] != UInt8(ascii: ")") { end += 1 }
        return SourceRange(call.callee.range.start, min(end + 1, bytes.count))
    }

    func range(of argument: Call.Argument) -> SourceRange {
        argument.label.map { $0.range.union(argument.value.range) } ?? argument.value.range
    }

    // MARK: What no word stands for

    private static let leftOut = "leave it out; where an option can be off, write `none`"

    private static let noGradients = "leave it out: only `train` computes gradients"

    /// By a name alone.
    private static let habits: [String: String] = [
        "str": "a value is written inside a string: `\"\\(x)\"`",
        "repr": "a value is written inside a string: `\"\\(x)\"`",
        "format": "a value is written inside a string: `\"\\(x)\"`",
        "float": "leave it out: `/` gives a decimal where it does not divide exactly",
        "list": "a list is written `[1, 2, 3]`", "dict": "write a list of pairs: `[(\"a\", 1), (\"b\", 2)]`",
        "lambda": "there are no functions; layers to reuse are a `block name(parameters) { … }`",
        "null": leftOut, "nil": leftOut, "undefined": leftOut,
        "pass": "leave it out: a body may be empty",
        "break": "a loop runs to its end: iterate over fewer elements, or put an `if` around its body",
        "continue": "put an `if` around the rest of the body",
        "enumerate": "iterate over the indices: `for i in 0...2 { print list[i] }`",
        "zip": "write the pairs: `for (a, b) in [(1, 2), (3, 4)] { … }`",
        "type": "`?name` tells what a value is",
        "unless": "write `if !condition { … }`", "until": "write `repeat 10 { … }`",
        "Sequential": "a network is a `model`: `model Net { input 3x32x32; conv 64; relu }`",
        "torch": "nothing needs to be imported: `help` lists the words",
        "np": "nothing needs to be imported: `help` lists the words",
        "nn": "nothing needs to be imported: `help` lists the words",
        "tf": "nothing needs to be imported: `help` lists the words",
        "accuracy": "it belongs to a run: `a.accuracy`", "loss": "it belongs to a run: `a.loss`",
        "MulticlassCalibrationError": "it belongs to a run: `a.calibration`",
        "model": "`model Net { … }` defines a network, which is then used by its name: `train Net`",
        "DataLoader": "leave it out: `train` takes a data set and `batch:`",
        "device": "leave it out: Tandem trains on the processor, with `threads:` of it",
        "no_grad": noGradients, "inference_mode": noGradients, "set_grad_enabled": noGradients,
        "param_groups": ForeignFunction.groups, "parameter_groups": ForeignFunction.groups,
        "no_weight_decay_on_bias": ForeignFunction.groups, "no_weight_decay": ForeignFunction.groups,
    ]

    /// Choices of some options, where others take none of them.
    private static let choicesElsewhere: [String: (fix: String, example: String)] = [
        "same": (
            "leave it out, or write a size: only `conv` takes `padding: same`", "conv 64, kernel: 3, padding: same"
        ),
        "none": ("leave this one out, or give a value: `none` is a choice of other options", "log: none"),
        "all": ("give a value: `all` is a choice of other options", "threads: all"),
        "auto": ("leave it out, or give a value: `auto` is a choice of other options", "log: auto"),
        "random": ("write a number: only `seed:` of a training may be drawn", "seed: random"),
    ]

    /// By the last part of a name with dots, when it is called.
    private static let libraryCalls: [String: String] = [
        "manual_seed": "the seed is an option: `train Net, seed: 1`",
        "seed": "the seed is an option: `train Net, seed: 1`",
        "set_seed": "the seed is an option: `train Net, seed: 1`",
        "zero_grad": "leave it out: `train` does every step", "backward": "leave it out: `train` does every step",
        "Sequential": "a network is a `model`: `model Net { input 3x32x32; conv 64; relu }`",
        "DataLoader": "leave it out: `train` takes a data set and `batch:`",
        "device": "leave it out: Tandem trains on the processor, with `threads:` of it",
        "no_grad": noGradients, "inference_mode": noGradients, "set_grad_enabled": noGradients,
        "load_data": "a word gives both parts of a data set: `mnist()`, `fashionmnist()`, `cifar10()`, `cifar100()`",
        "add_param_group": ForeignFunction.groups, "param_groups_weight_decay": ForeignFunction.groups,
        "set_weight_decay": ForeignFunction.groups, "named_parameters": ForeignFunction.groups,
        "parameters": "leave it out: an optimizer is given to `train`, as in `optimizer: adam(lr: 1e-3)`",
    ]
}
