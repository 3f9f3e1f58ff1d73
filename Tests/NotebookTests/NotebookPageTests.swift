// A notebook as a page: what it shows of each output, and that nothing of it is cut.

import Foundation
import Libraries
import Notebook
import Testing

private func notebook(_ outputs: String, source: String = "let a = 1") throws -> NotebookFile {
    let document = """
        {"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": "\(source)",
         "outputs": [\(outputs)]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        """
    return try NotebookFile(bytes: Array(document.utf8), path: "x.ipynb")
}

@Test func codeIsShownAsItIsColoredAndElseEscaped() throws {
    let cell = try notebook("", source: "a < b")
    #expect(NotebookPage(cell, title: "t").html.contains("<code>a &lt; b</code>"))
    #expect(NotebookPage(cell, title: "t") { "<i>\($0.count)</i>" }.html.contains("<code><i>5</i></code>"))
}

@Test func aPageShowsThePictureThatScales() throws {
    let data =
        #"{"output_type": "display_data", "metadata": {}, "data": {"text/plain": "p", "image/png": "AAAA", "image/svg+xml": "<svg/>"}}"#
    let page = NotebookPage(try notebook(data), title: "t").html
    #expect(page.contains("<svg/>") && !page.contains("AAAA"))
}

@Test func whatIsWideScrollsOnTheScreenAndBreaksOnPaper() throws {
    let style = NotebookPage(try notebook(""), title: "t").html
    let parts = style.split(separator: "@media print", maxSplits: 1).map(String.init)
    try #require(parts.count == 2)
    for wide in [".output", ".markdown", "pre"] {
        #expect(parts[0].contains("\(wide) {") && parts[1].contains(wide), "\(wide)")
    }
    #expect(parts[0].contains("overflow-x: auto"))
    #expect(parts[1].contains("overflow: visible") && parts[1].contains("white-space: normal !important"))
}

/// On paper; long names break, and in tables of more than twenty columns all that finds no room.
@Test func numbersNeverBreak() throws {
    let style = NotebookPage(try notebook(""), title: "t").html
    let print = try #require(style.split(separator: "@media print", maxSplits: 1).last)
    let rules = print.split(separator: "}").filter {
        $0.contains("overflow-wrap: anywhere") && !$0.contains("pre {") && !$0.contains("nth-child(21)")
    }
    #expect(rules.count == 1 && rules[0].contains("td[style*=\"text-align:left\"]") && rules[0].contains("min-width"))
    #expect(!rules[0].contains("th,"))
}

@Test func fencedCodeIsColoredInTextToo() throws {
    func page(_ fence: String) throws -> String {
        let document = """
            {"cells": [{"cell_type": "markdown", "id": "a", "metadata": {},
             "source": "a\\n\\n```\(fence)\\nlet a = 1 < 2 && \\"x\\"\\n```\\n\\nb `let`"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
            """
        let file = try NotebookFile(bytes: Array(document.utf8), path: "x.ipynb")
        return NotebookPage(file, title: "t") { "<i>\(markupEscaped($0))</i>" }.html
    }
    for fence in ["swift", "tandem", "Tandem"] {
        #expect(
            try page(fence).contains("\"><i>let a = 1 &lt; 2 &amp;&amp; &quot;x&quot;\n</i></code></pre>"), "\(fence)")
        #expect(try page(fence).contains("<code>let</code>"))
    }
    for fence in ["", "python"] { #expect(try !page(fence).contains("<i>")) }
}

// MARK: Attachments

private func markdownPage(_ source: String, name: String) throws -> String {
    let cell: JSON = [
        "cell_type": "markdown", "metadata": [:], "source": .string(source),
        "attachments": .object(["other.png": ["image/png": "BBBB"], name: ["image/png": "QTT="]]),
    ]
    let notebook: JSON = ["cells": [cell], "metadata": [:], "nbformat": 4, "nbformat_minor": 5]
    let page = NotebookPage(try NotebookFile(bytes: notebook.bytes, path: "x.ipynb"), title: "t").html
    let start = try #require(page.firstRange(of: "<section class=\"markdown\">"))
    let end = try #require(page[start.upperBound...].firstRange(of: "</section>"))
    return page[start.upperBound..<end.lowerBound].trimmingCharacters(in: .newlines)
}

private let picture = "data:image/png;base64,QTT="

@Test(arguments: [
    ("![a]( attachment:a.png)", "a.png"), ("![a](\tattachment:a.png)", "a.png"), ("![a](\nattachment:a.png )", "a.png"),
    ("![a]( attachment:my file.png)", "my file.png"), ("![a](\tattachment:my\tfile.png)", "my\tfile.png"),
    ("![a](attachment:my_*b*_file) (.png \"t\")", "my_*b*_file) (.png"), ("![a](<attachment:a b.png>)", "a b.png"),
    ("![a][1]\n\n[1]: attachment:a b.png", "a b.png"), ("![a](attachment:100%.png)", "100%.png"),
    ("![a](attachment:e\u{301}.png)", "\u{E9}.png"), ("![a](attachment:\u{E9}.png)", "e\u{301}.png"),
    ("![a](attachment:e%CC%81.png)", "\u{E9}.png"),
    ("![a](attachment:%C3%A9.png)", "e\u{301}.png"), ("![a](attachment:a&amp;b.png)", "a&b.png"),
    ("![a](attachment:a&amp;b.png)", "a&amp;b.png"), ("![a](attachment:a&b.png)", "a&b.png"),
    ("![a](attachment:a&#38;b&#x2E;png)", "a&b.png"), ("![a](attachment:a%26b.png)", "a&b.png"),
    ("![a](attachment:a&lt;b.png)", "a&lt;b.png"), ("![a](attachment:a&lt;b.png)", "a<b.png"),
    ("![a](attachment:caf&eacute;.png)", "caf\u{E9}.png"),
])
func anAttachmentIsFoundByItsNameHoweverItIsEncoded(source: String, name: String) throws {
    let html = try markdownPage(source, name: name)
    #expect(html.contains("<img src=\"\(picture)\" alt=\"a\""), "\(html)")
    #expect(!html.contains("attachment:") && !html.contains("ATTACHED"), "\(html)")
}

@Test(arguments: [
    (#"<img src="attachment:a b.png" width="300" onclick="x()">"#, #" width="300""#),
    ("text <IMG alt='&quot;x&quot;'\n  src=attachment:a%20b.png /> text", " alt=\"&quot;x&quot;\""),
    ("<img src = 'attachment:a b.png'>", ""),
])
func anElementThatShowsAnAttachmentIsAPicture(source: String, attributes: String) throws {
    let html = try markdownPage(source, name: "a b.png")
    #expect(html.contains("<img src=\"\(picture)\"\(attributes)>"), "\(html)")
    #expect(!html.contains("onclick"))
}

@Test(arguments: [
    ("a&amp;b.png", "a&b.png"), ("a&amp;b.png", "a&amp;b.png"), ("a&b.png", "a&b.png"), ("a&#38;b.png", "a&b.png"),
    ("a&#x26;b.png", "a&b.png"), ("a%26amp;b.png", "a&amp;b.png"), ("a&apos;b.png", "a'b.png"),
])
func anElementNamesItsAttachmentInTheEncodingOfHTMLOrAsItIs(reference: String, name: String) throws {
    let html = try markdownPage("<img src=\"attachment:\(reference)\">", name: name)
    #expect(html.contains("<img src=\"\(picture)\">"), "\(html)")
}

/// A page shows what a browser does.
@Test(arguments: [
    ("<!-- <img src=\"attachment:a.png\"> -->", ""), ("a <!-- ![a](attachment:a.png) --> b", "<p>a  b</p>"),
    ("<!--\n# Title\n\n![a](attachment:a.png)\n\n-->\n\nb", "<h1></h1>\n<p>b</p>"),
    ("a <!-- x > y --> b <!-- <b> --> c", "<p>a  b  c</p>"),
    ("`<!--` a `-->`", "<p><code>&lt;!--</code> a <code>--&gt;</code></p>"),
    ("```\n<!-- ![a](attachment:a.png) -->\n```", "<pre><code>&lt;!-- ![a](attachment:a.png) --&gt;\n</code></pre>"),
    ("a <!-- `x` ![b](https://x.org/b.png) --> *c*", "<p>a <code></code> <em>c</em></p>"),
    ("<!-- a *b*\n\nc", "<p><em></em></p>"), ("a\n<!-- b\n\nc", "<p>a\n</p>"),
    ("> <!-- a\n\nb", "<blockquote>\n</blockquote>\n<p>b</p>"), ("x\\\\<!-- a --> y", "<p>x\\ y</p>"),
    ("<!-- `a -->` b", "<p><code></code> b</p>"), ("<!-- --\\> &#45;-> a --> b", "<p> b</p>"),
])
func whatStandsInACommentIsNotShown(source: String, html: String) throws {
    let shown = try markdownPage(source, name: "a.png")
    #expect(shown.split(whereSeparator: \.isNewline) == html.split(whereSeparator: \.isNewline), "\(shown)")
}

@Test(arguments: [
    ("a &lt;!-- b --&gt; c", "<p>a &lt;!-- b --&gt; c</p>"), ("\\<!-- b --\\> c", "<p>&lt;!-- b --&gt; c</p>"),
    ("a &#60;!-- b --> c", "<p>a &lt;!-- b --&gt; c</p>"), ("a &#x0003C;!-- b --> c", "<p>a &lt;!-- b --&gt; c</p>"),
    ("a <\\!-- b --> c", "<p>a &lt;!-- b --&gt; c</p>"), ("&lt;!-- a <!-- b --> c", "<p>&lt;!-- a  c</p>"),
    ("<!--> a", "<p> a</p>"), ("a --> b", "<p>a --&gt; b</p>"), ("# <!-- a", "<h1>&lt;!-- a</h1>"),
    ("a <!-- b\n\nc --> d", "<p>a &lt;!-- b</p>\n<p>c --&gt; d</p>"),
    ("[a](http://x.org/b-->)", "<p><a href=\"http://x.org/b--%3E\">a</a></p>"),
])
func whatIsWrittenToBeReadIsNoComment(source: String, html: String) throws {
    let shown = try markdownPage(source, name: "a.png")
    #expect(shown.split(whereSeparator: \.isNewline) == html.split(whereSeparator: \.isNewline), "\(shown)")
}

@Test(arguments: [
    ("`![a](attachment:a b.png)`", "<p><code>![a](attachment:a b.png)</code></p>"),
    (
        "``<img src=\"attachment:a b.png\">``",
        "<p><code>&lt;img src=&quot;attachment:a b.png&quot;&gt;</code></p>"
    ),
    ("```\n![a](attachment:e\u{301} b.png)\n```", "<pre><code>![a](attachment:e\u{301} b.png)\n</code></pre>"),
    ("    ![a](attachment:a b.png)", "<pre><code>![a](attachment:a b.png)\n</code></pre>"),
    ("The name is attachment:a b.png.", "<p>The name is attachment:a b.png.</p>"),
    (
        "![attachment:a b.png](attachment:other.png)",
        "<p><img src=\"data:image/png;base64,BBBB\" alt=\"attachment:a b.png\"></p>"
    ),
    ("ATTACHED0Z ![a](attachment:none b.png)", "<p>ATTACHED0Z ![a](attachment:none b.png)</p>"),
    (
        "> ![a](attachment:nowhere.png)",
        "<blockquote>\n<p><img src=\"attachment:nowhere.png\" alt=\"a\"></p>\n</blockquote>"
    ),
    ("<img src=\"https://x.org/a.png\">", "<p>&lt;img src=&quot;https://x.org/a.png&quot;&gt;</p>"),
    ("a < b <im", "<p>a &lt; b &lt;im</p>"),
])
func whatMentionsAnAttachmentStaysAsWritten(source: String, html: String) throws {
    let name = source.contains("\u{301}") ? "\u{E9} b.png" : "a b.png"
    // Strings are the same whose characters are; what is written keeps its bytes.
    #expect(Array(try markdownPage(source, name: name).utf8) == Array(html.utf8))
}
