// How a training or a study tells how far it is.

enum LogForm: String, Sendable, CaseIterable {
    /// A bar where one can be drawn, else lines.
    case auto
    case bar, lines, none
}
