// The pages of `help`, made from the words themselves.

import Graphics
import Language
import Libraries
import Text

enum HelpText {
    /// The page of a word, the words of a group, the options of a name, a term, or the list of all for none; `nil`
    /// where there is nothing of that name.
    ///
    /// - Parameter isOwn: whether it is a name of the person's own, which is no option's.
    static func page(_ name: String?, isOwn: Bool = false) -> RichValue? {
        guard let name else { return overview(of: Word.Group.allCases) }
        if let word = Vocabulary.word(name) { return page(word) }
        if let keyword = Keyword.named(name) { return page(keyword) }
        return Word.Group(rawValue: name).map { overview(of: [$0]) } ?? (isOwn ? nil : page(ofTermOrOption: name))
    }

    /// What a term means, and the words that have an option of this name, or of another library's name for it: a single
    /// letter is rather a variable.
    private static func page(ofTermOrOption name: String) -> RichValue? {
        var entries = Term.named(name).map { [(head: "\(name): ", text: $0.help)] } ?? []
        // Options that say the same are one.
        var options: [(label: String, help: String, words: [String])] = []
        for word in Vocabulary.all {
            for option in word.parameters where !option.isRest && !option.isPositionalOnly {
                guard option.label == name || name.count > 1 && option.aliases.contains(name) else { continue }
                if let same = options.firstIndex(where: { $0.label == option.label && $0.help == option.help }) {
                    options[same].words.append(word.name)
                } else {
                    options.append((option.label, option.help, [word.name]))
                }
            }
        }
        entries += options.map { option in
            let others = option.words.count - 5
            let words = option.words.prefix(others > 1 ? 5 : 6).joined(separator: ", ")
            return (
                "`\(option.label):` of \(words)" + (others > 1 ? " and \(others) other words" : "") + ": ", option.help
            )
        }
        guard !entries.isEmpty else { return nil }
        let shown = entries
        @Sendable func text(_ columns: Int?) -> String {
            shown.map { hanging("", $0.head + $0.text, columns: columns) }.joined(separator: "\n")
        }
        return RichValue(
            text: text(nil), terminalText: { text($0) },
            html: entries.map { "<p>\(marked($0.head + $0.text))</p>" }.joined(),
            markdown: entries.map { $0.head + $0.text }.joined(separator: "\n\n"))
    }

    /// Signature, what it does, one line per option with default and range, an example.
    static func page(_ word: Word) -> RichValue {
        RichValue(
            text: text(word, columns: nil), terminalText: { text(word, columns: $0) }, html: html(word),
            markdown: markdown(word))
    }

    private static func text(_ word: Word, columns: Int?) -> String {
        let options = word.signature.dropFirst(word.name.count + 1)
        let signature = options.isEmpty ? word.name : hanging(word.name + " ", String(options), columns: columns)
        var lines = [signature, "", word.help + "."]
        if !word.parameters.isEmpty {
            let rows = word.parameters.map(row)
            let width = rows.map(\.name.count).max() ?? 0
            lines.append("")
            for row in rows {
                lines.append(hanging("  " + padded(row.name, to: width) + "  ", row.help, columns: columns))
            }
        }
        if word.result != .nothing { lines += ["", "Gives \(word.result)."] }
        lines += ["", "Example"] + word.example.split(separator: "\n").map { "  " + $0 }
        return lines.joined(separator: "\n")
    }

    /// Form, what it does, an example.
    static func page(_ keyword: Keyword) -> RichValue {
        @Sendable func text(_ columns: Int?) -> String {
            ([keyword.form, "", hanging("", keyword.help + ".", columns: columns), "", "Example"]
                + keyword.example.split(separator: "\n").map { "  " + $0 }).joined(separator: "\n")
        }
        return RichValue(
            text: text(nil), terminalText: { text($0) },
            html: "<pre><code>\(markupEscaped(keyword.form))</code></pre><p>\(marked(keyword.help)).</p>"
                + "<pre><code>\(markupEscaped(keyword.example))</code></pre>",
            markdown: "### `\(keyword.name)`\n\n\(keyword.help).\n\n```swift\n\(keyword.form)\n```\n\n"
                + "```swift\n\(keyword.example)\n```")
    }

    private static func padded(_ name: String, to width: Int) -> String {
        name + String(repeating: " ", count: max(0, width - name.columnWidth))
    }

    /// One option of a word.
    static func page(_ parameter: WordParameter, of word: Word) -> RichValue {
        let row = row(parameter)
        return RichValue(text: "\(row.name) of \(word.name)\n\(row.help)")
    }

    private static func row(_ parameter: WordParameter) -> (name: String, help: String) {
        var facts = [parameter.takes]
        if let range = parameter.rangeText { facts.append(range) }
        switch parameter.standard {
        case .required: break
        default: facts.append("default \(parameter.standardText ?? "")")
        }
        let name = parameter.isRest ? parameter.label + "…" : parameter.label + (parameter.isRequired ? "" : ":")
        return (name, "\(parameter.help) (\(facts.joined(separator: "; ")))")
    }

    private static func overview(of groups: [Word.Group]) -> RichValue {
        var html = ""
        for group in groups {
            html += "<h4>\(group.rawValue)</h4><table>"
            for word in Vocabulary.all where word.group == group {
                html += tableRow(word.name, word.help)
            }
            html += "</table>"
        }
        return RichValue(
            text: overview(of: groups, columns: nil), terminalText: { overview(of: groups, columns: $0) }, html: html,
            markdown: reference(of: groups))
    }

    @Sendable private static func overview(of groups: [Word.Group], columns: Int?) -> String {
        var lines: [String] = []
        for group in groups {
            let words = Vocabulary.all.filter { $0.group == group }
            let width = words.map(\.name.count).max() ?? 0
            lines.append(group.rawValue)
            lines += words.map { hanging("  " + padded($0.name, to: width) + "  ", $0.help, columns: columns) }
        }
        lines.append(
            "`help train` or `?train` says more about a word, `help layers` lists a group, `help within` explains an option."
        )
        return lines.joined(separator: "\n")
    }

    /// The reference page: every word, group by group. `docs/words.md` is this of all groups.
    private static func reference(of groups: [Word.Group]) -> String {
        var parts = [
            "# The words of Tandem", "Generated by `tandem help --markdown` from what the words declare.",
        ]
        for group in groups {
            let words = Vocabulary.all.filter { $0.group == group }
            parts.append("## \(group.rawValue)")
            parts.append(
                "| word | what it does |\n|---|---|\n"
                    + words.map { "| [`\($0.name)`](#\($0.name)) | \(cell($0.help)) |" }.joined(separator: "\n"))
            parts += words.map(markdown)
        }
        return parts.joined(separator: "\n\n")
    }

    /// Text in a cell of a Markdown table.
    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }

    static func markdown(_ word: Word) -> String {
        var lines = ["### `\(word.name)`", "", word.help + ".", "", "```swift", word.signature, "```"]
        if !word.parameters.isEmpty {
            lines +=
                [""]
                + word.parameters.map {
                    let row = row($0)
                    return "- `\(row.name)` \(row.help)"
                }
        }
        lines += ["", "```swift", word.example, "```"]
        return lines.joined(separator: "\n")
    }

    private static func html(_ word: Word) -> String {
        var text = "<pre><code>\(markupEscaped(word.signature))</code></pre><p>\(marked(word.help)).</p>"
        if !word.parameters.isEmpty {
            text += "<table>"
            for row in word.parameters.map(row) {
                text += tableRow(row.name, row.help)
            }
            text += "</table>"
        }
        return text + "<pre><code>\(markupEscaped(word.example))</code></pre>"
    }

    /// The side is said in each cell: Jupyter puts the text of a table on the right.
    private static func tableRow(_ name: String, _ help: String) -> String {
        let cell = "<td style=\"text-align:left\">"
        return "<tr>\(cell)<code>\(markupEscaped(name))</code></td>\(cell)\(marked(help))</td></tr>"
    }

    /// Text as HTML, what is between backticks as code.
    private static func marked(_ text: String) -> String {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, part in
            index % 2 == 1 ? "<code>\(markupEscaped(String(part)))</code>" : markupEscaped(String(part))
        }.joined()
    }
}
