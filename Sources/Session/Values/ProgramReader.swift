// The protocol of what reads the program text that a file holds for a run.

import Experiments
import Network

/// Text of the language that files hold, read without names of the session. Nothing is run that a file of somebody else
/// might hold.
protocol ProgramReader: AnyObject {
    /// The model of a run's line, and its training.
    ///
    /// - Throws: a `Diagnostic` in the line.
    func training(_ text: String) throws -> (model: Model, architecture: Architecture, options: TrainingOptions?)

    /// What words that give data make of plain values.
    ///
    /// - Parameter opensFiles: whether the text may name files of this machine.
    /// - Throws: a `Diagnostic` in the text.
    func data(_ text: String, opensFiles: Bool) throws -> Value

    /// A model of the session with one of its boolean parameters the other way; `nil` where it has no such parameter.
    ///
    /// - Throws: a `Diagnostic` where that is no model.
    func switched(_ model: Model, _ parameter: String) throws -> Model?

    /// An optimizer, a schedule, an average or workers of plain values.
    ///
    /// - Throws: a `Diagnostic` in the text.
    func setting(_ text: String) throws -> Value
}
