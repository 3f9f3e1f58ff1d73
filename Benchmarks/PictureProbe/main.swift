// Measures how long pictures take to be drawn as SVG, and how large they are, against their bars: 10 ms, and 100 KB
// where no images are within. Benchmarks/drawing-speed builds and starts it; it ends with 1 where a bar is not held.

import Glibc
import Graphics

/// Numbers from 0 to 1 that look random.
func noise(_ index: Int) -> Double { Double((index &* 2_654_435_761) & 0xFFFF) / 65_536 }

func curve(_ run: Int) -> Plot.Series {
    Plot.Series("run \(run)", (1...100).map { Plot.Point(Double($0), 90 - 60 / Double($0) + noise(run * 100 + $0)) })
}

func seeds(_ model: Int) -> IntervalPlot.Row {
    IntervalPlot.Row("model \(model)", values: (0..<24).map { 78 + Double(model) + noise(model * 24 + $0) }, interval: 77...83)
}

func confusion(_ classes: Int) -> HeatMap {
    HeatMap(
        title: "confusion", rowTitle: "class", columnTitle: "predicted", names: (0..<classes).map { "class \($0)" },
        counts: (0..<classes).map { row in
            (0..<classes).map { $0 == row ? 80 : Int(7 * noise(row * classes + $0)) }
        })
}

func block(_ index: Int) -> BlockDiagram.Part {
    .block(.init(name: "conv \(64 + index), padding: 1", followers: "relu", output: "64x32x32", cost: "36.9k", kind: 0))
}

let percent = Axis("test accuracy", .percent)
let pictures: [(name: String, picture: any Picture)] = [
    ("6 runs of 100 epochs", Plot(title: "Test accuracy", x: Axis("epoch", .whole), y: percent, series: (1...6).map(curve))),
    ("4 models, 24 seeds", IntervalPlot(title: "seeds", style: .dots, axis: percent, rows: (0..<4).map(seeds))),
    (
        "10 classes", IntervalPlot(
            title: "classes", style: .forest, axis: Axis("points"),
            rows: (0..<10).map { IntervalPlot.Row("class \($0)", mean: Double($0), interval: -1...12) }, reference: 0)
    ),
    (
        "scatter of 200 runs", ScatterPlot(
            title: "runs", x: Axis("parameters", .magnitude), y: percent,
            items: (0..<200).map { .init("run \($0)", 1e4 * (1 + 99 * noise($0)), 60 + 30 * noise($0 + 7)) })
    ),
    ("histogram of 1,000", Plot.histogram(title: "values", axis: percent, groups: [("runs", (0..<1000).map { 60 + noise($0) })])),
    ("confusion of 10 classes", confusion(10)), ("confusion of 40 classes", confusion(40)),
    (
        "diagram of 50 blocks", BlockDiagram(
            title: "network", networks: [.init(name: "network", input: "3x32x32", cost: "", parts: (0..<50).map(block))])
    ),
]

let clock = ContinuousClock()
var isHeld = true
for (name, picture) in pictures {
    var bytes = 0
    let times = (0..<21).map { _ in
        let time = clock.measure { bytes = picture.svg.utf8.count }.components
        return Double(time.seconds) * 1e3 + Double(time.attoseconds) * 1e-15
    }.sorted()
    let isFine = times[10] < 10 && bytes < 100_000
    isHeld = isHeld && isFine
    func text(_ number: Double) -> String { String((number * 100).rounded() / 100) }
    print("\(name): \(text(times[10])) ms, slowest \(text(times[20])) ms, \(bytes / 1000) KB\(isFine ? "" : ", NOT HELD")")
}
exit(isHeld ? 0 : 1)
