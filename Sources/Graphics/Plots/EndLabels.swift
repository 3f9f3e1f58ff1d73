// Names next to the ends of curves: a column at the right of the axes, each name as near to its curve's end as the
// others let it, with a key of the curve's dash and marker. It never covers data.

struct EndLabels {
    static let lineHeight = 16.0
    static let keyWidth = 24.0

    /// Places for labels that want these, from top to bottom in order, none nearer than a line to the next and all
    /// between `top` and `bottom`. Labels that push each other are moved as a block, to the mean of where they wanted
    /// to be.
    static func spread(_ wanted: [Double], top: Double, bottom: Double) -> [Double] {
        let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
        // A block: how many labels, and the sum of where its first one wants to be.
        var blocks: [(count: Int, sum: Double)] = []
        func first(_ block: (count: Int, sum: Double)) -> Double {
            let room = bottom - Double(block.count - 1) * lineHeight
            return max(top, min(room, block.sum / Double(block.count)))
        }
        for index in order {
            blocks.append((1, wanted[index]))
            while blocks.count > 1 {
                let (above, below) = (blocks[blocks.count - 2], blocks[blocks.count - 1])
                guard first(above) + Double(above.count) * lineHeight > first(below) else { break }
                let shifted = below.sum - Double(below.count * above.count) * lineHeight
                blocks.removeLast(2)
                blocks.append((above.count + below.count, above.sum + shifted))
            }
        }
        var result = wanted
        var place = 0
        for block in blocks {
            for line in 0..<block.count {
                result[order[place]] = first(block) + Double(line) * lineHeight
                place += 1
            }
        }
        return result
    }
}
