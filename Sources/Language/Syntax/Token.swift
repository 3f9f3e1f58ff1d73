// What the lexer hands to the parser: the smallest pieces of a cell, each with its place and the white space before it,
// since white space decides how a line of Tandem reads.

struct Token: Sendable {
    enum Kind: Equatable, Sendable {
        case integer(Int)
        case decimal(Double)
        case shape([Int])
        /// Names and reserved words alike: after `.` and before `:` the latter are ordinary names.
        case name(String)
        /// A string is `stringStart`, then texts and interpolations, then `stringEnd`.
        case stringStart
        case stringText(String)
        case interpolationStart
        case interpolationEnd
        case stringEnd
        case symbol(Symbol)
        /// Characters that mean nothing; always `isFaulty`.
        case unknown
        case end
    }

    enum Symbol: String, Sendable {
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case leftBracket = "["
        case rightBracket = "]"
        case leftBrace = "{"
        case rightBrace = "}"
        case comma = ","
        case colon = ":"
        case semicolon = ";"
        case dot = "."
        case ellipsis = "..."
        case plus = "+"
        case minus = "-"
        case star = "*"
        case slash = "/"
        case percent = "%"
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case and = "&&"
        case or = "||"
        case not = "!"
        case assign = "="
        case question = "?"
    }

    var kind: Kind
    var range: SourceRange
    var spaceBefore: Bool
    /// The end of the text counts as a new line.
    var newlineBefore: Bool
    /// The lexer already said what is wrong with it; the parser says nothing more.
    var isFaulty = false

    static let reserved: Set<String> = ["let", "model", "block", "for", "in", "repeat", "if", "else", "true", "false"]

    func isSymbol(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }

    func isWord(_ word: String) -> Bool { kind == .name(word) }

    var name: String? {
        if case .name(let name) = kind { return name }
        return nil
    }

    var isReserved: Bool { name.map(Token.reserved.contains) ?? false }
}
