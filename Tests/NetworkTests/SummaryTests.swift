import Foundation
import Network
import Testing

/// `summary` against torchsummary's own output, kept in `Golden/`.
struct SummaryTests {
    @Test(arguments: [
        ("torchsummary-vgg16-32x32", Networks.vgg16),
        ("torchsummary-custom-vgg-pooled", Networks.experiment(pooled: true)),
        ("torchsummary-custom-vgg-flat", Networks.experiment(pooled: false)),
    ])
    func textIsTorchsummarysByteForByte(name: String, layers: [Layer]) throws {
        let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).txt")
        let architecture = try Architecture(input: Shape([3, 32, 32]), layers: layers)
        #expect(Summary(architecture).text == (try String(contentsOf: golden, encoding: .utf8)))
    }

    @Test func aResidualHasRowsForItsBranchesAndNoneForTheSum() throws {
        let layers: [Layer] = [
            .residual(body: Networks.conv(8), shortcut: nil), .flatten, .linear(.init(width: 2)),
        ]
        let summary = Summary(try Architecture(input: Shape([3, 4, 4]), layers: layers))
        #expect(summary.rows.map(\.moduleName) == ["Conv2d", "ReLU", "Conv2d", "Linear"])
        #expect(summary.rows[2].layer.parameters.map(\.name) == ["0.shortcut.0.weight"])
    }
}
