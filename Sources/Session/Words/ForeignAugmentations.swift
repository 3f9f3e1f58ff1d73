// Augmentations of torchvision, timm, Keras and albumentations: which option of `augment` each one is, or which is
// nearest and how it differs.

enum ForeignAugmentation {
    /// What to say of a call, or of its name alone; `nil` for what is no augmentation.
    static func call(_ name: String, _ arguments: [ForeignFunction.Argument]) -> String? {
        let call = Arguments(given: arguments)
        switch plain(name) {
        case "compose", "augmentationsequential":
            return "changes are options of one word: `augment data, flip: true, crop: 4`"
        case "totensor", "toimage", "todtype", "piltotensor":
            return "leave it out: images are tensors, and `normalize` says how they are scaled"
        case "randomhorizontalflip", "horizontalflip":
            return call.number("p", 0) ?? 0.5 == 0.5
                ? write("flip: true") : nearest("flip: true", "it mirrors half of them")
        case "randomflip":
            return call.text("mode", 0)?.contains("vertical") == false
                ? write("flip: true") : nearest("flip: true", "it mirrors left and right, not top and bottom")
        case "randomcrop": return crop(call)
        case "randomresizedcrop": return zoom(call)
        case "randomrotation": return rotation(call)
        case "colorjitter": return color(call)
        case "randaugment":
            let numbers = "(\(call.text("num_ops", 0) ?? "2"), \(call.text("magnitude", 1) ?? "9"))"
            return call.has("num_magnitude_bins", "interpolation", "fill")
                ? nearest(
                    "randaugment: \(numbers)", "it has 31 magnitudes, takes the nearest pixel and fills with black")
                : write("randaugment: \(numbers)")
        case "randomerasing":
            let share = "erase: \(call.text("p", 0) ?? "0.5")"
            return call.has("scale", "ratio", "value") || call.isLonger(than: 1)
                ? nearest(share, "its rectangles have 2 to 33 % of the area and are set to the mean") : write(share)
        case "mixup": return mixes(call, call.has("cutmix_alpha") ? ["mixup", "cutmix"] : ["mixup"])
        case "cutmix": return mixes(call, ["cutmix"])
        case let other where other.hasPrefix("random") || classes.contains(other):
            return absent.contains(other)
                ? noSuchChange : others[other].map { nearest($0.option, $0.difference) }
        default: return nil
        }
    }

    /// Of those whose names do not begin with "random".
    private static let classes: Set<String> = [
        "autoaugment", "trivialaugment", "trivialaugmentwide", "augmix", "gaussianblur", "gaussiannoise", "grayscale",
        "togray", "elastictransform", "verticalflip", "shiftscalerotate", "huesaturationvalue", "randaugmenttransform",
    ]

    /// What to say of an option of `augment` that is none: `augment(data, vflip: true)`.
    static func option(_ name: String) -> String? {
        if absent.contains(plain(name)) { return noSuchChange }
        return others[plain(name)].map {
            "`\($0.option)` is the nearest option, but another change: \($0.difference)"
        }
    }

    /// The nearest option, and what is different in it.
    private static let others: [String: (option: String, difference: String)] = {
        let flip = ("flip: true", "it mirrors left and right, not top and bottom")
        let color = ("color: 0.4", "it changes brightness, contrast and saturation, each by a factor of its own")
        let hue = ("color: 0.4", "it changes brightness, contrast and saturation, but no hue")
        let gray = ("color: 0.4", "it changes the saturation by a random factor")
        let one = ("randaugment: (1, 9)", "it draws one of 14 operations, of which this is one")
        let affine = ("rotate: 15", "it only rotates; `zoom:` changes the scale, and `randaugment:` also shears")
        let policy = ("randaugment: (2, 9)", "its operations are drawn evenly, not by a learned policy")
        let wide = ("randaugment: (1, 9)", "its magnitude is the same for every image, not drawn")
        var others: [String: (option: String, difference: String)] = [
            "augmix": ("randaugment: (2, 9)", "its operations follow each other, and no results are mixed"),
            "randaugmenttransform": ("randaugment: (2, 9)", "its operations are torchvision's, not timm's"),
            "randomzoom": ("zoom: (0.5, 1)", "it takes a window anywhere, with a share of the area"),
        ]
        let names: [(names: String, (String, String))] = [
            ("vflip verticalflip randomverticalflip", flip),
            ("brightness contrast saturation randombrightness randomcontrast randomsaturation", color),
            ("randombrightnesscontrast", color), ("hue randomhue huesaturationvalue", hue),
            ("grayscale randomgrayscale togray", gray), ("autoaugment aa", policy),
            ("trivialaugment trivialaugmentwide ta", wide),
            ("randomposterize posterize randomsolarize solarize randomautocontrast autocontrast", one),
            ("randomequalize equalize randomadjustsharpness sharpness", one),
            ("shear translate randomtranslation", one),
            ("randomaffine affine shiftscalerotate randomperspective perspective", affine),
        ]
        for (names, nearest) in names {
            for name in names.split(separator: " ") { others[String(name)] = nearest }
        }
        return others
    }()

    private static let absent: Set<String> = [
        "gaussianblur", "blur", "gaussiannoise", "elastictransform", "randominvert", "invert",
    ]

    private static let noSuchChange = "there is no such change; `help augment` lists those that there are"

    // MARK: One by one

    private static func crop(_ call: Arguments) -> String {
        guard let padding = call.text("padding", 1), Int(padding) != nil else {
            return nearest("crop: 4", "it pads by 4 pixels first, so that the image keeps its size")
        }
        switch call.text("padding_mode", 4)?.filter({ $0.isLetter }) {
        case "constant", nil: return write("crop: \(padding)")
        case "reflect": return write("crop: \(padding), border: reflect")
        default: return nearest("crop: \(padding), border: reflect", "`border:` is black or reflected")
        }
    }

    private static func zoom(_ call: Arguments) -> String {
        let option = "zoom: \(call.text("scale", 1) ?? "(0.08, 1)")"
        if call.has("ratio", "interpolation", "antialias") || call.isLonger(than: 2) {
            return nearest(option, "the ratio is 3/4 to 4/3, and the image is resized by antialiased bilinear sampling")
        }
        return write(option) + ": images keep their size, which `resize` changes"
    }

    private static func rotation(_ call: Arguments) -> String {
        // Keras takes a share of a turn.
        if let share = call.number("factor", 0), share <= 0.5, share > 0 {
            return nearest(
                "rotate: \(decimalText((share * 3600).rounded() / 10))",
                "it takes degrees; what is outside of the image is black, and the nearest pixel is taken")
        }
        let degrees = call.text("degrees", 0) ?? "15"
        let bounds = degrees.filter { !"()[] ".contains($0) }.split(separator: ",").compactMap { Double($0) }
        let isSymmetric = bounds.count == 1 || bounds.count == 2 && bounds[0] == -bounds[1]
        let option = "rotate: \(decimalText(bounds.map(abs).max() ?? 15))"
        if !isSymmetric { return nearest(option, "it turns by as much to either side") }
        if call.has("interpolation", "expand", "center", "fill") || call.isLonger(than: 1) {
            return nearest(option, "it takes the nearest pixel, and what is outside of the image is black")
        }
        return write(option)
    }

    private static func color(_ call: Arguments) -> String {
        let labels = ["brightness", "contrast", "saturation"]
        let shares = labels.enumerated().map { call.number($1, $0) ?? 0 }
        let option = "color: \(decimalText(shares.first { $0 > 0 } ?? 0.4))"
        let hue = call.text("hue", 3)
        return shares[0] > 0 && Set(shares).count == 1 && (hue == nil || hue == "0")
            ? write(option)
            : nearest(option, "brightness, contrast and saturation change by the same share each, and hues do not")
    }

    private static func mixes(_ call: Arguments, _ labels: [String]) -> String {
        write(
            labels.map { label in
                // What has no label and is no number are images.
                let plain = call.number("alpha", 0).flatMap { _ in call.text("alpha", 0) }
                return "\(label): \(call.named("\(label)_alpha") ?? call.named("alpha") ?? plain ?? "1")"
            }.joined(separator: ", "))
    }

    // MARK: Sentences

    private static func write(_ option: String) -> String { "write `augment data, \(option)`" }

    private static func nearest(_ option: String, _ difference: String) -> String {
        "`augment data, \(option)` is the nearest, but another change: \(difference)"
    }

    private static func plain(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }

    /// What a call gives, as it is written.
    private struct Arguments {
        let given: [ForeignFunction.Argument]

        /// Under its label, or at its place among those without one.
        func text(_ label: String, _ place: Int) -> String? {
            if let named = given.first(where: { $0.label == label }) { return named.text }
            let plain = given.filter { $0.label == nil }
            return place < plain.count ? plain[place].text : nil
        }

        func named(_ label: String) -> String? { given.first { $0.label == label }?.text }
        func number(_ label: String, _ place: Int) -> Double? { text(label, place).flatMap { Double($0) } }
        func has(_ labels: String...) -> Bool { given.contains { $0.label.map(labels.contains) ?? false } }
        func isLonger(than count: Int) -> Bool { given.count { $0.label == nil } > count }
    }
}
