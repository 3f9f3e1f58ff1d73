// Titles and captions of plots, and the note of what they leave out.

import Language

/// Sentences of a caption, those that there are.
func sentences(_ texts: String...) -> String { texts.filter { !$0.isEmpty }.joined(separator: " ") }

extension String {
    /// `Test accuracy`
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

extension Invocation {
    /// Notes which runs a picture leaves out, `flat diverged with seed 2`, and gives the sentence that its caption says
    /// it in.
    func tellExcluded(_ runs: [String]) -> String {
        guard !runs.isEmpty else { return "" }
        let text = runs.joined(separator: "; ")
        if !context.isSilent {
            context.output.report(Diagnostic(.note, code: .excluded, "\(text): excluded from this picture"))
        }
        return "Excluded: \(text)."
    }
}
