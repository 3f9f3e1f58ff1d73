// One line that shows progress, fitted to the terminal: `training gap ━━━━╸─────  45 %  loss 1.23  98 images/s`.

import Language
import Session
import Text

struct ProgressBar {
    let update: ProgressUpdate
    let columns: Int

    /// The least that is shown of a bar and of a title.
    private static let leastBar = 4
    private static let leastTitle = 12

    /// The line, at most `columns - 1` wide, so that no terminal wraps it; the last one may be several. The bar gives
    /// way first, then the facts between the first and the last, from behind; then the title, and then the other two,
    /// the last before the first.
    var text: String {
        let width = max(10, columns - 1)
        guard !update.isFinal else { return finalText(width) }
        let percent = pad("\(update.percent) %", 5)
        var facts = update.facts
        func room() -> Int { width - percent.count - 2 - facts.reduce(0) { $0 + cells($1) + 2 } }
        while facts.count > 2, room() < Self.leastBar + cells(update.title) { facts.remove(at: facts.count - 2) }
        while !facts.isEmpty, room() < Self.leastBar + min(Self.leastTitle, cells(update.title)) { facts.removeLast() }
        let title = shortened(update.title, to: max(1, room() - Self.leastBar))
        let tail = facts.map { "  " + $0 }.joined()
        let barWidth = min(30, room() - cells(title))
        guard barWidth >= Self.leastBar else { return String("\(title) \(percent)".prefix(columns: width)) }
        return "\(title) \(bar(barWidth)) \(percent)\(tail)"
    }

    /// What has ended needs no bar. Its result is written in full, in further lines where one is not enough.
    private func finalText(_ width: Int) -> String {
        guard update.conclusion.isEmpty else {
            return ProgressUpdate.closing(update.title, update.conclusion).split(separator: "\n")
                .map { hanging("", String($0), columns: width) }.joined(separator: "\n")
        }
        var lines = [shortened(update.title, to: width)]
        for fact in update.facts {
            if cells(lines[lines.count - 1]) + 2 + cells(fact) > width { lines.append("") }
            lines[lines.count - 1] += "  " + fact
        }
        return lines.joined(separator: "\n")
    }

    /// What distinguishes two titles is at their ends: the model's name, and after it seed, epoch and number, none
    /// of which is cut in two where words fit.
    private func shortened(_ text: String, to width: Int) -> String {
        guard cells(text) > width else { return text }
        var end = text.suffix(columns: width * 3 / 4)
        if let space = end.firstIndex(of: " ") { end = end[space...] }
        return text.prefix(columns: width - end.columnWidth - 1) + "…" + end
    }

    private func bar(_ width: Int) -> String {
        let halves = Int((min(1, max(0, update.fraction)) * Double(2 * width)).rounded(.down))
        let full = halves / 2
        let half = halves % 2
        return String(repeating: "━", count: full) + (half == 1 ? "╸" : "")
            + String(repeating: "─", count: width - full - half)
    }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private func cells(_ text: String) -> Int { text.columnWidth }
}
