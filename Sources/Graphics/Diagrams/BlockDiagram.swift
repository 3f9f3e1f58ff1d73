// Networks as stages of blocks, as a value: what repeats is folded, branches are side by side and join. Lines never
// cross, because each part is drawn inside a box of its own.

public struct BlockDiagram: Hashable, Sendable {
    public struct Block: Hashable, Sendable {
        /// `conv 64, padding: 1`
        public var name: String
        /// What follows it at once: `batchnorm · relu`.
        public var followers: String
        /// What flows out: `64x32x32`.
        public var output: String
        /// `1,792 parameters`
        public var cost: String
        /// Blocks of one kind share a color: 0 convolutions, 1 pools, 2 linear layers, 3 others.
        public var kind: Int
        /// Whether the other network has no such block here.
        public var isMarked = false

        public init(name: String, followers: String = "", output: String, cost: String = "", kind: Int) {
            self.name = name
            self.followers = followers
            self.output = output
            self.cost = cost
            self.kind = kind
        }
    }

    public indirect enum Part: Hashable, Sendable {
        case block(Block)
        case repeated(Int, [Part])
        /// One value for several branches, an empty one of which copies it, joined by `+`, `×` or `concat`.
        /// With `fork`, each gets a share of it.
        case branches([[Part]], join: String, fork: String? = nil)

        /// The same with every block marked.
        public var marked: Part {
            switch self {
            case .block(var block):
                block.isMarked = true
                return .block(block)
            case .repeated(let count, let parts): return .repeated(count, parts.map(\.marked))
            case .branches(let branches, let join, let fork):
                return .branches(branches.map { $0.map(\.marked) }, join: join, fork: fork)
            }
        }
    }

    public struct Network: Hashable, Sendable {
        public var name: String
        public var input: String
        /// `24,234 parameters, 2.8M multiply-adds`
        public var cost: String
        public var parts: [Part]

        public init(name: String, input: String, cost: String, parts: [Part]) {
            self.name = name
            self.input = input
            self.cost = cost
            self.parts = parts
        }
    }

    public var title: String
    public var networks: [Network]

    public init(title: String, networks: [Network]) {
        self.title = title
        self.networks = networks
    }

    /// Folds what follows itself: `a b a b a b` becomes three times `a b`.
    public static func folded(_ parts: [Part]) -> [Part] {
        var result: [Part] = []
        var place = 0
        while place < parts.count {
            var best = (period: 0, count: 1)
            for period in 1...max(1, min(6, (parts.count - place) / 2)) {
                var count = 1
                while place + (count + 1) * period <= parts.count,
                    parts[place..<place + period] == parts[place + count * period..<place + (count + 1) * period]
                {
                    count += 1
                }
                if count > 1, count * period > best.count * best.period { best = (period, count) }
            }
            if best.period > 0 {
                result.append(.repeated(best.count, Array(parts[place..<place + best.period])))
                place += best.period * best.count
            } else {
                result.append(parts[place])
                place += 1
            }
        }
        return result
    }

    /// Marks the parts of two networks that have no equal in the other, in order (longest common subsequence).
    public static func marked(_ first: [Part], _ second: [Part]) -> ([Part], [Part]) {
        var lengths = [[Int]](repeating: [Int](repeating: 0, count: second.count + 1), count: first.count + 1)
        for i in first.indices.reversed() {
            for j in second.indices.reversed() {
                lengths[i][j] =
                    first[i] == second[j] ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
            }
        }
        var (a, b, i, j) = (first, second, 0, 0)
        while i < first.count || j < second.count {
            if i < first.count, j < second.count, first[i] == second[j] {
                (i, j) = (i + 1, j + 1)
            } else if j == second.count || (i < first.count && lengths[i + 1][j] >= lengths[i][j + 1]) {
                a[i] = first[i].marked
                i += 1
            } else {
                b[j] = second[j].marked
                j += 1
            }
        }
        return (a, b)
    }
}
