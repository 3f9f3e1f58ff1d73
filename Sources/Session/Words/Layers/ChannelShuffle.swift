// `channelshuffle`

import Network

private let groups = Option(
    "groups", .integer(1...1 << 24), isPositional: true, aliases: ["group", "g"],
    "groups whose channels then take turns")

extension Word {
    static let channelShuffle = Word(
        "channelshuffle", .layers, "Puts the channels of groups in turns, so that they mix: `nn.ChannelShuffle`",
        [groups], result: .layer, example: inNetwork("conv 16; conv 16, 1, groups: 4; channelshuffle 4"),
        aliases: ["shuffle"], since: "0.2", .layer { .channelShuffle(groups: $0[groups]) })
}
