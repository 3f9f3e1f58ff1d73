// What a looking word drew, for a `let` that keeps it: the picture, and its twin in numbers as a table.

import Graphics

final class PictureValue: ObjectValue {
    static let kind = ValueKind.picture

    let picture: any Picture
    /// Its plain text, by which notebooks are compared; `nil`: the numbers.
    private let plainText: String?
    /// Whether the numbers are measured times, which a file shows though the plain text leaves them out.
    private let isTimed: Bool

    init(_ picture: any Picture, plainText: String? = nil, isTimed: Bool = false) {
        self.picture = picture
        self.plainText = plainText
        self.isTimed = isTimed
    }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }
    var text: String { plainText ?? picture.table().text }

    var rich: RichValue {
        RichValue(
            text: text,
            terminalText: { [picture, plainText, isTimed] columns in
                isTimed ? picture.table().text(columns: columns) : plainText ?? picture.table().text(columns: columns)
            },
            terminalPicture: { [picture] in picture.text(on: $0) }, svg: picture.svg)
    }

    static let memberHelp: [(name: String, help: String)] = [("table", "the numbers that it shows")]

    func member(_ name: String) -> Value? {
        name == "table" ? .object(TableValue(picture.table(limit: Limits.elements))) : nil
    }
}

extension Invocation {
    /// Shows a picture, and writes it where `to:` says.
    func show(_ picture: any Picture, plainText: String? = nil, isTimed: Bool = false) throws -> Value {
        var picture = picture
        if let title = arguments.text("title") { picture.title = title }
        picture.label(x: arguments.text("xlabel"), y: arguments.text("ylabel"))
        let value = PictureValue(picture, plainText: plainText, isTimed: isTimed)
        let rich = value.rich
        let table = picture.table(limit: Limits.elements)
        try writeFile(
            rich,
            forms: [
                "csv": { table.csv + "\n" }, "md": { table.markdown + "\n" }, "json": { table.json + "\n" },
                "tex": { table.latex + "\n" },
                "html": { "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n" + picture.svg + "\n" + table.html + "\n" },
            ], picture: picture)
        context.show(rich)
        context.output.showFolded(RichValue(folded: picture.table(), title: "the numbers"))
        return .object(value)
    }
}
