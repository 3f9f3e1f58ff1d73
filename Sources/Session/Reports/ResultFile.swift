// `to: "figure.svg"`: what a looking word shows, written to a file whose ending names the form.

import Language
import Libraries

extension Invocation {
    /// Writes the form of `rich` that the ending of `to:` asks for, where it was given.
    /// - Parameter forms: what else can be written, by ending.
    func writeFile(_ rich: RichValue, forms: [String: () -> String] = [:]) throws {
        guard let name = arguments.text("to"), !interpreter.isSilent else { return }
        let ending = name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]).lowercased() } ?? ""
        var available: [String: () -> String] = ["txt": { rich.terminalForm(columns: nil) + "\n" }]
        if let html = rich.html { available["html"] = { html + "\n" } }
        if let svg = rich.svg { available["svg"] = { svg + "\n" } }
        if let markdown = rich.markdown { available["md"] = { markdown + "\n" } }
        available.merge(forms) { _, new in new }
        guard let text = available[ending] else {
            let endings = available.keys.sorted().map { "." + $0 }.joined(separator: ", ")
            throw fault(
                "unknown-form", "`\(arguments.word.name)` cannot be written as `.\(ending)`", at: arguments.place("to"),
                fix: "end the name in one of \(endings)")
        }
        do {
            try FileSystem.write(text(), to: FileSystem.join(interpreter.folder, name))
        } catch {
            throw fault("file", error.description, at: arguments.place("to"))
        }
    }
}
