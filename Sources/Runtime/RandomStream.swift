// Random numbers as pure functions of (seed, role, stream, step, element): Philox 4x32-10 (Salmon et al., "Parallel
// Random Numbers: As Easy as 1, 2, 3", SC 2011). There is no state to save, and nothing depends on order or threads.

/// Ten rounds of Philox on four 32-bit words.
public enum Philox {
    /// - Parameters:
    ///   - counter: what the numbers are numbered by.
    ///   - key: the seed, low word first.
    public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var (c0, c1, c2, c3) = (counter.x, counter.y, counter.z, counter.w)
        var (k0, k1) = (key.x, key.y)
        for _ in 0..<10 {
            let p0 = UInt64(c0) &* 0xD251_1F53
            let p1 = UInt64(c2) &* 0xCD9E_8D57
            (c0, c1, c2, c3) = (
                UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
                UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
            )
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return SIMD4(c0, c1, c2, c3)
    }
}

/// What a random number is for. Two roles never share a number, and each has its own seed, so that one can be varied
/// alone.
public enum RandomRole: UInt32, Sendable, CaseIterable {
    case initialization = 0
    case order = 1
    case augmentation = 2
    case dropout = 3
    /// The pictures of the built-in data set.
    case synthesis = 4
    /// Resampled seeds and flipped signs.
    case statistics = 5
}

/// The numbers of one (seed, role, stream, step), addressed by element.
public struct RandomStream: Sendable, BitwiseCopyable {
    private let key: SIMD2<UInt32>
    private let role: UInt32
    private let stream: UInt32
    private let step: UInt32

    /// - Parameters:
    ///   - stream: which of the role's uses this is: the n-th dropout, a hash of a tensor's shape.
    ///   - step: the epoch of a shuffle, the training step of a dropout.
    public init(seed: UInt64, role: RandomRole, stream: UInt32 = 0, step: UInt32 = 0) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.role = role.rawValue
        self.stream = stream
        self.step = step
    }

    /// What `CKernels` numbers its own blocks by: Philox's key, and the counter after the element.
    public var philoxKey: SIMD2<UInt32> { key }
    public var philoxCounter: SIMD4<UInt32> { SIMD4(step, stream, role, 0) }

    /// Four independent words of 32 random bits.
    public func words(at element: UInt32) -> SIMD4<UInt32> {
        Philox.block(counter: SIMD4(element, step, stream, role), key: key)
    }

    /// 64 random bits.
    public func bits(at element: UInt32) -> UInt64 {
        let words = words(at: element)
        return UInt64(words.x) << 32 | UInt64(words.y)
    }

    /// Fills `destination` with the uniform numbers in `low ..< high` from number `first`, a multiple of four; number
    /// `i` is word `i % 4` of element `i / 4`.
    public func fillUniform(
        _ destination: UnsafeMutableBufferPointer<Float>, low: Float, high: Float, from first: Int = 0
    ) {
        precondition(first % 4 == 0, "an element holds four numbers")
        let width = high - low
        for start in stride(from: 0, to: destination.count, by: 4) {
            let words = words(at: UInt32(truncatingIfNeeded: (first + start) / 4))
            for lane in 0..<min(4, destination.count - start) {
                destination[start + lane] = low + width * Self.unit(words[lane])
            }
        }
    }

    /// Uniform in 0 ..< 1 from the upper 24 bits of a word: each value is a float exactly.
    public static func unit(_ word: UInt32) -> Float { Float(word >> 8) * 0x1p-24 }

    /// A stream number from a list of numbers, the kind and shape of a tensor, say (FNV-1a).
    public static func hash(_ numbers: [Int]) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for number in numbers {
            for shift in stride(from: 0, to: 64, by: 8) {
                hash = (hash ^ UInt32(truncatingIfNeeded: (number >> shift) & 0xFF)) &* 16_777_619
            }
        }
        return hash
    }
}
