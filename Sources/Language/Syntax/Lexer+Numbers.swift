// Numbers and shapes: `64`, `1_000`, `0.5`, `.5`, `1e-4`, `3x32x32`. A malformed one is a fault and is read as the
// number 1, so that the rest of its line is still read.

extension Lexer {
    mutating func readNumber() {
        let start = offset
        skipDigits()
        if isTimes || peek() == UInt8(ascii: "X"), offset > start { return readShape(from: start) }
        var isDecimal = offset == start
        if peek() == UInt8(ascii: "."), isDigit(peek(1)) {
            isDecimal = true
            offset += 1
            skipDigits()
            // `1.2.3` is a version, not a number; `1.2...3` is a range.
            if peek() == UInt8(ascii: "."), isDigit(peek(1)) {
                while isDigit(peek()) || peek() == UInt8(ascii: ".") { offset += 1 }
                return addFaulty(.malformedNumber, from: start)
            }
        }
        if peek() == UInt8(ascii: "."), peek(1) != UInt8(ascii: ".") {
            let number = text(start, offset)
            offset = endOfName(from: offset + 1)
            return addFaulty(.trailingPoint(number), from: start)
        }
        if peek() | 0x20 == UInt8(ascii: "e") {
            let sign = peek(1) == UInt8(ascii: "-") || peek(1) == UInt8(ascii: "+") ? 1 : 0
            if isDigit(peek(1 + sign)) {
                isDecimal = true
                offset += 1 + sign
                skipDigits()
            }
        }
        let numberEnd = offset
        let nameEnd = endOfName(from: offset)
        if nameEnd > numberEnd {
            offset = nameEnd
            let letters = text(numberEnd, nameEnd)
            if letters.lowercased() == "e" {
                if peek() == UInt8(ascii: "-") || peek() == UInt8(ascii: "+") { offset += 1 }
                return addFaulty(.malformedNumber, from: start)
            }
            let fault = SyntaxFault.Kind.lettersBehindNumber(
                number: text(start, numberEnd), letters: letters)
            return addFaulty(fault, from: start)
        }
        addNumber(from: start, isDecimal: isDecimal)
    }

    private mutating func addNumber(from start: Int, isDecimal: Bool) {
        let digits = text(start, offset).filter { $0 != "_" }
        if !isDecimal, let value = Int(digits) { return add(.integer(value), from: start) }
        if isDecimal, let value = Double(digits.hasPrefix(".") ? "0" + digits : digits), value.isFinite {
            return add(.decimal(value), from: start)
        }
        addFaulty(.numberTooLarge, from: start)
    }

    private mutating func readShape(from start: Int) {
        let first = text(start, offset)
        if first == "0", peek() | 0x20 == UInt8(ascii: "x") {
            offset = endOfName(from: offset)
            return addFaulty(.hexadecimal(text(start, offset)), from: start)
        }
        var sizes = [first]
        while isTimes || peek() == UInt8(ascii: "X") {
            offset += isTimes && peek() != UInt8(ascii: "x") ? 2 : 1
            let sizeStart = offset
            skipDigits()
            guard offset > sizeStart else {
                offset = endOfName(from: offset)
                return addFaulty(.unfinishedShape(first), from: start)
            }
            sizes.append(text(sizeStart, offset))
        }
        if peek() == UInt8(ascii: "."), isDigit(peek(1)) {
            while isDigit(peek()) || peek() == UInt8(ascii: ".") { offset += 1 }
            return addFaulty(.sizeNotWhole, from: start)
        }
        let end = endOfName(from: offset)
        if end > offset {
            offset = end
            return addFaulty(.malformedNumber, from: start)
        }
        let values = sizes.compactMap { Int($0.filter { $0 != "_" }) }
        if values.count < sizes.count { return addFaulty(.numberTooLarge, from: start) }
        if values.count > 3 { return addFaulty(.tooManySizes, from: start) }
        if values.contains(0) { return addFaulty(.sizeZero, from: start) }
        add(.shape(values), from: start)
    }

    private mutating func addFaulty(_ kind: SyntaxFault.Kind, from start: Int) {
        fault(kind, start, offset)
        add(.integer(1), from: start)
    }

    private mutating func skipDigits() {
        guard isDigit(peek()) else { return }
        while isDigit(peek()) || (peek() == UInt8(ascii: "_") && isDigit(peek(1))) { offset += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// `x` or `×` (two bytes).
    private var isTimes: Bool {
        peek() == UInt8(ascii: "x") || (peek() == 0xC3 && peek(1) == 0x97)
    }
}
