// A progress display in the forms that a notebook shows.

import Libraries

extension ProgressUpdate {
    /// The finished share in whole percents; 100 only when all is done.
    public var percent: Int { chart.percent }

    /// By MIME type. The last state stays in the saved notebook and has no times in its plain text, by which notebooks
    /// are compared.
    public var bundle: JSONObject {
        let svg = chart.svg
        var bundle: JSONObject = ["text/plain": .string(text), "image/svg+xml": .string(svg)]
        // Only what remains is worth its time.
        if isFinal, let png = pngForm(svg) { bundle["image/png"] = .string(png) }
        return bundle
    }

    /// The text of something that has ended: one line, or below the title where it has several results.
    public static func closing(_ title: String, _ conclusion: String) -> String {
        conclusion.contains("\n") ? "\(title):\n\(conclusion)" : "\(title): \(conclusion)"
    }

    private var text: String {
        guard !isFinal else {
            guard conclusion.isEmpty else { return ProgressUpdate.closing(title, conclusion) }
            let share = percent == 100 && !results.isEmpty ? [] : ["\(percent) %"]
            return "\(title): \((share + results).joined(separator: ", "))"
        }
        let cells = percent / 5
        let bar = String(repeating: "#", count: cells) + String(repeating: "-", count: 20 - cells)
        return "\(title) [\(bar)] \(percent) % \(facts.joined(separator: ", "))"
    }
}
