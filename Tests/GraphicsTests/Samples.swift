// One of every picture, with data that looks like what a session has.

@testable import Graphics

enum Samples {
    /// Numbers that look random and are the same everywhere.
    struct Noise {
        var state: UInt64
        /// About normal, deviation 1.
        mutating func next() -> Double {
            var sum = 0.0
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                sum += Double(state >> 33) / Double(1 << 31)
            }
            return sum - 6
        }
    }

    static func learning(_ name: String, best: Double, rate: Double, epochs: Int, seed: UInt64) -> Plot.Series {
        var noise = Noise(state: seed)
        return Plot.Series(
            name,
            (1...epochs).map { epoch in
                let progress = 1 - 1 / (1 + rate * Double(epoch))
                return Plot.Point(Double(epoch), 10 + (best - 10) * progress + noise.next() * 0.6)
            })
    }

    static var learningCurves: Plot {
        Plot(
            title: "Test accuracy", x: Axis("epoch", .whole), y: Axis("test accuracy", .percent),
            series: [
                learning("gap (pooled)", best: 84, rate: 1.1, epochs: 10, seed: 1),
                learning("flat (not pooled)", best: 83, rate: 1, epochs: 10, seed: 2),
                learning("wide", best: 90, rate: 0.7, epochs: 10, seed: 3),
            ])
    }

    static var sixLongRuns: Plot {
        Plot(
            title: "Test accuracy", x: Axis("epoch", .whole), y: Axis("test accuracy", .percent),
            series: (1...6).map {
                learning("run \($0)", best: 80 + 2 * Double($0), rate: 0.2, epochs: 100, seed: UInt64($0))
            })
    }

    static var trainAndTest: Plot {
        func loss(_ name: String, _ floor: Double, _ seed: UInt64, companionOf: Int? = nil) -> Plot.Series {
            var noise = Noise(state: seed)
            return Plot.Series(
                name,
                (1...20).map {
                    Plot.Point(Double($0) * 93, floor + 2.0 / (1 + 0.35 * Double($0)) + noise.next() * 0.02)
                }, companionOf: companionOf)
        }
        return Plot(
            title: "Loss", x: Axis("time", .seconds), y: Axis("loss"),
            series: [
                loss("gap", 0.55, 1), loss("gap, training", 0.1, 2, companionOf: 0), loss("flat", 0.7, 3),
                loss("flat, training", 0.05, 4, companionOf: 2),
            ], caption: "Both networks on CIFAR-10, Adam with a learning rate of 1e-4 and batches of 64.")
    }

    static var bands: Plot {
        func band(_ name: String, _ best: Double, _ seed: UInt64) -> Plot.Series {
            var curve = learning(name, best: best, rate: 0.8, epochs: 12, seed: seed)
            curve.band = curve.points.map { Plot.Band($0.x, $0.y - 1.6, $0.y + 1.6) }
            return curve
        }
        return Plot(
            title: "Test accuracy over 6 seeds", x: Axis("epoch", .whole), y: Axis("test accuracy", .percent),
            series: [band("gap", 84, 5), band("flat", 88, 6)],
            caption: "Lines: mean of 6 seeds. Bands: one standard deviation to either side.")
    }

    static var search: Plot {
        var noise = Noise(state: 9)
        let rates = (0..<120).map { step -> Double in
            var rate = 1e-5
            for _ in 0..<step { rate *= 1.1 }
            return rate
        }
        let smoothed = rates.enumerated().map { step, rate in
            Plot.Point(rate, 2.3 - 1.4 / (1 + 800 / (1 + Double(step * step))) + (rate > 0.05 ? rate * 3 : 0))
        }
        return Plot(
            title: "Net on synthetic", x: Axis("learning rate", .logarithmic), y: Axis("training loss"),
            series: [
                Plot.Series(
                    "of a batch", smoothed.map { Plot.Point($0.x, $0.y + noise.next() * 0.12) }, style: .faint),
                Plot.Series("smoothed", smoothed, style: .smooth),
            ], marks: [Plot.Mark(3.1e-3, "try 3.1e-3")])
    }

    static var histogram: Plot {
        var noise = Noise(state: 3)
        return .histogram(
            title: "Accuracy of 200 seeds", axis: Axis("test accuracy", .percent),
            groups: [
                ("gap", (0..<200).map { _ in 78.4 + 0.4 * noise.next() }),
                ("flat", (0..<200).map { _ in 79.1 + 0.5 * noise.next() }),
            ])
    }

    static var dots: IntervalPlot {
        var noise = Noise(state: 11)
        func row(_ name: String, _ mean: Double) -> IntervalPlot.Row {
            let values = (0..<6).map { _ in mean + 0.4 * noise.next() }
            let average = values.reduce(0, +) / 6
            return IntervalPlot.Row(name, values: values, interval: average - 0.38...average + 0.38)
        }
        return IntervalPlot(
            title: "Test accuracy of 6 seeds", style: .dots, axis: Axis("test accuracy", .percent),
            rows: [row("gap", 78.4), row("flat", 77.9), row("a network with a rather long name", 79.3)],
            caption: "Circles: seeds. Filled: mean with its 95 % interval.")
    }

    static var bars: IntervalPlot {
        IntervalPlot(
            title: "Images a second", style: .bars, axis: Axis("images a second"),
            rows: [
                IntervalPlot.Row("Tandem, mixed", mean: 528, interval: 519...537),
                IntervalPlot.Row("Tandem", mean: 506, interval: 500...512),
                IntervalPlot.Row("PyTorch", mean: 156, interval: 150...162),
            ])
    }

    static var forest: IntervalPlot {
        let names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
        var noise = Noise(state: 12)
        return IntervalPlot(
            title: "flat − gap, by class", style: .forest, axis: Axis("difference in accuracy (points)"),
            rows: names.map {
                let mean = noise.next() * 0.9
                return IntervalPlot.Row($0, mean: mean, interval: mean - 1.1...mean + 1.1)
            }, reference: 0, margin: -0.5...0.5,
            caption:
                "Squares: mean over 6 seeds with its 95 % interval, corrected for ten classes (Holm). Filled: the interval excludes 0."
        )
    }

    static var scatter: ScatterPlot {
        ScatterPlot(
            title: "What accuracy costs", x: Axis("parameters", .magnitude), y: Axis("test accuracy", .percent),
            items: [
                .init("gap", 26_700_000, 78.4), .init("flat", 32_997_834, 77.6),
                .init("gap to linear 10", 7_790_000, 79.0),
                .init("flatten to linear 10", 7_800_000, 78.8), .init("small", 240_000, 70.2),
                .init("resnet18", 11_173_962, 93.1),
                .init("mobilenet", 2_300_000, 88.0), .init("resnet18, no shortcuts", 11_000_000, 90.7),
            ])
    }

    static var plots: [(name: String, picture: any Picture)] {
        [
            ("learning-curves", learningCurves), ("six-long-runs", sixLongRuns), ("train-and-test", trainAndTest),
            ("bands", bands), ("search", search), ("histogram", histogram), ("dots", dots), ("bars", bars),
            ("forest", forest), ("scatter", scatter),
        ]
    }

    static var confusion: HeatMap {
        let names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
        var noise = Noise(state: 21)
        let counts = names.indices.map { row in
            names.indices.map { column in
                row == column ? 780 + 15 * row : max(0, Int(12 * noise.next() + (row == 3 && column == 5 ? 120 : 8)))
            }
        }
        return HeatMap(
            title: "gap on cifar: 78.42 %", rowTitle: "class", columnTitle: "predicted", names: names, counts: counts,
            caption: "Test images. Blue: right, orange: wrong, each on a scale of its own.")
    }

    static var manyClasses: HeatMap {
        let names = (0..<40).map { "class \($0)" }
        return HeatMap(
            title: "forty classes", rowTitle: "class", columnTitle: "predicted", names: names,
            counts: names.indices.map { row in names.indices.map { $0 == row ? 80 : ($0 * row) % 7 } })
    }

    static var images: ImageGrid {
        ImageGrid(
            title: "the first images",
            pictures: (0..<6).map { index in
                ImageGrid.Image(
                    label: ["cat", "dog", "automobile"][index % 3], note: "\(90 + index) %", height: 16, width: 16,
                    pixels: (0..<256).flatMap { place -> [UInt8] in
                        [UInt8(place / 16 * 16), UInt8(place % 16 * 16), UInt8(40 * index)]
                    })
            }, caption: "What is written below each is its class.")
    }

    static func conv(_ width: Int, _ side: Int, _ cost: String) -> BlockDiagram.Part {
        .block(
            .init(
                name: "conv \(width), padding: 1", followers: "batchnorm · relu", output: "\(width)x\(side)x\(side)",
                cost: cost,
                kind: 0))
    }

    static var diagram: BlockDiagram {
        let residual = BlockDiagram.Part.branches(
            [[conv(64, 32, "36.9k"), conv(64, 32, "36.9k")], []], join: "+")
        let projected = BlockDiagram.Part.branches(
            [
                [conv(128, 16, "73.7k"), conv(128, 16, "147k")],
                [.block(.init(name: "conv 128, kernel: 1, stride: 2", output: "128x16x16", cost: "8.2k", kind: 0))],
            ], join: "+")
        let inception = BlockDiagram.Part.branches(
            [
                [conv(32, 16, "4k")], [conv(16, 16, "2k")],
                [.block(.init(name: "maxpool 3", output: "128x16x16", kind: 1))],
            ],
            join: "concat")
        return BlockDiagram(
            title: "ResNet",
            networks: [
                .init(
                    name: "ResNet", input: "3x32x32", cost: "1,234,567 parameters · 123M multiply-adds",
                    parts: BlockDiagram.folded([conv(64, 32, "1.8k"), residual, residual, projected, inception])
                        + [
                            .block(.init(name: "globalavgpool", output: "176", kind: 1)),
                            .block(.init(name: "linear 10", output: "10", cost: "1.8k", kind: 2)),
                        ])
            ])
    }

    static var twoNetworks: BlockDiagram {
        let head: [BlockDiagram.Part] = [
            .block(.init(name: "flatten", output: "512", kind: 3)),
            .block(.init(name: "linear 10", output: "10", cost: "5.1k", kind: 2)),
        ]
        let pool = BlockDiagram.Part.block(.init(name: "adaptiveavgpool 2", output: "128x2x2", kind: 1))
        let (a, b) = BlockDiagram.marked([conv(64, 32, "1.8k"), pool] + head, [conv(64, 32, "1.8k")] + head)
        return BlockDiagram(
            title: "gap and flat",
            networks: [
                .init(name: "gap", input: "3x32x32", cost: "7k parameters", parts: a),
                .init(name: "flat", input: "3x32x32", cost: "7k parameters", parts: b),
            ])
    }

    static var all: [(name: String, picture: any Picture)] {
        plots + [
            ("confusion", confusion), ("many-classes", manyClasses), ("images", images), ("diagram", diagram),
            ("two-networks", twoNetworks),
        ]
    }

    // MARK: Odd ones

    /// Values that pictures have trouble with, by what they are.
    static let oddValues: [(name: String, values: [Double])] = [
        ("one", [5]), ("constant", [7, 7, 7]), ("zeros", [0, 0, 0]), ("tiny", [1e-9, 2.5e-9, 3e-9]),
        ("one-tiny", [1e-9]), ("huge", [1e12, 1.5e12, 2.25e12]), ("close", [97.6012, 97.6013, 97.6017]),
        ("close-and-large", [1_000_000, 1_000_000.4, 1_000_000.9]), ("negative", [-3, -2.5, -1.25]),
        ("both-signs", [-1e-5, 0, 2e-5]), ("counts", [25_581, 25_590, 25_610, 25_634]),
        ("gaps", [1, .nan, 3, .infinity]), ("nothing", []),
    ]

    static let longName =
        "a network with a very long name: VGG(pooled: true, width: 64, dropout: 0.5, heads: [2048, 4096])"

    static var odd: [(name: String, picture: any Picture)] {
        let kinds: [Axis.Kind] = [.number, .percent, .seconds, .logarithmic, .magnitude]
        var odd: [(name: String, picture: any Picture)] = []
        for (name, values) in oddValues {
            for kind in kinds {
                let points = values.enumerated().map { Plot.Point(Double($0 + 1), $1) }
                odd.append(
                    (
                        "curve-\(kind)-\(name)",
                        Plot(
                            title: "Title", x: Axis("epoch", .whole), y: Axis("y", kind), series: [.init("a", points)],
                            marks: [.init(1.5, "a mark"), .init(1.5, "another")])
                    ))
                odd.append(
                    (
                        "scatter-\(kind)-\(name)",
                        ScatterPlot(
                            title: "Title", x: Axis("x", kind), y: Axis("y", kind),
                            items: values.enumerated().map { .init("item \($0)", $1, $1) })
                    ))
            }
            let rows = [
                IntervalPlot.Row("a", values: values),
                IntervalPlot.Row("b", values: values, interval: values.first.map { $0 - abs($0) / 3...$0 + abs($0) }),
            ]
            for style in [IntervalPlot.Style.dots, .bars, .forest] {
                odd.append(
                    ("\(style)-\(name)", IntervalPlot(title: "Title", style: style, axis: Axis("value"), rows: rows)))
            }
            odd.append(
                ("histogram-\(name)", Plot.histogram(title: "Title", axis: Axis("value"), groups: [("a", values)])))
        }
        let runs = (1...30).map { learning("\($0): \(longName)", best: 80, rate: 0.2, epochs: 12, seed: UInt64($0)) }
        odd.append(
            ("thirty-runs", Plot(title: longName, x: Axis(longName, .whole), y: Axis(longName, .percent), series: runs))
        )
        odd.append(
            (
                "thirty-rows",
                IntervalPlot(
                    title: longName, style: .dots, axis: Axis(longName, .percent),
                    rows: (1...30).map { .init("\($0) \(longName)", values: [70, 71, 72], interval: 69...73) },
                    margin: 70...70.1, caption: longName)
            ))
        odd.append(
            (
                "thirty-points",
                ScatterPlot(
                    title: longName, x: Axis("parameters", .magnitude), y: Axis("accuracy", .percent),
                    items: (1...30).map {
                        .init("\($0) \(longName)", 25_600 + Double($0), 80 + Double($0 % 7), interval: 79...88)
                    })
            ))
        odd.append(
            (
                "two-classes",
                HeatMap(
                    title: longName, rowTitle: "class", columnTitle: "predicted", names: ["a", longName],
                    counts: [[1_234_567, 0], [12, 7_654_321]], caption: longName)
            ))
        for count in [0, 1, 11, 12, 13] {
            let image = ImageGrid.Image(
                label: longName, note: "97 %", height: 8, width: 8, pixels: [UInt8](repeating: 9, count: 192))
            odd.append(
                (
                    "images-\(count)",
                    ImageGrid(title: longName, pictures: .init(repeating: image, count: count), caption: longName)
                ))
        }
        return odd
    }
}
