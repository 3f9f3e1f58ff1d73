// Points with names over two measures, as a value: what accuracy costs in parameters, time or multiply-adds.

import Text

public struct ScatterPlot: Hashable, Sendable {
    public struct Item: Hashable, Sendable {
        public var name: String
        public var x: Double
        public var y: Double
        /// Items of one group share color and marker.
        public var group: Int
        /// Of a mean: what it covers is said in the caption.
        public var interval: ClosedRange<Double>?
        /// What the mean is of.
        public var parts: [Plot.Point]

        public init(
            _ name: String, _ x: Double, _ y: Double, group: Int = 0, interval: ClosedRange<Double>? = nil,
            parts: [Plot.Point] = []
        ) {
            self.name = name
            self.x = x
            self.y = y
            self.group = group
            self.interval = interval
            self.parts = parts
        }
    }

    public var title: String
    public var caption: String
    public var x: Axis
    public var y: Axis
    public var items: [Item]

    public init(title: String, x: Axis, y: Axis, items: [Item], caption: String = "") {
        self.title = title
        self.x = x
        self.y = y
        self.items = items
        self.caption = caption
    }

    var shown: [Item] { items.filter { x.shows($0.x) && y.shows($0.y) } }

    /// What the axes have to hold.
    private var allX: [Double] { shown.flatMap { [$0.x] + $0.parts.map(\.x) } }
    private var allY: [Double] {
        shown.flatMap { item -> [Double] in
            let ends = [item.interval?.lowerBound, item.interval?.upperBound].compactMap(\.self)
            return [item.y] + item.parts.map(\.y) + ends
        }
    }
}

extension ScatterPlot: Picture {
    public mutating func label(x: String?, y: String?) {
        self.x.label = x ?? self.x.label
        self.y.label = y ?? self.y.label
    }

    public func table(limit: Int) -> Table {
        let hasIntervals = items.contains { $0.interval != nil }
        var table = Table(
            caption: title,
            columns: [Table.Column("name", isNumber: false), Table.Column(x.title), Table.Column(y.title)]
                + (hasIntervals ? [Table.Column("low"), Table.Column("high")] : []))
        let shown = Array(items.prefix(limit))
        let bounds: [[Double?]] =
            hasIntervals ? [shown.map { $0.interval?.lowerBound }, shown.map { $0.interval?.upperBound }] : []
        let columns = [Table.Cell.column(shown.map(\.x))] + Table.Cell.columns([shown.map(\.y)] + bounds)
        for (row, item) in shown.enumerated() { table.add([Table.Cell(item.name)] + columns.map { $0[row] }) }
        if items.count > limit { table.add([Table.Cell("… \(items.count - limit) more")]) }
        return table
    }

    var description: String {
        let told = items.prefix(30)
        let list = zip(told, zip(shortNumbers(told.map(\.x)), shortNumbers(told.map(\.y)))).map { item, place in
            "\(item.name) at \(place.0), \(place.1)"
        }
        return "\(y.title) over \(x.title): " + list.joined(separator: "; ") + "."
    }

    public var svg: String {
        let width = 640.0
        let lines = Frame.captionLines(caption, width: width)
        let height = 380 + Double(lines.count) * 15
        let frame = Frame(
            x: Scale(allX, x, ticks: 6), y: Scale(allY, y, ticks: 5), width: width, height: height,
            captionLines: lines.count, room: 0)
        let shown = shown
        let places = shown.map { (x: frame.placeX($0.x), y: frame.placeY($0.y)) }
        let bars = shown.indices.flatMap { index -> [[(x: Double, y: Double)]] in
            guard let interval = shown[index].interval, y.shows(interval.lowerBound) else { return [] }
            let (x, low, high) = (
                places[index].x, frame.placeY(interval.lowerBound), frame.placeY(interval.upperBound)
            )
            return [[(x, low), (x, high)]]
        }
        let (labels, unnamed) = labels(shown.map(\.name), places, frame, avoiding: bars)
        // Below the caption, so that the frame keeps its place.
        let names =
            unnamed.prefix(Self.mostUnnamed).joined(separator: ", ")
            + (unnamed.count > Self.mostUnnamed ? " and \(unnamed.count - Self.mostUnnamed) more" : "")
        let note = unnamed.isEmpty ? "" : "Without a name here: \(names)."
        let notes = Frame.captionLines(note, width: width)
        var sheet = Sheet(
            width: width, height: height + Double(notes.count) * 15 + (lines.isEmpty && !notes.isEmpty ? 8 : 0),
            title: title,
            description: description)
        frame.draw(on: &sheet, title: title, caption: lines + notes)
        for (index, item) in shown.enumerated() {
            let (ink, x) = (Ink.series(item.group), places[index].x)
            let parts = item.parts.filter { self.x.shows($0.x) && y.shows($0.y) }
            sheet.markers(.circle, parts.map { (frame.placeX($0.x), frame.placeY($0.y)) }, ink, isOpen: true)
            if let interval = item.interval, y.shows(interval.lowerBound) {
                let (low, high) = (frame.placeY(interval.lowerBound), frame.placeY(interval.upperBound))
                sheet.line(x, low, x, high, ink, width: 1.5)
                for end in [low, high] { sheet.line(x - 4, end, x + 4, end, ink, width: 1.5) }
            }
            sheet.markers(
                Marker(number: item.group), [places[index]], ink, isOpen: Marker.isOpen(number: item.group), scale: 1.3)
        }
        for label in labels {
            let (box, x) = (label.box, label.place.x)
            if label.isFar {
                let end = (x: max(box.left, min(box.right, x)), y: max(box.top, min(box.bottom, label.place.y)))
                sheet.line(x, label.place.y, end.x, end.y, .muted, width: 0.75)
            }
            // The text may be narrower than its box: it is at the side of its point.
            if box.right < x {
                sheet.text(label.text, box.right, box.bottom - 3, .end)
            } else if box.left > x {
                sheet.text(label.text, box.left, box.bottom - 3)
            } else {
                sheet.text(label.text, (box.left + box.right) / 2, box.bottom - 3, .middle)
            }
        }
        return sheet.svg
    }

    private struct Box {
        var left: Double
        var top: Double
        var right: Double
        var bottom: Double
        func overlap(_ other: Box) -> Double {
            let width = min(right, other.right) - max(left, other.left)
            let height = min(bottom, other.bottom) - max(top, other.top)
            return width > 0 && height > 0 ? width * height : 0
        }
    }

    /// Boxes by the squares of the sheet that they touch, so that a box is compared with its neighbors alone.
    private struct Occupied {
        private struct Square: Hashable {
            var column: Int
            var row: Int
        }

        private var boxes: [Square: [Box]] = [:]
        private static let side = 20.0

        private static func squares(_ box: Box) -> [Square] {
            func numbers(_ low: Double, _ high: Double) -> ClosedRange<Int> {
                Int((low / side).rounded(.down))...Int((high / side).rounded(.down))
            }
            return numbers(box.left, box.right).flatMap { column in
                numbers(box.top, box.bottom).map { Square(column: column, row: $0) }
            }
        }

        mutating func add(_ box: Box) {
            for square in Self.squares(box) { boxes[square, default: []].append(box) }
        }

        func overlaps(_ box: Box) -> Bool {
            Self.squares(box).contains { boxes[$0]?.contains { $0.overlap(box) > 0 } ?? false }
        }
    }

    private struct Label {
        var text: String
        /// Of its point.
        var place: (x: Double, y: Double)
        var box: Box
        /// Whether a line has to lead to it.
        var isFar: Bool
    }

    /// Names beside their points, where they cover neither a point nor another name; where there is no such place, the
    /// nearest free one in the frame; and the names that have no place at all.
    private func labels(
        _ names: [String], _ places: [(x: Double, y: Double)], _ frame: Frame,
        avoiding lines: [[(x: Double, y: Double)]]
    ) -> (labels: [Label], unnamed: [String]) {
        var taken = Occupied()
        for (x, y) in places { taken.add(Box(left: x - 5, top: y - 5, right: x + 5, bottom: y + 5)) }
        for line in lines {
            for (start, end) in zip(line, line.dropFirst()) {
                taken.add(
                    Box(
                        left: min(start.x, end.x) - 1, top: min(start.y, end.y) - 1, right: max(start.x, end.x) + 1,
                        bottom: max(start.y, end.y) + 1))
            }
        }
        func isFree(_ box: Box) -> Bool {
            box.left > frame.left && box.right < frame.right + 14 && box.top > frame.top - 6
                && box.bottom < frame.bottom && !taken.overlaps(box)
        }
        var (labels, far, unnamed): ([Label], [(Int, String)], [String]) = ([], [], [])
        for (index, name) in names.enumerated() where !name.isEmpty {
            let text = TextWidth.shortened(name, to: 160, size: 12)
            let (w, h) = (TextWidth.of(text, size: 12), 15.0)
            let (x, y) = places[index]
            // Right, left, above, below, then the corners.
            let corners = [
                (x + 8, y - h / 2), (x - 8 - w, y - h / 2), (x - w / 2, y - 7 - h), (x - w / 2, y + 7),
                (x + 6, y - 5 - h), (x + 6, y + 5), (x - 6 - w, y - 5 - h), (x - 6 - w, y + 5),
            ]
            let boxes = corners.map { Box(left: $0.0, top: $0.1, right: $0.0 + w, bottom: $0.1 + h) }
            if let box = boxes.first(where: isFree) {
                taken.add(box)
                labels.append(Label(text: text, place: (x, y), box: box, isFar: false))
            } else {
                far.append((index, text))
            }
        }
        // More lines than these are a tangle.
        for (number, (index, text)) in far.enumerated() {
            let (w, h) = (TextWidth.of(text, size: 12), 15.0)
            let (x, y) = places[index]
            let box =
                number >= Self.mostLines
                ? nil
                : Self.ring.lazy.map { dx, dy in
                    let left = dx > 0 ? x + dx : dx < 0 ? x + dx - w : x - w / 2
                    return Box(left: left, top: y + dy - h / 2, right: left + w, bottom: y + dy + h / 2)
                }.first(where: isFree)
            guard let box else {
                unnamed.append(names[index])
                continue
            }
            taken.add(box)
            labels.append(Label(text: text, place: (x, y), box: box, isFar: true))
        }
        return (labels, unnamed)
    }

    private static let mostLines = 24
    /// Names of points that have no place for them, in the caption.
    private static let mostUnnamed = 100

    /// Where a name may be, from its point, the nearest first.
    private static let ring: [(Double, Double)] = {
        let steps = (-8...8).flatMap { column in (-12...12).map { (Double(column) * 15, Double($0) * 15) } }
        return steps.filter { abs($0.0) + abs($0.1) >= 30 }
            .sorted { ($0.0 * $0.0 + $0.1 * $0.1, $0.0, $0.1) < ($1.0 * $1.0 + $1.1 * $1.1, $1.0, $1.1) }
    }()

    public func text(on terminal: TextTerminal) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let shown = shown
        let keys = flowed(
            shown.enumerated().prefix(letters.count).map { index, item in
                let name = item.name.columnWidth > 30 ? item.name.prefix(columns: 29) + "…" : item.name
                let plain = "\(letters[index]) \(name)"
                return (plain, terminal.colored(String(letters[index]), .series(item.group)) + " " + name)
            }, columns: terminal.columns)
        var frame = TextFrame(
            x: Scale(allX, x, ticks: max(3, terminal.columns / 12)),
            y: Scale(allY, y, ticks: 5), lines: keys.count + 2, on: terminal)
        for (index, item) in shown.enumerated() {
            if let interval = item.interval, y.shows(interval.lowerBound) {
                frame.canvas.line(
                    from: (frame.dotX(item.x), frame.dotY(interval.lowerBound)),
                    to: (frame.dotX(item.x), frame.dotY(interval.upperBound)), .series(item.group))
            }
            frame.canvas.put(
                index < letters.count ? letters[index] : "·", frame.dotX(item.x), frame.dotY(item.y),
                .series(item.group))
        }
        return ([terminal.bold(padded(title, terminal.columns).trimmedAtEnd)] + frame.linesOfText + keys)
            .joined(separator: "\n")
    }
}
