// Arguments that a word does not take as they are given: the word, the option or the list that they belong to.

import Datasets
import Language

extension Interpreter {
    // MARK: Options

    /// What to type for an option of a word that makes something this word takes: `lr:` belongs to the optimizer,
    /// `warmup:` to the schedule, `flip:` to the data.
    func optionElsewhere(
        _ label: Identifier, _ value: Expression, in word: Word, among all: [Call.Argument]
    ) -> (fix: String, edits: [TextEdit])? {
        if let data = optionOfData(label, value, in: word, among: all) { return data }
        if option(label.text, of: .teacher, taking: value) != nil, let teacher = teacherMeant(in: word, among: all) {
            return teacher
        }
        let ofTraining: [ValueKind?] = [.optimizer, .schedule, .average]
        for parameter in word.parameters where ofTraining.contains(parameter.kind.made) {
            let given = all.first { $0.label?.text == parameter.label }
            for maker in Self.makers(of: parameter.kind) {
                guard given.map({ $0.value.headName == maker.name }) ?? true,
                    let inner = option(label.text, of: maker, taking: value)
                else { continue }
                let meant = "\(parameter.label): \(maker.name)(\(inner.label): \(source[value.range]))"
                guard given == nil else {
                    return (
                        "it is an option of `\(maker.name)`, which is given: `\(meant)`, beside its other options", []
                    )
                }
                return (
                    "it is an option of another word: `\(meant)`", [TextEdit(label.range.union(value.range), meant)]
                )
            }
        }
        return nil
    }

    /// The option that a label means which no word has where it stands, in words that take none of its kind.
    func owner(of label: String, besides word: Word) -> String? {
        guard [.optimizer, .schedule, .average, .data].contains(word.result) else { return nil }
        let siblings = Vocabulary.all.filter { $0.result == word.result && $0.label(alias: label) != nil }
        if !siblings.isEmpty { return "it is an option of \(Word.alternatives(siblings))" }
        if Word.train.labels.contains(label) { return "it is an option of `train`: `\(label):`" }
        for parameter in [
            TrainingOption.optimizer.parameter, TrainingOption.schedule.parameter, TrainingOption.average.parameter,
        ] {
            let makers = Self.makers(of: parameter.kind).filter { $0.label(alias: label) != nil }
            guard !makers.isEmpty else { continue }
            return "it is an option of \(Word.alternatives(makers)), which `train` takes as `\(parameter.label):`"
        }
        return Word.train.label(alias: label).map { "it is an option of `train`: `\($0):`" }
    }

    /// `train Net, on: d, size: 16` means `on: resize(d, 16)`, and `take(d, 64, flip: true)`
    /// `augment(take(d, 64), flip: true)`.
    private func optionOfData(
        _ label: Identifier, _ value: Expression, in word: Word, among all: [Call.Argument]
    ) -> (fix: String, edits: [TextEdit])? {
        let on = word.parameters.first { $0.kind.made == .data }
        guard on != nil || word.result == .data || word.result == .recipe else { return nil }
        // What is measured has the size that the network takes, and is not augmented.
        let isMeasured = on === CommonOptions.measuredData.parameter
        let changers = Vocabulary.all.filter { changer in
            changer.result == .data && changer.name != word.name
                && changer.parameters.contains { $0.isSubject && $0.kind.made == .data }
                && !(isMeasured && [Word.resize.name, Word.augment.name].contains(changer.name))
        }
        guard let changer = changers.first(where: { option(label.text, of: $0, taking: value) != nil }) else {
            return nil
        }
        var options: [String] = []
        var kept: [Call.Argument] = []
        for argument in all {
            guard let given = argument.label?.text, word.label(alias: given) == nil,
                let inner = option(given, of: changer, taking: argument.value)
            else {
                kept.append(argument)
                continue
            }
            let text = source[argument.value.range]
            options.append(inner.isPositional && inner.isRequired ? text : "\(inner.label): \(text)")
        }
        func changed(_ data: String) -> String { "\(changer.name)(\(([data] + options).joined(separator: ", ")))" }
        let texts = kept.map { source[faults.range(of: $0)] }
        let last = namesToType.names(of: .data).first ?? "data"
        if word.result == .recipe { return ("it belongs to the data, which `train` takes: `on: \(changed(last))`", []) }
        guard word.result != .data else {
            // A word that would be left with its data alone has nothing to do.
            let isBare = on != nil && kept.count <= 1 && kept.allSatisfy { $0.label == nil }
            let data = isBare ? texts.first ?? last : "\(word.name)(\(texts.joined(separator: ", ")))"
            return ("it is an option of another word: `\(changed(data))`", [])
        }
        guard let on, let first = all.first, let end = all.last else { return nil }
        let place = kept.firstIndex { $0.label?.text == on.label }
        let meant = "\(on.label): \(changed(place.map { source[kept[$0].value.range] } ?? last))"
        var written = texts
        if let place { written[place] = meant } else { written.append(meant) }
        return (
            "it is an option of another word: `\(meant)`",
            [TextEdit(faults.range(of: first).union(faults.range(of: end)), written.joined(separator: ", "))]
        )
    }

    /// `distill: a, temperature: 4` means `distill: teacher(a, temperature: 4)`; `nil` where no option of the teacher
    /// stands beside it.
    func teacherMeant(
        in word: Word, among all: [Call.Argument]
    ) -> (fix: String, edits: [TextEdit])? {
        let distill = TrainingOption.distill.parameter
        guard word.parameter(distill.label) === distill else { return nil }
        var (options, kept) = ([String](), [Call.Argument]())
        for argument in all {
            guard let label = argument.label?.text, word.label(alias: label) == nil,
                let inner = option(label, of: .teacher, taking: argument.value)
            else {
                kept.append(argument)
                continue
            }
            options.append("\(inner.label): \(source[argument.value.range])")
        }
        guard !options.isEmpty, let first = all.first, let end = all.last else { return nil }
        let place = kept.firstIndex { $0.label?.text == distill.label }
        let run: String
        switch place.map({ kept[$0].value.kind }) {
        case .name(let name)?: run = name
        case nil: run = namesToType.names(of: .run).first ?? "a"
        case .call(let call)? where call.callee.text == Word.teacher.name:
            guard let given = call.arguments.first else { return nil }
            let texts = call.arguments.dropFirst().map { source[faults.range(of: $0)] }
            run = ([source[given.value.range]] + texts).joined(separator: ", ")
        default: return nil
        }
        let meant = "\(distill.label): \(Word.teacher.name)(\(([run] + options).joined(separator: ", ")))"
        var written = kept.map { source[faults.range(of: $0)] }
        if let place { written[place] = meant } else { written.append(meant) }
        return (
            place == nil ? "it is an option of another word: `\(meant)`" : "write `\(meant)`",
            [TextEdit(faults.range(of: first).union(faults.range(of: end)), written.joined(separator: ", "))]
        )
    }

    /// The option that a label means in another word, where the value may be one of it; also the word itself, of its
    /// first value: `resize: 16`.
    private func option(_ label: String, of word: Word, taking value: Expression) -> WordParameter? {
        let isWord = word.name == label
        let found = isWord ? word.positional.first { !$0.isSubject } : word.label(alias: label).flatMap(word.parameter)
        guard let found, !found.isSubject, fits(value, found, of: word) else { return nil }
        return found
    }

    /// Whether a value as it is typed, or that of a name, may be given to an option.
    private func fits(_ expression: Expression, _ parameter: WordParameter, of word: Word) -> Bool {
        let value: Value?
        switch expression.kind {
        case .integer(let number): value = .integer(number)
        case .decimal(let number): value = .decimal(number)
        case .boolean(let flag): value = .boolean(flag)
        case .string: value = .string("")
        case .list, .tuple: return parameter.kind.isList
        case .name(let name) where parameter.choices.contains(name): return true
        case .name(let name): value = find(name)
        default: return true
        }
        guard let value else {
            // Bound in a cell that does not run yet.
            if case .name(let name) = expression.kind { return boundKinds[name] != nil }
            return true
        }
        return (try? convert(value, to: parameter, of: word, at: expression.range)) != nil
    }

    // MARK: Parts

    /// What to type where a part of the data stands in the place of a measure: `table a, measures: validation`,
    /// `plot a, y: training`.
    func partAsMeasure(_ text: String, _ parameter: WordParameter, at range: SourceRange) -> (
        fix: String, edits: [TextEdit]
    )? {
        let name = text.lowercased().filter { $0 != "_" }
        let parts: [(part: Dataset.Part, prefixes: [String], measure: Measure)] = [
            (.validation, ["validation", "val", "valid"], .validationAccuracy),
            (.training, ["training", "train"], .trainAccuracy), (.test, ["test"], .accuracy),
        ]
        let isOfTable = parameter === Word.table.parameter("measures")
        let endings = isOfTable ? ["", "accuracy", "acc", "loss"] : [""]
        guard isOfTable || parameter === PlotOption.measure.parameter,
            let meant = parts.first(where: {
                $0.prefixes.contains { prefix in endings.contains { name == prefix + $0 } }
            })
        else { return nil }
        guard isOfTable else {
            return ("write `y: \(meant.measure.rawValue)`", [TextEdit(range, meant.measure.rawValue)])
        }
        guard meant.part != .test else {
            return ("a table shows them of the test images: for example `measures: accuracy`", [])
        }
        let subject = checkedArguments.first { $0.label == nil }
        let run =
            subject.map { isBound($0, to: .run) } == true
            ? subject.map { source[$0.value.range] } : namesToType.names(of: .run).first
        return (
            "a table shows the test images alone: `evaluate \(run ?? "a"), part: \(meant.part.rawValue)` measures the others",
            []
        )
    }

    // MARK: Values

    /// Values that follow each other where one list is taken: `seeds: 1, 2`, `multistep(30, 60)`.
    func listMeant(
        at range: SourceRange, of word: Word, among all: [Call.Argument]
    ) -> (fix: String, edits: [TextEdit])? {
        guard let place = all.firstIndex(where: { $0.value.range == range }), isItem(all[place].value) else {
            return nil
        }
        // Back to what the list is for.
        var start = place
        while all[start].label == nil, start > 0, isItem(all[start - 1].value) { start -= 1 }
        let parameter = all[start].label.map { word.parameter($0.text) } ?? word.positional.first { !$0.isSubject }
        guard let parameter, parameter.kind.isList, isItem(all[start].value) else { return nil }
        let items = [all[start]] + all[(start + 1)...].prefix { $0.label == nil && isItem($0.value) }
        guard items.count > 1, start + items.count > place, let last = items.last else { return nil }
        let text = items.map { source[$0.value.range] }.joined(separator: ", ")
        return (
            "write `\(all[start].label.map { "\($0.text): " } ?? "")[\(text)]`",
            [TextEdit(all[start].value.range.union(last.value.range), "[\(text)]")]
        )
    }

    /// What may be in such a list: a number, a pair, or a choice.
    private func isItem(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .integer, .decimal, .tuple: true
        case .name(let name): find(name) == nil && boundKinds[name] == nil
        default: false
        }
    }

    /// `epochs: 3`: the option that a value without a label can be meant for.
    func optionTaking(_ value: Expression, of word: Word, among all: [Call.Argument]) -> String? {
        let written = source[value.range]
        let free = word.parameters.filter { parameter in
            !parameter.isPositional && parameter !== LayerOption.biasEpochs.parameter
                && !all.contains { $0.label?.text == parameter.label }
        }
        func first(_ isMeant: (WordParameter) -> Bool) -> String? {
            free.first { isMeant($0) && fits(value, $0, of: word) }.map { "\($0.label): \(written)" }
        }
        switch value.kind {
        case .integer:
            return first { $0.label == TrainingOption.epochs.parameter.label }
                ?? first { if case .integer = $0.kind { true } else { false } }
        case .decimal:
            let optimizer = free.first { $0.kind.made == .optimizer }
            return optimizer.map { "\($0.label): adam(lr: \(written))" }
                ?? first { if case .decimal = $0.kind { true } else { false } }
        case .string: return first { $0.isText }
        default: return nil
        }
    }

    /// Several subjects of a word that takes one.
    func eachInTurn(_ argument: Call.Argument, of word: Word, among all: [Call.Argument]) -> String? {
        guard let subject = word.positional.first, subject.isSubject, !word.isLayer else { return nil }
        let given = all.filter { $0.label == nil }.map(\.value)
        func isSubject(_ expression: Expression) -> Bool {
            guard case .name(let name) = expression.kind else { return false }
            let kind = boundKinds[name] ?? find(name)?.kind
            if case .network = subject.kind { return kind == .model || kind == .run }
            return kind == subject.kind.made
        }
        guard given.count > 1, given.allSatisfy(isSubject) else { return nil }
        let options = all.filter { $0.label != nil }.map { ", " + source[faults.range(of: $0)] }.joined()
        let names = given.map { source[$0.range] }
        return "take each in turn: `for x in [\(names.joined(separator: ", "))] { \(word.name) x\(options) }`"
    }
}
