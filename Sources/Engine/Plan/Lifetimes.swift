// Which buffers can share memory: those that hold nothing at the same time.

/// Something that takes memory for a part of a step.
struct Buffer {
    /// In floats.
    let count: Int
    /// The first and the last pass, forward and backward, that touch it.
    let life: ClosedRange<Int>
}

/// Puts buffers where no other stands that lives at the same time, the largest first, each at the lowest place there is
/// ("greedy by size", Pisarchyk and Lee 2020).
///
/// - Returns: the place of each, and how much they take together.
func placeBuffers(_ buffers: [Buffer]) -> (offsets: [Int], count: Int) {
    var offsets = [Int](repeating: 0, count: buffers.count)
    var placed: [Int] = []
    var end = 0
    // Equals keep their order, so that a plan is always the same.
    for index in buffers.indices.sorted(by: { (-buffers[$0].count, $0) < (-buffers[$1].count, $1) }) {
        let buffer = buffers[index]
        let neighbors = placed.filter { buffers[$0].life.overlaps(buffer.life) }.sorted { offsets[$0] < offsets[$1] }
        var offset = 0
        for other in neighbors where offsets[other] < offset + buffer.count {
            offset = max(offset, offsets[other] + buffers[other].count)
        }
        offsets[index] = offset
        placed.append(index)
        end = max(end, offset + buffer.count)
    }
    return (offsets, end)
}
