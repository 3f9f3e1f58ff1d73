// The members of values: what may follow a dot.

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
        case .object(let object): object.members
        default: []
        }
    }

    /// Where a member that is not known now comes from.
    var unknownMemberFix: String? {
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
