// `linear`

import Network

private let width = LayerOption.width("output features")

extension Word {
    static let linear = Word(
        "linear", .layers, "A fully connected layer over a flat input: `nn.Linear`",
        [width, LayerOption.bias, LayerOption.initialization, LayerOption.freeze, LayerOption.biasEpochs],
        result: .layer, example: inNetwork("flatten; linear 10"),
        aliases: ["Dense", "fc", "fullyconnected", "affine"],
        .layer {
            .linear(
                Layer.Linear(
                    width: $0[width], hasBias: $0[LayerOption.bias], initialization: $0[LayerOption.initialization],
                    freezing: $0.freezing(hasBias: $0[LayerOption.bias])))
        })
}
