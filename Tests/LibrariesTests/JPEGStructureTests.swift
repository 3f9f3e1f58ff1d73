// What a JPEG says of itself before it is decoded: how much memory that takes, and how many times it goes over the
// image.

import Testing

@testable import Libraries

struct JPEGStructureTests {
    /// A frame without tables and pixels.
    ///
    /// - Parameters:
    ///   - frame: the marker of its kind: 0xC0 baseline, 0xC2 progressive.
    ///   - samplings: of each component, across and down in one byte.
    ///   - scans: how many components each has.
    private static func jpeg(
        frame: UInt8 = 0xC2, height: Int, width: Int, samplings: [UInt8], scans: [Int]
    ) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, 0xD8, 0xFF, frame, 0, UInt8(8 + 3 * samplings.count), 8]
        for size in [height, width] { bytes += [UInt8(size >> 8), UInt8(size & 255)] }
        bytes.append(UInt8(samplings.count))
        for (index, sampling) in samplings.enumerated() { bytes += [UInt8(index + 1), sampling, 0] }
        for count in scans {
            bytes += [0xFF, 0xDA, 0, UInt8(6 + 2 * count), UInt8(count)]
            for index in 0..<count { bytes += [UInt8(index + 1), 0] }
            bytes += [0, 63, 0, 0x55]
        }
        return bytes + [0xFF, 0xD9]
    }

    private static func structure(_ bytes: [UInt8]) -> JPEGStructure {
        bytes.withUnsafeBufferPointer { JPEGStructure($0) }
    }

    /// libjpeg's jdcoefct.c: two bytes a coefficient, blocks rounded up to whole units, and only where one scan has not
    /// all of them.
    @Test(
        arguments: [
            (0xC0, [0x11], [1], 0), (0xC0, [0x22, 0x11, 0x11], [3], 0), (0xC2, [0x11], [1], 15 * 13 * 128),
            (0xC2, [0x11, 0x11, 0x11], [3], 3 * 15 * 13 * 128), (0xC2, [0x22, 0x11, 0x11], [3], 6 * 8 * 7 * 128),
            (0xC2, [0x11, 0x11, 0x11, 0x11], [4, 4], 4 * 15 * 13 * 128), (0xCA, [0x11], [1], 15 * 13 * 128),
            (0xC0, [0x21, 0x11, 0x11], [1, 1, 1], 4 * 8 * 13 * 128),
        ] as [(UInt8, [UInt8], [Int], Int)])
    func coefficientsThatAreKeptCount(_ frame: UInt8, _ samplings: [UInt8], _ scans: [Int], _ byteCount: Int) {
        let bytes = Self.jpeg(frame: frame, height: 99, width: 117, samplings: samplings, scans: scans)
        #expect(Self.structure(bytes).coefficientByteCount == byteCount)
    }

    /// A second frame is an error to libjpeg, which has made room for the first by then.
    @Test func aSecondFrameHidesNothingOfTheFirst() {
        let large = Self.jpeg(height: 8000, width: 8000, samplings: [0x11], scans: [1])
        let small = Self.jpeg(height: 8, width: 8, samplings: [0x11], scans: [1])
        let byteCount = Self.structure(large).coefficientByteCount
        #expect(byteCount == 128_000_000)
        #expect(Self.structure(large.dropLast(2) + small.dropFirst(2)).coefficientByteCount == byteCount)
    }

    @Test func moreScansThanLibjpegReadsAreRefused() {
        func message(_ scanCount: Int) -> String {
            let scans = [Int](repeating: 1, count: scanCount)
            do throws(ImageError) {
                _ = try DecodedImage(Self.jpeg(height: 64, width: 64, samplings: [0x11], scans: scans))
                return "read"
            } catch { return error.message }
        }
        #expect(message(501) == "it has more than 500 scans")
        #expect(message(500) != "it has more than 500 scans")
    }

    @Test func aScanOfMoreComponentsThanAFrameMayHaveIsNone() {
        let bytes = Self.jpeg(height: 64, width: 64, samplings: [0x11, 0x11, 0x11], scans: [5])
        #expect(!Self.structure(bytes).hasAllScans && Self.structure(bytes).hasEnd)
    }
}
