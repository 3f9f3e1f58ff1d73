// The pages of `help`, made from the words themselves.

import Language

enum HelpText {
    /// The page of a word, or the list of all for none; `nil` where there is no such word.
    static func page(_ name: String?) -> RichValue? {
        guard let name else { return overview }
        return Vocabulary.word(name).map(page)
    }

    /// Signature, what it does, one line an option with default and range, an example.
    static func page(_ word: Word) -> RichValue {
        RichValue(
            text: text(word, columns: nil), terminalText: { text(word, columns: $0) }, html: html(word),
            markdown: markdown(word))
    }

    private static func text(_ word: Word, columns: Int?) -> String {
        let options = word.signature.dropFirst(word.name.count + 1)
        let signature = options.isEmpty ? word.name : hanging(word.name + " ", String(options), columns: columns)
        var lines = [signature, "", word.help + "."]
        if !word.worksAlready { lines.append("Not yet there: the word is reserved for a later version.") }
        if !word.parameters.isEmpty {
            let rows = word.parameters.map(row)
            let width = rows.map(\.name.count).max() ?? 0
            lines.append("")
            for row in rows {
                lines.append(hanging("  " + padded(row.name, to: width) + "  ", row.help, columns: columns))
            }
        }
        if word.result != "nothing" { lines += ["", "Gives \(word.result)."] }
        lines += ["", "Example"] + word.example.split(separator: "\n").map { "  " + $0 }
        return lines.joined(separator: "\n")
    }

    private static func padded(_ name: String, to width: Int) -> String {
        name + String(repeating: " ", count: max(0, width - name.count))
    }

    /// One option of a word.
    static func page(_ parameter: Parameter, of word: Word) -> RichValue {
        let row = row(parameter)
        return RichValue(text: "\(row.name) of \(word.name)\n\(row.help)")
    }

    private static func row(_ parameter: Parameter) -> (name: String, help: String) {
        var facts = [parameter.takes]
        if let range = parameter.rangeText { facts.append(range) }
        switch parameter.standard {
        case .required: break
        default: facts.append("default \(parameter.standardText ?? "")")
        }
        let name = parameter.isRest ? parameter.label + "…" : parameter.label + (parameter.isRequired ? "" : ":")
        return (name, "\(parameter.help) (\(facts.joined(separator: "; ")))")
    }

    private static var overview: RichValue {
        var html = ""
        for group in Word.Group.allCases {
            html += "<h4>\(group.rawValue)</h4><table>"
            for word in Vocabulary.all where word.group == group {
                html += "<tr><td><code>\(escaped(word.name))</code></td><td>\(escaped(line(word)))</td></tr>"
            }
            html += "</table>"
        }
        return RichValue(text: overview(columns: nil), terminalText: overview, html: html)
    }

    @Sendable private static func overview(columns: Int?) -> String {
        var lines: [String] = []
        for group in Word.Group.allCases {
            let words = Vocabulary.all.filter { $0.group == group }
            let width = words.map(\.name.count).max() ?? 0
            lines.append(group.rawValue)
            lines += words.map { hanging("  " + padded($0.name, to: width) + "  ", line($0), columns: columns) }
        }
        lines.append("`help train` or `?train` tells more of a word.")
        return lines.joined(separator: "\n")
    }

    private static func line(_ word: Word) -> String { word.help + (word.worksAlready ? "" : " (not yet)") }

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
        var text = "<pre>\(escaped(word.signature))</pre><p>\(escaped(word.help)).</p>"
        if !word.worksAlready { text += "<p>Not yet there: the word is reserved for a later version.</p>" }
        if !word.parameters.isEmpty {
            text += "<table>"
            for row in word.parameters.map(row) {
                text += "<tr><td><code>\(escaped(row.name))</code></td><td>\(escaped(row.help))</td></tr>"
            }
            text += "</table>"
        }
        return text + "<pre>\(escaped(word.example))</pre>"
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
