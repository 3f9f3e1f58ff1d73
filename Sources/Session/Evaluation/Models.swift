// Models and blocks: their definitions, their parameters, and the layers of their bodies.

import Language
import Network
import Text

/// The layers of a model while its body is read.
final class LayerCollector {
    var input: (shape: Shape, range: SourceRange)?
    var layers: [WrittenLayer] = []
    /// Whether it reads a block of a layer: of `residual`, `concat` and the like.
    let isBranch: Bool

    init(isBranch: Bool = false) {
        self.isBranch = isBranch
    }
}

extension Interpreter {
    /// `model Net(…) { … }`: checked at once with its defaults where every parameter has one.
    func define(_ definition: Definition, isModel: Bool) throws {
        let name = definition.name
        try checkUnbound(name)
        try checkDefinition(definition, isModel: isModel)
        let template = Template(definition, source: source, isModel: isModel)
        noteHiddenWord(definition, isModel: isModel)
        var standard: Model?
        if definition.parameters.allSatisfy({ $0.defaultValue != nil }) {
            let wasSilent = context.isSilent
            context.isSilent = true
            defer { context.isSilent = wasSilent }
            if isModel {
                standard = try instantiate(template, [], at: name.range)
            } else {
                let outer = layers
                layers = nil
                defer { layers = outer }
                try expand(template, [], at: name.range, to: LayerCollector())
            }
        }
        try bind(name, .template(Template(definition, source: source, isModel: isModel, standard: standard)))
    }

    /// Faults in the head of a definition.
    func checkDefinition(_ definition: Definition, isModel: Bool) throws {
        let name = definition.name
        if let word = Vocabulary.word(name.text), word.since == nil {
            let other = name.text.prefix(1).uppercased() + name.text.dropFirst() + "Net"
            throw fault(
                .reservedName,
                "`\(name.text)` is a word of the language and cannot name a \(isModel ? "model" : "block")",
                at: name.range, fix: "choose another name, such as `\(other)`", edits: [TextEdit(name.range, other)])
        }
        var seen: Set<String> = []
        for parameter in definition.parameters where !seen.insert(parameter.name.text).inserted {
            throw fault(
                .boundTwice, "there are two parameters `\(parameter.name.text)`", at: parameter.name.range,
                fix: "leave one of them out, or rename it")
        }
    }

    /// Notes once that a word of the same name is hidden.
    private func noteHiddenWord(_ definition: Definition, isModel: Bool) {
        let name = definition.name
        guard let since = Vocabulary.word(name.text)?.since, !context.isSilent,
            session.notedNames.insert(name.text).inserted
        else { return }
        output.report(
            Diagnostic(
                .note, code: .hiddenWord,
                "since version \(since) `\(name.text)` is a word too; here it is your \(isModel ? "model" : "block")",
                source: source, at: name.range, fix: "to use the word, rename your \(isModel ? "model" : "block")"))
    }

    func unknownParameter(_ label: Identifier, of definition: Definition) -> Diagnostic {
        let labels = definition.parameters.map(\.name.text)
        let options = labels.isEmpty ? "it takes none" : "parameters: \(labels.joined(separator: ", "))"
        let meant = nearestName(to: label.text, among: labels)
        return fault(
            .unknownOption, "there is no `\(label.text):` parameter of `\(definition.name.text)`", at: label.range,
            fix: meant.map { "did you mean `\($0):`?   \(options)" } ?? options,
            edits: meant.map { [TextEdit(label.range, $0)] } ?? [])
    }

    /// A model with these arguments, its shapes inferred and checked where it says its input.
    func instantiate(_ template: Template, _ arguments: [Call.Argument], at range: SourceRange) throws -> Model {
        let collector = LayerCollector()
        let text = try read(template, arguments, at: range, into: collector)
        guard !collector.layers.isEmpty else {
            throw inside(template, text) {
                fault(
                    .emptyModel, "the model `\(template.name)` has no layers", at: template.definition.name.range,
                    fix: "for example `model \(template.name) { input 3x32x32; flatten; linear 10 }`")
            }
        }
        let architecture = try collector.input.map { try placed(collector.layers, on: $0.shape, model: text) }
        for (layer, meant) in inFrameworkOrder(collector.layers, architecture?.layers)
        where session.notedOrders.insert("\(layer.range) \(layer.source[layer.range])").inserted {
            output.report(
                Diagnostic(
                    .note, code: .argumentOrder,
                    "`\(layer.source[layer.range])` has the filters first, then the kernel: it is `\(layer.text)`",
                    source: layer.source, at: layer.range,
                    fix:
                        "if its \(meant.input) size is meant as what comes in, which is inferred, write `\(meant.text)`"
                ))
        }
        return Model(
            expression: text, boundName: nil, input: collector.input?.shape, layers: collector.layers,
            architecture: architecture)
    }

    /// The layers of a block, put where it is named.
    func expand(
        _ template: Template, _ arguments: [Call.Argument], at range: SourceRange, to collector: LayerCollector
    ) throws {
        _ = try read(template, arguments, at: range, into: collector)
    }

    /// Evaluates the arguments where the call is, then the body in a scope of its own.
    /// - Returns: the definition with its parameters, `VGG(pooled: true)`.
    private func read(
        _ template: Template, _ arguments: [Call.Argument], at range: SourceRange, into collector: LayerCollector
    ) throws -> String {
        if faults.definitions.contains(where: {
            $0.template.name == template.name && $0.template.isModel == template.isModel
        }) {
            throw fault(
                .recursion, "the \(template.isModel ? "model" : "block") `\(template.name)` contains itself", at: range,
                fix: "`repeat n { … }` stacks layers")
        }
        let given = try parameters(of: template, arguments, at: range)
        let (outerSource, outerScope, outerLayers) = (source, scope, layers)
        let inner = Scope(parent: nil)
        source = template.source
        scope = inner
        layers = nil
        faults.definitions.append((template, template.name))
        defer {
            (source, scope, layers) = (outerSource, outerScope, outerLayers)
            faults.definitions.removeLast()
        }
        var texts: [String] = []
        for parameter in template.definition.parameters {
            let name = parameter.name.text
            let value: Value
            if let argument = given[name] {
                value = argument
            } else if let expression = parameter.defaultValue {
                value = try evaluate(expression)
            } else {
                continue
            }
            inner.bind(name, value)
            texts.append("\(name): \(value.literal)")
        }
        let text = template.name + (texts.isEmpty ? "" : "(" + texts.joined(separator: ", ") + ")")
        faults.definitions[faults.definitions.count - 1].text = text
        layers = collector
        try runStatements(template.definition.body)
        return text
    }

    /// Parameters with a default may be given by position or label; those without are required.
    private func parameters(
        of template: Template, _ arguments: [Call.Argument], at range: SourceRange
    ) throws -> [String: Value] {
        let declared = template.definition.parameters
        let labels = declared.map(\.name.text)
        let options = labels.isEmpty ? "it takes none" : "parameters: \(labels.joined(separator: ", "))"
        var given: [String: Value] = [:]
        for argument in arguments {
            let name: String
            if let label = argument.label {
                guard labels.contains(label.text) else {
                    throw unknownParameter(label, of: template.definition)
                }
                name = label.text
            } else {
                guard let next = labels.first(where: { given[$0] == nil }) else {
                    throw fault(
                        .tooManyArguments, "`\(template.name)` has \(counted(labels.count, "parameter"))",
                        at: argument.value.range, fix: options)
                }
                name = next
            }
            guard given[name] == nil else {
                throw fault(
                    .givenTwice, "`\(name):` is given twice", at: argument.label?.range ?? argument.value.range,
                    fix: "leave one of them out")
            }
            let value = try evaluate(argument.value)
            if value.isNothing { throw noValue(at: argument.value.range) }
            given[name] = value
        }
        for parameter in declared where parameter.defaultValue == nil && given[parameter.name.text] == nil {
            throw fault(
                .missingArgument, "`\(template.name)` needs `\(parameter.name.text):`", at: range, fix: options)
        }
        return given
    }

    /// A fault as seen from inside a definition.
    private func inside(_ template: Template, _ text: String, _ make: () -> Diagnostic) -> Diagnostic {
        let outer = source
        source = template.source
        faults.definitions.append((template, text))
        defer {
            source = outer
            faults.definitions.removeLast()
        }
        return make()
    }

    // MARK: Layers

    func addLayer(
        _ word: Word, _ arguments: [Call.Argument], bodies: [Body], at range: SourceRange, to collector: LayerCollector
    ) throws {
        let place = SourceRange(range.start, range.start + word.name.utf8.count)
        try checkBodies(word, bodies)
        // What is in an argument is a value, not a layer.
        layers = nil
        defer { layers = collector }
        let checked = try check(arguments, for: word, at: range, place: place)
        func written(_ layer: Layer, _ text: String) throws -> WrittenLayer {
            guard collector.layers.count < EvaluationLimits.layers else {
                throw fault(
                    .tooManyLayers, "a model has at most \(grouped(EvaluationLimits.layers)) layers", at: range,
                    fix: "repeat fewer of them")
            }
            try checkInterrupt(at: range)
            let unlabeled = zip(word.parameters, arguments.prefix { $0.label == nil })
            return WrittenLayer(
                layer: layer, text: text, source: source, range: range,
                sizes: unlabeled.map { (source[$1.value.range], checked.given($0)?.value.wholeNumber) },
                trail: faults.definitions.dropFirst().map { "in \($0.template.isModel ? "model" : "block") \($0.text)" }
            )
        }
        switch word.action {
        case .input(let read):
            if collector.input != nil || !collector.layers.isEmpty || collector.isBranch {
                throw fault(
                    .inputNotFirst, "`input` comes once, before all layers", at: range,
                    fix: "leave this one out, or put it first")
            }
            collector.input = (try read(checked), range)
        case .layer(let make):
            collector.layers.append(try written(try make(checked), layerText(word, checked)))
        case .branches(.residual):
            let body = try onlyBranch(word, bodies, at: place)
            guard !body.isEmpty else {
                throw fault(.emptyBranch, "this `residual` has no layers", at: place, fix: Self.residualForm)
            }
            var layer = try written(.residual(body: body.map(\.layer), shortcut: nil), word.name)
            layer.branches["body"] = body
            collector.layers.append(layer)
        case .branches(.shortcut):
            guard var residual = collector.layers.last, case .residual(let body, nil) = residual.layer else {
                throw fault(
                    .shortcutAlone, "`shortcut` comes right after the block of a `residual`", at: place,
                    fix: "`residual { conv 16, padding: 1; relu } shortcut { conv 16, 1 }`")
            }
            let shortcut = try onlyBranch(word, bodies, at: place)
            residual.layer = .residual(body: body, shortcut: shortcut.map(\.layer))
            residual.branches["shortcut"] = shortcut
            collector.layers[collector.layers.count - 1] = residual
        case .branches(.multiplication):
            let body = try onlyBranch(word, bodies, at: place)
            guard !body.isEmpty else {
                throw fault(.emptyBranch, "this `multiply` has no layers", at: place, fix: Self.multiplyForm)
            }
            var layer = try written(.multiplication(body: body.map(\.layer)), word.name)
            layer.branches["body"] = body
            collector.layers.append(layer)
        case .branches(.concatenation):
            guard !bodies.isEmpty else {
                throw fault(
                    .missingBlock, "`concat` joins the blocks after it, but there are none", at: place,
                    fix: "`concat { conv 16, 1 } { conv 16, padding: 1 }`")
            }
            let branches = try bodies.map(branch)
            var layer = try written(.concatenation(branches: branches.map { $0.map(\.layer) }), word.name)
            for (index, branch) in branches.enumerated() { layer.branches[String(index)] = branch }
            collector.layers.append(layer)
        case .branches(.chunk):
            let count = checked[blockCount]
            guard bodies.count == count else {
                let form = (0..<min(count, 3)).map { $0 == 0 ? "{ }" : "{ conv 16, padding: 1 }" }
                throw fault(
                    bodies.count < count ? .missingBlock : .unexpectedBlock,
                    "`chunk \(count)` takes \(counted(count, "block")), but there \(bodies.count == 1 ? "is" : "are") "
                        + "\(bodies.isEmpty ? "none" : String(bodies.count))",
                    at: place,
                    fix: "write a block for each share, `{ }` for one that is passed on: `chunk \(form.count) "
                        + form.joined(separator: " ") + "`")
            }
            let branches = try bodies.map(branch)
            var layer = try written(.chunk(branches: branches.map { $0.map(\.layer) }), layerText(word, checked))
            for (index, branch) in branches.enumerated() { layer.branches[String(index)] = branch }
            collector.layers.append(layer)
        case .perform: break
        }
    }

    private static let residualForm = "`residual { conv 16, padding: 1; relu }`"
    private static let multiplyForm =
        "behind 64 channels `multiply { gap; conv 4, kernel: 1; relu; conv 64, kernel: 1; sigmoid }`"

    /// The layers of the one block that `residual`, `shortcut` and `multiply` take.
    private func onlyBranch(_ word: Word, _ bodies: [Body], at place: SourceRange) throws -> [WrittenLayer] {
        guard let body = bodies.first else {
            throw fault(
                .missingBlock, "`\(word.name)` takes a block of layers", at: place,
                fix: word.name == "residual"
                    ? Self.residualForm : word.name == "multiply" ? Self.multiplyForm : "`shortcut { conv 16, 1 }`")
        }
        guard bodies.count == 1 else {
            throw fault(
                .unexpectedBlock, "`\(word.name)` takes one block", at: bodies[1].range,
                fix: word.name == "multiply"
                    ? "`concat` takes several; write the layers of both in one"
                    : "`concat` takes several; the shortcut of a residual is written `shortcut { … }`")
        }
        return try branch(body)
    }

    /// The layers of a block, evaluated in a scope of its own.
    private func branch(_ body: Body) throws -> [WrittenLayer] {
        let inner = LayerCollector(isBranch: true)
        let outer = layers
        layers = inner
        defer { layers = outer }
        try withScope { try runStatements(body) }
        return inner.layers
    }

    /// A layer as it would be typed with its values: `conv 64, kernel: 3, padding: 1`.
    private func layerText(_ word: Word, _ arguments: Arguments) -> String {
        var parts: [String] = []
        for parameter in word.parameters {
            guard let value = arguments.given(parameter)?.value else { continue }
            parts.append(parameter.isRequired ? value.text : "\(parameter.label): \(value.text)")
        }
        return parts.isEmpty ? word.name : word.name + " " + parts.joined(separator: ", ")
    }
}
