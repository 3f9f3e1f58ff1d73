// Pictures as notebooks keep them: SVG, and next to it a PNG for notebooks that are not trusted.

import Foundation
import Graphics
import Libraries
import Testing

@testable import Session

struct PictureFormTests {
    private func size(_ base64: String?) throws -> (width: Int, height: Int) {
        let file = try #require(base64.flatMap { Data(base64Encoded: $0) })
        #expect(file.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        func number(_ place: Int) -> Int { file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
        return (number(16), number(20))
    }

    @Test func aPictureHasAPNGNextToItsSVG() throws {
        let session = Session()
        session.run("plot [3, 1, 2]\nprint 1")
        let bundle = try #require(session.output.all.shown.last).bundle
        #expect(bundle["image/svg+xml"]?.string?.contains("width=\"640\"") == true)
        let size = try size(bundle["image/png"]?.string)
        #expect(size.width == 640 && size.height >= 380)
        session.run("print 1\n1 + 1")
        #expect(session.output.all.results.last?.bundle["image/png"] == nil)
    }

    @Test func onlyWhatRemainsOfATrainingIsDrawnAsPNG() throws {
        let session = Session(drawsProgress: true)
        session.run(
            """
            model Net { input 3x32x32; flatten; linear 10 }
            let a = train Net, on: take(synthetic(), 500, test: 40), epochs: 2
            """)
        let updates = session.output.all.progress
        #expect(updates.count > 1)
        for update in updates { #expect((update.bundle["image/png"] != nil) == update.isFinal) }
    }

    @Test func aLargePictureHasASmallPNG() throws {
        var noise: UInt64 = 1
        let pixels = (0..<96 * 96 * 3).map { _ -> UInt8 in
            noise = noise &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(noise >> 56)
        }
        func form(_ count: Int) -> String? {
            let image = ImageGrid.Image(label: "", height: 96, width: 96, pixels: pixels)
            return pngForm(ImageGrid(title: "", pictures: [ImageGrid.Image](repeating: image, count: count)).svg)
        }
        let few = try #require(form(4))
        #expect(try size(few).width > 400)
        for count in [8, 200] { #expect(form(count).map { $0.utf8.count <= 200_000 } ?? true) }
    }
}
