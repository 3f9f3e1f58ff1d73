// Measurements with their intervals as SVG.

import Text

extension IntervalPlot {
    private static let rowHeight = 34.0

    public var svg: String {
        let width = 640.0
        let caption = Frame.captionLines(caption, width: width)
        let names = rows.map { nameLines($0.name) { TextWidth.of($0, size: 12) <= 220 } }
        let lines = Double(names.map(\.count).max() ?? 1)
        let rowHeight = max(rows.count > 16 ? 22 : style == .dots ? 42 : IntervalPlot.rowHeight, lines * 14 + 6)
        let top = margin == nil ? 42.0 : 60.0
        let bottom = top + Double(max(1, rows.count)) * rowHeight + 6
        let height = bottom + 46 + Double(caption.count) * 15 + (caption.isEmpty ? 0 : 8)
        var sheet = Sheet(width: width, height: height, title: title, description: description)
        let scale = scale
        let texts = valueTexts
        let left = Sheet.margin + 10 + max(40, names.joined().map { TextWidth.of($0, size: 12) }.max() ?? 0)
        let right = width - Sheet.margin - 14 - (texts.map { TextWidth.of(withMinus($0), size: 12) }.max() ?? 0)
        func place(_ value: Double) -> Double { left + 8 + scale.place(value) * (right - left - 16) }

        sheet.title(title)
        if let margin {
            let (low, high) = (place(margin.lowerBound), place(margin.upperBound))
            sheet.area([(low, top), (high, top), (high, bottom), (low, bottom)], .muted, opacity: 0.14)
            let text = "makes no difference"
            let half = TextWidth.of(text, size: 11.5) / 2
            sheet.text(
                text, max(left + half, min(right - half, (low + high) / 2)), top - 5, .middle, size: 11.5, ink: .muted)
        }
        for tick in scale.ticks { sheet.line(place(tick), top, place(tick), bottom, .grid) }
        sheet.ticks(scale, place: place, y: bottom + 17)
        sheet.line(left, bottom, right, bottom, .muted)
        if let reference { sheet.line(place(reference), top, place(reference), bottom, .text) }
        for (index, row) in rows.enumerated() {
            let y = top + (Double(index) + 0.5) * rowHeight + 3
            draw(row, index, y, place, rowHeight, on: &sheet)
            for (line, name) in names[index].enumerated() {
                let height = (Double(line) - Double(names[index].count - 1) / 2) * 14
                sheet.text(name, left - 10, y + 4 + height, .end)
            }
            sheet.text(withMinus(texts[index]), width - Sheet.margin, y + 4, .end)
        }
        sheet.text(
            TextWidth.shortened(scale.title, to: right - left, size: 13), (left + right) / 2, bottom + 35, .middle,
            size: 13)
        sheet.caption(caption)
        return sheet.svg
    }

    /// A name in as many lines as it takes, so that no two rows look alike: broken before the minus of a difference,
    /// else between words, else anywhere.
    private func nameLines(_ name: String, fits: (String) -> Bool) -> [String] {
        guard !fits(name) else { return [name] }
        if let minus = name.firstRange(of: " − ") {
            let second = String(name[name.index(after: minus.lowerBound)...])
            return nameLines(String(name[..<minus.lowerBound]), fits: fits) + nameLines(second, fits: fits)
        }
        var lines = [""]
        for word in name.split(separator: " ") {
            let line = lines[lines.count - 1]
            if fits(line + " " + word) {
                lines[lines.count - 1] += (line.isEmpty ? "" : " ") + word
                continue
            }
            if !line.isEmpty { lines.append("") }
            for character in word {
                let isFull = !fits(lines[lines.count - 1] + String(character))
                if isFull, !lines[lines.count - 1].isEmpty { lines.append("") }
                lines[lines.count - 1].append(character)
            }
        }
        return lines.count <= 6 ? lines : lines.prefix(3) + ["…"] + lines.suffix(2)
    }

    private func draw(
        _ row: Row, _ index: Int, _ y: Double, _ place: (Double) -> Double, _ rowHeight: Double, on sheet: inout Sheet
    ) {
        // A forest's rows are one kind of thing: one color; there the filled ones are those off the line.
        let ink = style == .forest ? Ink.series(0) : .series(index)
        let half = rowHeight * 0.28
        if style == .bars, let mean = row.mean {
            let (from, to) = (min(place(0), place(mean)), max(place(0), place(mean)))
            sheet.rectangle(from, y - half, max(1, to - from), 2 * half, ink, opacity: 0.3, outline: ink)
        }
        if style == .dots {
            // Above the interval, and at three heights by turns, so that equal values show.
            let places = row.values.enumerated().filter { $0.element.isFinite }.map { number, value in
                (x: place(value), y: y - half + [0, -2.5, 2.5][number % 3])
            }
            sheet.markers(.circle, places, ink, isOpen: true)
        }
        let y = style == .dots ? y + half * 0.7 : y
        if let interval = row.interval {
            let (low, high) = (place(interval.lowerBound), place(interval.upperBound))
            let line = style == .bars ? Ink.text : ink
            sheet.line(low, y, high, y, line, width: 2)
            sheet.line(low, y - 5, low, y + 5, line, width: 2)
            sheet.line(high, y - 5, high, y + 5, line, width: 2)
        }
        if let mean = row.mean, style != .bars {
            let covers = reference.map { reference in row.interval?.contains(reference) ?? false } ?? false
            sheet.markers(
                style == .forest ? .square : Marker(number: index + 1), [(place(mean), y)], ink,
                isOpen: style == .forest && covers, scale: 1.4)
        }
    }

    public func text(on terminal: TextTerminal) -> String {
        let scale = scale
        let texts = valueTexts
        let widest = min(24, terminal.columns / 4)
        let names = rows.map { nameLines($0.name) { $0.columnWidth <= widest } }
        let nameWidth = names.joined().map(\.columnWidth).max() ?? 0
        // Where there is no room for all, the numbers give way.
        let wanted = texts.map(\.columnWidth).max() ?? 0
        let textWidth = terminal.columns - nameWidth - wanted - 4 < 16 ? 0 : wanted
        let field = max(10, min(100, terminal.columns) - nameWidth - textWidth - 4)
        func column(_ value: Double) -> Int {
            let share = scale.place(value)
            return share.isFinite ? max(0, min(field - 1, Int((share * Double(field - 1)).rounded()))) : 0
        }
        var lines = [terminal.bold(padded(title, terminal.columns).trimmedAtEnd)]
        for (index, row) in rows.enumerated() {
            var cells = Array(repeating: Character(" "), count: field)
            if let margin {
                for place in column(margin.lowerBound)...max(column(margin.lowerBound), column(margin.upperBound)) {
                    cells[place] = "░"
                }
            }
            if let reference { cells[column(reference)] = "┊" }
            if style == .bars, let mean = row.mean {
                for place in min(column(0), column(mean))...max(column(0), column(mean)) { cells[place] = "█" }
            }
            if let interval = row.interval {
                let (low, high) = (column(interval.lowerBound), column(interval.upperBound))
                for place in low...max(low, high) where cells[place] != "█" { cells[place] = "─" }
                (cells[low], cells[high]) = ("├", "┤")
            }
            if style == .dots { for value in row.values where value.isFinite { cells[column(value)] = "∘" } }
            if style != .bars, let mean = row.mean { cells[column(mean)] = style == .forest ? "■" : "◆" }
            let ink = style == .forest ? Ink.series(0) : .series(index)
            lines.append(
                padded(names[index].first ?? "", nameWidth) + "  " + terminal.colored(String(cells), ink) + "  "
                    + (textWidth > 0 ? padded(texts[index], textWidth, atRight: true) : ""))
            lines += names[index].dropFirst()
        }
        var axis = Array(repeating: Character("─"), count: field)
        var labels = Array(repeating: Character(" "), count: field + 2)
        var end = -1
        for tick in scale.ticks {
            axis[column(tick)] = "┬"
            let text = Array(scale.text(tick))
            let start = max(0, min(labels.count - text.count, column(tick) - text.count / 2))
            guard start > end, start + text.count <= labels.count else { continue }
            labels.replaceSubrange(start..<start + text.count, with: text)
            end = start + text.count
        }
        let side = String(repeating: " ", count: nameWidth + 2)
        lines.append(terminal.colored(side + String(axis), .muted))
        lines.append(terminal.colored((side + String(labels)).trimmedAtEnd, .muted))
        lines.append(
            terminal.colored(
                side + String(repeating: " ", count: max(0, (field - scale.title.columnWidth) / 2))
                    + String(scale.title.prefix(columns: field)), .muted))
        return lines.joined(separator: "\n")
    }
}
