// What this machine's arithmetic can do: the product kernel on data that stays in the first-level cache.

import CKernels
import Runtime

public enum Peak {
    /// Copies memory that no cache holds on every thread of the pool, from 64 MB to as many more.
    ///
    /// - Returns: how many bytes were read and written; the caller takes the time of `copy`.
    public static func copying(
        on pool: ThreadPool, _ measured: (_ copy: () -> Void) -> Void
    ) throws(EngineError) -> Int {
        let (tiles, tile) = (64, 1 << 18)
        guard let memory = AlignedBuffer<Float>(count: 2 * tiles * tile) else {
            throw .outOfMemory(byteCount: 2 * tiles * tile * 4)
        }
        let (from, to) = (memory.pointer, memory.pointer + tiles * tile)
        from.update(repeating: 1, count: tiles * tile)
        to.update(repeating: 1, count: tiles * tile)
        measured {
            pool.forEachTile(tiles) { index, _ in
                (to + index * tile).update(from: from + index * tile, count: tile)
            }
        }
        return 2 * tiles * tile * 4
    }

    /// Runs the kernel on every thread of the pool, some 10 ms in all on a fast machine.
    ///
    /// - Returns: how many floating-point operations that were; the caller takes the time.
    public static func run(on pool: ThreadPool) throws(EngineError) -> Int {
        let kernels = try InstructionSet.chosen().kernels
        let (channels, pixels, rounds) = (128, 32, 1000)
        // Weights [128][32], then x [8][32][16], then y [2][32][16].
        let (weightCount, mapCount) = (channels * 32, channels * pixels)
        let stride = weightCount + mapCount + 32 * pixels
        guard let memory = AlignedBuffer<Float>(count: stride * pool.threadCount) else {
            throw .outOfMemory(byteCount: stride * pool.threadCount * 4)
        }
        let tiles = pool.threadCount * 4
        pool.forEachTile(tiles) { _, worker in
            let weights = memory.pointer + worker * stride
            let (x, y) = (weights + weightCount, weights + weightCount + mapCount)
            var product = tandem_tile_product()
            product.x = UnsafePointer(x)
            product.x_block = pixels * 16
            product.w = UnsafePointer(weights)
            product.y = y
            product.y_block = pixels * 16
            product.positions = 1
            product.channels = Int32(channels)
            product.panels = 1
            product.tiles = Int32(pixels)
            for _ in 0..<rounds { kernels.tile_product(&product) }
        }
        return tiles * rounds * pixels * channels * 32 * 2
    }
}
