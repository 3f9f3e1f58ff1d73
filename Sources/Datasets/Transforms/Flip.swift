// Mirrored images: torchvision's RandomHorizontalFlip, or in turns.

import Libraries

public enum Flip: Transform {
    case never
    /// Each image in each epoch with a probability of a half.
    case random
    /// A random half of the images in the odd epochs, the other half in the even ones: each image is seen mirrored in
    /// every second epoch (Jordan 2024).
    case alternating

    public static let idle = Flip.never
    public static let labels = ["flip"]

    public var text: String { self == .alternating ? "mirrored in every second epoch" : "mirrored at random" }
    public var digestText: String { self == .alternating ? "alternating" : "\(self == .random)" }
    public var settings: JSONObject { ["flip": self == .alternating ? "alternating" : .bool(self == .random)] }

    public init?(settings: JSON) {
        switch settings["flip"] {
        case .bool(let isOn): self = isOn ? .random : .never
        case .string("alternating"): self = .alternating
        default: return nil
        }
    }

    public func move(_ sources: PixelSources, _ random: ImageRandom) {
        let draw = self == .alternating ? random.ofAllEpochs : random
        let isOdd = self == .alternating && random.epoch % 2 == 1
        guard self != .never, (draw.words(.place).x & 1 == 1) != isOdd else { return }
        let columns = sources.columns
        for place in columns.indices where columns[place] >= 0 { columns[place] = columns.count - 1 - columns[place] }
    }
}
