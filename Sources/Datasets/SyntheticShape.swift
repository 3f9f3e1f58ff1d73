// The ten classes of the built-in data set, each a set of points around the origin.

enum SyntheticShape: String, CaseIterable {
    case disc, ring, square, frame, triangle, cross, stripes, checkers, crescent, bar

    /// Whether the point lies in the shape, whose radius is 256.
    func contains(_ x: Int32, _ y: Int32) -> Bool {
        switch self {
        case .disc: square(x, y) < 230 * 230
        case .ring: square(x, y) < 256 * 256 && square(x, y) > 140 * 140
        case .square: abs(x) < 200 && abs(y) < 200
        case .frame: abs(x) < 220 && abs(y) < 220 && (abs(x) > 105 || abs(y) > 105)
        case .triangle: y < 150 && 7 * abs(x) < 4 * (y + 256)
        case .cross: (abs(x) < 72 && abs(y) < 256) || (abs(y) < 72 && abs(x) < 256)
        case .stripes: abs(x) < 240 && abs(y) < 220 && (abs(x) < 52 || abs(x) > 136)
        case .checkers: abs(x) < 220 && abs(y) < 220 && (x > 0) == (y > 0)
        case .crescent: square(x, y) < 256 * 256 && square(x - 130, y) > 215 * 215
        case .bar: abs(x) < 80 && abs(y) < 256
        }
    }

    private func square(_ x: Int32, _ y: Int32) -> Int32 { x * x + y * y }
}
