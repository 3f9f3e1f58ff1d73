// A folder of images, one folder per class, as torchvision's ImageFolder: what `imagefolder` reads. Sets that fit are
// decoded once; larger ones are decoded when their images are needed.

import Libraries
import Runtime

public enum ImageFolder {
    /// Sets whose pixels take no more are kept in memory.
    public static let memoryLimit = 1 << 30

    /// Reads `path`: class folders within `train` and `test` (or `val`), else class folders of which a share is held
    /// out for testing. Classes are in the order of their names. The images of a class are those in its folder and in
    /// the folders within it.
    ///
    /// - Parameters:
    ///   - height, width: every image is scaled until its shorter side fits, and cropped at its center.
    ///   - testShare: of the images of each class, drawn by `seed`; only where there is no folder for testing.
    ///   - option: one that says how a share is cut off, where there was any: an error where none is.
    ///   - note: gets a sentence for each kind of thing that is left out.
    ///   - observer: gets the share of images that are decoded.
    public static func load(
        _ path: String, height: Int, width: Int, testShare: Double, seed: UInt64, cutting option: String? = nil,
        memoryLimit: Int = memoryLimit, cancellation: Cancellation = Cancellation(), note: (String) -> Void = { _ in },
        observer: (Double) -> Void = { _ in }
    ) throws(DatasetError) -> Dataset {
        guard FileSystem.isDirectory(path) else {
            let fix = "name a folder that holds one folder per class"
            guard !FileSystem.exists(path) else { throw .badOption("\(path) is a file, not a folder", fix: fix) }
            throw .badOption("there is no folder \(path)", fix: fix)
        }
        var listing = try ImageFolderListing(path, cancellation)
        if listing.test.isEmpty {
            listing.cut(share: testShare, seed: seed)
        } else if let option {
            throw .badOption(
                "\(path) has a folder for testing, so that `\(option):` cuts nothing off", fix: "leave `\(option):` out"
            )
        }
        listing.noteEmptyClasses()
        listing.notes.forEach(note)
        func images(_ files: [ImageFolderListing.File]) -> ImageSet {
            ImageSet(
                .files(ImageFiles(paths: files.map(\.path), height: height, width: width)),
                labels: files.map { UInt16($0.label) })
        }
        var (training, test) = (images(listing.training), images(listing.test))
        let count = training.count + test.count
        let byteCount = count * 3 * height * width
        if byteCount <= memoryLimit, Memory.hasRoom(for: byteCount) {
            var done = 0
            func decoded(_ part: ImageSet) throws(DatasetError) -> ImageSet {
                var pixels: [UInt8] = []
                pixels.reserveCapacity(part.count * 3 * height * width)
                for index in 0..<part.count {
                    if cancellation.isCancelled { throw .cancelled }
                    pixels += try part.image(index)
                    done += 1
                    observer(Double(done) / Double(count))
                }
                return part.over(.memory(pixels))
            }
            (training, test) = (try decoded(training), try decoded(test))
        }
        return Dataset(
            name: FileSystem.name(of: path), classNames: listing.classNames, channels: 3, height: height, width: width,
            training: training, test: test, isDrawnByClass: true)
    }
}
