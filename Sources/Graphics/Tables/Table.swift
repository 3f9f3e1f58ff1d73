// A table as a value: columns, rows of cells, and a caption. Its forms are in `TableText`, `TableHTML` and
// `TableFiles`.

import Text

public struct Table: Hashable, Sendable {
    public struct Column: Hashable, Sendable {
        public var title: String
        /// Stands in the head, not in the cells: `%`.
        public var unit: String
        /// Numbers are at the right, their points under each other; names are at the left.
        public var isNumber: Bool
        /// A measured time or speed: it differs from run to run, so the text that notebooks are compared by leaves it
        /// out.
        public var isTiming: Bool
        /// Whether sorting by it puts the largest value first.
        public var isHighFirst: Bool

        public init(
            _ title: String, unit: String = "", isNumber: Bool = true, isTiming: Bool = false,
            isHighFirst: Bool = false
        ) {
            self.title = title
            self.unit = unit
            self.isNumber = isNumber
            self.isTiming = isTiming
            self.isHighFirst = isHighFirst
        }

        /// `accuracy (%)`
        public var head: String { unit.isEmpty ? title : "\(title) (\(unit))" }
    }

    public struct Cell: Hashable, Sendable {
        /// As a person reads it: `78.42 %`, `32,997,834`.
        public var text: String
        /// As a program reads it; `nil` for what is not a number.
        public var number: Double?

        public init(_ text: String, number: Double? = nil) {
            self.text = text
            self.number = number
        }
    }

    public var caption: String
    public var columns: [Column]
    /// One cell a column.
    public private(set) var rows: [[Cell]] = []
    /// How many of the last rows sum up those before them: means.
    public private(set) var summaryCount = 0

    public init(caption: String = "", columns: [Column]) {
        self.caption = caption
        self.columns = columns
    }

    /// Adds a row; cells that are missing are empty, those beyond the columns are dropped.
    public mutating func add(_ cells: [Cell]) {
        let missing = max(0, columns.count - cells.count)
        rows.append(Array((cells + [Cell](repeating: Cell(""), count: missing)).prefix(columns.count)))
    }

    /// Adds a row that sums up those before it; it stays the last.
    public mutating func addSummary(_ cells: [Cell]) {
        add(cells)
        summaryCount += 1
    }

    /// The rows by the values of a column, from small to large unless the column says otherwise; cells without a number
    /// by their text, after those with one. Equal rows keep their order, and those that sum up stay the last.
    public func sorted(by column: Int) -> Table {
        guard columns.indices.contains(column) else { return self }
        let sign = columns[column].isHighFirst ? -1.0 : 1
        var table = self
        table.rows = rows.dropLast(summaryCount).enumerated().sorted { first, second in
            let (a, b) = (first.element[column], second.element[column])
            switch (a.number, b.number) {
            case (let a?, let b?) where a != b: return sign * a < sign * b
            case (_?, nil): return true
            case (nil, _?): return false
            case (nil, nil) where a.text != b.text: return a.text < b.text
            default: return first.offset < second.offset
            }
        }.map(\.element)
        table.rows += rows.suffix(summaryCount)
        return table
    }

    /// The table without measured times.
    public var withoutTimings: Table {
        let kept = columns.indices.filter { !columns[$0].isTiming }
        var table = Table(caption: caption, columns: kept.map { columns[$0] })
        for row in rows { table.add(kept.map { row[$0] }) }
        table.summaryCount = summaryCount
        return table
    }
}
