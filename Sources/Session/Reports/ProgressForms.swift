// A progress bar in the forms that a notebook shows.

import Libraries

extension ProgressUpdate {
    /// The finished share in whole percents; 100 only when all is done.
    public var percent: Int { Int(((fraction.isFinite ? min(1, max(0, fraction)) : 0) * 100).rounded(.down)) }

    /// By MIME type. Colors are those of the page, so that it reads on light and on dark; the last state stays in the saved
    /// notebook and has no times in its plain text, by which notebooks are compared.
    public var bundle: JSONObject {
        if let svg { return ["text/plain": .string(text), "image/svg+xml": .string(svg())] }
        let html = """
            <div style="font-family:monospace;font-size:13px;line-height:1.6">\(markupEscaped(title))\
            <div style="width:100%;max-width:480px;height:8px;border-radius:4px;background:rgba(128,128,128,.25)">\
            <div style="width:\(percent)%;height:8px;border-radius:4px;background:#2a9db0"></div></div>\
            <span style="opacity:.75">\(markupEscaped((["\(percent) %"] + facts).joined(separator: " · ")))</span></div>
            """
        return ["text/plain": .string(text), "text/html": .string(html)]
    }

    private var text: String {
        guard !isFinal else { return "\(title): \(percent) %" }
        let cells = percent / 5
        let bar = String(repeating: "#", count: cells) + String(repeating: "-", count: 20 - cells)
        return "\(title) [\(bar)] \(percent) % \(facts.joined(separator: ", "))"
    }
}
