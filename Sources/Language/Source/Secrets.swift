// Passwords and tokens in addresses: `https://user:password@host/file?token=…`. What a diagnostic shows goes into
// notebooks and logs.

/// The text with `*` in place of each character of a name, password, query, parameter or fragment in an address, so
/// that places in it stay the same.
///
/// - Parameter passwordsOnly: leaves queries and the like, and what may be no address: for a program that must stay
///   one.
public func withoutSecrets(_ text: String, passwordsOnly: Bool = false) -> String {
    // Most text has none.
    guard text.utf8.contains(where: { "@:?".utf8.contains($0) }) else { return text }
    var scalars = Array(text.unicodeScalars)
    var start = 0
    while start < scalars.count {
        let end = scalars[start...].firstIndex(where: endsAddress) ?? scalars.count
        hideSecrets(in: &scalars[start..<end], passwordsOnly)
        start = end + 1
    }
    return String(String.UnicodeScalarView(scalars))
}

private func endsAddress(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || "\"'`<>".unicodeScalars.contains(scalar)
}

/// - Parameter word: text without spaces and quotes, which is an address or none.
private func hideSecrets(in word: inout ArraySlice<Unicode.Scalar>, _ passwordsOnly: Bool) {
    func hide(_ range: Range<Int>) { for index in range { word[index] = "*" } }
    // One to three slashes: so libcurl takes them.
    let scheme = word.indices.first { index in
        guard word[index] == ":", index + 1 < word.endIndex, word[index + 1] == "/" else { return false }
        return index + 2 < word.endIndex && word[index + 2] == "/"
            || index > word.startIndex && word[index - 1].properties.isAlphabetic
    }
    guard scheme != nil || !passwordsOnly else { return }
    let start =
        scheme.map { scheme in word[(scheme + 1)...].firstIndex { $0 != "/" } ?? word.endIndex } ?? word.startIndex
    let end = word[start...].firstIndex { "/?#".unicodeScalars.contains($0) } ?? word.endIndex
    let colon = word[start..<end].firstIndex(of: ":")

    if let at = word[start..<end].lastIndex(of: "@"), scheme != nil || (colon ?? at) < at {
        hide(start..<at)
    } else if scheme != nil, let colon, word[start] != "[" {
        // A password with `/`, `?` or `#` in it, or the beginning of an address that is put together of pieces; a port
        // has digits.
        let isPort = word[(colon + 1)..<end].allSatisfy { ("0"..."9").contains($0) }
        let at = word[end...].lastIndex(of: "@")
        if !isPort || (at != nil && word[end] != "/") { hide(colon + 1..<(at ?? end)) }
    }
    guard !passwordsOnly, let last = word.lastIndex(where: { !":;,.)".unicodeScalars.contains($0) }) else { return }
    let secret: Int?
    if scheme == nil {
        // `host.org/x?token` and `127.0.0.1:80?token` are fetched as well.
        secret =
            word[start..<end].contains { ".:".unicodeScalars.contains($0) }
            ? word[end...].firstIndex(of: "?") : nil
    } else if let first = word[start...].firstIndex(where: { "?#;".unicodeScalars.contains($0) }),
        word[first...].contains("=")
    {
        secret = first
    } else {
        secret = word[start...].firstIndex(of: "?")
    }
    if let secret, secret < last { hide(secret + 1..<last + 1) }
}
