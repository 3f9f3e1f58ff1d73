// A call as the action of its word gets it.

import Experiments
import Language

/// A call of a word that does something: its arguments, and the session it happens in.
struct Invocation {
    let arguments: Arguments
    let context: WordContext

    var range: SourceRange { arguments.range }

    subscript<Read>(_ option: Option<Read>) -> Read { arguments[option] }
    subscript<Read>(_ option: RestOption<Read>) -> [RestOption<Read>.Given] { arguments[option] }

    func isGiven(_ option: any OptionDeclaration) -> Bool { arguments.isGiven(option) }
    func place(_ option: any OptionDeclaration) -> SourceRange { arguments.place(option) }

    /// With `fresh: true`.
    func newAttempt() -> Attempt? { self[CommonOptions.fresh] ? context.session.newAttempt() : nil }

    func fault(_ code: FaultCode, _ message: String, at place: SourceRange? = nil, fix: String? = nil) -> Diagnostic {
        context.faults.fault(code, message, at: place ?? range, fix: fix)
    }
}
