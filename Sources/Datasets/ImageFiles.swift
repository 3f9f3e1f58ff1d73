// Images in files, decoded when they are needed: what an image folder that is larger than memory holds. The engine
// reads the images of a batch on all its threads at once, so that decoding needs no thread of its own, which would only
// take a core from them.

import Libraries

final class ImageFiles: Sendable {
    let paths: [String]
    let height: Int
    let width: Int

    init(paths: [String], height: Int, width: Int) {
        (self.paths, self.height, self.width) = (paths, height, width)
    }

    /// The image as `[3, H, W]`: scaled until its shorter side fits, and cropped at its center.
    func pixels(of index: Int) throws(DatasetError) -> [UInt8] {
        let path = paths[index]
        let image: DecodedImage
        do throws(ImageError) {
            image = try DecodedImage(contentsOf: path)
        } catch {
            if let fix = error.fix { throw .unreadable(path: path, reason: error.message, fix: fix) }
            throw .damaged(path: path, reason: error.message, fix: "remove the file, or replace it")
        }
        return image.fitted(height: height, width: width)
    }
}
