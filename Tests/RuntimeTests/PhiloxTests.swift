import Runtime
import Testing

struct PhiloxTests {
    /// Known answers of Random123 1.14, `kat_vectors`, lines `philox4x32 10`.
    @Test(arguments: [
        (
            SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
            SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
        ),
        (
            SIMD4<UInt32>(repeating: .max), SIMD2<UInt32>(repeating: .max),
            SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
        ),
        (
            SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
            SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
        ),
    ])
    func blocksAreThePublishedOnes(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, expected: SIMD4<UInt32>) {
        #expect(Philox.block(counter: counter, key: key) == expected)
    }

    @Test func rolesStreamsAndStepsDiffer() {
        let streams = [
            RandomStream(seed: 1, role: .order), RandomStream(seed: 1, role: .dropout),
            RandomStream(seed: 2, role: .order), RandomStream(seed: 1, role: .order, stream: 1),
            RandomStream(seed: 1, role: .order, step: 1), RandomStream(seed: 1 << 32, role: .order),
        ]
        #expect(Set(streams.map { $0.bits(at: 0) }).count == streams.count)
    }

    @Test func uniformNumbersFillTheirRangeEvenly() {
        var numbers = [Float](repeating: 0, count: 100_003)
        numbers.withUnsafeMutableBufferPointer {
            RandomStream(seed: 7, role: .initialization).fillUniform($0, low: -2, high: 2)
        }
        #expect(numbers.allSatisfy { $0 >= -2 && $0 < 2 })
        let mean = numbers.reduce(0.0) { $0 + Double($1) } / Double(numbers.count)
        let square = numbers.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(numbers.count)
        // The standard errors are 0.0037 and 0.0038.
        #expect(abs(mean) < 0.02)
        #expect(abs(square - 4.0 / 3) < 0.02)
    }
}
