// The syntax tree of a cell. A word of the language is not known to the parser: `conv 64, kernel: 3`, `plot a, b` and
// `adam(lr: 1e-4)` are all a `Call`. Trees are at most `SyntaxLimits.depth` deep, so that walking and freeing them
// never overflows the stack.

/// A name as written and its place.
public struct Identifier: Sendable {
    public var text: String
    public var range: SourceRange

    public init(_ text: String, _ range: SourceRange) {
        self.text = text
        self.range = range
    }
}

/// The statements of a cell in order, with the faults the parser met. Statements that could be read are in the tree
/// even where others could not.
public struct Program: Sendable {
    public var source: SourceText
    public var statements: [Statement]
    public var diagnostics: [Diagnostic]
    /// The parts that could not be read.
    public var unread: [SourceRange]

    public init(
        source: SourceText, statements: [Statement], diagnostics: [Diagnostic], unread: [SourceRange] = []
    ) {
        self.source = source
        self.statements = statements
        self.diagnostics = diagnostics
        self.unread = unread
    }
}

/// `{ … }`
public struct Body: Sendable {
    public var statements: [Statement]
    public var range: SourceRange

    public init(statements: [Statement], range: SourceRange) {
        self.statements = statements
        self.range = range
    }
}

public struct Statement: Sendable {
    public indirect enum Kind: Sendable {
        /// `let x = …` and, with `isTuple`, `let (a, b) = …`
        case binding(names: [Identifier], isTuple: Bool, value: Expression)
        case model(Definition)
        case block(Definition)
        /// `for x in …`, `for (a, b) in …`
        case forLoop(names: [Identifier], isTuple: Bool, sequence: Expression, body: Body)
        /// `repeat n { … }`
        case repeatLoop(count: Expression, body: Body)
        case conditional(Conditional)
        /// Any expression; a command at the head of a statement is a `.call` written as `.command`.
        case expression(Expression)
    }

    public var kind: Kind
    public var range: SourceRange
    /// Whether a `;` follows: the value of the last statement of a cell then stays unseen.
    public var isQuiet: Bool

    public init(_ kind: Kind, range: SourceRange, isQuiet: Bool = false) {
        self.kind = kind
        self.range = range
        self.isQuiet = isQuiet
    }
}

/// `model VGG(pooled: true) { … }` or `block Stage(width) { … }`
public struct Definition: Sendable {
    public struct Parameter: Sendable {
        public var name: Identifier
        public var defaultValue: Expression?

        public init(name: Identifier, defaultValue: Expression?) {
            self.name = name
            self.defaultValue = defaultValue
        }
    }

    public var name: Identifier
    public var parameters: [Parameter]
    public var body: Body

    public init(name: Identifier, parameters: [Parameter], body: Body) {
        self.name = name
        self.parameters = parameters
        self.body = body
    }
}

/// `if a { … } else if b { … } else { … }`, as a statement or as an expression whose value is that of the last
/// expression of the branch taken.
public struct Conditional: Sendable {
    public struct Branch: Sendable {
        public var condition: Expression
        public var body: Body

        public init(condition: Expression, body: Body) {
            self.condition = condition
            self.body = body
        }
    }

    public var branches: [Branch]
    public var otherwise: Body?

    public init(branches: [Branch], otherwise: Body?) {
        self.branches = branches
        self.otherwise = otherwise
    }
}

/// `verb argument, label: value { … }` or `verb(argument, label: value)`
public struct Call: Sendable {
    public enum Style: Sendable {
        /// `conv 64, kernel: 3` at the head of a statement or after `let x =`. A head without arguments or blocks
        /// (`relu`, `flatten`, `a`) is an `Expression.name`, not a call.
        case command
        /// `adam(lr: 1e-4)`, with the parenthesis glued to the name.
        case parentheses
    }

    public struct Argument: Sendable {
        public var label: Identifier?
        public var value: Expression

        public init(label: Identifier?, value: Expression) {
            self.label = label
            self.value = value
        }
    }

    public var callee: Identifier
    public var arguments: [Argument]
    /// The blocks of `residual { … }`, `shortcut { … }` and `concat { … } { … }`.
    public var bodies: [Body]
    public var style: Style

    public init(callee: Identifier, arguments: [Argument], bodies: [Body] = [], style: Style) {
        self.callee = callee
        self.arguments = arguments
        self.bodies = bodies
        self.style = style
    }
}

public struct Expression: Sendable {
    public enum StringPart: Sendable {
        case text(String)
        /// `\( … )`
        case interpolation(Expression)
    }

    public enum UnaryOperator: String, Sendable {
        case negate = "-"
        case not = "!"
    }

    public enum BinaryOperator: String, Sendable {
        case or = "||"
        case and = "&&"
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case remainder = "%"
    }

    public indirect enum Kind: Sendable {
        case integer(Int)
        case decimal(Double)
        case boolean(Bool)
        case string([StringPart])
        /// `3x32x32`: one to three sizes.
        case shape([Int])
        case name(String)
        case list([Expression])
        /// `[for s in 1...3 { train gap, seed: s }]`
        case listLoop(names: [Identifier], isTuple: Bool, sequence: Expression, body: Body)
        case tuple([Expression])
        /// `a...b`, both ends included.
        case range(Expression, Expression)
        case unary(UnaryOperator, Expression)
        case binary(BinaryOperator, Expression, Expression, operatorRange: SourceRange)
        case call(Call)
        case member(Expression, Identifier)
        case index(Expression, Expression)
        case conditional(Conditional)
    }

    public var kind: Kind
    public var range: SourceRange

    public init(_ kind: Kind, range: SourceRange) {
        self.kind = kind
        self.range = range
    }
}
