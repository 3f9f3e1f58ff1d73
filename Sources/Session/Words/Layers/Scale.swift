// `scale`

import Network

private let factor = Option(
    "factor", .decimal(-1e6...1e6), isPositional: true, aliases: ["init_values", "init_value", "gamma", "value"],
    "what values are multiplied by")
private let learned = Option(
    "learned", .boolean, default: false, aliases: ["trainable", "requires_grad"],
    "whether each channel learns a factor of its own, which begins there")

extension Word {
    static let scale = Word(
        "scale", .layers, "Multiplies by a constant, or by a learned factor for each channel (LayerScale)",
        [factor, learned, LayerOption.freeze], result: .layer, example: inNetwork("conv 16; scale 1/9; relu"),
        since: "0.2",
        .layer {
            .scale(
                Layer.Scale(
                    factor: $0[factor], isLearned: $0[learned], freezing: $0.freezing(hasBias: false)))
        })
}
