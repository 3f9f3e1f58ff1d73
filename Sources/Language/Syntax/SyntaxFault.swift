// Everything that can be wrong with the form of a cell, as values. `SyntaxFaultText` has the sentences.

struct SyntaxFault: Error, Sendable {
    enum Kind: Equatable, Sendable {
        // Limits
        case cellTooLarge(bytes: Int)
        case tooDeep
        case moreFaults(Int)

        // Characters
        case unknownCharacters(String)
        case lookalike(found: String, meant: String)
        case percent(String)
        case unclosedComment
        case hashComment
        case swallowingComment(divisor: String, dividend: String?)
        case commandLine(String)
        /// `written` is the same with what Tandem has, where that is known.
        case foreignOperator(String, written: String?)

        // Numbers and shapes
        case numberTooLarge
        case trailingPoint(String)
        case hexadecimal(String)
        case unfinishedShape(String)
        case tooManySizes
        case sizeNotWhole
        case sizeZero
        case lettersBehindNumber(number: String, letters: String)
        case malformedNumber
        case spacedShape(written: String)

        // Strings
        case unterminatedString
        case unknownEscape(String)
        case invalidScalar
        case singleQuotes(String)
        case pythonString(prefix: String, written: String)
        case tripleQuotes
        case emptyInterpolation

        // Brackets
        case unclosed(String)
        case strayCloser(String)

        // Statements
        case unexpected(found: String, expected: Expectation)
        case missing(Expectation, behind: String)
        case statementNotEnded(found: String, needsComma: Bool)
        case lineBeginsWithOperator(String)
        case reservedName(String)
        case strayElse
        case strayLabel(String)
        case assignmentWithoutLet(String, value: String)
        case assignmentToMember
        case tupleWithoutParentheses(String)
        case typeAnnotation(String, value: String)
        case functionBinding(String)
        case foreignStatement(String)
        case exitWord(String)
        case colonForBrace(written: String?)
        case forWithEquals(written: String?)
        case wordForBrace(String)

        // Calls and expressions
        case equalsForColon(String, value: String)
        case swallowingComma(String)
        case trailingComma
        case missingComma(label: String, value: String)
        case assignmentForComparison
        case spaceBeforeBracket(name: String, bracket: String, written: String)
        case commandInExpression(String, argument: String, isOption: Bool)
        case calledMember(String)
        case calledValue
        case chainedComparison
        case chainedRange
        case foreignWord(found: String, meant: String)
        case noneWord(String)
        case ternary(written: String?)
        case comprehension(written: String?)
        case dictionary
        case emptyParentheses
        case oneValueTuple
        case notIndexedByOne
        case slice(written: String?)
        case questionMark(written: String?)
    }

    /// What should have stood at a place.
    enum Expectation: Equatable, Sendable {
        case value
        case name(of: String)
        case symbol(String)
        case word(String)
        case body
        case closing(String)
        case end
    }

    var kind: Kind
    var range: SourceRange
    /// Whether only the end of the text is in the way: more text could mend it.
    var isAtEnd = false
    /// What its fix changes, where that is certain.
    var edits: [TextEdit] = []
}
