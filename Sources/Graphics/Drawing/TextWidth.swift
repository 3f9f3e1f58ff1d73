// How wide a text will be, without a font at hand: the widths of DejaVu Sans, which is wider than Helvetica, Arial and
// Liberation Sans, so that what fits here fits with each of them.

import Text

enum TextWidth {
    /// Of the characters 32 to 126, in thousandths of the font's size.
    private static let widths: [Int] = [
        318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636,
        636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656,
        557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613,
        635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818,
        592, 592, 525, 636, 337, 636, 838,
    ]

    static func of(_ text: String, size: Double, isBold: Bool = false) -> Double {
        var sum = 0
        for scalar in text.unicodeScalars {
            let place = Int(scalar.value) - 32
            if widths.indices.contains(place) {
                sum += widths[place]
            } else if scalar.columnWidth > 0 {
                // Letters of other alphabets are a little wider, those of East Asia and emoji square.
                sum += scalar.value >= 0x1100 ? 1000 : 700
            }
        }
        return Double(sum) / 1000 * size * (isBold ? 1.1 : 1)
    }

    /// The text, or as much of its beginning as fits, with an ellipsis.
    static func shortened(_ text: String, to width: Double, size: Double, isBold: Bool = false) -> String {
        guard of(text, size: size, isBold: isBold) > width else { return text }
        var kept = text
        while !kept.isEmpty, of(kept + "…", size: size, isBold: isBold) > width { kept.removeLast() }
        return kept + "…"
    }

    /// The text in lines that fit, broken at spaces.
    static func wrapped(_ text: String, to width: Double, size: Double, isBold: Bool = false) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: true) {
            let longer = lines.last.map { "\($0) \(word)" }
            if let longer, of(longer, size: size, isBold: isBold) <= width {
                lines[lines.count - 1] = longer
            } else {
                lines.append(shortened(String(word), to: width, size: size, isBold: isBold))
            }
        }
        return lines
    }
}
