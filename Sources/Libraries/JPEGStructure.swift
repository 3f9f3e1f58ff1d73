// Where a JPEG's image ends and what decoding takes, by its markers alone, read as libjpeg reads them: what follows the
// end is no part of the image.

/// The frame and the scans of a JPEG, and their end.
struct JPEGStructure {
    /// More scans are not read: each goes over all of the image, whatever little the file holds of it. libjpeg-turbo's
    /// own limit.
    static let scanLimit = 500

    /// Whether the mark of the image's end is there.
    private(set) var hasEnd = false
    var hasTooManyScans: Bool { scanCount > Self.scanLimit }
    /// Where its last scan stops: at the end's mark, at another image, or with the file.
    private(set) var end: Int
    /// Whether the scans say every coefficient of every component to its last bit. A progressive image without its last
    /// scans shows all of its pixels, but not their detail, and libjpeg does not mind.
    var hasAllScans: Bool { !missingBits.isEmpty && missingBits.values.allSatisfy { $0.allSatisfy { $0 == 0 } } }

    /// Bytes of memory for the coefficients of all components, 16 bits each, which libjpeg keeps where they do not all
    /// come in one scan.
    private(set) var coefficientByteCount = 0

    /// Of each component how many bits of its 64 coefficients are still to come.
    private var missingBits: [UInt8: [UInt8]] = [:]
    /// Bytes for the coefficients of all components, once the frame is known.
    private var frameByteCount = 0
    private var componentCount = 0
    private var isProgressive = false
    private var scanCount = 0
    /// More components in a frame or a scan are not read: an image of so many has no colors that are known.
    private static let componentLimit = 4

    init(_ file: UnsafeBufferPointer<UInt8>) {
        end = file.count
        var place = 2
        while !hasTooManyScans, let found = Self.marker(in: file, from: place) {
            place = found.place + 2
            switch found.code {
            case 0xD9:
                (hasEnd, end) = (true, found.place)
                return
            case 0xD8:
                end = found.place
                return
            case 0x01, 0xD0...0xD7: continue
            default: break
            }
            guard place + 2 <= file.count else { return }
            let count = max(2, Int(file[place]) << 8 | Int(file[place + 1]))
            let body = file[min(place + 2, file.count)..<min(place + count, file.count)]
            place += count
            switch found.code {
            case 0xC4, 0xC8, 0xCC: break
            // A second frame is an error to libjpeg, and the memory is the first one's.
            case 0xC0...0xCF where componentCount == 0:
                isProgressive = [0xC2, 0xC6, 0xCA, 0xCE].contains(found.code)
                readFrame(body)
            case 0xDA: readScan(body)
            default: break
            }
        }
    }

    /// The next marker: within a scan 0xFF is followed by 0, and stray bytes between segments are passed over.
    private static func marker(
        in file: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> (place: Int, code: UInt8)? {
        var place = start
        while place + 1 < file.count {
            if file[place] == 0xFF, file[place + 1] != 0, file[place + 1] != 0xFF { return (place, file[place + 1]) }
            place += 1
        }
        return nil
    }

    /// Precision, height, width, and the components with three bytes each: name, sampling, table.
    private mutating func readFrame(_ body: Slice<UnsafeBufferPointer<UInt8>>) {
        let bytes = Array(body)
        guard bytes.count >= 6, bytes[5] <= Self.componentLimit, bytes.count >= 6 + 3 * Int(bytes[5]) else { return }
        func size(_ place: Int) -> Int { Int(bytes[place]) << 8 | Int(bytes[place + 1]) }
        for index in 0..<Int(bytes[5]) { missingBits[bytes[6 + 3 * index]] = [UInt8](repeating: 16, count: 64) }
        // Whole units, of so many blocks of 8 by 8 as each component's sampling says.
        let sampling = (0..<Int(bytes[5])).map { Int(bytes[7 + 3 * $0]) }
        let (across, down) = (sampling.map { $0 >> 4 }.max() ?? 0, sampling.map { $0 & 15 }.max() ?? 0)
        guard across > 0, down > 0 else { return }
        componentCount = sampling.count
        let columns = (size(3) + 8 * across - 1) / (8 * across)
        let rows = (size(1) + 8 * down - 1) / (8 * down)
        let blocks = sampling.reduce(0) { $0 + ($1 >> 4) * ($1 & 15) }
        frameByteCount = rows * columns * blocks * 64 * 2
    }

    /// The components with two bytes each, the coefficients, and how many of their bits come later.
    private mutating func readScan(_ body: Slice<UnsafeBufferPointer<UInt8>>) {
        scanCount += 1
        let bytes = Array(body)
        guard let count = bytes.first.map(Int.init), count <= Self.componentLimit, bytes.count >= 4 + 2 * count else {
            return
        }
        if isProgressive || count < componentCount { coefficientByteCount = frameByteCount }
        let (first, last) = (Int(bytes[1 + 2 * count]), Int(bytes[2 + 2 * count]))
        guard first <= last, last < 64 else { return }
        for index in 0..<count {
            for coefficient in first...last {
                missingBits[bytes[1 + 2 * index]]?[coefficient] = bytes[3 + 2 * count] & 15
            }
        }
    }
}
