// Blocks from top to bottom as SVG, with what flows between them written at the arrows.

extension BlockDiagram {
    private static let blockWidth = 236.0
    private static let arrow = 26.0
    private static let gap = 24.0
    private static let forkHeight = 24.0

    private struct Size {
        var width: Double
        var height: Double
    }

    public var svg: String {
        let sizes = networks.map { size($0.parts) }
        let widths = zip(networks, sizes).map { network, size in
            max(size.width, TextWidth.of(network.name, size: 13, isBold: true), TextWidth.of(network.cost, size: 11.5))
        }
        let width = widths.reduce(0, +) + Double(networks.count - 1) * 48 + 48
        let hasMarks = networks.contains { $0.parts.contains(where: Self.isMarked) }
        let height = 104 + (sizes.map(\.height).max() ?? 0) + (hasMarks ? 40 : 22)
        var sheet = Sheet(width: width, height: height, title: title, description: description)
        var left = 24.0
        for (index, network) in networks.enumerated() {
            let center = left + widths[index] / 2
            sheet.text(network.name, center, 26, .middle, size: 13, isBold: true)
            sheet.text(network.cost, center, 44, .middle, size: 11.5, ink: .muted)
            sheet.text(network.input, center, 68, .middle)
            var y = 74.0
            draw(network.parts, center, &y, on: &sheet)
            left += widths[index] + 48
        }
        if hasMarks {
            sheet.caption(["≠  not in the other network at this place"])
        }
        return sheet.svg
    }

    private static func isMarked(_ part: Part) -> Bool {
        switch part {
        case .block(let block): block.isMarked
        case .repeated(_, let parts): parts.contains(where: isMarked)
        case .branches(let branches, _, _): branches.joined().contains(where: isMarked)
        }
    }

    // MARK: Sizes

    private func size(_ parts: [Part]) -> Size {
        parts.map(size).reduce(Size(width: 0, height: 0)) {
            Size(width: max($0.width, $1.width), height: $0.height + $1.height)
        }
    }

    /// With the arrow that leads to it.
    private func size(_ part: Part) -> Size {
        switch part {
        case .block(let block):
            let lines = [block.name, block.followers].map { TextWidth.of($0, size: 12) + 24 }
            return Size(
                width: max(Self.blockWidth, lines.max() ?? 0), height: Self.arrow + (block.followers.isEmpty ? 36 : 50))
        case .repeated(_, let parts):
            let inner = size(parts)
            return Size(width: inner.width + 64, height: inner.height + 30)
        case .branches(let branches, _, let fork):
            let sizes = branches.map(branchSize)
            return Size(
                width: sizes.reduce(0) { $0 + $1.width } + Double(branches.count - 1) * Self.gap,
                height: (sizes.map(\.height).max() ?? 0) + 62 + (fork == nil ? 0 : Self.forkHeight))
        }
    }

    private func branchSize(_ parts: [Part]) -> Size {
        parts.isEmpty ? Size(width: 34, height: 0) : size(parts)
    }

    // MARK: Drawing

    private func draw(_ parts: [Part], _ x: Double, _ y: inout Double, on sheet: inout Sheet) {
        for part in parts { draw(part, x, &y, on: &sheet) }
    }

    private func draw(_ part: Part, _ x: Double, _ y: inout Double, on sheet: inout Sheet) {
        switch part {
        case .block(let block): draw(block, x, &y, on: &sheet)
        case .repeated(let count, let parts):
            let inner = size(parts)
            sheet.line(x, y, x, y + 8, .muted)
            sheet.rectangle(
                x - inner.width / 2 - 10, y + 8, inner.width + 20, inner.height + 12, .sheet, radius: 6,
                outline: .grid)
            sheet.text("× \(count)", x + inner.width / 2 + 14, y + 24, isBold: true)
            y += 8
            draw(parts, x, &y, on: &sheet)
            sheet.line(x, y, x, y + 22, .muted)
            y += 22
        case .branches(let branches, let join, let fork):
            if let fork {
                sheet.line(x, y, x, y + 6, .muted)
                label(fork, x, y + 6, on: &sheet)
                y += Self.forkHeight
            }
            draw(branches, join, x, &y, on: &sheet)
        }
    }

    private func draw(_ block: Block, _ x: Double, _ y: inout Double, on sheet: inout Sheet) {
        let size = size(.block(block))
        arrow(x, y, to: y + Self.arrow, on: &sheet)
        let top = y + Self.arrow
        let height = size.height - Self.arrow
        sheet.rectangle(
            x - size.width / 2, top, size.width, height, .series(block.kind), opacity: 0.12, radius: 5,
            outline: .series(block.kind))
        if block.isMarked {
            sheet.rectangle(
                x - size.width / 2 - 3, top - 3, size.width + 6, height + 6, .sheet, opacity: 0, radius: 7,
                outline: .text)
            sheet.text("≠", x - size.width / 2 + 6, top + 14, isBold: true)
        }
        sheet.text(block.name, x, top + 15, .middle, isBold: true)
        if !block.followers.isEmpty { sheet.text(block.followers, x, top + 29, .middle) }
        let facts = [block.output, block.cost].filter { !$0.isEmpty }.joined(separator: "  ·  ")
        sheet.text(facts, x, top + height - 7, .middle, size: 11, ink: .muted)
        y += size.height
    }

    private func draw(_ branches: [[Part]], _ join: String, _ x: Double, _ y: inout Double, on sheet: inout Sheet) {
        let sizes = branches.map(branchSize)
        let total = sizes.reduce(0) { $0 + $1.width } + Double(branches.count - 1) * Self.gap
        let height = sizes.map(\.height).max() ?? 0
        let (fork, end) = (y + 16, y + 16 + height + 12)
        var left = x - total / 2
        var centers: [Double] = []
        for (index, branch) in branches.enumerated() {
            let center = left + sizes[index].width / 2
            centers.append(center)
            var place = fork
            draw(branch, center, &place, on: &sheet)
            sheet.line(center, place, center, end, .muted)
            left += sizes[index].width + Self.gap
        }
        sheet.line(x, y, x, fork, .muted)
        if let first = centers.first, let last = centers.last {
            sheet.line(min(first, x), fork, max(last, x), fork, .muted)
            sheet.line(min(first, x), end, max(last, x), end, .muted)
        }
        // What joins them.
        sheet.line(x, end, x, end + 6, .muted)
        if join == "+" || join == "×" {
            sheet.path("M\(placeText(x - 9)),\(placeText(end + 15))a9,9 0 1,0 18,0a9,9 0 1,0 -18,0", .text)
            let (left, middle) = (placeText(x - (join == "+" ? 4 : 3)), placeText(end + (join == "+" ? 15 : 12)))
            sheet.path("M\(left),\(middle)" + (join == "+" ? "h8m-4,-4v8" : "l6,6m0,-6l-6,6"), .text)
        } else {
            label(join, x, end + 6, on: &sheet)
        }
        y = end + 24
        // The next arrow begins where the joint ends.
        let rest = 62 - (16 + 12 + 24)
        sheet.line(x, y, x, y + Double(rest), .muted)
        y += Double(rest)
    }

    /// What shares a value, or joins branches.
    private func label(_ text: String, _ x: Double, _ top: Double, on sheet: inout Sheet) {
        sheet.rectangle(x - 32, top, 64, 18, .sheet, radius: 4, outline: .text)
        sheet.text(text, x, top + 13, .middle, size: 11)
    }

    private func arrow(_ x: Double, _ top: Double, to bottom: Double, on sheet: inout Sheet) {
        sheet.line(x, top, x, bottom - 2, .muted)
        sheet.path("M\(placeText(x - 3.5)),\(placeText(bottom - 6))l3.5,6l3.5,-6z", .muted, isFilled: true)
    }
}
