// Where a session's words write: the one thing a front end gives to a session. Jupyter turns it into messages, a
// terminal into lines and bars, the runner into text, a test into an array.

import Graphics
import Language
import Libraries

/// One value in every form that makes sense. `text` is always there; a front end takes the richest form it can show.
public struct RichValue: Sendable {
    /// `text/plain`. What notebooks are compared by: no times, no addresses.
    public var text: String
    /// What a terminal of so many columns shows where it differs from `text` (times are left out of `text`); `nil`
    /// columns are as many as it takes.
    public var terminalText: (@Sendable (_ columns: Int?) -> String)?
    /// What a terminal shows of a picture.
    public var terminalPicture: (@Sendable (TextTerminal) -> String)?
    public var html: String?
    public var svg: String?
    public var markdown: String?
    public var latex: String?

    public init(
        text: String, terminalText: (@Sendable (_ columns: Int?) -> String)? = nil,
        terminalPicture: (@Sendable (TextTerminal) -> String)? = nil, html: String? = nil, svg: String? = nil,
        markdown: String? = nil, latex: String? = nil
    ) {
        self.text = text
        self.terminalText = terminalText
        self.terminalPicture = terminalPicture
        self.html = html
        self.svg = svg
        self.markdown = markdown
        self.latex = latex
    }

    /// The forms that a notebook keeps, by MIME type.
    public var bundle: JSONObject {
        let all: [(String, String?)] = [
            ("text/plain", text), ("text/html", html), ("image/svg+xml", svg), ("image/png", svg.flatMap(pngForm)),
            ("text/markdown", markdown), ("text/latex", latex),
        ]
        var bundle = JSONObject()
        for (type, text) in all { if let text { bundle[type] = .string(text) } }
        return bundle
    }

    public func terminalForm(columns: Int?) -> String { terminalText?(columns) ?? text }

    /// The form for a terminal of this size, or for a file: pictures are for eyes, numbers for both.
    public func terminalForm(_ size: TerminalSize?, isColored: Bool) -> String {
        guard let size, let terminalPicture else { return terminalForm(columns: size?.columns) }
        let hasAllColors = ["truecolor", "24bit"].contains(Environment.variable("COLORTERM") ?? "")
        return terminalPicture(
            TextTerminal(
                columns: size.columns, rows: size.rows, colors: isColored ? hasAllColors ? .full : .palette : .none))
    }
}

/// A picture as a notebook keeps it next to its SVG, as Base64: JupyterLab shows no SVG of a notebook that is not
/// trusted, as one from elsewhere. One pixel for one; a picture that would be large has fewer, so that notebooks stay
/// small.
///
/// `nil` without librsvg. Cost: 10 to 30 ms, and 60 ms for the first.
func pngForm(_ svg: String) -> String? {
    for resolution in [1, 0.6] {
        guard let file = try? PictureFile.make(.png, svg: svg, title: "", resolution: resolution) else { return nil }
        if file.count <= 150_000 { return PNG.base64(file) }
    }
    return nil
}

extension RichValue {
    /// A table that a notebook shows folded; its plain text is empty, for a terminal has no folds.
    init(folded table: Table, title: String) {
        self.init(
            text: "",
            html: "<details><summary>\(markupEscaped(title))</summary>\(table.html)</details>")
    }
}

/// How far a training (or a download) is. A front end draws it in place: one display in Jupyter, one line in a
/// terminal.
public struct ProgressUpdate: Sendable {
    /// The same for all updates of one activity; a front end opens a display at the first.
    public var id: Int
    /// The activity: `training gap, epoch 2 of 10`, `downloading CIFAR-10`.
    public var title: String
    /// Finished share, 0...1.
    public var fraction: Double
    /// What is after the bar, in order of importance: `loss 1.234`, `accuracy 56.78 %`, `98 images/s`, `12:34
    /// left`.
    public var facts: [String]
    /// The results among the facts, which are the same on every run, at the end: a loss, an accuracy.
    public var results: [String] = []
    /// The result, one sentence per line, at the end: verdicts, a learning rate.
    public var conclusion = ""
    /// Curves below the bar, where there are any.
    public var panels: [ProgressChart.Panel] = []
    /// Where the axes of the curves end.
    public var epochs = 0
    /// Whether this is the last update: the display is then final and must read well in a saved notebook.
    public var isFinal: Bool

    public init(id: Int, title: String, fraction: Double, facts: [String], isFinal: Bool = false) {
        self.id = id
        self.title = title
        self.fraction = fraction
        self.facts = facts
        self.isFinal = isFinal
    }

    /// The same as a picture.
    public var chart: ProgressChart {
        ProgressChart(
            title: title, fraction: fraction, facts: facts, conclusion: conclusion, epochs: epochs, panels: panels)
    }
}

/// The answer to a question to the user.
public enum Answer: Sendable {
    case line(String)
    /// Stopped instead of answered.
    case interrupted
    /// Nobody can be asked, or the input has ended.
    case nobody
}

/// Called from the thread that executes a cell.
public protocol Output: AnyObject, Sendable {
    /// Whether progress can be drawn in place.
    var drawsProgress: Bool { get }
    /// Whether a training reports its progress in lines, with `log`; by default where progress cannot be drawn.
    var logsLines: Bool { get }

    /// Plain text of `print`, newlines included.
    func write(_ text: String)
    /// Lines of a training log, newlines included.
    func log(_ text: String)
    /// What a looking word shows.
    func show(_ value: RichValue)
    /// What a notebook shows collapsed below the last output; nothing elsewhere.
    func showFolded(_ value: RichValue)
    /// The value of the last expression of a cell.
    func result(_ value: RichValue)
    /// What `?word` found: to be read and put away, not part of the cell's results.
    func page(_ value: RichValue)
    func progress(_ update: ProgressUpdate)
    /// A note, a warning, or one of the errors of a cell.
    func report(_ diagnostic: Diagnostic)
    /// Asks the person a question and waits for the line.
    func ask(_ prompt: String, isSecret: Bool) -> Answer
}

extension Output {
    public var logsLines: Bool { !drawsProgress }
    public func log(_ text: String) { write(text) }
    public func page(_ value: RichValue) { show(value) }
    public func showFolded(_ value: RichValue) {}
}
