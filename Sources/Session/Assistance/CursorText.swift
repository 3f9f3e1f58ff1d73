// Reads a cell up to the cursor without needing it to be right: which call the cursor is in, which option, whether behind
// a dot, in a comment, or in the body of a model.

struct CursorText {
    /// An open bracket or a command on the way to the cursor.
    private struct Level {
        /// `(` `[` `{`, or nothing for the outermost.
        var bracket: Unicode.Scalar?
        /// The name glued to the `(`.
        var callee: String?
        /// The first name of the statement at hand, and whether something follows it.
        var head: String?
        /// The option whose value is being written, and those written before.
        var label: String?
        var labels: [String] = []
        /// Whether this is the body of a `model` or `block`, itself or around it.
        var isLayerBody = false
        /// Whether the statement at hand began with `model` or `block`.
        var isDefinition = false
        /// Whether the next name would be a head.
        var isAtHead = true
    }

    let scalars: [Unicode.Scalar]
    let cursor: Int
    /// Where the name that the cursor is in or behind begins.
    private(set) var start: Int
    /// Behind the last letter of that name.
    private(set) var end: Int
    /// The word whose argument the cursor stands in, if any.
    private(set) var callee: String?
    /// The option whose value stands at the cursor.
    private(set) var label: String?
    /// Options that were given before the cursor.
    private(set) var labels: [String] = []
    /// The names before a dot in front of the cursor, `a.curve.` as `["a", "curve"]`.
    private(set) var path: [String] = []
    private(set) var isAtHead = true
    private(set) var isLayerBody = false
    private(set) var isInText = false

    var prefix: String { text(start, cursor) }
    var name: String { text(start, end) }

    init(_ code: String, at position: Int) {
        scalars = Array(code.unicodeScalars)
        cursor = max(0, min(position, scalars.count))
        start = cursor
        end = cursor
        while start > 0, CursorText.isNamePart(scalars[start - 1]) { start -= 1 }
        while end < scalars.count, CursorText.isNamePart(scalars[end]) { end += 1 }
        readPath()
        read()
    }

    static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
    }

    private func text(_ start: Int, _ end: Int) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars[start..<max(start, end)])
        return text
    }

    private mutating func readPath() {
        var place = start
        while place > 0, scalars[place - 1] == "." {
            var first = place - 1
            while first > 0, CursorText.isNamePart(scalars[first - 1]) { first -= 1 }
            guard first < place - 1 else { return }
            path.insert(text(first, place - 1), at: 0)
            place = first
        }
    }

    private mutating func read() {
        var levels = [Level()]
        var place = 0
        func newStatement() {
            let last = levels.count - 1
            levels[last].head = nil
            levels[last].label = nil
            levels[last].labels = []
            levels[last].isDefinition = false
            levels[last].isAtHead = true
        }
        while place < start {
            let scalar = scalars[place]
            let last = levels.count - 1
            switch scalar {
            case "/" where place + 1 < scalars.count && scalars[place + 1] == "/":
                while place < start, scalars[place] != "\n" { place += 1 }
                if place >= start {
                    isInText = true
                    return
                }
                continue
            case "/" where place + 1 < scalars.count && scalars[place + 1] == "*":
                place += 2
                while place < start, !(scalars[place] == "/" && scalars[place - 1] == "*") { place += 1 }
                if place >= start {
                    isInText = true
                    return
                }
            case "\"":
                place += 1
                while place < start, scalars[place] != "\"", scalars[place] != "\n" {
                    place += scalars[place] == "\\" ? 2 : 1
                }
                if place >= start {
                    isInText = true
                    return
                }
                levels[last].isAtHead = false
            case "(", "[", "{":
                var level = Level(bracket: scalar)
                if scalar == "(" {
                    var first = place
                    while first > 0, CursorText.isNamePart(scalars[first - 1]) { first -= 1 }
                    if first < place { level.callee = text(first, place) }
                }
                level.isLayerBody = levels[last].isLayerBody || (scalar == "{" && levels[last].isDefinition)
                level.isAtHead = scalar == "{"
                levels.append(level)
            case ")", "]", "}":
                if levels.count > 1 { levels.removeLast() }
                levels[levels.count - 1].isAtHead = false
            case ";":
                newStatement()
            case "\n":
                let isOpen = levels[last].bracket == "(" || levels[last].bracket == "["
                if !isOpen, !goesOn(before: place) { newStatement() }
            case ",":
                if let label = levels[last].label { levels[last].labels.append(label) }
                levels[last].label = nil
            case ":":
                var first = place
                while first > 0, CursorText.isNamePart(scalars[first - 1]) { first -= 1 }
                levels[last].label = first < place ? text(first, place) : nil
            case "=":
                levels[last].head = nil
                levels[last].isAtHead = true
            case " ", "\t", "\r", "\u{A0}": break
            case _ where CursorText.isNamePart(scalar):
                let first = place
                while place < start, CursorText.isNamePart(scalars[place]) { place += 1 }
                let name = text(first, place)
                if levels[last].isAtHead {
                    if name == "model" || name == "block" { levels[last].isDefinition = true }
                    levels[last].head = name
                }
                levels[last].isAtHead = name == "else" || name == "in"
                continue
            default: levels[last].isAtHead = false
            }
            place += 1
        }
        let level = levels[levels.count - 1]
        isLayerBody = level.isLayerBody
        isAtHead = level.isAtHead && level.bracket != "(" && level.bracket != "["
        callee = isAtHead ? nil : level.callee ?? (level.bracket == "[" ? nil : level.head)
        label = level.label
        labels = level.labels
        // In a list that is the value of an option, the option of the call around it counts.
        if level.bracket == "[" {
            let outer = levels[levels.count - 2]
            callee = outer.callee ?? outer.head
            label = outer.label
            labels = outer.labels
        }
    }

    /// Whether a newline here does not end the statement: behind a comma, `=`, `:` or a binary operator.
    private func goesOn(before place: Int) -> Bool {
        var last = place - 1
        while last >= 0, scalars[last] == " " || scalars[last] == "\t" || scalars[last] == "\r" { last -= 1 }
        return last >= 0 && ",=:+-*/%&|<>".unicodeScalars.contains(scalars[last])
    }
}
