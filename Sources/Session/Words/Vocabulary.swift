// All words of the language, from the files that declare them, found by name or by what other libraries call them.

enum Vocabulary {
    static let all: [Word] =
        dataWords + layerWords + trainingWords + comparingWords + lookingWords + keepingWords + valueWords

    private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    private static let byAlias: [String: Word] = {
        var table: [String: Word] = [:]
        for word in all {
            for alias in word.aliases { table[plain(alias)] = word }
        }
        return table
    }()

    static func word(_ name: String) -> Word? { byName[name] }

    /// The word of this name, unless a definition hides it: a `model` or `block` of its name goes before a word that
    /// came after version 0.1.
    static func word(_ name: String, unless isDefinition: @autoclosure () -> Bool) -> Word? {
        guard let word = byName[name], word.since == nil || !isDefinition() else { return nil }
        return word
    }

    /// The word that another library calls `alias`: `Conv2d`, `nn.Linear`, `BatchNorm2d`, or only writes with capitals.
    static func word(alias: String) -> Word? {
        let name = plain(alias)
        if let word = byAlias[name] { return word }
        if let word = byName[name], word.name != alias { return word }
        return nil
    }

    private static func plain(_ name: String) -> String {
        var text = name.lowercased().filter { $0 != "_" }
        for prefix in ["nn.", "torch.nn.", "f.", "layers.", "optim.", "torch.optim."] where text.hasPrefix(prefix) {
            text = String(text.dropFirst(prefix.count))
        }
        return text
    }
}
