// What holds for every picture: valid XML, small, the same each time, no text over another, legible on both sheets.

import Foundation
import Testing

@testable import Graphics

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The texts of an SVG with the boxes they cover, read from the file as a browser would.
private final class TextBoxes: NSObject, XMLParserDelegate {
    struct Box {
        var text: String
        var left: Double
        var top: Double
        var right: Double
        var bottom: Double
        var size: Double
        var isBold: Bool

        /// Whether they share more than a hair.
        func overlaps(_ other: Box) -> Bool {
            min(right, other.right) - max(left, other.left) > 0.5
                && min(bottom, other.bottom) - max(top, other.top) > 0.5
        }
    }

    private(set) var boxes: [Box] = []
    private(set) var size = (width: 0.0, height: 0.0)
    private(set) var names: Set<String> = []
    private var current: [String: String]?
    private var text = ""

    init?(_ svg: String) {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        guard parser.parse() else { return nil }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        names.insert(name)
        if name == "svg" {
            size = (Double(attributes["width"] ?? "") ?? 0, Double(attributes["height"] ?? "") ?? 0)
            if attributes["role"] == "img" { names.insert("role") }
        }
        if name == "text" { (current, text) = (attributes, "") }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { if current != nil { text += string } }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        guard name == "text", let attributes = current else { return }
        current = nil
        let size = Double(attributes["font-size"] ?? "12") ?? 12
        let length = TextWidth.of(text, size: size, isBold: attributes["font-weight"] != nil)
        let shares: [String: Double] = ["middle": 0.5, "end": 1]
        let before = shares[attributes["text-anchor"] ?? ""] ?? 0
        if let turn = attributes["transform"] {
            // translate(x y) rotate(-90): the text runs upwards.
            let numbers = turn.split { !"-.0123456789".contains($0) }.compactMap { Double($0) }
            let (x, y) = (numbers[0], numbers[1])
            boxes.append(
                Box(
                    text: text, left: x - 0.76 * size, top: y - length * (1 - before), right: x + 0.22 * size,
                    bottom: y + length * before, size: size, isBold: false))
            return
        }
        let (x, y) = (Double(attributes["x"] ?? "") ?? 0, Double(attributes["y"] ?? "") ?? 0)
        boxes.append(
            Box(
                text: text, left: x - length * before, top: y - 0.76 * size, right: x + length * (1 - before),
                bottom: y + 0.22 * size, size: size, isBold: attributes["font-weight"] != nil))
    }
}

struct PictureTests {
    private func picture(_ name: String) throws -> any Picture {
        try #require((Samples.all + Samples.odd).first { $0.name == name }).picture
    }

    @Test(arguments: (Samples.all + Samples.odd).map(\.name))
    func noTextLiesOverAnotherOrBeyondTheSheet(_ name: String) throws {
        try expectRoomForTexts(try picture(name).svg)
    }

    private static let gallery = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs/gallery").standardized

    @Test func noTextOfTheGalleryLiesOverAnother() throws {
        let files = try FileManager.default.contentsOfDirectory(at: Self.gallery, includingPropertiesForKeys: nil)
        #expect(files.count > 15)
        for file in files where file.pathExtension == "svg" {
            try expectRoomForTexts(String(contentsOf: file, encoding: .utf8), file.lastPathComponent)
        }
    }

    private func expectRoomForTexts(_ svg: String, _ name: String = "") throws {
        let read = try #require(TextBoxes(svg))
        for (index, box) in read.boxes.enumerated() {
            #expect(
                box.left >= 0 && box.top >= 0 && box.right <= read.size.width && box.bottom <= read.size.height,
                "\(name): “\(box.text)” leaves the sheet of \(read.size)")
            #expect(box.size >= 11)
            for other in read.boxes[..<index] {
                #expect(!box.overlaps(other), "\(name): “\(box.text)” lies over “\(other.text)”")
            }
        }
        // Nothing comes near the title.
        guard let title = read.boxes.first(where: { $0.isBold && $0.size >= 15 }) else { return }
        for box in read.boxes where box.text != title.text && box.left < title.right && box.right > title.left {
            #expect(box.top - title.bottom >= 5, "\(name): “\(box.text)” touches the title")
        }
    }

    /// Titles, captions and what else begins at the left do so at one edge.
    @Test(arguments: Samples.all.map(\.name))
    func titleAndCaptionBeginAtTheSameEdge(_ name: String) throws {
        let picture = try picture(name)
        guard !(picture is BlockDiagram) else { return }
        let read = try #require(TextBoxes(picture.svg))
        let title = try #require(read.boxes.first { $0.text == picture.title || $0.text.hasSuffix("…") && $0.isBold })
        #expect(title.left == Sheet.margin)
        for box in read.boxes where box.size == 11.5 && box.left < 60 {
            #expect(box.left == Sheet.margin, "\(box.text)")
        }
        if picture is ImageGrid { #expect(picture.svg.contains("<image x=\"8\"")) }
    }

    @Test(arguments: (Samples.all + Samples.odd).map(\.name))
    func everyPictureIsValidSmallAndTheSameEachTime(_ name: String) throws {
        let picture = try picture(name)
        let read = try #require(TextBoxes(picture.svg))
        #expect(read.names.isSuperset(of: ["svg", "title", "desc", "role"]))
        #expect(picture.svg == picture.svg)
        #expect(picture.svg.utf8.count < 100_000)
    }

    @Test(arguments: (Samples.all + Samples.odd).map(\.name), [(80, 24), (200, 50), (40, 12)])
    func aTerminalsSizeIsRespected(_ name: String, _ size: (columns: Int, rows: Int)) throws {
        let lines = try picture(name).text(on: TextTerminal(columns: size.columns, rows: size.rows))
            .split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines { #expect(line.count <= size.columns, "\(line)") }
    }

    /// But of images, which are half blocks where there is color.
    @Test(arguments: Samples.all.map(\.name).filter { $0 != "images" })
    func colorsOfATerminalChangeNoCharacter(_ name: String) throws {
        func plain(_ text: String) -> String {
            text.replacingOccurrences(of: "\u{1B}\\[[0-9;]*m", with: "", options: .regularExpression)
        }
        let picture = try picture(name)
        let colored = picture.text(on: TextTerminal(columns: 80, rows: 24, colors: .palette))
        #expect(colored.contains("\u{1B}["))
        #expect(plain(colored) == picture.text(on: TextTerminal(columns: 80, rows: 24)))
    }

    /// WCAG 2.1, relative luminance and contrast ratio.
    private func contrast(_ first: String, _ second: String) -> Double {
        func luminance(_ color: String) -> Double {
            let digits = Array(color.dropFirst())
            let parts = [0, 2, 4].map { place -> Double in
                let value = Double(Int(String(digits[place...place + 1]), radix: 16) ?? 0) / 255
                return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        let (a, b) = (luminance(first), luminance(second))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    @Test func everyColorOfTextAndCurvesIsLegibleOnBothSheets() {
        #expect(abs(contrast("#000000", "#ffffff") - 21) < 0.001)
        for ink in Ink.all where ink != .sheet && ink != .grid {
            #expect(contrast(ink.colors.light, Ink.sheet.colors.light) >= 4.5, "\(ink)")
            #expect(contrast(ink.colors.dark, Ink.sheet.colors.dark) >= 4.5, "\(ink)")
        }
    }

    @Test func numbersAreLegibleOnTheFullestCellOfAHeatMap() {
        func bytes(_ color: String) -> [Double] {
            let digits = Array(color.dropFirst())
            return [0, 2, 4].map { Double(Int(String(digits[$0...$0 + 1]), radix: 16) ?? 0) }
        }
        func blended(_ color: String, over sheet: String) -> String {
            "#"
                + zip(bytes(color), bytes(sheet)).map { over, under in
                    let value = under + (over - under) * HeatMap.strongest
                    return String(format: "%02x", Int(value.rounded()))
                }.joined()
        }
        for ink in [Ink.series(0), .series(1)] {
            let light = blended(ink.colors.light, over: Ink.sheet.colors.light)
            let dark = blended(ink.colors.dark, over: Ink.sheet.colors.dark)
            #expect(contrast(light, Ink.text.colors.light) >= 4.5)
            #expect(contrast(dark, Ink.text.colors.dark) >= 4.5)
        }
    }

    @Test func aLargeImageIsDrawnSmallerAndKeepsItsMean() {
        let pixels = (0..<300 * 200).flatMap { place -> [UInt8] in
            let column = place % 300
            return [UInt8(column < 150 ? 10 : 210), 50, 60]
        }
        let image = ImageGrid.Image(label: "", height: 200, width: 300, pixels: pixels).reduced(to: 96)
        #expect(image.width == 96 && image.height == 64)
        #expect(Array(image.pixels[0..<3]) == [10, 50, 60] && image.pixels[3 * 95] == 210)
        #expect(ImageGrid(title: "", pictures: [image]).svg.utf8.count < 40_000)
    }

    @Test func curvesDifferInMoreThanColor() {
        let ways = (0..<12).map { "\(Marker(number: $0)) \(Marker.isOpen(number: $0))" }
        #expect(Set(ways).count == 12)
        let smooth = (0..<12).map {
            Plot.Series("\($0)", [.init(0, Double($0)), .init(1, 2)], style: .smooth)
        }
        let plot = Plot(title: "", x: Axis("x"), y: Axis("y"), series: smooth)
        #expect(smooth.indices.allSatisfy(plot.hasMarkers))
    }

    /// Neither the second curve, nor a mark, nor what is repeated in a diagram.
    @Test(arguments: Samples.all.map(\.name))
    func aDashedLineIsTheTrainings(_ name: String) throws {
        #expect(try picture(name).svg.contains("stroke-dasharray") == (name == "train-and-test"))
    }

    @Test func whatAUserWroteIsEscapedEverywhere() throws {
        let evil = "<script>alert(\"x\")</script> & ]]> \u{1} '"
        let plot = Plot(
            title: evil, x: Axis(evil), y: Axis(evil), series: [Plot.Series(evil, [.init(0, 1), .init(1, 2)])],
            marks: [Plot.Mark(0.5, evil)], caption: evil)
        let rows = IntervalPlot(
            title: evil, style: .dots, axis: Axis(evil), rows: [.init(evil, values: [1, 2])], margin: 1...2,
            caption: evil)
        let scatter = ScatterPlot(
            title: evil, x: Axis(evil), y: Axis(evil), items: [.init(evil, 1, 2), .init(evil, 3, 4)], caption: evil)
        for svg in [plot.svg, rows.svg, scatter.svg] {
            let read = try #require(TextBoxes(svg))
            #expect(!read.names.contains("script"))
        }
    }

    @Test func manyPointsAreThinnedButTheirExtremesStay() {
        var points = (0..<50_000).map { Plot.Point(Double($0), 1) }
        points[31_234].y = 9
        let plot = Plot(title: "", x: Axis("x"), y: Axis("y"), series: [Plot.Series("s", points, style: .smooth)])
        #expect(plot.svg.utf8.count < 30_000)
        let places = points.map { (x: $0.x / 100, y: $0.y) }
        #expect(Plot.thinned(places).contains { $0.y == 9 } && Plot.thinned(places).count < 2_100)
    }

    @Test func labelsAtTheEndsKeepTheirDistanceAndOrder() {
        let places = EndLabels.spread([100, 101, 102, 300, 10], top: 20, bottom: 310)
        #expect(places[4] == 20)
        #expect(places[1] - places[0] >= EndLabels.lineHeight && places[2] - places[1] >= EndLabels.lineHeight)
        #expect(places[1] == 101 && places[3] == 300)
        let crowded = EndLabels.spread([Double](repeating: 200, count: 10), top: 44, bottom: 220)
        #expect(crowded.max() ?? 0 <= 220 + 0.001 && crowded.min() ?? 0 >= 44)
    }

    /// That one point lies above another says nothing of which network is better.
    @Test func pointsAreNotJoinedByALineOfTheBest() throws {
        let svg = try picture("scatter").svg
        #expect(!svg.contains("<polyline") && !svg.contains("beats") && !svg.contains("best"))
    }

    @Test func anUncertaintyHasTwoDigits() {
        #expect(uncertain(78.4167, 0.3123) == "78.42 ± 0.31")
        #expect(uncertain(0.00123456, 0.000021) == "0.001235 ± 0.000021")
        #expect(uncertain(1234.6, 56.7) == "1235 ± 57")
        #expect(uncertain(78.4, 0.0996) == "78.40 ± 0.10")
    }

    @Test func countsOfAHistogramAddUp() {
        let values = (0..<200).map { Double($0 % 17) }
        let plot = Plot.histogram(title: "", axis: Axis("x"), groups: [("a", values)])
        let bins = plot.series[0].points.enumerated().filter { $0.offset % 2 == 0 }.map(\.element.y)
        #expect(bins.reduce(0, +) == 200)
    }
}
