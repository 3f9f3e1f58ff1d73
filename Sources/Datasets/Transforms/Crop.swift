// torchvision's RandomCrop with padding: the image is padded, and a window of its size is cropped.

import Libraries

public struct Crop: Transform {
    /// What is around the image.
    public enum Border: String, CaseIterable, Sendable {
        case black
        /// The image, mirrored at its outermost pixels as often as is needed.
        case reflect
    }

    /// Pixels around the image.
    public let padding: Int
    public let border: Border

    /// - Parameter padding: 0...1024.
    public init(_ padding: Int, border: Border = .black) {
        self.padding = padding
        self.border = padding == 0 ? .black : border
    }

    public static let idle = Crop(0)
    public static let labels = ["crop", "border"]

    public var text: String {
        "shifted by up to \(padding)" + (border == .black ? "" : " over a reflected border")
    }
    public var digestText: String { "\(padding)" + (border == .black ? "" : " \(border.rawValue)") }

    /// The border is left out where it is black: descriptions were written before there was another.
    public var settings: JSONObject {
        var object: JSONObject = ["crop": .integer(padding)]
        if border != .black { object["border"] = .string(border.rawValue) }
        return object
    }

    public init?(settings: JSON) {
        guard let padding = settings["crop"]?.integer, 0...1024 ~= padding else { return nil }
        var border = Border.black
        if let written = settings["border"] {
            guard let known = written.string.flatMap(Border.init) else { return nil }
            border = known
        }
        self.init(padding, border: border)
    }

    public func move(_ sources: PixelSources, _ random: ImageRandom) {
        let words = random.words(.place)
        shift(sources.rows, by: ImageRandom.draw(words.y, 2 * padding + 1) - padding)
        shift(sources.columns, by: ImageRandom.draw(words.z, 2 * padding + 1) - padding)
    }

    private func shift(_ places: UnsafeMutableBufferPointer<Int>, by distance: Int) {
        for index in places.indices where places[index] >= 0 {
            let place = places[index] + distance
            switch border {
            case .black: places[index] = places.indices.contains(place) ? place : -1
            case .reflect: places[index] = Self.reflected(place, places.count)
            }
        }
    }

    /// The place among `count` that one beyond them shows: -1 is 1, and `count` is `count` - 2.
    private static func reflected(_ place: Int, _ count: Int) -> Int {
        let period = max(1, 2 * (count - 1))
        let rest = abs(place) % period
        return rest < count ? rest : period - rest
    }
}
