// What is done at random to the images of a training: a list of transforms.

import Libraries

public struct Augmentation: Hashable, Sendable {
    /// All kinds. Those that redraw come first, as they are applied; the others in the order in which a place of the
    /// result is traced back to the image: of those that move pixels the first is applied last.
    static let kinds: [any Transform.Type] = [
        Zoom.self, Rotate.self, Color.self, RandAugment.self, Flip.self, Crop.self, Cutout.self, Erase.self,
        Mixup.self, CutMix.self,
    ]

    /// Those that do something, in that order, one of a kind.
    public let transforms: [any Transform]
    /// Those of them that redraw an image.
    let redrawing: [any RedrawingTransform]
    /// Those of them that mix it with another one.
    private let mixing: [any MixingTransform]

    public init(_ transforms: any Transform...) { self.init(transforms) }

    private init(_ transforms: [any Transform]) {
        self.transforms = Self.kinds.compactMap { kind in
            transforms.first { type(of: $0) == kind && !Self.isIdle($0) }
        }
        redrawing = self.transforms.compactMap { $0 as? any RedrawingTransform }
        mixing = self.transforms.compactMap { $0 as? any MixingTransform }
    }

    public var isNone: Bool { transforms.isEmpty }

    /// The same without the transform that this is a setting of; `nil` where there is none.
    public func without(_ label: String) -> Augmentation? {
        let rest = transforms.filter { !type(of: $0).labels.contains(label) }
        return rest.count < transforms.count ? Augmentation(rest) : nil
    }

    /// With these in place of those of their kinds; an idle one takes its kind out.
    public func replacing(_ given: [any Transform]) -> Augmentation {
        Augmentation(
            given + transforms.filter { old in !given.contains { type(of: $0) == type(of: old) } })
    }

    private static func isIdle<Kind: Transform>(_ transform: Kind) -> Bool { transform == Kind.idle }

    /// One of each kind.
    private var all: [any Transform] {
        Self.kinds.map { kind in transforms.first { type(of: $0) == kind } ?? kind.idle }
    }

    /// Which other image goes into this one. Where there are several ways, each is taken as often as any other.
    func mix(_ random: ImageRandom, among images: Int, height: Int, width: Int) -> Mix? {
        guard !mixing.isEmpty else { return nil }
        let way = mixing[ImageRandom.draw(random.words(.mixer).x, mixing.count)]
        return way.mix(random, among: images, height: height, width: width)
    }

    // MARK: Equality

    public static func == (first: Augmentation, second: Augmentation) -> Bool {
        first.transforms.map { AnyHashable($0) } == second.transforms.map { AnyHashable($0) }
    }

    public func hash(into hasher: inout Hasher) {
        for transform in transforms { transform.hash(into: &hasher) }
    }

    // MARK: Descriptions

    /// A line of a data set's digest.
    var digestText: String { all.map(\.digestText).filter { !$0.isEmpty }.joined(separator: " ") }

    var settings: JSONObject {
        var object = JSONObject()
        for transform in all {
            for key in transform.settings.keys { object[key] = transform.settings[key] }
        }
        return object
    }

    /// - Returns: `nil` where it is of no form that this version writes.
    init?(settings: JSON) {
        guard let object = settings.object else { return nil }
        let known = Set(Self.kinds.flatMap { $0.labels })
        let transforms = Self.kinds.compactMap { $0.init(settings: settings) }
        guard object.keys.allSatisfy(known.contains), transforms.count == Self.kinds.count else { return nil }
        self.init(transforms)
    }
}
