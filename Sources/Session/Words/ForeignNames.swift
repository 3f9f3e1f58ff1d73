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
        if let fix = ForeignFunction.call(name, call.map(arguments) ?? []) {
            return fault(.unknownName, message, at: range, fix: fix)
        }
        if let word = Vocabulary.word(alias: name), !names.contains(where: { $0.lowercased() == name.lowercased() }) {
            if let call, let meant = translation(of: call, to: word, name) {
                return fault(
                    .unknownName, message, at: range, fix: fixText(meant, word),
                    edits: [TextEdit(self.range(of: call), meant)])
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
        return fault(
            .unknownName, message, at: range,
            fix: name.first?.isUppercase == true
                ? "`model \(name) { … }` defines a model, `let \(name) = …` binds a name; `help` lists the words"
                : "`let \(name) = …` binds a name; `help` lists the words")
    }

    // MARK: Options

    /// Parses a cell. The parser knows no words: that `kernel_size=3` is `kernel: 3` in a call of `nn.Conv2d` is said
    /// here.
    static func read(_ source: SourceText) -> Program {
        var program = parse(source)
        for name in ForeignFunction.callbacks { replaceFaults(in: &program, of: name, source) }
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
                let meant = callee(before: range.start, in: source).flatMap({ name in
                    (Vocabulary.word(name) ?? Vocabulary.word(alias: name))?.label(alias: label)
                }), meant != label
            else { continue }
            program.diagnostics[index].fix = fault.fix.map { "write `\(meant)" + $0.dropFirst("write `\(label)".count) }
            program.diagnostics[index].edits = [TextEdit(SourceRange(range.start, edit.range.end), "\(meant): ")]
        }
        return program
    }

    /// `EarlyStopping(patience=5)`: what such a call does is an option here, however its arguments are written. One
    /// fault that says so replaces those of its arguments.
    private static func replaceFaults(in program: inout Program, of name: String, _ source: SourceText) {
        let (bytes, head) = (source.bytes, Array("\(name)(".utf8))
        for place in bytes.indices where bytes[place...].starts(with: head) {
            func isOfName(_ byte: UInt8) -> Bool {
                let character = Character(UnicodeScalar(byte))
                return character.isLetter || character.isNumber || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: ".")
            }
            let start = place - bytes[..<place].reversed().prefix(while: isOfName).count
            var (depth, end, parts) = (0, place + head.count - 1, [place + head.count])
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") {
                switch bytes[end] {
                case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
                case UInt8(ascii: ",") where depth == 1: parts.append(end + 1)
                default: break
                }
                end += 1
                if depth == 0 { break }
            }
            func isInside(_ fault: Diagnostic) -> Bool {
                fault.range.map { place <= $0.start && $0.end <= end } ?? false
            }
            guard let first = program.diagnostics.firstIndex(where: isInside) else { continue }
            let arguments = zip(parts, parts.dropFirst().map { $0 - 1 } + [end - 1]).map { start, end in
                let pieces = source[SourceRange(start, max(start, end))].split(
                    maxSplits: 1, whereSeparator: { $0 == "=" || $0 == ":" }
                ).map { String($0.filter { !$0.isWhitespace }) }
                return ForeignFunction.Argument(
                    label: pieces.count == 2 ? pieces[0] : nil, text: pieces.last ?? "")
            }
            let range = SourceRange(start, place + head.count - 1)
            program.diagnostics.removeAll(where: isInside)
            program.diagnostics.insert(
                Diagnostic(
                    code: .unknownName, "there is no `\(source[range])`", source: source, at: range,
                    fix: ForeignFunction.call(name, arguments)), at: first)
        }
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
                fix: ForeignFunction.text(base) ?? "no library is needed: `help` lists all words")
        }
        if let meant = translation(of: call, to: word, last) {
            return fault(
                .unknownName, message, at: range, fix: fixText(meant, word),
                edits: [TextEdit(written, meant)])
        }
        return fault(
            .unknownName, message, at: range, fix: "did you mean `\(word.name)`?", edits: [TextEdit(range, word.name)]
        )
    }

    /// A call of another library with Tandem's word and arguments, where these differ: PyTorch's layers are given the
    /// size that comes in first, and some have options that mean nothing here.
    private func translation(of call: Call, to word: Word, _ name: String) -> String? {
        guard call.style == .parentheses else { return nil }
        let positional = call.arguments.count { $0.label == nil }
        let last = name.split(separator: ".").last.map(String.init) ?? name
        var dropped = 0
        if word.parameters.isEmpty || !word.parameters.contains(where: \.isPositional) {
            dropped = positional
        } else if ["Conv2d", "Linear"].contains(last), positional >= 2 {
            dropped = 1
        }
        let ignored: Set<String> = ["in_channels", "in_features", "num_features", "inplace", "in_planes"]
        let kept = call.arguments.enumerated().filter { index, argument in
            if let label = argument.label { return !ignored.contains(label.text) && !word.parameters.isEmpty }
            return index >= dropped
        }.map(\.element)
        guard kept.count < call.arguments.count else { return nil }
        let texts = kept.map { argument -> String in
            let value = source[argument.value.range]
            guard let label = argument.label else { return value }
            return "\(word.label(alias: label.text) ?? label.text): \(value)"
        }
        return texts.isEmpty ? word.name : "\(word.name)(\(texts.joined(separator: ", ")))"
    }

    /// As they are written.
    private func arguments(of call: Call) -> [ForeignFunction.Argument] {
        call.arguments.map { (label: $0.label?.text, text: source[$0.value.range]) }
    }

    private func fixText(_ meant: String, _ word: Word) -> String {
        "write `\(meant)`" + (word.parameters.isEmpty ? "" : ": the sizes that come in are inferred")
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
        "f1_score": "it belongs to a run: `a.f1` is the macro F1",
        "MulticlassCalibrationError": "it belongs to a run: `a.calibration`",
        "model": "`model Net { … }` defines a network, which is then used by its name: `train Net`",
        "CrossEntropyLoss": "leave it out: `train` minimizes the cross-entropy",
        "DataLoader": "leave it out: `train` takes a data set and `batch:`",
        "device": "leave it out: Tandem trains on the processor, with `threads:` of it",
        "param_groups": ForeignFunction.groups, "parameter_groups": ForeignFunction.groups,
        "no_weight_decay_on_bias": ForeignFunction.groups, "no_weight_decay": ForeignFunction.groups,
    ]

    /// Choices of some options, where others take none of them.
    private static let choicesElsewhere: [String: (fix: String, example: String)] = [
        "same": (
            "leave it out, or write a size: only `conv` takes `padding: same`", "conv 64, kernel: 3, padding: same"
        ),
        "none": ("leave this one out, or give a value: `none` is a choice of other options", "log: none"),
        "all": ("leave it out: all is what is taken where nothing is said", "threads: all"),
        "auto": ("leave it out: Tandem then chooses itself", "log: auto"),
        "random": ("write a number: only `seed:` of a training may be drawn", "seed: random"),
    ]

    /// By the last part of a name with dots, when it is called.
    private static let libraryCalls: [String: String] = [
        "manual_seed": "the seed is an option: `train Net, seed: 1`",
        "seed": "the seed is an option: `train Net, seed: 1`",
        "set_seed": "the seed is an option: `train Net, seed: 1`",
        "CrossEntropyLoss": "leave it out: `train` minimizes the cross-entropy",
        "cross_entropy": "leave it out: `train` minimizes the cross-entropy",
        "zero_grad": "leave it out: `train` does every step", "backward": "leave it out: `train` does every step",
        "Sequential": "a network is a `model`: `model Net { input 3x32x32; conv 64; relu }`",
        "DataLoader": "leave it out: `train` takes a data set and `batch:`",
        "device": "leave it out: Tandem trains on the processor, with `threads:` of it",
        "no_grad": "leave it out: only `train` computes gradients",
        "load_data": "a word gives both parts of a data set: `mnist()`, `fashionmnist()`, `cifar10()`, `cifar100()`",
        "add_param_group": ForeignFunction.groups, "param_groups_weight_decay": ForeignFunction.groups,
        "set_weight_decay": ForeignFunction.groups, "named_parameters": ForeignFunction.groups,
        "parameters": "leave it out: an optimizer is given to `train`, as in `optimizer: adam(lr: 1e-3)`",
    ]
}
