// JPEG (libjpeg-turbo's TurboJPEG) and PNG (libpng): pixels are those that Pillow reads and torchvision's ImageFolder
// gives, by its `convert("RGB")`. Both libraries keep pointers to what they read, so that the bytes are held until an
// image is whole.

import CJPEG
import CPNG
import Synchronization

public struct ImageError: Error, Sendable, CustomStringConvertible {
    /// What is wrong with the file: `it is cut off`.
    public let message: String
    /// What to do, where the file is not damaged, but cannot be read here.
    public private(set) var fix: String?
    public var description: String { message }
}

/// An image in memory: red, green and blue. Gray and palettes become that; of 16 bits the upper 8 are taken;
/// transparency is left out; CMYK is turned to RGB as Pillow does.
public struct DecodedImage: Sendable {
    public let height: Int
    public let width: Int
    /// `[H, W, 3]`
    public let pixels: [UInt8]

    /// More pixels are refused before memory is asked for: Pillow's limit.
    public static let pixelLimit = 178_956_970
    /// No file of so many pixels has more bytes.
    public static let byteLimit = 1 << 30

    /// One large image at a time is decoded: each thread that reads may meet one.
    private static let largeImage = Mutex<Void>(())
    private static let largeByteCount = 48 << 20

    /// The file's image.
    public init(contentsOf path: String) throws(ImageError) {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try FileSystem.read(path, limit: Self.byteLimit) } catch {
            throw ImageError(message: error.reason, fix: "remove it, or put an image there that can be read")
        }
        try self.init(bytes)
    }

    public init(_ bytes: [UInt8]) throws(ImageError) {
        if bytes.isEmpty { throw ImageError(message: "it is empty") }
        let result: Result<DecodedImage, ImageError> = bytes.withUnsafeBufferPointer { bytes in
            do throws(ImageError) {
                if bytes.starts(with: [0xFF, 0xD8]) { return .success(try DecodedImage(jpeg: bytes)) }
                if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return .success(try DecodedImage(png: bytes)) }
                guard let type = Self.otherType(bytes) else {
                    return .failure(ImageError(message: "it is neither a JPEG nor a PNG"))
                }
                return .failure(ImageError(message: "it is \(type)", fix: "convert it to PNG or JPEG"))
            } catch { return .failure(error) }
        }
        self = try result.get()
    }

    /// What the first bytes of other images say, whatever the file is called.
    private static func otherType(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        func begins(_ text: String, at place: Int = 0) -> Bool { bytes.dropFirst(place).starts(with: text.utf8) }
        if begins("GIF8") { return "a GIF" }
        if begins("BM"), bytes.count >= 26 { return "a BMP" }
        if begins("RIFF"), begins("WEBP", at: 8) { return "a WebP" }
        if begins("II*\0") || begins("MM\0*") { return "a TIFF" }
        if begins("ftyp", at: 4) {
            if begins("avi", at: 8) { return "an AVIF" }
            return ["heic", "heix", "hevc", "mif1"].contains { begins($0, at: 8) } ? "a HEIC" : "a video (MP4)"
        }
        return nil
    }

    /// - Parameters:
    ///   - workByteCount: what decoding takes in memory besides the pixels.
    ///   - decode: fills so many bytes, or gives an error.
    private init(
        height: Int, width: Int, channels: Int, workByteCount: Int = 0,
        _ decode: (UnsafeMutablePointer<UInt8>) -> ImageError?
    ) throws(ImageError) {
        try Self.check(height, width)
        let count = height * width * channels
        func pixels() -> Result<[UInt8], ImageError> {
            guard Memory.hasRoom(for: count + workByteCount) else {
                return .failure(
                    ImageError(
                        message: "there is not enough memory for its \(width)x\(height) pixels: decoding them takes "
                            + "\((count + workByteCount) >> 20) MB",
                        fix: "make the image smaller, or free memory"))
            }
            var failure: ImageError?
            let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                guard let base = buffer.baseAddress else { return }
                base.initialize(repeating: 0, count: count)
                failure = decode(base)
                initialized = count
            }
            return failure.map(Result.failure) ?? .success(pixels)
        }
        let isLarge = count + workByteCount > Self.largeByteCount
        let result = isLarge ? Self.largeImage.withLock { _ in pixels() } : pixels()
        (self.height, self.width, self.pixels) = (height, width, try result.get())
    }

    private init(height: Int, width: Int, pixels: [UInt8]) {
        (self.height, self.width, self.pixels) = (height, width, pixels)
    }

    private static func check(_ height: Int, _ width: Int) throws(ImageError) {
        guard height > 0, width > 0 else { throw ImageError(message: "it has no pixels") }
        guard height <= pixelLimit / width else {
            throw ImageError(
                message: "it claims to have \(width)x\(height) pixels, more than \(pixelLimit / 1_000_000) million")
        }
    }

    // MARK: JPEG

    /// What libjpeg warns of (stray bytes, a bad code) is read, as by other readers; a file that ends before its image
    /// does is not.
    private init(jpeg file: UnsafeBufferPointer<UInt8>) throws(ImageError) {
        let structure = JPEGStructure(file)
        guard !structure.hasTooManyScans else {
            throw ImageError(
                message: "it has more than \(JPEGStructure.scanLimit) scans", fix: "save it again as a JPEG or PNG")
        }
        guard !structure.hasEnd else {
            try self.init(wholeJPEG: file, structure, isEndMissing: false)
            return
        }
        // Where the mark of the end alone is missing, nothing of the image is.
        guard Memory.hasRoom(for: structure.end) else { throw ImageError(message: "it is truncated") }
        var ended: [UInt8] = []
        ended.reserveCapacity(structure.end + 2)
        ended += file[..<structure.end]
        ended += [0xFF, 0xD9]
        let result: Result<DecodedImage, ImageError> = ended.withUnsafeBufferPointer { bytes in
            do throws(ImageError) {
                let image = try DecodedImage(wholeJPEG: bytes, structure, isEndMissing: true)
                return structure.hasAllScans ? .success(image) : .failure(ImageError(message: "it is truncated"))
            } catch { return .failure(error) }
        }
        self = try result.get()
    }

    private init(
        wholeJPEG bytes: UnsafeBufferPointer<UInt8>, _ structure: JPEGStructure, isEndMissing: Bool
    ) throws(ImageError) {
        guard let decoder = tjInitDecompress() else { throw ImageError(message: "libjpeg-turbo does not start") }
        defer { tjDestroy(decoder) }
        func failure() -> ImageError {
            ImageError(message: "its JPEG cannot be read: \(String(cString: tjGetErrorStr2(decoder)))")
        }
        var (width, height, sampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
        func isUsable(_ code: Int32) -> Bool { code == 0 || tjGetErrorCode(decoder) == Int32(TJERR_WARNING.rawValue) }
        let code = tjDecompressHeader3(
            decoder, bytes.baseAddress, UInt(bytes.count), &width, &height, &sampling, &space)
        // An unusual sampling of the colors does not matter: the size is known all the same.
        guard isUsable(code) || sampling < 0, width > 0, height > 0 else { throw failure() }
        let isCMYK = space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue)
        // The pixels without inks are made beside those with them.
        let workByteCount = structure.coefficientByteCount + (isCMYK ? 3 * Int(height) * Int(width) : 0)
        let image = try DecodedImage(
            height: Int(height), width: Int(width), channels: isCMYK ? 4 : 3, workByteCount: workByteCount
        ) { pixels in
            let code = tjDecompress2(
                decoder, bytes.baseAddress, UInt(bytes.count), pixels, width, 0, height,
                Int32((isCMYK ? TJPF_CMYK : TJPF_RGB).rawValue), TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
            if isEndMissing, code != 0 { return ImageError(message: "it is truncated") }
            return isUsable(code) ? nil : failure()
        }
        self = isCMYK ? image.withoutInks : image
    }

    /// Of `[H, W, 4]` in inks, as Adobe stores them: 255 is none.
    private var withoutInks: DecodedImage {
        let rgb = [UInt8](unsafeUninitializedCapacity: height * width * 3) { rgb, count in
            for place in 0..<height * width {
                let black = Int(pixels[4 * place + 3])
                for channel in 0..<3 {
                    // Pillow's rounded product of two shares of 255.
                    let product = (255 - Int(pixels[4 * place + channel])) * black + 128
                    rgb[3 * place + channel] = UInt8(black - ((product >> 8) + product) >> 8)
                }
            }
            count = height * width * 3
        }
        return DecodedImage(height: height, width: width, pixels: rgb)
    }

    // MARK: PNG

    private init(png bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) {
        var (height, width) = (UInt32(0), UInt32(0))
        func read(_ pixels: UnsafeMutablePointer<UInt8>?) -> ImageError? {
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 100) { message in
                message.initialize(repeating: 0)
                let isRead = tandem_png_read(
                    bytes.baseAddress, bytes.count, &height, &width, pixels, message.baseAddress)
                if isRead == 1 { return nil }
                let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                return ImageError(message: text.hasPrefix("it") ? text : "its PNG cannot be read: \(text)")
            }
        }
        if let failure = read(nil) { throw failure }
        try self.init(height: Int(height), width: Int(width), channels: 3) { read($0) }
    }
}
