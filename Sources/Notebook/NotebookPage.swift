// A notebook as one page of HTML that needs no script and nothing from elsewhere; light or dark as the reader prefers.

import Libraries

public struct NotebookPage {
    private let notebook: NotebookFile
    private let title: String
    private let code: (String) -> String

    /// - Parameter code: makes HTML of a cell's code, with elements of the classes `word`, `number`, `string` and
    ///   `comment`.
    public init(_ notebook: NotebookFile, title: String, code: @escaping (String) -> String = markupEscaped) {
        self.notebook = notebook
        self.title = title
        self.code = code
    }

    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
        <title>\(markupEscaped(title))</title>
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        <main>
        \(notebook.cells.map(html(of:)).joined(separator: "\n"))
        </main>
        </body>
        </html>

        """
    }

    /// No script runs, wherever it may have come from; pictures may lie beside the page.
    private static let policy = "default-src 'none'; img-src * data:; style-src 'unsafe-inline'"

    private static let style = """
        :root { color-scheme: light dark; --text: #1a1a1a; --back: #fff; --soft: #f5f5f5; --line: #ddd; --mute: #5f5f5f; --error: #a40000; --word: #8a1a8a; --number: #0a5c9e; --string: #a03a00; --comment: #4f6b4f }
        @media (prefers-color-scheme: dark) { :root { --text: #e6e6e6; --back: #111; --soft: #1e1e1e; --line: #3a3a3a; --mute: #a8a8a8; --error: #ff8f8f; --word: #d9a0e8; --number: #7cc4f4; --string: #f0a878; --comment: #93b093 } }
        body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.55 system-ui, sans-serif }
        main { max-width: 54rem; margin: 0 auto; padding: 1.5rem }
        pre, code { font: 13.5px/1.5 ui-monospace, "DejaVu Sans Mono", monospace }
        pre { margin: .6rem 0; overflow-x: auto; white-space: pre }
        .code { display: flex; gap: .8rem; margin-top: 1.1rem }
        .code > .count { color: var(--mute); min-width: 2.6rem; text-align: right; padding-top: .6rem }
        .code > pre { flex: 1; min-width: 0; margin: 0; padding: .6rem .8rem; background: var(--soft); border: 1px solid var(--line); border-radius: 4px }
        .word { color: var(--word); font-weight: 600 }
        .number { color: var(--number) }
        .string { color: var(--string) }
        .comment { color: var(--comment) }
        .output { margin-left: 3.4rem; overflow-x: auto }
        .markdown { overflow-x: auto }
        .output svg, .output img, .markdown img { max-width: 100%; height: auto }
        .error { color: var(--error) }
        .warning { color: var(--mute) }
        table { border-collapse: collapse; font-size: 14px; margin: .6rem 0 }
        th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: left }
        a { color: inherit }
        @media print {
            main { max-width: none; padding: 0 }
            .output { margin-left: 0 }
            .output, .markdown, pre { overflow: visible }
            pre { white-space: pre-wrap; overflow-wrap: anywhere }
            table { font-size: 11px; max-width: 100% }
            table:has(:is(th, td):nth-child(9)) { font-size: 9px }
            table:has(:is(th, td):nth-child(13)) { font-size: 7px }
            th, td { padding: .15rem .35rem }
            th { white-space: normal !important }
            td[style*="text-align:left"], .markdown td:not([align]) { white-space: normal !important; overflow-wrap: anywhere; min-width: 6em }
            table:has(:is(th, td):nth-child(21)) :is(th, td) { white-space: normal !important; overflow-wrap: anywhere; min-width: 0 !important; padding: .1rem }
            tr, svg, img { break-inside: avoid }
            svg, img { max-height: 95vh }
        }
        """

    // MARK: Cells

    private func html(of cell: NotebookCell) -> String {
        switch cell.kind {
        case .markdown:
            let comments = MarkdownComments(in: cell.source)
            let html = AttachmentReferences.html(of: comments.marked(cell.source), attachments: cell.attachments)
                .map(comments.removed)
            return
                "<section class=\"markdown\">\(html.map(colored) ?? "<pre>\(markupEscaped(cell.source))</pre>")</section>"
        case .raw: return "<pre>\(markupEscaped(cell.source))</pre>"
        case .code:
            let count = cell.executionCount.map { "[\($0)]" } ?? ""
            let code = "<pre><code>\(self.code(cell.source))</code></pre>"
            let outputs = cell.outputs.map { "<div class=\"output\">\(html(of: $0))</div>" }.joined(separator: "\n")
            return
                "<section><div class=\"code\"><code class=\"count\">\(count)</code>\(code)</div>\n\(outputs)</section>"
        }
    }

    /// Blocks of code whose language is this one, or Swift, which most editors color it as, are colored as cells are.
    private func colored(_ html: String) -> String {
        var (done, rest) = ("", html[...])
        while let start = rest.firstRange(of: "<pre><code class=\"language-"),
            let head = rest[start.upperBound...].firstRange(of: "\">"),
            let end = rest[head.upperBound...].firstRange(of: "</code></pre>")
        {
            let language = rest[start.upperBound..<head.lowerBound].lowercased()
            let text = String(rest[head.upperBound..<end.lowerBound])
            done += rest[..<head.upperBound]
            done += ["tandem", "swift"].contains(language) ? code(markupUnescaped(text)) : text
            rest = rest[end.lowerBound...]
        }
        return done + rest
    }

    private func html(of output: NotebookOutput) -> String {
        switch output {
        case .stream(let name, let text):
            return "<pre\(name == "stderr" ? " class=\"warning\"" : "")>\(markupEscaped(text))</pre>"
        case .display(let data), .result(let data, _): return html(of: data)
        case .error(let name, let message, let traceback):
            let text = traceback.isEmpty ? "\(name): \(message)" : traceback.joined(separator: "\n")
            return "<pre class=\"error\">\(markupEscaped(text))</pre>"
        }
    }

    /// The richest form that a page can show.
    private func html(of data: JSONObject) -> String {
        func text(_ type: String) -> String? { data[type]?.string }
        if let html = text("text/html") ?? text("image/svg+xml") { return html }
        for type in ["image/png", "image/jpeg"] {
            if let base64 = text(type) {
                let alternative = markupEscaped(text("text/plain") ?? "")
                return "<img src=\"data:\(type);base64,\(markupEscaped(base64))\" alt=\"\(alternative)\">"
            }
        }
        if let html = text("text/markdown").flatMap({ Markdown.html($0) }) { return html }
        return "<pre>\(markupEscaped(text("text/plain") ?? text("text/latex") ?? ""))</pre>"
    }
}
