// torchvision's RandomHorizontalFlip: half of the images are mirrored.

import Libraries

public struct Flip: Transform {
    private let isOn: Bool

    public init(_ isOn: Bool = true) { self.isOn = isOn }

    public static let idle = Flip(false)
    public static let labels = ["flip"]

    public var text: String { "mirrored at random" }
    public var digestText: String { "\(isOn)" }
    public var settings: JSONObject { ["flip": .bool(isOn)] }

    public init?(settings: JSON) {
        guard let isOn = settings["flip"]?.bool else { return nil }
        self.init(isOn)
    }

    public func move(_ sources: PixelSources, _ random: ImageRandom) {
        guard random.words(0).x & 1 == 1 else { return }
        let columns = sources.columns
        for place in columns.indices where columns[place] >= 0 { columns[place] = columns.count - 1 - columns[place] }
    }
}
