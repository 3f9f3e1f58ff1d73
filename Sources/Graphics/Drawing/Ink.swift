// The colors of every picture, each in two forms: for a white sheet and for JupyterLab's dark one (#111). A test holds
// all that is text or a curve to a contrast of 4.5 : 1 on its sheet. No color is legible on both: 4.5 : 1 on white asks
// for a luminance below 0.183, on #111 for one above 0.200. So a picture brings its sheet along, and both change
// together.

enum Ink: Hashable {
    case sheet
    case text
    /// Ticks, captions and other text in the second row.
    case muted
    /// Lines behind the data; no text is drawn in it.
    case grid
    /// A curve, by its number.
    case series(Int)

    /// Okabe and Ito's hues (https://jfly.uni-koeln.de/color/), which color-blind people can tell apart, made darker for the
    /// light sheet and lighter for the dark one.
    static let seriesColors: [(light: String, dark: String)] = [
        ("#0072b2", "#56b4e9"), ("#b84e00", "#f0904f"), ("#00795a", "#2fbf94"), ("#a23b78", "#e08cbb"),
        ("#856000", "#e0b040"), ("#3f3f3f", "#c8c8c8"),
    ]

    static let plain: [Ink] = [.sheet, .text, .muted, .grid]
    static let all: [Ink] = plain + seriesColors.indices.map { .series($0) }

    var colors: (light: String, dark: String) {
        switch self {
        case .sheet: ("#ffffff", "#111111")
        case .text: ("#222222", "#e6e6e6")
        case .muted: ("#5f5f5f", "#a8a8a8")
        case .grid: ("#dedede", "#3a3a3a")
        case .series(let number): Ink.seriesColors[number % Ink.seriesColors.count]
        }
    }

    /// The class that the dark form hangs on: `f` and `k` and this letter for fill and stroke.
    var letter: String {
        switch self {
        case .sheet: "s"
        case .text: "t"
        case .muted: "m"
        case .grid: "g"
        case .series(let number): String(number % Ink.seriesColors.count)
        }
    }

    /// Of the 256 colors of a terminal; legible on black and on white.
    var terminalCode: Int {
        switch self {
        case .sheet, .text: 7
        case .muted, .grid: 244
        case .series(let number): [32, 166, 36, 169, 136, 245][number % Ink.seriesColors.count]
        }
    }
}

/// How a curve is drawn besides its color, so that curves can be told apart in gray: filled the first six, open the
/// next.
enum Marker: CaseIterable {
    case circle, square, triangle, diamond, cross, down

    init(number: Int) { self = Marker.allCases[number % Marker.allCases.count] }

    static func isOpen(number: Int) -> Bool { number / allCases.count % 2 == 1 }

    /// A path around the origin of about six pixels across.
    var path: String {
        switch self {
        case .circle: "m-3,0a3,3 0 1,0 6,0a3,3 0 1,0 -6,0"
        case .square: "m-2.7,-2.7h5.4v5.4h-5.4z"
        case .triangle: "m0,-3.6l3.4,6h-6.8z"
        case .diamond: "m0,-3.8l3.8,3.8l-3.8,3.8l-3.8,-3.8z"
        case .cross: "m-3.2,-1h2.2v-2.2h2v2.2h2.2v2h-2.2v2.2h-2v-2.2h-2.2z"
        case .down: "m0,3.6l3.4,-6h-6.8z"
        }
    }

    /// In a terminal.
    var character: Character {
        switch self {
        case .circle: "●"
        case .square: "■"
        case .triangle: "▲"
        case .diamond: "◆"
        case .cross: "+"
        case .down: "▼"
        }
    }
}
