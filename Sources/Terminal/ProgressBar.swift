// One line that shows how far something is, fitted to the terminal: `training gap ━━━━╸─────  45 %  loss 1.23  98 images/s`.

import Session

struct ProgressBar {
    let update: ProgressUpdate
    let columns: Int

    /// The line, at most `columns - 1` wide, so that no terminal wraps it. Facts give way first, the last one before the others,
    /// then the bar, then the title.
    var text: String {
        let width = max(10, columns - 1)
        let percent = pad("\(Int((min(1, max(0, update.fraction)) * 100).rounded(.down))) %", 5)
        var facts = update.facts
        while !facts.isEmpty,
            cells(update.title) + 1 + 10 + 1 + percent.count + facts.reduce(0, { $0 + cells($1) + 2 }) > width
        {
            facts.removeLast()
        }
        let tail = facts.map { "  " + $0 }.joined()
        let barWidth = min(30, width - cells(update.title) - 2 - percent.count - cells(tail))
        guard barWidth >= 4 else { return String("\(update.title) \(percent)".prefix(width)) }
        return "\(update.title) \(bar(barWidth)) \(percent)\(tail)"
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

    private func cells(_ text: String) -> Int { text.count }
}
