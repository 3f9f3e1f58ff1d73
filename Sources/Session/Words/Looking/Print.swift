// `print`

private let values = RestOption("values", .any, "what is written")

extension Word {
    static let print = Word(
        "print", .looking, "Writes values, separated by spaces", [values], example: "print \"two and two are\", 2 + 2",
        aliases: ["println", "echo", "puts", "display", "console.log"],
        .perform { call in
            call.context.write(call[values].map(\.value.text).joined(separator: " ") + "\n")
            return .nothing
        })
}
