// `help`, also as `?conv`

private let wordName = Option(
    "word", .word, workedOut: "all", isPositional: true, "the name of a word, of an option, or of a group: `layers`")

extension Word {
    static let help = Word(
        "help", .looking, "What a word does, or the list of all words", [wordName], example: "help conv",
        aliases: ["man", "doc", "dir"], .perform(showHelp))
}

private func showHelp(_ call: Invocation) throws -> Value {
    let own = call[wordName].flatMap { call.context.session.names[$0] }
    guard let page = HelpText.page(call[wordName], isOwn: own != nil) else {
        if let name = call[wordName], let value = own {
            throw call.fault(
                .unknownName, "`\(name)` is \(value.kind), and `help` explains words", at: call.place(wordName),
                fix: "`help` lists the words; `\(name)` by itself shows it")
        }
        throw call.context.faults.unknownName(
            call[wordName] ?? "", at: call.place(wordName), among: Keyword.all.map(\.name) + Term.all.map(\.name))
    }
    let isMarked = call.context.source[call.range].contains("?")
    if isMarked { call.context.page(page) } else { call.context.show(page) }
    return .nothing
}
