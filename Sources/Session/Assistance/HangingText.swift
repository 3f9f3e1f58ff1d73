// Entries of a name and a text; where a terminal is too narrow, the text continues below itself, not below the name.

import Language
import Text

/// `name` and `text` side by side, the text broken between words into at most so many columns (`nil`: into one line).
public func hanging(_ name: String, _ text: String, columns: Int?) -> String {
    let indent = name.columnWidth
    guard let columns, indent + text.columnWidth > columns, columns > indent + 20 else { return name + text }
    var lines = [name]
    var used = indent
    for (index, word) in text.split(separator: " ").enumerated() {
        if index > 0, used + 1 + word.columnWidth > columns {
            lines.append(String(repeating: " ", count: indent))
            used = indent
        } else if index > 0 {
            lines[lines.count - 1] += " "
            used += 1
        }
        lines[lines.count - 1] += word
        used += word.columnWidth
    }
    return lines.joined(separator: "\n")
}
