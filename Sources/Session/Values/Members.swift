// Members: what stands behind a dot.

import Language
import Network

extension Value {
    /// The members of a value in the order they are offered, with a line of help each.
    var memberHelp: [(name: String, help: String)] {
        switch self {
        case .shape:
            [
                ("count", "the product of its sizes"), ("channels", "of an image"), ("height", "of an image"),
                ("width", "of an image"),
            ]
        case .list, .tuple, .range: [("count", "how many elements it has")]
        case .string: [("count", "how many letters it has")]
        case .model: Model.memberHelp
        case .template(let template): template.standard == nil ? [] : Model.memberHelp
        case .object(let object): type(of: object).memberHelp
        default: []
        }
    }

    /// Where a member that is not known now comes from.
    fileprivate var unknownMemberFix: String? {
        if case .object(let object) = self { return object.missingMemberFix }
        return "a model without `input` gets its shapes from the data it is trained on"
    }

    func member(_ name: String) -> Value? {
        switch (self, name) {
        case (.shape(let shape), "count"): .integer(shape.count)
        case (.shape(let shape), "channels") where shape.sizes.count == 3: .integer(shape.channels)
        case (.shape(let shape), "height") where shape.sizes.count == 3: .integer(shape.height)
        case (.shape(let shape), "width") where shape.sizes.count == 3: .integer(shape.width)
        case (.list(let items), "count"), (.tuple(let items), "count"): .integer(items.values.count)
        case (.string(let text), "count"): .integer(text.count)
        case (.model(let model), _): model.member(name)
        case (.template(let template), _): template.standard?.member(name)
        case (.object(let object), _): object.member(name)
        default: nil
        }
    }
}

extension Interpreter {
    func member(_ name: Identifier, of value: Value) throws -> Value {
        if case .range(let first, let last) = value, name.text == "count", let count = rangeCount(first, last) {
            return .integer(count)
        }
        if let member = value.member(name.text) { return member }
        let names = value.memberHelp.map(\.name)
        if names.contains(name.text) {
            throw fault(
                .noValue, "`\(name.text)` of this \(value.completionKind) is not known", at: name.range,
                fix: value.unknownMemberFix)
        }
        let meant = nearestName(to: name.text, among: names)
        throw fault(
            .unknownMember, "\(value.kind) has no member `\(name.text)`", at: name.range,
            fix: meant.map {
                "did you mean `\($0)`?   members: \(names.joined(separator: ", "))"
            }
                ?? (names.isEmpty ? nil : "members: \(names.joined(separator: ", "))"),
            edits: meant.map { [TextEdit(name.range, $0)] } ?? [])
    }

    // MARK: Writing, unless a model is only being checked

    func write(_ text: String) {
        if !isSilent { output.write(text) }
    }

    /// Where the lines of a log go; `nil` where its form (`auto`, `bar`, `lines` or `none`) wants none.
    func lineLog(_ form: String) -> ((String) -> Void)? {
        switch form {
        case "lines": { [self] in write($0) }
        case "auto" where output.logsLines: { [output] in output.log($0) }
        default: nil
        }
    }

    func show(_ value: RichValue) {
        if !isSilent { output.show(value) }
    }

    /// Help that `?word` asked for.
    func page(_ value: RichValue) {
        if !isSilent { output.page(value) }
    }
}
