// A progress display in the forms that a notebook shows.

import Libraries

extension ProgressUpdate {
    /// The finished share in whole percents; 100 only when all is done.
    public var percent: Int { chart.percent }

    /// By MIME type. The last state stays in the saved notebook and has no times in its plain text, by which notebooks are
    /// compared.
    public var bundle: JSONObject {
        let svg = chart.svg
        var bundle: JSONObject = ["text/plain": .string(text), "image/svg+xml": .string(svg)]
        // Only what remains is worth its time.
        if isFinal, let png = pngForm(svg) { bundle["image/png"] = .string(png) }
        return bundle
    }

    private var text: String {
        guard !isFinal else { return conclusion.isEmpty ? "\(title): \(percent) %" : "\(title): \(conclusion)" }
        let cells = percent / 5
        let bar = String(repeating: "#", count: cells) + String(repeating: "-", count: 20 - cells)
        return "\(title) [\(bar)] \(percent) % \(facts.joined(separator: ", "))"
    }
}
