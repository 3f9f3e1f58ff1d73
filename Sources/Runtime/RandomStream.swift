// Random numbers as a pure function of seed, role and place: Philox 4x32-10. Nothing to save, nothing that depends on
// the order in which numbers are asked for.
// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

/// What a random number is for. Two roles never share a number.
public enum RandomRole: UInt32, Sendable, CaseIterable {
    case initialization = 0
    case order = 1
    case augmentation = 2
    case dropout = 3
    /// The pictures of the built-in data set.
    case synthesis = 4
}

/// The numbers of one (seed, role, stream, step), addressed by element.
public struct RandomStream: Sendable, BitwiseCopyable {
    private let seed: UInt64
    private let role: UInt32
    private let stream: UInt32
    private let step: UInt32

    /// - Parameter step: the epoch of a shuffle, the training step of a dropout.
    public init(seed: UInt64, role: RandomRole, stream: UInt32 = 0, step: UInt32 = 0) {
        self.seed = seed
        self.role = role.rawValue
        self.stream = stream
        self.step = step
    }

    /// Four independent words of 32 random bits.
    public func words(at element: UInt32) -> SIMD4<UInt32> {
        var counter = SIMD4<UInt32>(element, step, stream, role)
        var key = SIMD2<UInt32>(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        for round in 0..<10 {
            if round > 0 { key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
            let first = UInt64(0xD251_1F53) &* UInt64(counter.x)
            let second = UInt64(0xCD9E_8D57) &* UInt64(counter.z)
            counter = SIMD4(
                UInt32(truncatingIfNeeded: second >> 32) ^ counter.y ^ key.x, UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ counter.w ^ key.y, UInt32(truncatingIfNeeded: first))
        }
        return counter
    }

    /// 64 random bits.
    public func bits(at element: UInt32) -> UInt64 {
        let words = words(at: element)
        return UInt64(words.x) << 32 | UInt64(words.y)
    }
}
