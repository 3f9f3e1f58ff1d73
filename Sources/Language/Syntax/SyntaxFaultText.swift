// The sentences of every fault in the form of a cell: what is wrong, in the terms of the person who typed it, and what
// to type instead. Code is in backticks.

extension Diagnostic {
    init(_ fault: SyntaxFault, in source: SourceText) {
        let text = SyntaxFaultText(fault.kind)
        var severity = Severity.error
        if case .moreFaults = fault.kind { severity = .note }
        self.init(
            severity, code: text.code, text.message, source: source, at: fault.range, fix: text.fix, edits: fault.edits)
    }
}

struct SyntaxFaultText {
    var code: FaultCode
    var message: String
    var fix: String?

    init(_ code: FaultCode, _ message: String, fix: String? = nil) {
        self.code = code
        self.message = message
        self.fix = fix
    }

    init(_ kind: SyntaxFault.Kind) {
        switch kind {
        // MARK: Limits
        case .cellTooLarge(let bytes):
            self.init(
                .tooLarge, "a cell is at most 1 MB long, and this one has \(bytes) bytes",
                fix: "split it, or read the data from a file")
        case .tooDeep:
            self.init(
                .tooDeep, "this is nested or chained more than \(SyntaxLimits.depth) deep",
                fix: "give a part of it a name with `let`")
        case .moreFaults(let count):
            self.init(
                .moreErrors, "there \(count == 1 ? "is 1 more error" : "are \(count) more errors") from here on")

        // MARK: Characters
        case .unknownCharacters(let characters):
            let shown = characters.count > 20 ? characters.prefix(20) + "…" : characters
            self.init(.unknownCharacter, "`\(shown)` means nothing here", fix: Self.fixOfUnknown(characters))
        case .percent(let share):
            self.init(
                .percent, "`%` is the remainder of a division; a share is written as a number", fix: "write `\(share)`")
        case .lookalike(let found, let meant):
            self.init(
                .lookalikeCharacter, "`\(found)` only looks like the character on the keyboard",
                fix: "write `\(Self.short(meant))`")
        case .unclosedComment: self.init(.unclosedComment, "this `/*` is never closed", fix: "close it with `*/`")
        case .hashComment: self.init(.hashComment, "a comment begins with `//`, not with `#`", fix: "write `//`")
        case .swallowingComment(let divisor, let dividend):
            self.init(
                .swallowingComment, "this is a comment, and the rest of the line is lost in it",
                fix: "for integer division write `div(\(dividend ?? "…"), \(divisor))`")
        case .commandLine(let command):
            self.init(
                .commandLine, "`\(command)` is a command for IPython or the shell, not for Tandem",
                fix: Self.fixOfCommand(command))
        case .foreignOperator(let found, let written): self = Self.foreignOperator(found, written)

        // MARK: Numbers and shapes
        case .numberTooLarge:
            self.init(
                .numberTooLarge, "this number is too large to be computed with",
                fix: "whole numbers reach to \(Int.max), decimal numbers such as `1e19` to 1.8e308")
        case .trailingPoint(let number):
            self.init(
                .number, "a number does not end with a point", fix: "write `\(number)` or `\(number).0`")
        case .hexadecimal(let written):
            self.init(
                .number, "numbers are written in decimal digits, and a size is at least 1",
                fix: Self.fixOfHexadecimal(written))
        case .unfinishedShape(let first):
            self.init(
                .shape, "a shape needs a number after each `x`",
                fix:
                    "write `\(first) * x` for a product, `\(first)x32x32` for a shape, or `shape(\(first), x, x)` for one of values"
            )
        case .tooManySizes:
            self.init(
                .shape, "a shape has one to three sizes", fix: "the batch is no part of a shape: write `3x32x32`")
        case .sizeNotWhole: self.init(.shape, "the sizes of a shape are whole numbers")
        case .sizeZero: self.init(.shape, "the sizes of a shape are at least 1")
        case .lettersBehindNumber(let number, let letters):
            self.init(
                .number, "letters cannot follow a number, and a name cannot begin with one",
                fix: "write `\(number) * \(letters)` for a product")
        case .malformedNumber: self.init(.number, "this is neither a number nor a shape")
        case .spacedShape(let written):
            self.init(.shape, "a shape is written without spaces", fix: "write `\(written)`")

        // MARK: Strings
        case .unterminatedString:
            self.init(.unterminatedString, "this string does not end on its line", fix: "close it with `\"`")
        case .unknownEscape(let character):
            self.init(
                .escape, "`\\\(character)` means nothing in a string",
                fix: "there are `\\n` `\\t` `\\\"` `\\\\` `\\u{…}` and `\\( )`; a backslash itself is `\\\\`")
        case .invalidScalar:
            self.init(.escape, "this is not the number of a Unicode character", fix: "write it like `\\u{1F600}`")
        case .singleQuotes(let inner):
            self.init(.quotes, "strings are written with double quotes", fix: "write `\"\(Self.short(inner))\"`")
        case .pythonString(let prefix, let written):
            self.init(.quotes, "a string has no `\(prefix)` before it", fix: "write `\(Self.short(written))`")
        case .tripleQuotes:
            self.init(
                .quotes, "a string fits on one line and has one quote at each end", fix: "write `\\n` for a new line")
        case .emptyInterpolation:
            self.init(.interpolation, "this `\\( )` is empty", fix: "put a value into it")

        // MARK: Brackets
        case .unclosed(let bracket):
            self.init(
                .unclosedBracket, "this `\(bracket)` is never closed",
                fix: "close it with `\(Self.closer(of: bracket))`")
        case .strayCloser(let bracket):
            self.init(.strayBracket, "this `\(bracket)` closes nothing", fix: "leave it out, or open it before")

        // MARK: Statements
        case .unexpected(let found, let expected):
            self.init(.unexpected, "expected \(Self.words(expected)), but found `\(found)`")
        case .missing(let expected, let behind):
            self.init(
                .missing, "\(Self.words(expected)) is missing after `\(behind)`",
                fix: Self.fixOfMissing(expected, behind))
        case .statementNotEnded(let found, let needsComma):
            self.init(
                .unexpected, "the statement should end before `\(found)`",
                fix: needsComma
                    ? "put a comma between two values: `, \(found)`"
                    : "put a new line or `;` between two statements: `; \(found)`")
        case .lineBeginsWithOperator(let found):
            self.init(
                .lineBeginsWithOperator, "a statement cannot begin with `\(found)`",
                fix: "a line continues when `\(found)` is at its end, or inside parentheses")
        case .reservedName(let name):
            self.init(
                .reservedName, "`\(name)` is a word of the language and cannot be a name",
                fix: "choose another name, such as `\(Self.nameInstead(of: name))`")
        case .strayElse:
            self.init(.strayElse, "this `else` follows no `if { … }`", fix: "write `if condition { … } else { … }`")
        case .strayLabel(let name):
            self.init(
                .strayLabel, "the option `\(name):` belongs to no command",
                fix: "end the line before it with a comma, or give a value a name with `let \(name) = …`")
        case .assignmentWithoutLet(let name, let value):
            self.init(.assignment, "a name is bound with `let`", fix: "write `let \(name) = \(Self.oneLine(value))`")
        case .assignmentToMember:
            self.init(
                .assignment, "members and elements cannot be changed", fix: "bind a new value with `let name = …`")
        case .tupleWithoutParentheses(let names):
            self.init(.tuple, "several names go in parentheses", fix: "write `(\(names))`")
        case .typeAnnotation(let name, let value):
            self.init(.type, "names have no types", fix: "write `let \(name) = \(Self.oneLine(value))`")
        case .functionBinding(let name):
            self.init(
                .function, "there are no functions to define, only models and blocks of layers",
                fix: "write `block \(name)(…) { … }` for layers to reuse")
        case .foreignStatement(let word):
            let (message, fix) = Self.foreignStatement(word)
            self.init(.foreignStatement, message, fix: fix)
        case .exitWord(let word): self.init(.exit, "there is no `\(word)`", fix: "write `quit`")
        case .colonForBrace(let written):
            self.init(
                .colon, "a body goes in braces",
                fix: written.map { "write `\(Self.oneLine($0))`" }
                    ?? "replace `:` with `{`, and write `}` after its last line")
        case .forWithEquals(let written):
            self.init(
                .forLoop, "a loop iterates over the elements of something",
                fix: "write `\(written ?? "for x in 1...10 { … }")`")
        case .wordForBrace(let word):
            self.init(.brace, "a body goes in braces, without `\(word)`", fix: "write `{ … }`")

        // MARK: Calls and expressions
        case .equalsForColon(let name, let value):
            let meant = ["True", "False"].contains(value) ? value.lowercased() : Self.oneLine(value)
            self.init(
                .equalsForColon, "an option is given with `:`, not with `=`", fix: "write `\(name): \(meant)`")
        case .swallowingComma(let next):
            self.init(
                .swallowingComma, "this comma pulls the next line, `\(next) …`, into the command",
                fix: "leave the comma out")
        case .missingComma(let label, let value):
            self.init(
                .missingComma, "a comma is missing before `\(label):`",
                fix: "write `, \(label): \(Self.oneLine(value))`")
        case .assignmentForComparison:
            self.init(.assignment, "`=` binds a name and compares nothing", fix: "write `==`")
        case .trailingComma: self.init(.trailingComma, "nothing follows this comma", fix: "leave the comma out")
        case .spaceBeforeBracket(_, let bracket, let written):
            self.init(
                .spaceBeforeBracket, "inside an expression there is no space between a name and its `\(bracket)`",
                fix: "write `\(Self.oneLine(written))`, or a comma between two values")
        case .commandInExpression(let name, let argument, true):
            self.init(
                .missingColon, "a comma is followed by a value, or by an option with its `:`",
                fix: "write `\(name): \(Self.oneLine(argument))`")
        case .commandInExpression(let name, let argument, false):
            self.init(
                .commandInExpression,
                "two values follow each other; inside an expression a command takes parentheses",
                fix: "write `\(name)(\(Self.oneLine(argument)))`, or a comma between two values")
        case .calledMember(let name):
            self.init(
                .calledMember, "members are not called",
                fix: "a word comes first: `\(name)(…)`; a member has no parentheses")
        case .calledValue: self.init(.calledValue, "only a word, a model or a block can be called")
        case .chainedComparison:
            self.init(.chainedComparison, "comparisons do not chain", fix: "write `a < b && b < c`")
        case .chainedRange: self.init(.chainedRange, "a range has two ends", fix: "write `first...last`")
        case .foreignWord(let found, let meant):
            self.init(.foreignWord, "`\(found)` is written `\(meant)` here", fix: "write `\(meant)`")
        case .noneWord(let word):
            self.init(
                .foreignWord, "there is no `\(word)`", fix: "leave the option out; where it can be off, write `none`")
        case .ternary(let written):
            self.init(
                .ternary, "a choice begins with its `if`",
                fix: "write `\(Self.oneLine(written ?? "if condition { a } else { b }"))`")
        case .comprehension(let written):
            self.init(
                .comprehension, "a list made in a loop begins with its `for`",
                fix: "write `\(Self.oneLine(written ?? "[for x in list { … }]"))`")
        case .dictionary:
            self.init(
                .dictionary, "no value begins with `{`: there are lists, but no dictionaries",
                fix: "write a list of pairs: `[(\"a\", 1), (\"b\", 2)]`")
        case .emptyParentheses: self.init(.emptyParentheses, "these parentheses are empty")
        case .oneValueTuple: self.init(.tuple, "a tuple has at least two values", fix: "leave the parentheses out")
        case .notIndexedByOne:
            self.init(.index, "an index is one value", fix: "take one after the other: `a[1][2]`")
        case .slice(let written):
            self.init(
                .slice, "an index is one value",
                fix: "write `\(Self.oneLine(written ?? "[for i in 0...2 { list[i] }]"))` for a part of a list")
        case .questionMark(let written?):
            self.init(
                .questionMark, "there is no operator `? :`", fix: "write `\(Self.oneLine(written))`")
        case .questionMark(nil):
            self.init(
                .questionMark, "`?` asks for help on a word, in a statement of its own",
                fix: "write `?word`; a choice is `if condition { a } else { b }`")
        }
    }

    // MARK: Parts of sentences

    /// `0x3` may be a shape with a size of 0, or a number of another language.
    private static func fixOfHexadecimal(_ written: String) -> String {
        let digits = String(written.dropFirst(2))
        if digits.allSatisfy({ $0 == "0" }) { return "write `0`" }
        guard let number = Int(digits, radix: 16) else { return "write the number in decimal digits" }
        return Int(digits).map { "write `shape(0, \($0))` for a size, or `\(number)` for a number" }
            ?? "write `\(number)`"
    }

    private static func words(_ expected: SyntaxFault.Expectation) -> String {
        switch expected {
        case .value: "a value"
        case .name(let what): "the name of a \(what)"
        case .symbol(let symbol): "`\(symbol)`"
        case .word(let word): word.contains(" ") ? word : "`\(word)`"
        case .body: "`{`"
        case .closing(let closer): "`,` or `\(closer)`"
        case .end: "the end of the statement"
        }
    }

    static func closer(of bracket: String) -> String {
        switch bracket {
        case "{": "}"
        case "[": "]"
        default: ")"
        }
    }

    private static func short(_ text: String) -> String {
        text.count > 30 ? text.prefix(30) + "…" : text
    }

    /// A text of the program inside a sentence.
    private static func oneLine(_ text: String) -> String {
        if text.isEmpty { return "…" }
        let first = text.prefix { $0 != "\n" && $0 != "\r\n" }
        if first.count < text.count { return first.prefix(60) + " …" }
        return first.count > 80 ? first.prefix(80) + "…" : String(first)
    }

    /// `50 %` as `0.5`
    static func share(ofPercent number: Int) -> String {
        let share = Double(number) / 100
        return share == share.rounded() && share < 1e15 ? String(Int(share)) : String(share)
    }

    /// A name for who wanted to use a reserved word.
    static func nameInstead(of word: String) -> String {
        switch word {
        case "model": "net"
        case "block": "stage"
        case "repeat": "times"
        case "for", "in": "each"
        case "if", "else": "condition"
        case "true", "false": "flag"
        default: "value"
        }
    }

    private static func fixOfMissing(_ expected: SyntaxFault.Expectation, _ behind: String) -> String? {
        switch expected {
        case .value: "write one, or leave `\(behind)` out"
        case .body: "write `{ … }` after it"
        case .symbol("="): "write `= …` after it"
        case .word("in"): "write `for x in 1...10 { … }`"
        default: nil
        }
    }

    private static func fixOfCommand(_ command: String) -> String {
        switch command {
        case "%time", "%timeit", "%%time", "%%timeit":
            "leave `\(command)` out; every training shows its time"
        case "%matplotlib": "leave the line out; `plot` shows its picture by itself"
        case "!pip", "!pip3", "!conda", "%pip", "%conda": "leave the line out; nothing needs to be installed"
        default: command.hasPrefix("%") ? "leave the line out" : "leave the line out, or run it in a terminal"
        }
    }

    private static func fixOfUnknown(_ characters: String) -> String? {
        switch characters.first {
        case "\\": "a line continues after a comma or an operator, and inside parentheses; no `\\` is needed"
        case "@": "there are no decorators, and a product of matrices is `linear`"
        case "^": "for a power multiply: `x * x`"
        case "`": "leave it out; in messages it only marks code"
        default: nil
        }
    }

    private static func foreignOperator(_ found: String, _ written: String?) -> SyntaxFaultText {
        let code = FaultCode.foreignOperator
        let none = "there is no operator `\(found)`"
        switch found {
        case "**": return .init(code, none, fix: "for a power multiply: `\(written ?? "x * x")`")
        case "×": return .init(code, "`×` is for shapes only", fix: "write `*`")
        case "..", "..<": return .init(code, none, fix: "a range is `1...5`, both ends included")
        case "===", "!==", "&", "|", "<>", "=<": return .init(code, none, fix: written.map { "write `\($0)`" })
        case ":=": return .init(code, none, fix: "write `let name = …`")
        case "++", "--", "+=", "-=", "*=", "/=", "%=":
            return .init(
                code, "names cannot be changed, so there is no `\(found)`",
                fix: "bind a new one: `\(oneLine(written ?? "let name = …"))`")
        default: return .init(code, none)
        }
    }

    private static func foreignStatement(_ word: String) -> (message: String, fix: String) {
        switch word {
        case "def", "func", "function", "fn", "lambda", "async":
            (
                "there are no functions to define, only models and blocks of layers",
                "write `block name(parameters) { layers }`"
            )
        case "class", "struct":
            ("a network is a `model`", "write `model Net { input 3x32x32; conv 64, kernel: 3; relu; … }`")
        case "import", "from":
            ("nothing needs to be imported: every word is there", "leave the line out; `help` lists the words")
        case "var", "const", "auto", "final": ("a name is bound with `let`", "write `let` for `\(word)`")
        case "while": ("there is no `while`", "write `repeat 10 { … }` or `for x in 1...10 { … }`")
        case "elif": ("there is no `elif`", "write `else if condition { … }`")
        case "return": ("nothing is returned: a body's value is its last expression", "leave `return` out")
        case "with": ("there is no `with` statement", "leave the line out")
        case "try", "raise", "assert": ("there is no `\(word)`", "leave it out: an error ends the cell and says where")
        case "global", "del": ("there is no `\(word)`", "leave the line out; a later cell may bind a name again")
        default: ("there is no `\(word)`", "leave it out")
        }
    }
}
