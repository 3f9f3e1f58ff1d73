// Reads a cell up to the cursor without needing it to be right: which call the cursor is in, which option, whether
// after a dot, in a comment, in a string or in the body of a model, and which names the cell has bound by then.

struct CursorText {
    /// A name that the cell binds before the cursor and that is visible there.
    struct LocalName {
        let name: String
        /// What it is bound to, as far as known without running the cell: the head of `let a = train …`.
        let head: String?
        let binding: Binding

        enum Binding {
            case letValue, model, block, parameter, element
        }
    }

    /// An open bracket or a command on the way to the cursor.
    private struct Level {
        /// `(` `[` `{`, `"` for an interpolation, or nothing for the outermost.
        var bracket: Unicode.Scalar?
        /// The name directly before the `(`.
        var callee: String?
        /// The first name of the current statement.
        var head: String?
        /// The option whose value is being written, and those written before.
        var label: String?
        var labels: [String] = []
        /// Whether this is the body of a `model` or `block`, itself or around it.
        var isLayerBody = false
        /// The keyword that the current statement began with: `let`, `model`, `block`, `for`.
        var keyword: String?
        /// The names of the current statement that are bound where it ends, or in its body.
        var pending: [String] = []
        /// The names bound in this level.
        var names: [LocalName] = []
        /// Whether the next name would be a head.
        var isAtHead = true
    }

    /// The text around the cursor, and where it begins in the cell: all places but `base` count from there.
    let scalars: [Unicode.Scalar]
    let base: Int
    let cursor: Int
    /// Where the name that the cursor is in or after begins.
    private(set) var start: Int
    /// After the last letter of that name.
    private(set) var end: Int
    /// The word whose argument the cursor is in, if any.
    private(set) var callee: String?
    /// The option whose value is at the cursor.
    private(set) var label: String?
    /// Options that were given before the cursor.
    private(set) var labels: [String] = []
    /// The names before a dot in front of the cursor, `a.curve.` as `["a", "curve"]`.
    private(set) var path: [String] = []
    /// From the outermost to the innermost.
    private(set) var localNames: [LocalName] = []
    private(set) var isAtHead = true
    private(set) var isLayerBody = false
    /// Whether the block of a statement ends in front of the cursor, where an `else` or a `shortcut` may follow.
    private(set) var isBehindBlock = false
    private(set) var isInComment = false
    /// Where the string that the cursor is in begins, after its quote.
    private(set) var stringStart: Int?

    private var levels = [Level()]

    var prefix: String { text(start, cursor) }
    var name: String { text(start, end) }
    var isInText: Bool { isInComment || stringStart != nil }

    init(_ code: String, at position: Int) {
        (scalars, base) = CursorText.window(code, around: position)
        cursor = max(0, min(position - base, scalars.count))
        start = cursor
        end = cursor
        while start > 0, scalars[start - 1].isNamePart { start -= 1 }
        while end < scalars.count, scalars[end].isNamePart { end += 1 }
        readPath()
        read()
        noteLevels()
    }

    /// So much of a cell is read: its last statements, in a cell that is too long to be read at each Tab. 20,000
    /// letters take a millisecond.
    private static let reach = 20_000

    private static func window(_ code: String, around position: Int) -> (scalars: [Unicode.Scalar], base: Int) {
        let all = code.unicodeScalars
        guard position > 2 * reach,
            let first = all.index(all.startIndex, offsetBy: position - reach, limitedBy: all.endIndex)
        else { return (Array(all.prefix(max(0, position) + reach)), 0) }
        // From where a statement begins: a line that is not indented.
        var (start, base) = (first, position - reach)
        while start < all.endIndex, base < position {
            let isBehindLine = all[all.index(before: start)] == "\n"
            if isBehindLine, all[start].isNamePart { break }
            (start, base) = (all.index(after: start), base + 1)
        }
        return (Array(all[start...].prefix(position - base + reach)), base)
    }

    func text(_ start: Int, _ end: Int) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars[start..<max(start, end)])
        return text
    }

    private mutating func readPath() {
        var place = start
        while place > 0, scalars[place - 1] == "." {
            var first = place - 1
            while first > 0, scalars[first - 1].isNamePart { first -= 1 }
            guard first < place - 1 else { return }
            path.insert(text(first, place - 1), at: 0)
            place = first
        }
    }

    // MARK: Reading

    /// The innermost level.
    private var level: Level {
        get { levels[levels.count - 1] }
        set { levels[levels.count - 1] = newValue }
    }

    private mutating func read() {
        var place = 0
        while place < start, !isInText {
            let scalar = scalars[place]
            switch scalar {
            case "/" where place + 1 < scalars.count && scalars[place + 1] == "/":
                while place < start, scalars[place] != "\n" { place += 1 }
                isInComment = place >= start
            case "/" where place + 1 < scalars.count && scalars[place + 1] == "*":
                place += 2
                while place < start, !(scalars[place] == "/" && scalars[place - 1] == "*") { place += 1 }
                isInComment = place >= start
                place += 1
            case "\"":
                place = readString(from: place + 1)
                levels[levels.count - 1].isAtHead = false
            case ")" where level.bracket == "\"":
                levels.removeLast()
                place = readString(from: place + 1)
            case "(", "[", "{":
                open(scalar, at: place)
                place += 1
            case ")", "]", "}":
                if levels.count > 1, level.bracket != "\"" { levels.removeLast() }
                levels[levels.count - 1].isAtHead = false
                place += 1
            case ";":
                endStatement()
                place += 1
            case "\n":
                let isOpen = level.bracket == "(" || level.bracket == "["
                if !isOpen, !goesOn(before: place) { endStatement() }
                place += 1
            case ",":
                if let label = level.label { levels[levels.count - 1].labels.append(label) }
                levels[levels.count - 1].label = nil
                place += 1
            case ":":
                var first = place
                while first > 0, scalars[first - 1].isNamePart { first -= 1 }
                levels[levels.count - 1].label = first < place ? text(first, place) : nil
                place += 1
            case "=":
                levels[levels.count - 1].head = nil
                levels[levels.count - 1].isAtHead = true
                place += 1
            case " ", "\t", "\r", "\u{A0}": place += 1
            case _ where scalar.isNamePart: place = readName(from: place)
            default:
                levels[levels.count - 1].isAtHead = false
                place += 1
            }
        }
    }

    /// Reads a string from behind its quote, or from behind an interpolation in it.
    /// - Returns: the place after it, or after the `\(` of an interpolation that opens.
    private mutating func readString(from first: Int) -> Int {
        var place = first
        while place < start, scalars[place] != "\"", scalars[place] != "\n" {
            if scalars[place] == "\\", place + 1 < start, scalars[place + 1] == "(" {
                levels.append(Level(bracket: "\"", isLayerBody: level.isLayerBody, isAtHead: false))
                return place + 2
            }
            place += scalars[place] == "\\" ? 2 : 1
        }
        if place >= start { stringStart = first }
        return place + 1
    }

    private mutating func readName(from first: Int) -> Int {
        var place = first
        while place < start, scalars[place].isNamePart { place += 1 }
        let name = text(first, place)
        let keywords = ["let", "model", "block", "for"]
        if level.isAtHead, level.keyword == nil, keywords.contains(name) {
            levels[levels.count - 1].keyword = name
            levels[levels.count - 1].isAtHead = false
            return place
        }
        if let keyword = level.keyword, level.head == nil, !level.isAtHead {
            if name == "in" {
                levels[levels.count - 1].isAtHead = true
            } else if keyword != "for" || level.pending.isEmpty || isInPattern {
                levels[levels.count - 1].pending.append(name)
            }
            return place
        }
        noteParameter(name)
        if level.isAtHead { levels[levels.count - 1].head = name }
        levels[levels.count - 1].isAtHead = name == "else" || name == "in"
        return place
    }

    /// Whether the names of a `let (a, b)` or `for (a, b)` are being read.
    private var isInPattern: Bool { level.bracket == "(" }

    /// A name in the parentheses of a tuple pattern, or of a definition's parameters, belongs to the statement around
    /// them.
    private mutating func noteParameter(_ name: String) {
        guard level.bracket == "(", levels.count > 1 else { return }
        let outer = levels[levels.count - 2]
        guard let keyword = outer.keyword, outer.head == nil, !outer.isAtHead else { return }
        let isPattern = (keyword == "let" || keyword == "for") && level.callee == nil
        let isParameter = (keyword == "model" || keyword == "block") && level.label == nil
        if isPattern || isParameter { levels[levels.count - 2].pending.append(name) }
    }

    private mutating func open(_ bracket: Unicode.Scalar, at place: Int) {
        var new = Level(bracket: bracket)
        if bracket == "(" {
            var first = place
            while first > 0, scalars[first - 1].isNamePart { first -= 1 }
            if first < place { new.callee = text(first, place) }
        }
        new.isLayerBody = level.isLayerBody
        new.isAtHead = bracket == "{"
        if bracket == "{", let keyword = level.keyword {
            switch keyword {
            case "model", "block":
                // The name is bound around the body, the parameters in it.
                new.isLayerBody = true
                new.names = level.pending.dropFirst().map { LocalName(name: $0, head: nil, binding: .parameter) }
                bind(keyword == "model" ? .model : .block)
            case "for": new.names = level.pending.map { LocalName(name: $0, head: nil, binding: .element) }
            default: break
            }
        }
        levels.append(new)
    }

    /// Binds the names of the current statement.
    private mutating func bind(_ binding: LocalName.Binding) {
        let head = level.head
        let names = binding == .letValue ? level.pending : Array(level.pending.prefix(1))
        levels[levels.count - 1].names += names.map { LocalName(name: $0, head: head, binding: binding) }
        levels[levels.count - 1].pending = []
    }

    private mutating func endStatement() {
        if level.keyword == "let" { bind(.letValue) }
        levels[levels.count - 1].head = nil
        levels[levels.count - 1].label = nil
        levels[levels.count - 1].labels = []
        levels[levels.count - 1].keyword = nil
        levels[levels.count - 1].pending = []
        levels[levels.count - 1].isAtHead = true
    }

    /// What the levels that are open at the cursor mean for it.
    private mutating func noteLevels() {
        isLayerBody = level.isLayerBody
        isAtHead = level.isAtHead && !isInPattern && level.bracket != "["
        callee = isAtHead ? nil : level.callee ?? (level.bracket == "[" ? nil : level.head)
        label = level.label
        labels = level.labels
        localNames = levels.flatMap(\.names)
        let before = scalars[..<start].last { $0 != " " && $0 != "\t" && $0 != "\n" && $0 != "\r" }
        isBehindBlock = before == "}"
        // In a list that is the value of an option, the option of the call around it counts.
        if level.bracket == "[", levels.count > 1 {
            let outer = levels[levels.count - 2]
            callee = outer.callee ?? outer.head
            label = outer.label
            labels = outer.labels
        }
    }

    /// Whether a newline here does not end the statement: after a comma, `=`, `:` or a binary operator.
    private func goesOn(before place: Int) -> Bool {
        var last = place - 1
        while last >= 0, scalars[last] == " " || scalars[last] == "\t" || scalars[last] == "\r" { last -= 1 }
        return last >= 0 && ",=:+-*/%&|<>".unicodeScalars.contains(scalars[last])
    }
}
