// Values as other libraries write them, and what is written here: `(3, 1)` for a size, `"he_normal"` for how weights
// begin. And options of Keras that are others where nothing is said of them.

import Language
import Network

/// What a value of another library is here.
struct ForeignValue {
    let text: String
    /// Where it is another function: how it differs.
    var difference: String?

    /// - Returns: `nil` where it is written as it is, or is none of an option's.
    static func meant(_ written: String, for parameter: WordParameter) -> ForeignValue? {
        if parameter === LayerOption.initialization.parameter {
            return initialization(written).flatMap {
                $0.choice == written ? nil : ForeignValue(text: $0.choice, difference: $0.difference)
            }
        }
        if let plain = unquoted(written) {
            if parameter.choices.contains(plain) { return ForeignValue(text: plain) }
            return parameter.label == "padding" && plain == "valid" ? ForeignValue(text: "0") : nil
        }
        guard case .extent = parameter.kind else { return nil }
        return sizes(written).map { ForeignValue(text: $0) }
    }

    func fix(for parameter: WordParameter) -> String {
        "write `\(parameter.label): \(text)`"
            + (difference.map { ", which is the nearest, but another distribution: \($0)" } ?? "")
    }

    /// Without its quotes; `nil` where it has none.
    private static func unquoted(_ written: String) -> String? {
        guard let quote = written.first, quote == "\"" || quote == "'", written.count > 1, written.last == quote else {
            return nil
        }
        return String(written.dropFirst().dropLast())
    }

    /// `(3, 1)` is `3x1`, and `(3, 3)` is `3`.
    private static func sizes(_ written: String) -> String? {
        guard let open = written.first, let close = written.last,
            open == "(" && close == ")" || open == "[" && close == "]"
        else { return nil }
        var parts = written.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
            .map { String($0.filter { !$0.isWhitespace }) }
        // `(3,)`
        if parts.last == "" { parts.removeLast() }
        let sizes = parts.compactMap { Int($0) }.filter { $0 >= 0 }
        guard (1...2).contains(sizes.count), sizes.count == parts.count else { return nil }
        if sizes.count == 1 || sizes[0] == sizes[1] { return String(sizes[0]) }
        // `0x3` would be a number of another language.
        return sizes.contains(0) ? "shape(\(sizes[0]), \(sizes[1]))" : "\(sizes[0])x\(sizes[1])"
    }

    /// How weights begin, as PyTorch or Keras names it: `kaiming_normal_`, `"he_normal"`, `initializers.HeNormal()`.
    static func initialization(_ written: String) -> (choice: String, difference: String?)? {
        let name = unquoted(written) ?? String(written.prefix { $0 != "(" })
        let plain = name.split(separator: ".").last.map { $0.lowercased().filter { $0 != "_" } } ?? ""
        let cut = "Keras' normal distribution is cut off at two deviations"
        return switch plain {
        case "kaimingnormal", "he": ("kaiming", nil)
        case "henormal": ("kaiming", cut)
        case "heuniform", "kaiminguniform": ("kaiming", "it is normal, of the same variance")
        case "glorotuniform", "xavieruniform", "glorot": ("xavier", nil)
        case "glorotnormal", "xaviernormal": ("xavier", "it is uniform, of the same variance")
        case "identity", "eye", "dirac": ("dirac", nil)
        case "zero", "zeros", "constant": ("zeros", nil)
        case "orthogonal": ("orthogonal", nil)
        default: nil
        }
    }
}

/// Options whose defaults are others in Keras than in PyTorch, which the words follow.
enum KerasDefaults {
    struct Default {
        let label: String
        let text: String
        var written: String { "\(label): \(text)" }

        init(_ label: String, _ text: String) { (self.label, self.text) = (label, text) }
    }

    /// - Parameter name: as it is called, `keras.layers.BatchNormalization`.
    static func options(of word: Word, called name: String) -> [Default] {
        guard isKeras(name) else { return [] }
        switch word.name {
        // 1 - 0.99
        case Word.batchNorm.name: return [Default("eps", "1e-3"), Default("momentum", "0.01")]
        case Word.groupNorm.name: return [Default("groups", "32"), Default("eps", "1e-3")]
        case Word.layerNorm.name: return [Default("eps", "1e-3")]
        case Word.instanceNorm.name:
            return [Default("eps", "1e-3"), Default("scale", "true"), Default("bias", "true")]
        case Word.leakyReLU.name: return [Default("slope", last(name) == "leaky_relu" ? "0.2" : "0.3")]
        case Word.adam.name: return [Default("eps", "1e-7")]
        case Word.adamW.name: return [Default("eps", "1e-7"), Default("weightdecay", "0.004")]
        case Word.rmsprop.name: return [Default("lr", "1e-3"), Default("alpha", "0.9"), Default("eps", "1e-7")]
        case Word.lion.name: return [Default("lr", "1e-3")]
        default: return []
        }
    }

    /// The value of an option that counts the other way round there.
    static func turned(_ value: String, _ label: String, of word: Word, called name: String) -> String? {
        guard word.name == Word.batchNorm.name, label == "momentum", isKeras(name) else { return nil }
        // `1 - 0.99` is 0.010000000000000009.
        return Double(value).map { decimalText(((1 - $0) * 1e12).rounded() / 1e12) } ?? "1 - \(value)"
    }

    /// What is said of options that were put in.
    ///
    /// - Parameter isTurned: whether one that was given is turned round.
    static func reason(_ options: [Default], of word: Word, isTurned: Bool = false) -> String {
        var parts: [String] = []
        let labels = options.map { "`\($0.label):`" }
        if options.count == 1, let standard = word.parameter(options[0].label)?.standardText {
            parts.append("\(labels[0]) is \(options[0].text) by default in Keras, and \(standard) here")
        } else if !options.isEmpty {
            parts.append("\(labels.joined(separator: ", ")) have these defaults in Keras, and others here")
        }
        if isTurned || options.contains(where: { $0.label == "momentum" }) {
            parts.append("`momentum:` is the share of the new batch here, and of the old ones in Keras")
        }
        return parts.joined(separator: "; ")
    }

    private static func isKeras(_ name: String) -> Bool {
        let owners = name.split(separator: ".").dropLast().map { $0.lowercased() }
        if owners.contains("timm") || owners.contains("torch") { return false }
        return names.contains(last(name)) || owners.contains(where: libraries.contains)
    }

    private static func last(_ name: String) -> String { name.split(separator: ".").last.map(String.init) ?? name }

    /// Which no other library has.
    private static let names: Set<String> = [
        "BatchNormalization", "LayerNormalization", "GroupNormalization", "InstanceNormalization",
    ]

    private static let libraries: Set<String> = [
        "keras", "layers", "tf", "tensorflow", "tfa", "optimizers", "activations",
    ]
}
