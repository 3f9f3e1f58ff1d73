// Orthogonal initial weights (Saxe et al. 2013), evenly distributed: normal numbers, made orthonormal row by row.

import CKernels
import Runtime

/// A matrix whose rows are orthonormal, or its columns where it has more rows than columns. It is that of
/// `nn.init.orthogonal_` for the same normal numbers: a QR decomposition whose R has a positive diagonal.
///
/// Cost: 2 * rows * columns * min(rows, columns) multiply-adds in double, and twice the matrix in memory.
/// - Returns: row after row.
func orthogonalRows(
    _ rows: Int, _ columns: Int, _ random: RandomStream, _ pool: ThreadPool, _ cancellation: Cancellation?
) -> [Float] {
    let (count, length) = (min(rows, columns), max(rows, columns))
    var vectors = [Double](unsafeUninitializedCapacity: count * length) { buffer, initialized in
        let (random, step) = (random, 1 << 16)
        pool.forEachTile((buffer.count + step - 1) / step, cancellation: cancellation) { tile, _ in
            let part = tile * step..<min(buffer.count, (tile + 1) * step)
            random.fillNormal(UnsafeMutableBufferPointer(rebasing: buffer[part]), from: part.lowerBound)
        }
        initialized = count * length
    }
    vectors.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        orthonormalize(base, count, length, pool, cancellation)
    }
    let isTall = rows > columns
    return [Float](unsafeUninitializedCapacity: rows * columns) { buffer, initialized in
        for row in 0..<rows {
            for column in 0..<columns {
                let place = isTall ? column * length + row : row * length + column
                buffer.initializeElement(at: row * columns + column, to: Float(vectors[place]))
            }
        }
        initialized = rows * columns
    }
}

/// The modified Gram-Schmidt process: each vector gives up its part along those before it, one after the other. Blocks
/// of vectors stay in the second-level cache while all later ones pass by.
private func orthonormalize(
    _ vectors: UnsafeMutablePointer<Double>, _ count: Int, _ length: Int, _ pool: ThreadPool,
    _ cancellation: Cancellation?
) {
    let (block, size) = (16, Int64(length))
    func vector(_ index: Int) -> UnsafeMutablePointer<Double> { vectors + index * length }
    func subtract(_ basis: Range<Int>, from index: Int) {
        for other in basis {
            let share = tandem_row_product(vector(other), vector(index), size)
            tandem_subtract_row(vector(index), vector(other), share, size)
        }
    }
    for first in stride(from: 0, to: count, by: block) where cancellation?.isCancelled != true {
        let basis = first..<min(count, first + block)
        for index in basis {
            subtract(first..<index, from: index)
            let norm = tandem_row_product(vector(index), vector(index), size).squareRoot()
            for place in 0..<length { vector(index)[place] /= norm }
        }
        pool.forEachTile(count - basis.upperBound, cancellation: cancellation) { tile, _ in
            subtract(basis, from: basis.upperBound + tile)
        }
    }
}
