// `augment`

import Datasets
import Language

private let flip = Option(
    "flip", .boolean, default: false, or: "alternating",
    aliases: ["hflip", "mirror", "horizontalflip", "randomhorizontalflip"],
    "mirror half of the images, or each in every second epoch")
private let crop = Option(
    "crop", .integer(0...1024), default: 0, aliases: ["padding", "pad", "shift", "randomcrop"],
    "pad by this many pixels, then crop a random window of the original size")
private let border = Option(
    "border", .choice, default: Crop.Border.black, aliases: ["padding_mode", "fill"],
    "what `crop:` pads with: black pixels, or the image reflected at its edges")
private let zoom = Option(
    "zoom", .pair("(0.5, 1)"), default: nil, or: "none", aliases: ["scale", "randomresizedcrop", "rrc"],
    "crop a random window with such a share of the area, and enlarge it to the image's size: `RandomResizedCrop`")
private let rotate = Option(
    "rotate", .decimal(0...180), default: 0, aliases: ["rotation", "degrees", "angle", "randomrotation"],
    "rotate by up to so many degrees to either side: `RandomRotation`")
private let color = Option(
    "color", .decimal(0...10), default: 0, aliases: ["color_jitter", "jitter"],
    "change brightness, contrast and saturation by up to this share each, in a random order: `ColorJitter`")
private let randAugment = Option(
    "randaugment", .pair("(2, 9)"), default: nil, or: "none", aliases: ["rand_augment", "randaug"],
    "change each image by so many random operations of a magnitude from 0 to 30: `RandAugment`")
private let cutout = Option(
    "cutout", .integer(0...1024), default: 0, "blank out a square with this side")
private let erase = Option(
    "erase", .decimal(0...1), default: 0, aliases: ["random_erasing", "reprob"],
    "in this share of the images, blank out a rectangle of 2 to 33 % of the area: `RandomErasing`")
private let mixup = Option(
    "mixup", .zero(or: Mixup.range), default: 0, aliases: ["mixup_alpha"],
    "mix each image and its label with another one, by a share from Beta(mixup, mixup)")
private let cutmix = Option(
    "cutmix", .zero(or: CutMix.range), default: 0, aliases: ["cutmix_alpha"],
    "put a window of another image into each, and as much of its label, by a share from Beta(cutmix, cutmix); with `mixup:` "
        + "each is done to half of the images")

extension Word {
    static let augment = Word(
        "augment", .data,
        "Changes the training images at random, differently in every epoch; of data that are augmented, what is not named stays",
        [DataOption.data, flip, crop, border, zoom, rotate, color, randAugment, cutout, erase, mixup, cutmix],
        result: .data, example: "let data = augment(synthetic(), flip: true, crop: 4)",
        aliases: ["RandomHorizontalFlip", "RandomCrop", "RandomErasing", "Mixup", "CutMix", "transforms"],
        .perform { call in
            var data = try call.data(DataOption.data).dataset
            let given = try call.transforms(over: data.augmentation)
            let augmentation = data.augmentation.replacing(given)
            guard !given.isEmpty, !augmentation.isNone || !data.augmentation.isNone else {
                let written =
                    call.isGiven(DataOption.data) ? " \(call.context.source[call.place(DataOption.data)])," : ""
                throw call.fault(
                    .nothingToDo, "`augment` is not told what to do",
                    fix: "write `augment\(written) flip: true, crop: 4`")
            }
            data.augmentation = augmentation
            return .object(DataValue(data))
        })
}

extension Invocation {
    /// Those that the call names: others stay as the data have them.
    fileprivate func transforms(over known: Augmentation) throws -> [any Transform] {
        var given: [any Transform] = []
        func add(_ option: any OptionDeclaration, _ transform: @autoclosure () throws -> any Transform) rethrows {
            if isGiven(option) { given.append(try transform()) }
        }
        try add(zoom, Zoom(try shares()))
        add(rotate, Rotate(self[rotate]))
        add(color, Color(self[color]))
        try add(randAugment, try operations())
        add(flip, self[flip].map { $0 ? Flip.random : .never } ?? .alternating)
        if isGiven(crop) || isGiven(border) { given.append(try cropped(known)) }
        add(cutout, Cutout(self[cutout]))
        add(erase, Erase(self[erase]))
        try add(mixup, Mixup(try mixingAmount(mixup, of: Mixup.self)))
        try add(cutmix, CutMix(try mixingAmount(cutmix, of: CutMix.self)))
        return given
    }

    /// A border alone is that of the crop which the data have, and a crop alone keeps their border.
    private func cropped(_ known: Augmentation) throws -> Crop {
        let there = known.transforms.lazy.compactMap { $0 as? Crop }.first
        let amount = isGiven(crop) ? self[crop] : there?.padding ?? 0
        guard amount > 0 || self[border] == .black else {
            throw fault(
                .nothingToDo, "`border:` is what `crop:` pads with, and nothing is cropped",
                at: place(border), fix: "write `crop: 4, border: reflect`")
        }
        return Crop(amount, border: isGiven(border) ? self[border] : there?.border ?? .black)
    }

    private func mixingAmount<Kind: AmountTransform>(_ option: Option<Double>, of kind: Kind.Type) throws -> Double {
        guard !Kind.takes(self[option]) else { return self[option] }
        throw fault(
            .outOfRange,
            "`\(Kind.label):` is 0, or \(decimalText(Kind.range.lowerBound)) to \(decimalText(Kind.range.upperBound)), "
                + "not \(decimalText(self[option]))", at: place(option), fix: "for example `\(Kind.label): 0.2`")
    }

    /// The shares of the area that are zoomed to.
    fileprivate func shares() throws -> ClosedRange<Double>? {
        guard let (low, high) = self[zoom] else { return nil }
        guard 0 < low, low <= high, high <= 1 else {
            throw fault(
                .outOfRange, "`zoom:` is two shares of the area above 0 and at most 1, the smaller one first",
                at: place(zoom), fix: "for example `zoom: (0.5, 1)`")
        }
        guard low < 1 else {
            throw fault(
                .nothingToDo, "`zoom: (1, 1)` leaves nothing to chance: it takes the whole area", at: place(zoom),
                fix: "for example `zoom: (0.5, 1)`")
        }
        return low...high
    }

    fileprivate func operations() throws -> RandAugment {
        guard let (operations, magnitude) = self[randAugment] else { return .idle }
        guard let operations = Int(exactly: operations), let magnitude = Int(exactly: magnitude), 1...10 ~= operations,
            0...30 ~= magnitude
        else {
            throw fault(
                .outOfRange, "`randaugment:` is a number of operations from 1 to 10 and a magnitude from 0 to 30",
                at: place(randAugment), fix: "for example `randaugment: (2, 9)`")
        }
        return RandAugment(operations: operations, magnitude: magnitude)
    }
}
