// A program as pieces for syntax highlighting: all of its text in order, whether it is right or not.

public struct CodePiece: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case word, number, string, comment, plain
    }

    public let kind: Kind
    public let text: String
}

extension SourceText {
    public var pieces: [CodePiece] {
        var pieces: [CodePiece] = []
        var end = 0
        func add(_ kind: CodePiece.Kind, _ start: Int, _ end: Int) {
            guard start < end else { return }
            pieces.append(CodePiece(kind: kind, text: self[SourceRange(start, end)]))
        }
        // Between two tokens is white space, or a comment to the end of its line.
        func addGap(to start: Int) {
            guard start > end else { return }
            let gap = Array(self[SourceRange(end, start)].utf8)
            let comment = end + (gap.firstIndex(of: UInt8(ascii: "/")) ?? gap.count)
            add(.plain, end, comment)
            add(.comment, comment, start)
        }
        for token in Lexer.tokens(of: self).tokens where token.range.start >= end {
            addGap(to: token.range.start)
            add(token.colorKind, token.range.start, token.range.end)
            end = max(end, token.range.end)
        }
        addGap(to: bytes.count)
        return pieces
    }
}

extension Token {
    fileprivate var colorKind: CodePiece.Kind {
        switch kind {
        case .integer, .decimal, .shape: .number
        case .name: isReserved ? .word : .plain
        case .stringStart, .stringText, .stringEnd: .string
        case .interpolationStart, .interpolationEnd, .symbol, .unknown, .end: .plain
        }
    }
}
