// Comments of a Markdown cell, `<!-- ... -->`, which a page does not show. The Markdown library shows them as text, and
// in its HTML `<!--` looks like a `&lt;!--` that somebody wrote to be read: what begins and ends a comment is marked
// before.

import Libraries

struct MarkdownComments {
    /// Characters that the text does not hold.
    private let (begin, beginOfLine, end): (Character, Character, Character)

    /// How far a comment may reach.
    private enum Reach {
        /// It begins a line: to the end of the cell.
        case cell
        /// It begins a quotation or an element of a list: to the end of that.
        case block
        /// It is in a text: to its end, or it is none.
        case text
    }

    init(in markdown: String) {
        let held = Set(markdown.unicodeScalars)
        let unused = (UInt32(0x10F000)...0x10FFFD).lazy.compactMap(Unicode.Scalar.init).filter { !held.contains($0) }
        let marks = Array(unused.prefix(3)).map { Character($0) }
        (begin, beginOfLine, end) = marks.count == 3 ? (marks[0], marks[1], marks[2]) : ("\0", "\0", "\0")
    }

    // MARK: Markdown

    /// The text with marks in what begins a comment and in what ends one.
    func marked(_ markdown: String) -> String {
        var (done, rest) = ("", markdown[...])
        while let start = rest.firstRange(of: "<!--") {
            done += markedEnds(rest[..<start.lowerBound])
            let line = markdown[..<start.lowerBound].reversed().prefix { !$0.isNewline }
            let isEscaped = !line.prefix { $0 == "\\" }.count.isMultiple(of: 2)
            let isFirst = line.count < 4 && line.allSatisfy { $0 == " " }
            done += isEscaped ? "<!" : "<!\(isFirst ? beginOfLine : begin)"
            // `<!-->` ends as well.
            rest = markdown[markdown.index(start.upperBound, offsetBy: -2)...]
        }
        return done + markedEnds(rest)
    }

    private func markedEnds(_ text: Substring) -> String { String(text).replacing("-->", with: "-\(end)->") }

    // MARK: HTML

    /// The HTML of a marked text without what is in comments outside of code. Elements remain, so that each has its
    /// end, but pictures do not.
    func removed(from html: String) -> String {
        var (shown, rest, isCode) = ("", html[...], false)
        while !rest.isEmpty {
            if let tag = Self.tag(at: rest) {
                if tag.hasPrefix("<code") { isCode = true } else if tag == "</code>" { isCode = false }
                shown += tag
                rest = rest[tag.endIndex...]
                continue
            }
            let text = rest.prefix { $0 != "<" }
            let marks = ["&lt;!\(begin)", "&lt;!\(beginOfLine)"].compactMap { isCode ? nil : text.firstRange(of: $0) }
            guard let mark = marks.min(by: { $0.lowerBound < $1.lowerBound }) else {
                shown += text
                rest = rest[text.endIndex...]
                continue
            }
            shown += text[..<mark.lowerBound]
            rest = rest[mark.upperBound...]
            let reach: Reach =
                text[mark].last == beginOfLine
                ? .cell : shown.hasSuffix("<p>") || shown.hasSuffix("<li>") ? .block : .text
            if let comment = comment(rest, reach) {
                shown += comment.tags
                isCode = comment.endsInCode
                rest = rest[comment.end...]
            } else {
                shown += text[mark]
            }
        }
        return withoutMarks(shown.replacing("<p></p>", with: ""))
    }

    /// - Parameter html: after the beginning of a comment.
    /// - Returns: the tags in it, and where it ends; `nil` where it is none.
    private func comment(_ html: Substring, _ reach: Reach) -> (tags: String, endsInCode: Bool, end: Substring.Index)? {
        var (tags, endsInCode, depth, rest) = ("", false, 0, html)
        while !rest.isEmpty {
            guard let tag = Self.tag(at: rest) else {
                let text = rest.prefix { $0 != "<" }
                if let end = text.firstRange(of: "-\(end)-&gt;") { return (tags, endsInCode, end.upperBound) }
                rest = rest[text.endIndex...]
                continue
            }
            let name = String(tag.drop { "</".contains($0) }.prefix { $0.isLetter || $0.isNumber })
            if reach == .text, !Self.elementsOfText.contains(name) { return nil }
            if name == "li" || name == "blockquote" { depth += tag.hasPrefix("</") ? -1 : 1 }
            if reach == .block, depth < 0 { break }
            if name == "code" { endsInCode = !tag.hasPrefix("</") }
            if name != "img" { tags += tag }
            rest = rest[tag.endIndex...]
        }
        return reach == .text ? nil : (tags, endsInCode, rest.startIndex)
    }

    private static let elementsOfText: Set<String> = ["a", "br", "code", "del", "em", "img", "input", "strong", "u"]

    /// The tag that the HTML begins with. The Markdown library leaves no `>` inside of one.
    private static func tag(at html: Substring) -> Substring? {
        guard html.first == "<" else { return nil }
        return html[..<(html.firstIndex(of: ">").map { html.index(after: $0) } ?? html.endIndex)]
    }

    /// In addresses the marks are encoded.
    private func withoutMarks(_ html: String) -> String {
        [begin, beginOfLine, end].reduce(html) { html, mark in
            let encoded = mark.utf8.map { "%" + [$0].hexadecimal.uppercased() }.joined()
            return html.replacing(String(mark), with: "").replacing(encoded, with: "")
        }
    }
}
