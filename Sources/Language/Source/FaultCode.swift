// What kind of fault a diagnostic is. Values, which are compared as such; the text is for tests and for Jupyter's
// `ename`, and stable.

public struct FaultCode: Hashable, Sendable, CustomStringConvertible {
    /// In kebab case: `unclosed-brace`.
    public let text: String

    public init(_ text: StaticString) { self.text = "\(text)" }

    public var description: String { text }
}

/// Of the form of a cell.
extension FaultCode {
    public static let assignment = FaultCode("assignment")
    public static let brace = FaultCode("brace")
    public static let calledMember = FaultCode("called-member")
    public static let calledValue = FaultCode("called-value")
    public static let chainedComparison = FaultCode("chained-comparison")
    public static let chainedRange = FaultCode("chained-range")
    public static let colon = FaultCode("colon")
    public static let commandInExpression = FaultCode("command-in-expression")
    public static let commandLine = FaultCode("command-line")
    public static let comprehension = FaultCode("comprehension")
    public static let dictionary = FaultCode("dictionary")
    public static let emptyParentheses = FaultCode("empty-parentheses")
    public static let equalsForColon = FaultCode("equals-for-colon")
    public static let escape = FaultCode("escape")
    public static let exit = FaultCode("exit")
    public static let forLoop = FaultCode("for")
    public static let foreignOperator = FaultCode("foreign-operator")
    public static let foreignStatement = FaultCode("foreign-statement")
    public static let foreignWord = FaultCode("foreign-word")
    public static let function = FaultCode("function")
    public static let hashComment = FaultCode("hash-comment")
    public static let index = FaultCode("index")
    public static let interpolation = FaultCode("interpolation")
    public static let lineBeginsWithOperator = FaultCode("line-begins-with-operator")
    public static let lookalikeCharacter = FaultCode("lookalike-character")
    public static let missing = FaultCode("missing")
    public static let missingColon = FaultCode("missing-colon")
    public static let missingComma = FaultCode("missing-comma")
    public static let moreErrors = FaultCode("more-errors")
    public static let number = FaultCode("number")
    public static let numberTooLarge = FaultCode("number-too-large")
    public static let percent = FaultCode("percent")
    public static let questionMark = FaultCode("question-mark")
    public static let quotes = FaultCode("quotes")
    public static let reservedName = FaultCode("reserved-name")
    public static let shape = FaultCode("shape")
    public static let slice = FaultCode("slice")
    public static let spaceBeforeBracket = FaultCode("space-before-bracket")
    public static let strayBracket = FaultCode("stray-bracket")
    public static let strayElse = FaultCode("stray-else")
    public static let strayLabel = FaultCode("stray-label")
    public static let swallowingComma = FaultCode("swallowing-comma")
    public static let swallowingComment = FaultCode("swallowing-comment")
    public static let ternary = FaultCode("ternary")
    public static let tooDeep = FaultCode("too-deep")
    public static let tooLarge = FaultCode("too-large")
    public static let trailingComma = FaultCode("trailing-comma")
    public static let tuple = FaultCode("tuple")
    public static let type = FaultCode("type")
    public static let unclosedBracket = FaultCode("unclosed-bracket")
    public static let unclosedComment = FaultCode("unclosed-comment")
    public static let unexpected = FaultCode("unexpected")
    public static let unknownCharacter = FaultCode("unknown-character")
    public static let unterminatedString = FaultCode("unterminated-string")
}
