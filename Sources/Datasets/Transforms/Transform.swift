// A random change of training images: what it draws, how it is applied, what it is called, and its settings in a
// description. Each is a pure function of (seed, epoch, image): no state, and nothing depends on who asks.

import Libraries
import Runtime

public protocol Transform: Hashable, Sendable {
    /// The one that changes nothing.
    static var idle: Self { get }
    /// `mirrored at random`, as it follows "training images".
    var text: String { get }
    /// Its part of a data set's digest; none of an idle one, but for transforms that have always been there.
    var digestText: String { get }
    /// Its settings in a description, under labels of its own; none of an idle one, but for transforms that have always
    /// been there.
    var settings: JSONObject { get }
    /// The labels that its settings may have.
    static var labels: [String] { get }
    /// - Returns: `nil` where this version does not write such a form; idle where none of its labels are given.
    init?(settings: JSON)

    /// Moves the rows and columns that are read.
    func move(_ sources: PixelSources, _ random: ImageRandom)
    /// Changes the image after it was written.
    func paint(_ image: WrittenImage, _ random: ImageRandom)
}

extension Transform {
    public func move(_ sources: PixelSources, _ random: ImageRandom) {}
    public func paint(_ image: WrittenImage, _ random: ImageRandom) {}
}

/// One that a single number describes, 0 where it does nothing.
public protocol AmountTransform: Transform {
    /// Of its setting, and of its part of a digest.
    static var label: String { get }
    /// The amounts that it takes beside 0.
    static var range: ClosedRange<Double> { get }
    var amount: Double { get }
    init(_ amount: Double)
}

extension AmountTransform {
    public static var idle: Self { Self(0) }
    public static var labels: [String] { [label] }
    public static func takes(_ amount: Double) -> Bool { amount == 0 || range ~= amount }

    public var digestText: String { amount == 0 ? "" : "\(Self.label) \(amount)" }
    public var settings: JSONObject { amount == 0 ? [:] : [Self.label: .number(amount)] }

    public init?(settings: JSON) {
        guard let setting = settings[Self.label] else {
            self.init(0)
            return
        }
        guard let amount = setting.number, Self.takes(amount) else { return nil }
        self.init(amount)
    }
}

/// One that redraws an image before its rows and columns are moved.
public protocol RedrawingTransform: Transform {
    func redraw(_ canvas: inout Canvas, _ random: ImageRandom)
}

/// One that lets another image in.
public protocol MixingTransform: Transform {
    /// Which one of so many, and how.
    func mix(_ random: ImageRandom, among images: Int, height: Int, width: Int) -> Mix
}

/// The random numbers of one image in one epoch.
public struct ImageRandom {
    let seed: UInt64
    let image: Int
    let epoch: Int

    /// Each belongs to one transform, but for the first, of which `Flip` takes x, `Crop` y and z.
    enum Stream: UInt32 {
        case place = 0
        case cutout, erase, mixer, mixup, cutMix, zoom, rotate, color, randAugment
    }

    /// So many draws a stream has room for: 16 bits of it count them.
    static let attempts = 1 << 16

    /// - Parameter attempt: of a draw that is repeated until it is accepted; below `attempts`.
    func words(_ stream: Stream, _ attempt: Int = 0) -> SIMD4<UInt32> {
        RandomStream(
            seed: seed, role: .augmentation, stream: stream.rawValue + UInt32(attempt) << 16,
            step: UInt32(truncatingIfNeeded: epoch)
        ).words(at: UInt32(truncatingIfNeeded: image))
    }

    /// The same numbers in every epoch.
    var ofAllEpochs: ImageRandom { ImageRandom(seed: seed, image: image, epoch: 0) }

    /// In 0 ..< 1.
    static func unit(_ word: UInt32) -> Double { Double(word) * 0x1p-32 }

    /// 0 ..< count, from 32 random bits.
    static func draw(_ word: UInt32, _ count: Int) -> Int { Int((UInt64(word) * UInt64(count)) >> 32) }
}

/// From which row and which column of the image each one of the result is read; negative: it is black.
public struct PixelSources {
    let rows: UnsafeMutableBufferPointer<Int>
    let columns: UnsafeMutableBufferPointer<Int>

    init(rows: UnsafeMutableBufferPointer<Int>, columns: UnsafeMutableBufferPointer<Int>) {
        for row in rows.indices { rows[row] = row }
        for column in columns.indices { columns[column] = column }
        (self.rows, self.columns) = (rows, columns)
    }
}

/// The bytes of an image while it is redrawn. What it is drawn into has room for one more: most changes read all of the
/// image and write another.
public struct Canvas {
    let channels: Int
    let height: Int
    let width: Int
    /// `[C, H, W]`, 0...255.
    private(set) var pixels: UnsafeMutablePointer<UInt8>
    /// As many bytes, whose values nobody needs.
    private(set) var spare: UnsafeMutablePointer<UInt8>

    var area: Int { height * width }
    var size: Int { channels * area }

    /// - Parameter room: for `2 * size` bytes; the first half is the image.
    init(_ room: UnsafeMutablePointer<UInt8>, channels: Int, height: Int, width: Int) {
        (self.channels, self.height, self.width) = (channels, height, width)
        (pixels, spare) = (room, room + channels * height * width)
    }

    /// What was drawn into `spare` is the image from now on.
    mutating func showSpare() { swap(&pixels, &spare) }
}

/// An image as the network sees it: `(c, y, x)` is at `base[c * planeStride + y * rowStride + x * columnStride]`, and 0
/// is its channel's mean.
public struct WrittenImage {
    let base: UnsafeMutablePointer<Float>
    let channels: Int
    let height: Int
    let width: Int
    let planeStride: Int
    let rowStride: Int
    let columnStride: Int

    /// Sets a rectangle to the channels' mean.
    func blank(rows: Range<Int>, columns: Range<Int>) {
        for channel in 0..<channels {
            for row in rows {
                let line = base + (channel * planeStride + row * rowStride)
                for column in columns { line[column * columnStride] = 0 }
            }
        }
    }

    /// Lets another image of the same size in, which is `[C, H, W]`.
    func take(_ other: UnsafePointer<Float>, _ mix: Mix) {
        let (own, rest) = mix.window == nil ? (Float(mix.share), Float(1 - mix.share)) : (0, 1)
        for channel in 0..<channels {
            for row in mix.window?.rows ?? 0..<height {
                let line = base + (channel * planeStride + row * rowStride)
                let source = other + (channel * height + row) * width
                for column in mix.window?.columns ?? 0..<width {
                    let place = column * columnStride
                    line[place] = own * line[place] + rest * source[column]
                }
            }
        }
    }
}

// MARK: Settings and texts

/// `1`, not `1.0`.
func short(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }

/// In percent, to a tenth.
func percentText(_ share: Double) -> String { short((share * 1000).rounded() / 10) }
