// `augment`

import Datasets
import Language

private let flip = Option("flip", .boolean, default: false, aliases: ["hflip", "mirror"], "mirror half of them")
private let crop = Option(
    "crop", .integer(0...1024), default: 0, aliases: ["padding", "pad", "shift"],
    "put so many pixels around, and cut a window of the old size out")
private let border = Option(
    "border", .choice, default: Crop.Border.black, aliases: ["padding_mode", "fill"],
    "what `crop:` puts around: black pixels, or the image reflected at its edges")
private let cutout = Option(
    "cutout", .integer(0...1024), default: 0, aliases: ["erase"], "blank a square of this side")

extension Word {
    static let augment = Word(
        "augment", .data, "Changes the images of a training at random, differently in each epoch",
        [DataOption.data, flip, crop, border, cutout], result: .data,
        example: "let data = augment(synthetic(), flip: true, crop: 4)",
        aliases: ["RandomHorizontalFlip", "RandomCrop", "transforms"],
        .perform { call in
            var data = try call.data(DataOption.data).dataset
            data.augmentation = Augmentation(
                Flip(call[flip]), Crop(call[crop], border: call[border]), Cutout(call[cutout]))
            guard call[crop] > 0 || call[border] == .black else {
                throw call.fault(
                    .nothingToDo, "`border:` is what `crop:` puts around an image, and nothing is cropped",
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
