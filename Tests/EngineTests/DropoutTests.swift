// The random numbers of a dropout: the kernels' Philox against the one of `RandomStream`, which is compared with
// published vectors.

import CKernels
import Engine
import Runtime
import Testing

struct DropoutTests {
    @Test(arguments: InstructionSet.allCases.filter(\.isAvailable), [16, 48, 64, 80, 1024])
    func factorsFollowTheStream(set: InstructionSet, count: Int) throws {
        let kernels = try #require(tandem_kernels(set.rawValue)).pointee
        let stream = RandomStream(seed: 0x1234_5678_9ABC_DEF0, role: .dropout, stream: 3, step: 77)
        let (key, counter) = (stream.philoxKey, stream.philoxCounter)
        var philox = tandem_philox(
            key0: key.x, key1: key.y, counter1: counter.x, counter2: counter.y, counter3: counter.z)
        let (rate, kept, firstDraw): (Float, Float, UInt32) = (0.3, 2, 1000)
        var factors = [Float](repeating: -1, count: count)
        kernels.dropout_factors(&philox, firstDraw, rate, kept, &factors, Int64(count))
        let expected = (0..<count).map { place -> Float in
            let word = stream.words(at: firstDraw + UInt32(place / 4))[place % 4]
            return Float(word >> 8) / 16_777_216 >= rate ? kept : 0
        }
        #expect(factors == expected)
    }
}
