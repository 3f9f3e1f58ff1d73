// Rich values and progress as Jupyter's bundles: one value, many MIME types.

import Libraries
import Session

enum Display {
    static func bundle(_ value: RichValue) -> JSONObject {
        var data = JSONObject()
        for form in value.forms { data[form.type] = .string(form.text) }
        return data
    }

    /// A bar with its facts. Colors are those of the page, so that it reads on light and on dark; the last state stays in
    /// the saved notebook and has no times in its plain text, by which notebooks are compared.
    static func bundle(_ update: ProgressUpdate) -> JSONObject {
        let share = update.fraction.isFinite ? min(1, max(0, update.fraction)) : 0
        let percent = Int((share * 100).rounded(.down))
        let facts = update.facts.joined(separator: ", ")
        let cells = percent / 5
        let bar = String(repeating: "#", count: cells) + String(repeating: "-", count: 20 - cells)
        let text = update.isFinal ? "\(update.title): \(percent) %" : "\(update.title) [\(bar)] \(percent) % \(facts)"
        if let svg = update.svg { return ["text/plain": .string(text), "image/svg+xml": .string(svg())] }
        let html = """
            <div style="font-family:monospace;font-size:13px;line-height:1.6">\(markupEscaped(update.title))\
            <div style="width:100%;max-width:480px;height:8px;border-radius:4px;background:rgba(128,128,128,.25)">\
            <div style="width:\(percent)%;height:8px;border-radius:4px;background:#2a9db0"></div></div>\
            <span style="opacity:.75">\(markupEscaped(([("\(percent) %")] + update.facts).joined(separator: " · ")))</span></div>
            """
        return ["text/plain": .string(text), "text/html": .string(html)]
    }
}
