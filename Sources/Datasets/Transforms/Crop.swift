// torchvision's RandomCrop with padding: black pixels are put around the image, and a window of its size is cut out.

import Libraries

public struct Crop: Transform {
    /// Pixels around the image.
    private let padding: Int

    /// - Parameter padding: 0...1024.
    public init(_ padding: Int) { self.padding = padding }

    public static let idle = Crop(0)
    public static let labels = ["crop"]

    public var text: String { "shifted by up to \(padding)" }
    public var digestText: String { "\(padding)" }
    public var settings: JSONObject { ["crop": .integer(padding)] }

    public init?(settings: JSON) {
        guard let padding = settings["crop"]?.integer, 0...1024 ~= padding else { return nil }
        self.init(padding)
    }

    public func move(_ sources: PixelSources, _ random: ImageRandom) {
        let words = random.words(0)
        shift(sources.rows, by: ImageRandom.draw(words.y, 2 * padding + 1) - padding)
        shift(sources.columns, by: ImageRandom.draw(words.z, 2 * padding + 1) - padding)
    }

    private func shift(_ places: UnsafeMutableBufferPointer<Int>, by distance: Int) {
        for index in places.indices where places[index] >= 0 {
            let place = places[index] + distance
            places[index] = places.indices.contains(place) ? place : -1
        }
    }
}
