// How a training or a study shows its progress.

enum LogForm: String, Sendable, CaseIterable {
    /// A bar where one can be drawn, else lines.
    case auto
    case bar, lines, none
}
