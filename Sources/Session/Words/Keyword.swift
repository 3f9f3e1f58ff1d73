// The words of the language itself, which the parser knows: what `help` says of them.

struct Keyword: Sendable {
    let name: String
    /// How it is written.
    let form: String
    let help: String
    let example: String

    static func named(_ name: String) -> Keyword? { all.first { $0.name == name } }

    static let all: [Keyword] = [
        Keyword(
            name: "let", form: "let name = value",
            help: "Binds a name to a value: a number, a model, data, a run, a study",
            example: "let (a, b) = (1, 2)\nprint a + b"),
        Keyword(
            name: "model", form: "model Name(parameter: default) { input 3x32x32; layers }",
            help: "Defines a network; its name is used where a model is wanted, with parentheses if it has parameters",
            example: "model Net(width: 16) { input 3x32x32; conv width; relu; gap; linear 10 }\nsummary Net(width: 32)"),
        Keyword(
            name: "block", form: "block name(parameter: default) { layers }",
            help: "Defines layers to reuse in models, by its name; without parameters the parentheses are left out",
            example:
                "block unit(width: 16) { conv width, padding: 1; batchnorm; relu }\n"
                + "model Net { input 3x32x32; unit(width: 8); unit; gap; linear 10 }"),
        Keyword(
            name: "for", form: "for name in list { statements }",
            help: "Runs its body once for each element of a list or range; also inside a list, and in models",
            example:
                "for (name, count) in [(\"a\", 1), (\"b\", 2)] { print name, count }\nprint [for n in 1...3 { n * n }]"),
        Keyword(
            name: "in", form: "for name in list { statements }",
            help: "Separates the name and the list of a `for`",
            example: "for n in 1...3 { print n }"),
        Keyword(
            name: "repeat", form: "repeat count { statements }",
            help: "Runs its body so many times; in models it stacks layers",
            example: "model Net { input 3x32x32; repeat 3 { conv 16, padding: 1; relu }; gap; linear 10 }"),
        Keyword(
            name: "if", form: "if condition { statements } else { statements }",
            help: "Runs its body where the condition is true; as an expression it gives one of two values",
            example: "let n = 3\nif n > 2 { print \"large\" } else { print \"small\" }\nprint if n > 2 { 1 } else { 0 }"
        ),
        Keyword(
            name: "else", form: "if condition { statements } else { statements }",
            help: "What an `if` runs, or gives, where its condition is false",
            example: "print if 1 > 2 { \"yes\" } else { \"no\" }"),
        Keyword(
            name: "true", form: "true", help: "The truth value of a condition that holds; the other one is `false`",
            example: "print 1 < 2 == true"),
        Keyword(
            name: "false", form: "false",
            help: "The truth value of a condition that does not hold; the other one is `true`", example: "print !false"),
    ]
}
