// From a number to a color: viridis for what is never negative, blue over white to red for what may be.

public enum ColorRamp {
    /// Nine of matplotlib's 256 colors of viridis, evenly spaced (van der Walt and Smith 2015).
    private static let viridis: [(Double, Double, Double)] = [
        (68, 1, 84), (71, 44, 122), (59, 81, 139), (44, 113, 142), (33, 144, 141), (39, 173, 129), (92, 200, 99),
        (170, 220, 50), (253, 231, 37),
    ]

    /// - Parameter share: 0...1
    public static func viridis(_ share: Double) -> [UInt8] {
        let place = max(0, min(1, share.isFinite ? share : 0)) * Double(viridis.count - 1)
        let index = min(viridis.count - 2, Int(place))
        let (a, b, rest) = (viridis[index], viridis[index + 1], place - Double(index))
        return [a.0 + (b.0 - a.0) * rest, a.1 + (b.1 - a.1) * rest, a.2 + (b.2 - a.2) * rest].map {
            UInt8($0.rounded())
        }
    }

    /// Lays a map over an image, `[H, W, 3]`: where it is high, the image shows in the map's color.
    ///
    /// - Parameter map: of any size, 0...1, drawn out between its values.
    public static func overlay(
        _ image: [UInt8], height: Int, width: Int, map: [Double], mapHeight: Int, mapWidth: Int
    ) -> [UInt8] {
        var result = image
        for y in 0..<height {
            for x in 0..<width {
                let share = interpolated(
                    map, mapHeight, mapWidth, (Double(y) + 0.5) / Double(height), (Double(x) + 0.5) / Double(width))
                let color = viridis(share)
                for channel in 0..<3 {
                    let place = 3 * (y * width + x) + channel
                    result[place] = UInt8((0.5 * Double(image[place]) + 0.5 * Double(color[channel])).rounded())
                }
            }
        }
        return result
    }

    /// Between the four values around a place (bilinear, pixel centers).
    private static func interpolated(
        _ map: [Double], _ height: Int, _ width: Int, _ y: Double, _ x: Double
    ) -> Double {
        let (row, column) = (
            max(0, min(Double(height - 1), y * Double(height) - 0.5)),
            max(0, min(Double(width - 1), x * Double(width) - 0.5))
        )
        let (top, left) = (Int(row), Int(column))
        let (bottom, right) = (min(height - 1, top + 1), min(width - 1, left + 1))
        let (down, across) = (row - Double(top), column - Double(left))
        let upper = map[top * width + left] * (1 - across) + map[top * width + right] * across
        let lower = map[bottom * width + left] * (1 - across) + map[bottom * width + right] * across
        return upper * (1 - down) + lower * down
    }
}
