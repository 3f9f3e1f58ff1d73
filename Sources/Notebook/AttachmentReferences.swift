// Pictures that a Markdown cell brings along, `![title](attachment:my picture.png)` or `<img src="attachment:a.png">`:
// found by their names however these are written, and put into the page. What is in code, or in a text beside a
// picture, stays as written.

import Libraries

/// Markdown ends a reference at a space, and shows HTML as text: what is affected is a mark of letters and digits,
/// which Markdown leaves alone, until the text is HTML.
struct AttachmentReferences {
    private static let scheme = "attachment:"

    private let attachments: JSONObject
    /// The beginning of all marks, which is nowhere in the text.
    private let beginning: String
    /// What each mark stands for, as it was written, and the HTML of a picture that it is outside of code.
    private var marked: [(written: String, picture: String?)] = []

    /// The HTML of a cell; `nil` where it cannot be made.
    static func html(of markdown: String, attachments: JSONObject?) -> String? {
        guard let attachments, !attachments.keys.isEmpty, markdown.contains(scheme) else {
            return Markdown.html(markdown)
        }
        var references = AttachmentReferences(attachments, in: markdown)
        let text = references.markingNames(in: references.markingElements(in: markdown))
        return Markdown.html(text).map(references.embedded)
    }

    private init(_ attachments: JSONObject, in markdown: String) {
        self.attachments = attachments
        var beginning = "ATTACHED"
        while markdown.contains(beginning) { beginning += "D" }
        self.beginning = beginning
    }

    private mutating func mark(_ written: String, picture: String? = nil) -> String {
        marked.append((written, picture))
        return "\(beginning)\(marked.count - 1)Z"
    }

    // MARK: Markdown

    /// Markdown with a mark for each name of which it would not take all for the place of a picture.
    private mutating func markingNames(in markdown: String) -> String {
        let names = attachments.keys.filter { !$0.utf8.allSatisfy(Self.isPlain) }.sorted { $0.count > $1.count }
        guard !names.isEmpty else { return markdown }
        var (done, rest) = ("", markdown[...])
        while let start = rest.firstRange(of: Self.scheme) {
            done += rest[..<start.upperBound]
            rest = rest[start.upperBound...]
            // Characters are compared, so that it does not matter how an accent is encoded.
            guard let name = names.first(where: { rest.starts(with: $0) }) else { continue }
            done += mark(String(rest.prefix(name.count)))
            rest = rest.dropFirst(name.count)
        }
        return done + rest
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// The attributes of a picture that a page takes over.
    private static let attributes: Set<String> = ["alt", "title", "width", "height", "align", "style"]

    /// Markdown with a mark for each element `img` that shows an attachment.
    private mutating func markingElements(in markdown: String) -> String {
        var (done, rest) = ("", markdown[...])
        while let start = rest.firstIndex(of: "<") {
            done += rest[..<start]
            rest = rest[start...]
            guard let element = Self.element(at: rest) else {
                done += "<"
                rest = rest.dropFirst()
                continue
            }
            let source = element.attributes.first { $0.name == "src" }?.value ?? ""
            if source.hasPrefix(Self.scheme), let data = data(String(source.dropFirst(Self.scheme.count))) {
                let others = element.attributes.filter { Self.attributes.contains($0.name) }
                    .map { " \($0.name)=\"\(markupEscaped(markupUnescaped($0.value)))\"" }
                done += mark(String(rest[..<element.end]), picture: "<img src=\"\(data)\"\(others.joined())>")
            } else {
                done += rest[..<element.end]
            }
            rest = rest[element.end...]
        }
        return done + rest
    }

    /// The `img` that a text begins with, and where it ends.
    private static func element(
        at text: Substring
    ) -> (attributes: [(name: String, value: String)], end: Substring.Index)? {
        guard text.prefix(4).lowercased() == "<img", let next = text.dropFirst(4).first, !next.isLetter else {
            return nil
        }
        var attributes: [(name: String, value: String)] = []
        var rest = text.dropFirst(4)
        while true {
            rest = rest.drop { $0.isWhitespace || $0 == "/" }
            guard let first = rest.first else { return nil }
            if first == ">" { return (attributes, rest.index(after: rest.startIndex)) }
            let name = rest.prefix { !$0.isWhitespace && !"=/<>\"'".contains($0) }
            guard !name.isEmpty else { return nil }
            rest = rest[name.endIndex...].drop(while: \.isWhitespace)
            guard rest.first == "=" else {
                attributes.append((name.lowercased(), ""))
                continue
            }
            rest = rest.dropFirst().drop(while: \.isWhitespace)
            let value: Substring
            if let quote = rest.first, quote == "\"" || quote == "'" {
                value = rest.dropFirst().prefix { $0 != quote }
                guard value.endIndex < rest.endIndex else { return nil }
                rest = rest[rest.index(after: value.endIndex)...]
            } else {
                value = rest.prefix { !$0.isWhitespace && $0 != ">" }
                rest = rest[value.endIndex...]
            }
            attributes.append((name.lowercased(), String(value)))
        }
    }

    // MARK: HTML

    /// The HTML with the pictures in the place of their names.
    private func embedded(in html: String) -> String {
        var (done, rest) = ("", html[...])
        var isCode = false
        while let start = rest.firstIndex(of: "<") {
            done += unmarked(rest[..<start], showsPictures: !isCode)
            // md4c leaves no `>` inside of a tag.
            let end = rest[start...].firstIndex(of: ">").map { rest.index(after: $0) } ?? rest.endIndex
            let tag = rest[start..<end]
            if tag.hasPrefix("<code") { isCode = true } else if tag == "</code>" { isCode = false }
            done += embedded(inTag: tag)
            rest = rest[end...]
        }
        return done + unmarked(rest, showsPictures: !isCode)
    }

    private func embedded(inTag tag: Substring) -> String {
        func unmarked(_ text: Substring) -> String { self.unmarked(text, showsPictures: false) }
        for attribute in [" src=\"", " href=\""] {
            guard let start = tag.firstRange(of: attribute + Self.scheme),
                let end = tag[start.upperBound...].firstIndex(of: "\""),
                let data = data(written(tag[start.upperBound..<end]))
            else { continue }
            return unmarked(tag[..<start.lowerBound]) + attribute + data + unmarked(tag[end...])
        }
        return unmarked(tag)
    }

    /// The text with what its marks stand for.
    private func replacingMarks(in text: Substring, _ replacement: ((written: String, picture: String?)) -> String)
        -> String
    {
        var (done, rest) = ("", text)
        while let start = rest.firstRange(of: beginning) {
            let number = rest[start.upperBound...].prefix { $0 != "Z" }
            guard let index = Int(number), marked.indices.contains(index) else {
                done += rest[..<start.upperBound]
                rest = rest[start.upperBound...]
                continue
            }
            done += rest[..<start.lowerBound] + replacement(marked[index])
            rest = rest[number.endIndex...].dropFirst()
        }
        return done + rest
    }

    private func written(_ text: Substring) -> String { replacingMarks(in: text, \.written) }

    private func unmarked(_ html: Substring, showsPictures: Bool) -> String {
        replacingMarks(in: html) { mark in
            if showsPictures, let picture = mark.picture { return picture }
            return markupEscaped(mark.written)
        }
    }

    /// The picture that a reference names as it is written, in the encoding of HTML, or in that of addresses.
    private func data(_ reference: String) -> String? {
        func decoded(_ name: String) -> String { String(decoding: name.utf8.percentDecoded, as: UTF8.self) }
        let unescaped = markupUnescaped(reference)
        let spellings = [reference, unescaped, decoded(reference), decoded(unescaped)]
        guard
            let name = spellings.compactMap({ attachments[$0] == nil ? nil : $0 }).first
                ?? attachments.keys.first(where: { decoded($0) == spellings[3] }),
            let forms = attachments[name]?.object, let type = forms.keys.first(where: { $0.hasPrefix("image/") }),
            let base64 = NotebookFile.joined(forms[type])
        else { return nil }
        return "data:\(markupEscaped(type));base64,\(markupEscaped(base64.filter { !$0.isWhitespace }))"
    }
}
