// CIFAR-10: found, or fetched, checked, unpacked and cached.

import Libraries
import Runtime

public enum CIFAR10 {
    /// How far a download is; `total` is 0 while the server has not told.
    public struct Progress: Sendable {
        public let received: Int
        public let total: Int
    }

    /// - Parameters:
    ///   - folder: one that holds `cifar-10-batches-bin`, or is it; by default `TANDEM_DATA`, then the cache.
    ///   - url: where the archive is; by default `TANDEM_CIFAR10_URL`, then the official address.
    ///   - sha256: of the archive at `url`, where it is not the official one.
    public static func load(
        from folder: String? = nil, url: String? = nil, sha256: String? = nil,
        progress: (Progress) -> Void = { _ in }, cancellation: Cancellation = Cancellation()
    ) throws(DatasetError) -> Dataset {
        throw .cancelled
    }
}
