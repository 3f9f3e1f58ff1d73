// What is between a session and its front end: nothing that a session shows holds a control character, whatever the
// names of files, classes and runs hold. So no front end has to think of it.

import Language
import Libraries
import Text

final class PrintableOutput: Output {
    private let output: any Output

    init(_ output: any Output) { self.output = output }

    var drawsProgress: Bool { output.drawsProgress }
    var logsLines: Bool { output.logsLines }

    func write(_ text: String) { output.write(text.printable) }
    func log(_ text: String) { output.log(text.printable) }
    func show(_ value: RichValue) { output.show(value.printable) }
    func showFolded(_ value: RichValue) { output.showFolded(value.printable) }
    func result(_ value: RichValue) { output.result(value.printable) }
    func page(_ value: RichValue) { output.page(value.printable) }
    /// `DiagnosticText` draws what it shows of texts and sources.
    func report(_ diagnostic: Diagnostic) { output.report(diagnostic) }
    func ask(_ prompt: String, isSecret: Bool) -> Answer { output.ask(prompt.printable, isSecret: isSecret) }

    func progress(_ update: ProgressUpdate) {
        var update = update
        update.title = update.title.printableName
        update.facts = update.facts.map(\.printableName)
        update.conclusion = update.conclusion.split(separator: "\n").map { String($0).printableName }
            .joined(separator: "\n")
        update.results = update.results.map(\.printableName)
        output.progress(update)
    }
}

extension RichValue {
    /// The value without control characters in any of its forms, but for the colors of a picture.
    var printable: RichValue {
        var value = self
        value.text = text.printable
        if let terminalText { value.terminalText = { terminalText($0).printable } }
        if let terminalPicture { value.terminalPicture = { terminalPicture($0).printableColored } }
        value.html = html?.printable
        value.svg = svg?.printable
        value.markdown = markdown?.printable
        value.latex = latex?.printable
        return value
    }
}
