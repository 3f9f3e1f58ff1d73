// How values are spread, as a plot: bins of equal width whose edges are round numbers.

extension Plot {
    /// - Parameter groups: each has its own outline over the same bins.
    public static func histogram(
        title: String, axis: Axis, groups: [(name: String, values: [Double])], caption: String = ""
    ) -> Plot {
        let values = groups.flatMap(\.values).filter(\.isFinite).sorted()
        let edges = binEdges(values)
        let series = groups.map { group in
            var counts = [Int](repeating: 0, count: max(1, edges.count - 1))
            for value in group.values where value.isFinite {
                let bin = edges.lastIndex { $0 <= value } ?? 0
                counts[min(bin, counts.count - 1)] += 1
            }
            let points = counts.enumerated().flatMap { index, count in
                edges.count > index + 1
                    ? [Point(edges[index], Double(count)), Point(edges[index + 1], Double(count))] : []
            }
            return Series(group.name, points, style: .filled)
        }
        return Plot(title: title, x: axis, y: Axis("count", .whole), series: series, caption: caption)
    }

    /// Freedman and Diaconis' width, 2 IQR / n^(1/3), made round; 1 to 60 bins.
    private static func binEdges(_ sorted: [Double]) -> [Double] {
        guard let low = sorted.first, let high = sorted.last, high > low else {
            let middle = sorted.first ?? 0
            return [middle - 0.5, middle + 0.5]
        }
        var cubeRoot = 1.0
        while cubeRoot * cubeRoot * cubeRoot < Double(sorted.count) { cubeRoot += 0.25 }
        let quartiles = sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]
        let wanted = quartiles > 0 ? 2 * quartiles / cubeRoot : (high - low) / cubeRoot
        let bins = max(1, min(60, (high - low) / wanted))
        let scale = Scale([low, high], Axis(""), ticks: Int((1.6 * bins).rounded()))
        let edges = scale.ticks
        return edges.count > 1 ? edges : [low, high]
    }
}
