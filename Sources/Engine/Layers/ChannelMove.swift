// Channels that stand elsewhere: those of branches one behind the other, a share of a map's, or all in another order.

import CKernels
import Network

/// Copies each channel of a map from its place in another.
final class ChannelMove {
    private let to: BlockedMap
    /// For each channel.
    private let lanes: UnsafeMutablePointer<tandem_lane>

    /// - Parameter source: where a channel comes from.
    init(to: BlockedMap, from source: (_ channel: Int) -> (map: BlockedMap, channel: Int)) {
        self.to = to
        lanes = .allocate(capacity: to.channels)
        for channel in 0..<to.channels {
            let (map, place) = source(channel)
            lanes[channel] = tandem_lane(
                x: map.at(image: 0, block: place / 16) + place % 16, image: map.imageStride, row: map.rowStride)
        }
    }

    deinit { lanes.deallocate() }

    func run(_ step: Step) {
        let (to, lanes, kernels) = (to, lanes, step.kernels)
        step.forEachBlock(of: to) { image, block in
            kernels.gather_channels(
                lanes + block * 16, Int32(min(16, to.channels - block * 16)), Int64(image),
                to.at(image: image, block: block), to.rowStride, Int32(to.height), Int32(to.width))
        }
    }

    /// All of these to one, one behind the other.
    static func joining(_ maps: [BlockedMap], to: BlockedMap) -> ChannelMove {
        let places = maps.flatMap { map in (0..<map.channels).map { (map, $0) } }
        return ChannelMove(to: to) { places[$0] }
    }

    /// The channels of one to each of these, one behind the other.
    ///
    /// - Parameter maps: `nil` leaves its share out.
    static func sharing(_ map: BlockedMap, channels: [Int], among maps: [BlockedMap?]) -> [ChannelMove] {
        var first = 0
        var moves: [ChannelMove] = []
        for (to, count) in zip(maps, channels) {
            let start = first
            if let to { moves.append(ChannelMove(to: to) { (map, start + $0) }) }
            first += count
        }
        return moves
    }
}

/// The channels of the first branch, then those of the second, and so on.
final class Join: LayerPass {
    private let values: ChannelMove
    private let gradients: [ChannelMove]

    init(branches: [(map: BlockedMap, gradient: BlockedMap?)], output: BlockedMap, outputGradient: BlockedMap) {
        values = .joining(branches.map(\.map), to: output)
        gradients = ChannelMove.sharing(
            outputGradient, channels: branches.map(\.map.channels), among: branches.map(\.gradient))
    }

    func forward(_ step: Step) { values.run(step) }
    func backward(_ step: Step) { for move in gradients { move.run(step) } }
}

/// A share of the channels for each branch.
final class Split: LayerPass {
    private let values: [ChannelMove]
    private let gradient: ChannelMove?

    init(input: BlockedMap, inputGradient: BlockedMap?, branches: [(map: BlockedMap, gradient: BlockedMap?)]) {
        values = ChannelMove.sharing(
            input, channels: branches.map(\.map.channels), among: branches.map(\.map))
        gradient = inputGradient.map { .joining(branches.compactMap(\.gradient), to: $0) }
    }

    func forward(_ step: Step) { for move in values { move.run(step) } }
    func backward(_ step: Step) { gradient?.run(step) }
}

struct ChannelShufflePlan: PassPlan {
    /// Which channel of the input each of the output is.
    let channels: [Int]

    let needs = PassNeeds()

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        ChannelShuffle(channels, ports)
    }
}

/// `nn.ChannelShuffle`
final class ChannelShuffle: LayerPass {
    private let values: ChannelMove
    private let gradient: ChannelMove?

    init(_ channels: [Int], _ ports: Ports) {
        var places = channels
        for (place, channel) in channels.enumerated() { places[channel] = place }
        values = ChannelMove(to: ports.output) { (ports.input, channels[$0]) }
        gradient = ports.inputGradient.map { ChannelMove(to: $0) { (ports.outputGradient, places[$0]) } }
    }

    func forward(_ step: Step) { values.run(step) }
    func backward(_ step: Step) { gradient?.run(step) }
}
