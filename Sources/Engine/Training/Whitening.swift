// Filters that whiten patches of images: the eigenvectors of their values' products, each divided by the deviation
// along it, then the same with the other sign (Jordan 2024, arXiv 2404.00498, section 3.1).

import CKernels
import Network
import Runtime

/// The patches of images that a kernel sees, at all places without padding.
struct Patches {
    private let image: Shape
    private let kernel: Extent
    private let dilation: Extent

    init(of image: Shape, kernel: Extent, dilation: Extent) {
        (self.image, self.kernel, self.dilation) = (image, kernel, dilation)
    }

    /// Values of a patch.
    private var count: Int { image.channels * kernel.height * kernel.width }
    /// Added to a variance.
    private static let epsilon = 5e-4
    /// Images whose products are summed by one tile: a constant of the algorithm, it decides the order of sums.
    private static let group = 64

    /// The filters of the eigenvectors with the largest eigenvalues, the largest first, then their negatives; each
    /// eigenvector's largest component is positive.
    ///
    /// - Parameter filters: an even number, at most two for each value of a patch.
    /// - Returns: `[filters, C, kh, kw]`
    func whiteningFilters(
        _ filters: Int, _ images: FirstImages, _ pool: ThreadPool, _ cancellation: Cancellation?
    ) -> [Float] {
        let products = meanProducts(images, pool, cancellation)
        guard cancellation?.isCancelled != true, !images.source.hasFailed else {
            return [Float](repeating: 0, count: filters * count)
        }
        let half = Eigenvectors(of: products, count: count).largestFirst.prefix(filters / 2).flatMap { value, vector in
            let largest = vector.max { abs($0) < abs($1) } ?? 1
            let factor = (largest < 0 ? -1 : 1) / (max(0, value) + Self.epsilon).squareRoot()
            return vector.map { Float($0 * factor) }
        }
        return half + half.map { -$0 }
    }

    /// The mean over all patches of the products of each two of their values, `[count][count]`.
    private func meanProducts(
        _ images: FirstImages, _ pool: ThreadPool, _ cancellation: Cancellation?
    ) -> [Double] {
        let places = Extent(
            image.height - (kernel.height - 1) * dilation.height, image.width - (kernel.width - 1) * dilation.width)
        // A kernel may be larger than the image that padding makes room for.
        guard places.height > 0, places.width > 0, images.count > 0 else {
            return [Double](repeating: 0, count: count * count)
        }
        let (width, area) = (image.width, image.height * image.width)
        // Where each value of the first patch is in an image.
        let offsets = (0..<count).map { value in
            let (channel, tap) = (value / (kernel.height * kernel.width), value % (kernel.height * kernel.width))
            return channel * area + tap / kernel.width * dilation.height * width
                + tap % kernel.width * dilation.width
        }
        let groups = (images.count + Self.group - 1) / Self.group
        let (count, all) = (count, image.count)
        var sums = [Double](repeating: 0, count: groups * count * count)
        sums.withUnsafeMutableBufferPointer { sums in
            let sums = sums
            pool.forEachTile(groups, cancellation: cancellation) { group, _ in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: all) { buffer in
                    guard let values = buffer.baseAddress else { return }
                    for index in group * Self.group..<min(images.count, (group + 1) * Self.group)
                    where cancellation?.isCancelled != true {
                        images.source.writeImage(
                            index, epoch: 0, to: values, planeStride: area, rowStride: width, columnStride: 1)
                        for (one, first) in offsets.enumerated() {
                            for (other, second) in offsets[one...].enumerated() {
                                sums[(group * count + one) * count + one + other] += tandem_map_product(
                                    values + first, values + second, width, Int32(places.height), Int32(places.width))
                            }
                        }
                    }
                }
            }
        }
        let patches = Double(images.count) * Double(places.height * places.width)
        var mean = [Double](repeating: 0, count: count * count)
        for one in 0..<count {
            for other in one..<count {
                var sum = 0.0
                for group in 0..<groups { sum += sums[(group * count + one) * count + other] }
                mean[one * count + other] = sum / patches
                mean[other * count + one] = sum / patches
            }
        }
        return mean
    }
}

/// The eigenvalues of a symmetric matrix, and its eigenvectors: Jacobi's method, row after row (Golub and Van Loan,
/// "Matrix Computations", section 8.5).
struct Eigenvectors {
    private let values: [Double]
    /// Row after row, one for each eigenvalue.
    private let vectors: [Double]

    init(of matrix: [Double], count: Int) {
        var a = matrix
        var rows = (0..<count * count).map { $0 / count == $0 % count ? 1.0 : 0 }
        a.withUnsafeMutableBufferPointer { a in
            rows.withUnsafeMutableBufferPointer { rows in
                // Each pass squares what is left beside the diagonal; ten suffice for any matrix.
                for _ in 0..<30 where !Self.sweep(a, rows, count) { break }
            }
        }
        values = (0..<count).map { a[$0 * count + $0] }
        vectors = rows
    }

    /// Largest eigenvalue first.
    var largestFirst: [(value: Double, vector: [Double])] {
        let count = values.count
        return values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }.map {
            (values[$0], Array(vectors[$0 * count..<($0 + 1) * count]))
        }
    }

    /// Turns each two axes so that nothing is left between them.
    ///
    /// - Returns: whether anything was turned.
    private static func sweep(
        _ a: UnsafeMutableBufferPointer<Double>, _ rows: UnsafeMutableBufferPointer<Double>, _ count: Int
    ) -> Bool {
        var hasTurned = false
        for p in 0..<count {
            for q in p + 1..<max(p + 1, count) {
                let (between, first, second) = (a[p * count + q], a[p * count + p], a[q * count + q])
                guard abs(between) > 1e-17 * (abs(first) * abs(second)).squareRoot(), abs(between) > 1e-300 else {
                    continue
                }
                hasTurned = true
                let theta = (second - first) / (2 * between)
                let tangent = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
                let cosine = 1 / (tangent * tangent + 1).squareRoot()
                let sine = tangent * cosine
                for k in 0..<count {
                    let (x, y) = (a[k * count + p], a[k * count + q])
                    (a[k * count + p], a[k * count + q]) = (cosine * x - sine * y, sine * x + cosine * y)
                }
                for k in 0..<count {
                    let (x, y) = (a[p * count + k], a[q * count + k])
                    (a[p * count + k], a[q * count + k]) = (cosine * x - sine * y, sine * x + cosine * y)
                    let (u, v) = (rows[p * count + k], rows[q * count + k])
                    (rows[p * count + k], rows[q * count + k]) = (cosine * u - sine * v, sine * u + cosine * v)
                }
                (a[p * count + q], a[q * count + p]) = (0, 0)
            }
        }
        return hasTurned
    }
}
