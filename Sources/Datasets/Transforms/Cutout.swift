// Cutout (DeVries and Taylor 2017): a square is set to the channels' mean. Parts of it may lie outside.

import Libraries

public struct Cutout: Transform {
    private let side: Int

    /// - Parameter side: 0...1024.
    public init(_ side: Int) { self.side = side }

    public static let idle = Cutout(0)
    public static let labels = ["cutout"]

    public var text: String { "with a blank square of \(side)" }
    public var digestText: String { "\(side)" }
    public var settings: JSONObject { ["cutout": .integer(side)] }

    public init?(settings: JSON) {
        guard let side = settings["cutout"]?.integer, 0...1024 ~= side else { return nil }
        self.init(side)
    }

    public func paint(_ image: WrittenImage, _ random: ImageRandom) {
        let words = random.words(.cutout)
        func span(_ word: UInt32, _ size: Int) -> Range<Int> {
            let start = ImageRandom.draw(word, size) - side / 2
            return max(0, start)..<max(0, min(size, start + side))
        }
        image.blank(rows: span(words.x, image.height), columns: span(words.y, image.width))
    }
}
