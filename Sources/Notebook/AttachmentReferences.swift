// Pictures that a Markdown cell brings along, `![title](attachment:my picture.png)`: found by their names however these are written, and put
// into the page.

import Libraries

enum AttachmentReferences {
    private static let scheme = "attachment:"

    /// The text with the spaces of attachments' names as `%20`, as Markdown wants them and Jupyter writes them.
    static func encoded(in markdown: String, of attachments: JSONObject?) -> String {
        var markdown = markdown
        for name in attachments?.keys ?? [] where name.contains(" ") {
            markdown = markdown.replacing(
                "](\(scheme)\(name)", with: "](\(scheme)\(name.replacing(" ", with: "%20"))")
        }
        return markdown
    }

    /// The HTML with the pictures in the place of their names.
    static func embedded(in html: String, from attachments: JSONObject?) -> String {
        guard let attachments else { return html }
        var pieces = html.split(separator: "\"\(scheme)", omittingEmptySubsequences: false).map(String.init)
        for index in pieces.indices.dropFirst() {
            let piece = pieces[index]
            guard let end = piece.firstIndex(of: "\""), let data = data(String(piece[..<end]), in: attachments) else {
                pieces[index] = "\"\(scheme)\(piece)"
                continue
            }
            pieces[index] = "\"\(data)\(piece[end...])"
        }
        return pieces.joined()
    }

    /// The picture that a reference of HTML names.
    private static func data(_ reference: String, in attachments: JSONObject) -> String? {
        guard
            let name = attachments.keys.first(where: { markupEscaped($0) == reference })
                ?? attachments.keys.first(where: { isSame($0, reference) }),
            let forms = attachments[name]?.object, let type = forms.keys.first(where: { $0.hasPrefix("image/") }),
            let base64 = NotebookFile.joined(forms[type])
        else { return nil }
        return "data:\(markupEscaped(type));base64,\(markupEscaped(base64.filter { !$0.isWhitespace }))"
    }

    /// Whether they are the same once no character is written as `%20` or `&amp;`.
    private static func isSame(_ name: String, _ reference: String) -> Bool {
        let plain = [("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&amp;", "&")]
            .reduce(reference) { $0.replacing($1.0, with: $1.1) }
        return name.utf8.percentDecoded == plain.utf8.percentDecoded
    }
}
