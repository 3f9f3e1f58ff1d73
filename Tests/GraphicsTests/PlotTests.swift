// Plots and pictures: ticks, well-formed SVG, and PNG files that read back.

import Foundation
import Testing

@testable import Graphics

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct PlotTests {
    @Test func ticksStandAtRoundNumbersAndCoverTheValues() {
        #expect(Scale([42.1, 66.5], Axis("y")).ticks == [40, 45, 50, 55, 60, 65, 70])
        #expect(Scale([1, 10], Axis("epoch", .whole), ticks: 7, isTight: true).ticks == [2, 4, 6, 8, 10])
        #expect(Scale([1, 2, 3], Axis("epoch", .whole), ticks: 7, isTight: true).ticks == [1, 2, 3])
        #expect(Scale([0.0012, 0.0049], Axis("y")).text(0.002) == "0.002")
    }

    @Test func everyKindOfAxisHasTicksOfItsOwn() {
        func texts(_ values: [Double], _ kind: Axis.Kind) -> [String] {
            let scale = Scale(values, Axis("x", kind), isTight: true)
            return scale.ticks.map(scale.text)
        }
        #expect(texts([1e-5, 10], .logarithmic) == ["1e-5", "1e-3", "1e-1", "1e1"])
        #expect(texts([0.1, 100], .logarithmic) == ["0.1", "1", "10", "100"])
        #expect(texts([2, 60], .logarithmic) == ["2", "5", "10", "20", "50"])
        #expect(texts([200_000, 33_000_000], .magnitude) == ["200k", "500k", "1M", "2M", "5M", "10M", "20M"])
        #expect(texts([0, 1_800], .seconds) == ["0", "10", "20", "30"])
        #expect(Scale([0, 1_800], Axis("time", .seconds)).title == "time (min)")
        #expect(Scale([90, 99.9], Axis("accuracy", .percent)).high == 100)
        #expect(Scale([-3, 3], Axis("x", .logarithmic)).ticks.allSatisfy { $0 > 0 })
    }

    /// What a tick's text says: `25.58k` is 25,580.
    private func value(_ text: String) -> Double? {
        let units: [Character: Double] = ["k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12]
        guard let last = text.last, let unit = units[last] else { return Double(text) }
        return Double(text.dropLast()).map { $0 * unit }
    }

    @Test(arguments: [
        Axis.Kind.number, .whole, .percent, .seconds, .logarithmic, .magnitude,
    ])
    func everyTickHasATextOfItsOwnThatIsTrue(_ kind: Axis.Kind) throws {
        var ranges: [(Double, Double)] = []
        for size in [1e-100, 1e-12, 1e-9, 3e-5, 0.01, 0.7, 1, 42, 999, 25_600, 1e6, 3.3e7, 1e9, 1e12, 1e15, 1e100]
        where kind != .whole || (1...1e15).contains(size) {
            for share in [1e-7, 1e-5, 1e-3, 0.1, 1, 10, 1000] { ranges.append((size, size * (1 + share))) }
            ranges += [(-size, size), (-size, -size / 2), (0, size), (size, size)]
        }
        for (low, high) in ranges {
            for isTight in [true, false] {
                let scale = Scale([low, high], Axis("x", kind), isTight: isTight)
                let texts = scale.ticks.map(scale.text)
                #expect(Set(texts).count == texts.count, "\(low)...\(high): \(texts)")
                #expect(texts.allSatisfy { $0.count <= 16 }, "\(low)...\(high): \(texts)")
                let gaps = zip(scale.ticks, scale.ticks.dropFirst()).map { $1 - $0 }
                for (index, tick) in scale.ticks.enumerated() where !gaps.isEmpty {
                    let said = try #require(value(texts[index]), "\(texts[index])")
                    let gap = min(index < gaps.count ? gaps[index] : .infinity, index > 0 ? gaps[index - 1] : .infinity)
                    #expect(
                        abs(said * scale.divisor - tick) <= gap / 10, "\(low)...\(high): \(texts[index]) is \(tick)")
                }
            }
        }
    }

    @Test func ticksOfNearCountsAreToldApart() {
        let scale = Scale([25_581, 25_634], Axis("parameters", .magnitude))
        #expect(scale.ticks.map(scale.text) == ["25.58k", "25.60k", "25.62k"])
    }

    @Test func valuesNextToEachOtherAreToldApart() {
        #expect(toldApart([97.6, 98.2]) == ["97.60", "98.20"])
        #expect(toldApart([97.601, 97.602]) == ["97.601", "97.602"])
        #expect(toldApart([1e-9, 2.5e-9]) == ["1.00e-9", "2.50e-9"])
        #expect(toldApart([528, 506, 156]) == ["528.00", "506.00", "156.00"])
        #expect(
            uncertain(1.2345e-9, 2.1e-11) == "(1.234 ± 0.021)e-9" && uncertain(1.234e12, 5.6e10) == "(1.234 ± 0.056)e12"
        )
    }

    @Test func rowsOfImagesAreEven() {
        let image = ImageGrid.Image(label: "", height: 1, width: 1, pixels: [0, 0, 0])
        func columns(_ count: Int, group: Int = 1, most: Int = 10) -> Int {
            ImageGrid(title: "", pictures: .init(repeating: image, count: count), columns: most, group: group)
                .evenColumns(.max)
        }
        #expect(columns(12) == 6 && columns(11) == 6 && columns(21) == 7 && columns(10) == 10 && columns(1) == 1)
        #expect(columns(0) >= 1 && columns(17, most: 16) == 9)
        // Pairs remain next to each other.
        #expect(
            columns(10, group: 2, most: 8) == 6 && columns(8, group: 2, most: 8) == 8
                && columns(2, group: 2, most: 1) == 2)
    }

    @Test func aScatterShowsTheIntervalsOfItsMeans() {
        let plot = ScatterPlot(
            title: "", x: Axis("parameters", .magnitude), y: Axis("accuracy", .percent),
            items: [
                .init("gap", 25_600, 80, interval: 78...82, parts: [.init(25_600, 79.5), .init(25_600, 80.5)]),
                .init("flat", 31_000, 84),
            ])
        #expect(plot.table().csv == "name,parameters,accuracy (%),low,high\ngap,25600,80,78,82\nflat,31000,84,,")
        // The bar with its two ends.
        #expect(plot.svg.components(separatedBy: "stroke-width=\"1.50\"/>").count == 1 + 3)
    }

    /// Each point and each name is compared with what is near it, and the caption ends.
    @Test func aScatterOfThousandsOfRunsIsDrawn() {
        let items = (0..<6000).map { number in
            let (x, y) = (number * 7919 % 6007, number * 104_729 % 6011)
            return ScatterPlot.Item("run\(number)", Double(x), Double(y), interval: 0...1)
        }
        let plot = ScatterPlot(title: "", x: Axis("parameters"), y: Axis("accuracy"), items: items)
        let drawn = plot.svg.split(separator: "\n").filter { $0.hasPrefix("<text") }.joined(separator: " ")
        #expect(drawn.contains("more.</text>"))
        #expect(drawn.utf8.count < 100_000)
    }

    /// Twelve points in one place, and far too many.
    @Test(arguments: [12, 70])
    func everyPointOfAScatterIsNamed(count: Int) {
        let items = (1...count).map {
            ScatterPlot.Item("network\($0)", 1_000 + Double($0) / 100, 80 + Double($0) / 1000)
        }
        let far = [ScatterPlot.Item("far", 9_000, 20)]
        let svg = ScatterPlot(title: "", x: Axis("parameters"), y: Axis("accuracy"), items: items + far).svg
        // Not counting what a screen reader says.
        let drawn = svg.split(separator: "\n").filter { $0.hasPrefix("<text") }.joined(separator: " ")
        for item in items + far {
            #expect(
                drawn.components(separatedBy: item.name + "<").count > 1 || drawn.contains(item.name + ",")
                    || drawn.contains(item.name + "."), "\(item.name)")
        }
        #expect(drawn.contains("Without a name here: ") == (count == 70))
        #expect(svg.contains("stroke-width=\"0.75\""))
        #expect(XMLParser(data: Data(svg.utf8)).parse())
    }

    @Test func noTwoRowsLookAlike() {
        let names = ["32, pooled: true", "64, pooled: true", "64, pooled: false"].map {
            "Net(width: 8, pooled: false) − Net(width: \($0))"
        }
        let long = (1...2).map { "a_network_with_a_name_that_is_so_long_that_no_line_holds_it_no\($0)" }
        let plot = IntervalPlot(
            title: "", style: .dots, axis: Axis("points"),
            rows: (names + long).map { IntervalPlot.Row($0, values: [1, 2], interval: -1...3) })
        let texts = plot.svg.split(separator: "\n").filter { $0.hasPrefix("<text") }.joined(separator: "\n")
        for end in [">− Net(width: 32, pooled: true)<", ">− Net(width: 64, pooled: true)<", "false)<", "1<", "2<"] {
            #expect(texts.contains(end), "\(end)")
        }
        #expect(!texts.contains("…"))
        let text = plot.text(on: TextTerminal(columns: 80, rows: 24))
        #expect(["32,", "64,", "no1", "no2"].allSatisfy { text.contains($0) }, "\(text)")
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func aPictureHasOneMinusSign() {
        let plot = IntervalPlot(
            title: "", style: .forest, axis: Axis("points"),
            rows: [.init("a", mean: -9, interval: -100...50), .init("b", mean: -2e-7, interval: -3e-7...(-1e-7))])
        let texts = plot.svg.split(separator: "\n").filter { $0.hasPrefix("<text") }.map {
            $0.split(separator: ">", maxSplits: 1).last ?? ""
        }
        #expect(texts.contains { $0.contains("−9 [−100, 50]") }, "\(texts)")
        #expect(!texts.contains { $0.contains("-") })
    }

    @Test(arguments: [
        [], [5.0], [5, 5], [Double.nan], [.infinity, 1], [-1e300, 1e300], [1e-300, 2e-300], [1e15, 1e15 + 1],
    ])
    func anyNumbersGiveAWellFormedPicture(_ values: [Double]) {
        let points = values.enumerated().map { Plot.Point(Double($0), $1) }
        let plot = Plot(
            title: "a <b> & \"c\"", xLabel: "x", yLabel: "y", series: [Plot.Series("s", points)], countsX: true)
        #expect(!plot.text(on: TextTerminal()).isEmpty)
        #expect(XMLParser(data: Data(plot.svg.utf8)).parse(), "\(plot.svg)")
        #expect(!plot.svg.contains("nan") && !plot.svg.contains("inf"))
    }

    /// A mean of two digits has bounds of one, and a curve an end: all are written alike.
    @Test func numbersOfOneKindHaveAsManyDigits() {
        let dots = IntervalPlot(
            title: "F1", style: .dots, axis: Axis("macro F1", .percent),
            rows: [
                IntervalPlot.Row("a", mean: 10.9768, interval: 6.25364...15.7), IntervalPlot.Row("b", mean: 3.57241),
            ])
        #expect(
            dots.table(limit: 10).rows.map { $0.map(\.text) } == [
                ["a", "10.98", "6.25", "15.70"], ["b", "3.57", "", ""],
            ])
        let scatter = ScatterPlot(
            title: "F1", x: Axis("parameters"), y: Axis("macro F1", .percent),
            items: [
                ScatterPlot.Item("a", 162, 10.9768, interval: 6.25364...15.7, parts: []),
                ScatterPlot.Item("b", 1000, 3.57241),
            ])
        #expect(scatter.table(limit: 10).rows.map { $0.map(\.text) }[0] == ["a", "162", "10.98", "6.25", "15.70"])
        #expect(scatter.description.hasSuffix("a at 162, 10.98; b at 1,000, 3.57."))
        let curves = Plot(
            title: "accuracy", x: Axis("epoch", .whole), y: Axis("accuracy", .percent),
            series: [
                Plot.Series("a", [Plot.Point(1, 10.5625), Plot.Point(2, 9.12345)]),
                Plot.Series("b", [Plot.Point(1, 11.67)]),
            ])
        #expect(curves.table(limit: 10).rows.map { $0.map(\.text) } == [["1", "10.56", "11.67"], ["2", "9.12", ""]])
        #expect(curves.text(on: TextTerminal(columns: 60, rows: 12)).contains("a 9.12   ■ b 11.67"))
        #expect(curves.description.hasSuffix("a goes from 10.56 to 9.12; b goes from 11.67 to 11.67."))
        // A loss that ran away does not take the digits of the others.
        let losses = Plot(
            title: "loss", x: Axis("epoch", .whole), y: Axis("loss"),
            series: [Plot.Series("a", [Plot.Point(1, 0.12346)]), Plot.Series("b", [Plot.Point(1, 123.4)])])
        #expect(losses.table(limit: 10).rows[0].map(\.text) == ["1", "0.1235", "123.4"])
    }

    @Test func aPlotHasATwinInNumbers() {
        let plot = Plot(
            title: "test accuracy", xLabel: "epoch", yLabel: "%",
            series: [Plot.Series("a", [.init(1, 50), .init(2, 60.5)]), Plot.Series("b", [.init(2, 0.001)])])
        #expect(plot.table().csv == "epoch,a,b\n1,50,\n2,60.5,0.001")
        #expect(plot.table(limit: 1).rows.last?.first?.text == "… 1 more")
    }

    @Test func aPictureIsAPNGFile() {
        let file = PNG.file(width: 1, height: 1, pixels: [255, 0, 128])
        #expect(file.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        #expect(PNG.base64([77, 97, 110]) == "TWFu")
        #expect(PNG.base64([77, 97]) == "TWE=")
        #expect(PNG.base64([77]) == "TQ==")
        #expect(file.suffix(8) == [0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
    }

    @Test func labelsStandUnderPictures() {
        let picture = ImageGrid.Image(
            label: "cat & dog", channels: 3, height: 2, width: 2, planes: [UInt8](repeating: 9, count: 12))
        let grid = ImageGrid(title: "two", pictures: [picture, picture], columns: 1)
        #expect(grid.text == "two\ncat & dog\ncat & dog")
        #expect(XMLParser(data: Data(grid.svg.utf8)).parse())
        #expect(grid.svg.contains("cat &amp; dog</text>"))
    }

    @Test func planesBecomePixels() {
        let picture = ImageGrid.Image(label: "", channels: 3, height: 1, width: 2, planes: [1, 2, 3, 4, 5, 6])
        #expect(picture.pixels == [1, 3, 5, 2, 4, 6])
        #expect(
            ImageGrid.Image(label: "", channels: 1, height: 1, width: 2, planes: [7, 8]).pixels == [7, 7, 7, 8, 8, 8])
    }
}
