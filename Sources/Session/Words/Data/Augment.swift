// `augment`

import Datasets
import Language

private let flip = Option("flip", .boolean, default: false, aliases: ["hflip", "mirror"], "mirror half of the images")
private let crop = Option(
    "crop", .integer(0...1024), default: 0, aliases: ["padding", "pad", "shift"],
    "pad by this many pixels, then crop a random window of the original size")
private let border = Option(
    "border", .choice, default: Crop.Border.black, aliases: ["padding_mode", "fill"],
    "what `crop:` pads with: black pixels, or the image reflected at its edges")
private let cutout = Option(
    "cutout", .integer(0...1024), default: 0, aliases: ["erase"], "blank out a square with this side")

extension Word {
    static let augment = Word(
        "augment", .data, "Changes the training images at random, differently in every epoch",
        [DataOption.data, flip, crop, border, cutout], result: .data,
        example: "let data = augment(synthetic(), flip: true, crop: 4)",
        aliases: ["RandomHorizontalFlip", "RandomCrop", "transforms"],
        .perform { call in
            var data = try call.data(DataOption.data).dataset
            data.augmentation = Augmentation(
                Flip(call[flip]), Crop(call[crop], border: call[border]), Cutout(call[cutout]))
            guard call[crop] > 0 || call[border] == .black else {
                throw call.fault(
                    .nothingToDo, "`border:` is what `crop:` pads with, and nothing is cropped",
                    at: call.place(border), fix: "write `crop: 4, border: reflect`")
            }
            guard !data.augmentation.isNone else {
                throw call.fault(
                    .nothingToDo, "`augment` is not told what to do",
                    fix: "write `augment data, flip: true, crop: 4`")
            }
            return .object(DataValue(data))
        })
}
