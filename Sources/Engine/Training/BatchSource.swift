// What the engine asks for its batches: images one by one, already normalized, and their labels.

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

    /// Whether an image could not be written: the current step or evaluation then ends as if cancelled.
    var hasFailed: Bool { get }
}

extension BatchSource {
    public var hasFailed: Bool { false }
}
