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
