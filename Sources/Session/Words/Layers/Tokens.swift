// `attention`, `positionembedding`, `mixplaces`: layers that take the places of a map as tokens.

import Network

private let heads = Option(
    "heads", .integer(1...1 << 24), isPositional: true, aliases: ["num_heads", "nhead", "nheads", "n_heads", "head"],
    "number of heads, which share the channels evenly")
private let places = Option(
    "places", .places(1...LayerOption.largestExtent), isPositional: true,
    aliases: ["width", "out_features", "tokens", "units", "output", "size"],
    "places of the output: a number, or height and width as in `8x8`")

extension Word {
    static let attention = Word(
        "attention", .layers,
        "Multi-head self-attention over all places of a map: `nn.MultiheadAttention(channels, heads)`",
        [heads, LayerOption.freeze, LayerOption.biasEpochs], result: .layer,
        example: inNetwork("conv 48, 4, stride: 4; residual { layernorm; attention heads: 4 }"),
        aliases: ["MultiheadAttention", "MultiHeadAttention", "SelfAttention", "mha", "selfattention"], since: "0.2",
        .layer { .attention(Layer.Attention(heads: $0[heads], freezing: $0.freezing())) })

    static let positionEmbedding = Word(
        "positionembedding", .layers,
        "Adds a learned map, by which places can be told apart: ViT's `pos_embed`", [LayerOption.freeze],
        result: .layer, example: inNetwork("conv 48, 4, stride: 4; positionembedding; attention heads: 4"),
        aliases: ["pos_embed", "PositionEmbedding", "positionalembedding", "position_embedding"],
        since: "0.2",
        .layer { .positionEmbedding(Layer.PositionEmbedding(freezing: $0.freezing(hasBias: false))) })

    static let mixPlaces = Word(
        "mixplaces", .layers,
        "A linear layer across places, the same for each channel: MLP-Mixer's `nn.Linear(places, width)` on tokens",
        [places, LayerOption.freeze, LayerOption.biasEpochs], result: .layer,
        example: inNetwork("conv 48, 4, stride: 4; residual { layernorm; mixplaces 32; gelu; mixplaces 8x8 }"),
        aliases: ["token_mixing", "tokenmixing"], since: "0.2",
        .layer { .placeMixing(Layer.PlaceMixing(output: $0[places], freezing: $0.freezing())) })
}
