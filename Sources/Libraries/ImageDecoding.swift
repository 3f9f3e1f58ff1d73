// JPEG (libjpeg-turbo's TurboJPEG) and PNG (libpng's simplified interface): both give errors instead of leaving by longjmp.

import CJPEG
import CPNG

public struct ImageError: Error, Sendable, CustomStringConvertible {
    /// What is wrong with the file: `it is cut off`.
    public let message: String
    public var description: String { message }
}

/// An image in memory, `[3, H, W]`: red, green and blue plane. Grey, palettes and 16 bits become that; what is transparent
/// lies on white; CMYK is turned to RGB as the formats' common readers do.
public struct DecodedImage: Sendable {
    public let height: Int
    public let width: Int
    public let planes: [UInt8]

    /// More pixels are refused before memory is asked for.
    public static let pixelLimit = 200_000_000

    /// The file's image. A JPEG that is much larger than `wanted` is decoded at a half, a quarter or an eighth of its size, which
    /// costs that much less, but never below it.
    public init(contentsOf path: String, atLeast wanted: (height: Int, width: Int)) throws(ImageError) {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try FileSystem.read(path) } catch { throw ImageError(message: "\(error)") }
        try self.init(bytes, atLeast: wanted)
    }

    public init(_ bytes: [UInt8], atLeast wanted: (height: Int, width: Int)) throws(ImageError) {
        if bytes.isEmpty { throw ImageError(message: "it is empty") }
        if bytes.starts(with: [0xFF, 0xD8]) {
            try self.init(jpeg: bytes, wanted)
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            try self.init(png: bytes)
        } else {
            throw ImageError(message: "it is neither a JPEG nor a PNG")
        }
    }

    /// - Parameter pixels: `[H, W, 3]`.
    private init(interleaved pixels: [UInt8], height: Int, width: Int) {
        (self.height, self.width) = (height, width)
        let size = height * width
        planes = [UInt8](unsafeUninitializedCapacity: 3 * size) { planes, count in
            for place in 0..<size {
                for channel in 0..<3 { planes[channel * size + place] = pixels[3 * place + channel] }
            }
            count = 3 * size
        }
    }

    private static func check(_ height: Int, _ width: Int) throws(ImageError) {
        guard height > 0, width > 0 else { throw ImageError(message: "it has no pixels") }
        guard height <= pixelLimit / width else {
            throw ImageError(
                message: "it says it has \(width)x\(height) pixels, more than \(pixelLimit / 1_000_000) million")
        }
    }

    // MARK: JPEG

    private init(jpeg bytes: [UInt8], _ wanted: (height: Int, width: Int)) throws(ImageError) {
        guard let decoder = tjInitDecompress() else { throw ImageError(message: "libjpeg-turbo does not start") }
        defer { tjDestroy(decoder) }
        func failure() -> ImageError {
            ImageError(message: "its JPEG cannot be read: \(String(cString: tjGetErrorStr2(decoder)))")
        }
        var (width, height, sampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
        guard tjDecompressHeader3(decoder, bytes, UInt(bytes.count), &width, &height, &sampling, &space) == 0 else {
            throw failure()
        }
        try Self.check(Int(height), Int(width))
        let halvings: Int32 =
            [8, 4, 2].first {
                Int(width) / Int($0) >= wanted.width && Int(height) / Int($0) >= wanted.height
            } ?? 1
        // Rounded up, as TJSCALED does.
        let (scaledWidth, scaledHeight) = ((width + halvings - 1) / halvings, (height + halvings - 1) / halvings)
        let isCMYK = space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue)
        let channels = isCMYK ? 4 : 3
        var pixels = [UInt8](repeating: 0, count: Int(scaledWidth) * Int(scaledHeight) * channels)
        let code = tjDecompress2(
            decoder, bytes, UInt(bytes.count), &pixels, scaledWidth, 0, scaledHeight,
            Int32((isCMYK ? TJPF_CMYK : TJPF_RGB).rawValue), TJFLAG_ACCURATEDCT)
        guard code == 0 else { throw failure() }
        if isCMYK {
            // Adobe stores inks inverted: 255 is none.
            pixels = stride(from: 0, to: pixels.count, by: 4).flatMap { place in
                (0..<3).map { UInt8(Int(pixels[place + $0]) * Int(pixels[place + 3]) / 255) }
            }
        }
        self.init(interleaved: pixels, height: Int(scaledHeight), width: Int(scaledWidth))
    }

    // MARK: PNG

    private init(png bytes: [UInt8]) throws(ImageError) {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        func failure() -> ImageError {
            let text = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            return ImageError(message: "its PNG cannot be read: \(text)")
        }
        guard png_image_begin_read_from_memory(&image, bytes, bytes.count) != 0 else { throw failure() }
        let (height, width) = (Int(image.height), Int(image.width))
        try Self.check(height, width)
        // Sixteen bits are taken for what eight would be, not for amounts of light, as other readers do.
        image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
        image.format = UInt32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
        var layered = [UInt8](repeating: 0, count: height * width * 4)
        guard png_image_finish_read(&image, nil, &layered, 0, nil) != 0 else { throw failure() }
        var pixels = [UInt8](repeating: 0, count: height * width * 3)
        for place in 0..<height * width {
            let alpha = Int(layered[4 * place + 3])
            for channel in 0..<3 {
                let value = Int(layered[4 * place + channel])
                pixels[3 * place + channel] = UInt8((value * alpha + 255 * (255 - alpha) + 127) / 255)
            }
        }
        self.init(interleaved: pixels, height: height, width: width)
    }
}
