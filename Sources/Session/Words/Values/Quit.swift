// `quit`

extension Word {
    static let quit = Word(
        "quit", .values, "Leaves the session", result: .nothing, example: "quit", aliases: ["exit", "bye"],
        .perform { _ in throw Stop.quit })
}
