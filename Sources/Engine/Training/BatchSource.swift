// What the engine asks for its batches: images one by one, already normalized, and what each of them shows.

public protocol BatchSource: Sendable {
    /// Writes image `index` as the network sees it: element (c, y, x) goes to
    /// `destination[c * planeStride + y * rowStride + x * columnStride]`. Called from several threads at once, for
    /// different images.
    /// - Parameter epoch: what augmentation depends on besides the image; 0 in evaluation.
    func writeImage(
        _ index: Int, epoch: Int, to destination: UnsafeMutablePointer<Float>, planeStride: Int, rowStride: Int,
        columnStride: Int)

    /// The class of an image, from 0.
    func label(_ index: Int) -> Int

    /// What an image that is learned from is to be taken for, in the same epoch as it is written: adds the share of
    /// each class, all together 1. More than one where images are mixed.
    func addTarget(_ index: Int, epoch: Int, to shares: inout [Double])

    /// Whether an image could not be written: the current step or evaluation then ends as if cancelled.
    var hasFailed: Bool { get }
}

extension BatchSource {
    public func addTarget(_ index: Int, epoch: Int, to shares: inout [Double]) { shares[label(index)] += 1 }
    public var hasFailed: Bool { false }
}
