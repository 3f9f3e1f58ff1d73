// Code of other libraries that cannot be read as it is written: what it means here, in one fault instead of one for
// each `=` and each quote in it.

import Language

extension FaultMaker {
    /// A name with its parentheses, in bytes.
    private struct WrittenCall {
        let name: SourceRange
        /// From the name to the closing parenthesis.
        let range: SourceRange
    }

    /// Answers calls like `nn.Conv2d(16, 32, 3, padding=1)` by what their name means, with the arguments as they are
    /// written here.
    ///
    /// - Parameter names: those of the session, which are not another library's.
    static func replaceForeignFaults(in program: inout Program, among names: [String]) {
        replaceFrozenParameters(in: &program)
        let source = program.source
        let calls = writtenCalls(in: source)
        let own = names + program.boundNames
        for call in calls {
            func isInside(_ fault: Diagnostic) -> Bool {
                fault.range.map { call.name.end <= $0.start && $0.end <= call.range.end } ?? false
            }
            let inside = program.diagnostics.filter { $0.severity == .error && isInside($0) }
            guard !inside.isEmpty, let fault = answer(to: call, inside, source, among: own) else { continue }
            let first = program.diagnostics.firstIndex(where: isInside) ?? 0
            program.diagnostics.removeAll(where: isInside)
            program.diagnostics.insert(fault, at: min(first, program.diagnostics.count))
        }
    }

    /// What is said of such a call; `nil` where its name is none of another library.
    private static func answer(
        to written: WrittenCall, _ faults: [Diagnostic], _ source: SourceText, among names: [String]
    ) -> Diagnostic? {
        let name = source[written.name]
        let last = name.split(separator: ".").last.map(String.init) ?? name
        let first = name.split(separator: ".").first.map(String.init) ?? name
        guard Vocabulary.word(name) == nil, !names.contains(name) else { return nil }
        var isMeant: Bool {
            Vocabulary.word(last) != nil || Vocabulary.word(alias: last) != nil || ForeignFunction.text(last) != nil
                || ForeignFunction.call(last, []) != nil || ForeignFunction.network(last) != nil
                || name.contains(".") && (first == "model" || !names.contains(first) && libraries.contains(first))
        }
        guard isMeant else { return nil }
        let start = written.range.start
        let edits = faults.flatMap(\.edits).map { edit in
            TextEdit(SourceRange(edit.range.start - start, edit.range.end - start), edit.text)
        }
        let text = SourceText(source[written.range]).applying(edits)
        let place = SourceRange(0, written.name.end - start)
        let maker = FaultMaker(SourceText(text))
        let program = parse(maker.source)
        var fault: Diagnostic
        if program.diagnostics.isEmpty, program.statements.count == 1,
            case .expression(let expression) = program.statements[0].kind, case .call(let call) = expression.kind
        {
            fault = maker.unknownName(name, at: place, call: call, among: names)
            let meant = fault.edits.isEmpty ? nil : maker.source.applying(fault.edits)
            if let meant, fault.fix?.hasPrefix("did you mean") == true, !meant.contains("\n") {
                fault.fix = "write `\(meant)`"
            }
            fault.edits = meant.map { [TextEdit(written.range, $0)] } ?? []
        } else {
            guard let fix = ForeignFunction.text(last) ?? ForeignFunction.call(last, arguments(in: text)) else {
                return nil
            }
            fault = maker.fault(.unknownName, "there is no `\(name)`", at: place, fix: fix)
        }
        return Diagnostic(
            code: fault.code, fault.message, source: source, at: written.name, fix: fault.fix, edits: fault.edits)
    }

    private static let libraries: Set<String> = [
        "nn", "torch", "F", "keras", "layers", "tf", "tensorflow", "timm", "torchvision", "optim", "models",
        "transforms",
        "torchmetrics", "sklearn", "np", "numpy",
    ]

    /// Of a call that cannot be read, as they are written.
    private static func arguments(in text: String) -> [ForeignFunction.Argument] {
        guard let open = text.firstIndex(of: "(") else { return [] }
        var (depth, parts) = (0, [""])
        for character in text[text.index(after: open)...].dropLast() {
            switch character {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "," where depth == 0:
                parts.append("")
                continue
            default: break
            }
            parts[parts.count - 1].append(character)
        }
        return parts.map { part in
            let pieces = part.split(maxSplits: 1, whereSeparator: { $0 == "=" || $0 == ":" })
                .map { String($0.filter { !$0.isWhitespace }) }
            return ForeignFunction.Argument(label: pieces.count == 2 ? pieces[0] : nil, text: pieces.last ?? "")
        }
    }

    /// All calls with parentheses, by where they end: those among the arguments of others first.
    private static func writtenCalls(in source: SourceText) -> [WrittenCall] {
        let bytes = source.bytes
        var (open, calls) = ([Int](), [WrittenCall]())
        var place = bytes.startIndex
        /// To the quote that ends a string, or to the end of the line.
        func skip(_ quote: UInt8) {
            var end = place + 1
            while end < bytes.count, bytes[end] != quote, bytes[end] != UInt8(ascii: "\n") {
                end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
            }
            if end < bytes.count, bytes[end] == quote { place = end }
        }
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): skip(bytes[place])
            case UInt8(ascii: "/") where place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: "/"):
                while place + 1 < bytes.count, bytes[place + 1] != UInt8(ascii: "\n") { place += 1 }
            case UInt8(ascii: "("): open.append(place)
            case UInt8(ascii: ")"):
                guard let start = open.popLast() else { break }
                let length = bytes[..<start].reversed().prefix(while: isOfName).count
                guard length > 0, bytes[start - length] != UInt8(ascii: ".") else { break }
                calls.append(
                    WrittenCall(
                        name: SourceRange(start - length, start), range: SourceRange(start - length, place + 1)))
            default: break
            }
            place += 1
        }
        return calls
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// `for p in model.parameters(): p.requires_grad = False`, on one line or two.
    private static func replaceFrozenParameters(in program: inout Program) {
        let source = program.source
        guard source.text.contains("requires_grad") else { return }
        for number in 1...source.lineStarts.count {
            let line = source.line(number)
            guard let found = line.firstRange(of: "requires_grad"), line[found.upperBound...].contains("=") else {
                continue
            }
            func isLoop(_ line: String) -> Bool {
                let words = line.split(separator: " ")
                return words.first == "for" && line.contains(":")
            }
            let first = number > 1 && isLoop(source.line(number - 1)) && !isLoop(line) ? number - 1 : number
            func isThere(_ fault: Diagnostic) -> Bool {
                fault.range.map { (first...number).contains(source.position(of: $0.start).line) } ?? false
            }
            guard let index = program.diagnostics.firstIndex(where: isThere) else { continue }
            let start = source.lineStarts[number - 1] + line[..<found.lowerBound].utf8.count
            program.diagnostics.removeAll(where: isThere)
            program.diagnostics.insert(
                Diagnostic(
                    code: .unknownName, "there is no `requires_grad`", source: source,
                    at: SourceRange(start, start + "requires_grad".utf8.count),
                    fix: ForeignFunction.text("requires_grad")), at: index)
        }
    }
}

extension Program {
    /// What its statements define or bind, outside of bodies.
    fileprivate var boundNames: [String] {
        statements.flatMap { statement -> [String] in
            switch statement.kind {
            case .binding(let names, _, _): names.map(\.text)
            case .model(let definition), .block(let definition): [definition.name.text]
            default: []
            }
        }
    }
}
