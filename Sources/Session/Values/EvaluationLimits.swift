// Limits that keep a program from exhausting memory or stack.

enum EvaluationLimits {
    /// The longest list, and the longest string in bytes.
    static let elements = 10_000_000
    /// How deep lists may nest.
    static let listDepth = 500
    /// How deep evaluation may nest over all blocks called: far less than what the stack of `LargeStack` holds.
    static let evaluationDepth = 1_000
    /// More layers than any model has: stops a `repeat` with a wrong count before it exhausts the memory.
    static let layers = 10_000
    /// More values than any shape that fits in memory.
    static let shapeValues = 1 << 40
}
