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
        case unclosedComment
        case hashComment
        case swallowingComment(divisor: String, dividend: String?)
        case commandLine(String)
        case foreignOperator(String)

        // Numbers and shapes
        case numberTooLarge
        case trailingPoint(String)
        case hexadecimal
        case unfinishedShape(String)
        case tooManySizes
        case sizeNotWhole
        case sizeZero
        case lettersBehindNumber(number: String, letters: String)
        case malformedNumber
        case spacedShape

        // Strings
        case unterminatedString
        case unknownEscape(String)
        case invalidScalar
        case singleQuotes(String)
        case pythonString(prefix: String)
        case tripleQuotes
        case emptyInterpolation

        // Brackets
        case unclosed(String)
        case strayCloser(String)

        // Statements
        case unexpected(found: String, expected: Expectation)
        case missing(Expectation, behind: String)
        case statementNotEnded(found: String)
        case lineBeginsWithOperator(String)
        case reservedName(String)
        case strayElse
        case strayLabel(String)
        case assignmentWithoutLet(String)
        case assignmentToMember
        case tupleWithoutParentheses(String)
        case typeAnnotation
        case functionBinding(String)
        case foreignStatement(String)
        case exitWord(String)
        case colonForBrace

        // Calls and expressions
        case equalsForColon(String)
        case swallowingComma(String)
        case trailingComma
        case missingComma(label: String)
        case assignmentForComparison
        case spaceBeforeBracket(name: String, bracket: String)
        case commandInExpression(String)
        case calledMember(name: String, base: String)
        case calledValue
        case chainedComparison
        case chainedRange
        case foreignWord(found: String, meant: String)
        case noneWord(String)
        case ternary
        case comprehension
        case emptyParentheses
        case oneValueTuple
        case notIndexedByOne
        case slice
        case questionMark
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
}
