// Text inside of HTML, SVG and XML.

/// Text for HTML and SVG, in elements and attributes. Control characters, which XML forbids, become spaces.
public func markupEscaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += " "
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// What `markupEscaped` was given; also characters that are written as their numbers, `&#38;` or `&#x26;`.
public func markupUnescaped(_ text: String) -> String {
    var (done, rest) = ("", text[...])
    while let start = rest.firstIndex(of: "&") {
        done += rest[..<start]
        rest = rest[start...]
        let name = rest.dropFirst().prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "#") }
        if rest[name.endIndex...].first == ";", let character = character(named: name.lowercased()) {
            done.unicodeScalars.append(character)
            rest = rest[name.endIndex...].dropFirst()
        } else {
            done += "&"
            rest = rest.dropFirst()
        }
    }
    return done + rest
}

private func character(named name: String) -> Unicode.Scalar? {
    switch name {
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    case "nbsp": return "\u{A0}"
    case "amp": return "&"
    default:
        guard name.hasPrefix("#") else { return nil }
        let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
        return number.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
    }
}
