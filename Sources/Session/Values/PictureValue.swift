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

    /// A picture that may show measured times: these differ from run to run, so that its plain text has names instead.
    convenience init(_ picture: any Picture, names: [String], isTimed: Bool) {
        self.init(
            picture, plainText: isTimed ? "\(picture.title): \(names.joined(separator: ", "))" : nil, isTimed: isTimed)
    }

    /// The same with the lines above it and along its axes that a program gives; `nil` leaves one as it is.
    func labeled(title: String?, x: String?, y: String?) -> PictureValue {
        var picture = picture
        if let title { picture.title = title }
        picture.label(x: x, y: y)
        return PictureValue(picture, plainText: plainText, isTimed: isTimed)
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

    /// What a file of this picture holds beside its drawing, by its ending.
    var fileForms: [String: () -> String] {
        let numbers = { [picture] in picture.table(limit: EvaluationLimits.elements) }
        return [
            "csv": { numbers().csv + "\n" }, "md": { numbers().markdown + "\n" },
            "json": { numbers().json + "\n" }, "tex": { Table.latexHead + "\n" + numbers().latex + "\n" },
            "html": { [picture] in
                "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n" + picture.svg + "\n" + numbers().html + "\n"
            },
        ]
    }

    static let memberHelp: [(name: String, help: String)] = [("table", "the numbers that it shows")]

    func member(_ name: String) -> Value? {
        name == "table" ? .object(TableValue(picture.table(limit: EvaluationLimits.elements))) : nil
    }
}
