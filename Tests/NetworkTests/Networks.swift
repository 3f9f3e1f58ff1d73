// The networks that several tests build.

import Network

enum Networks {
    static func conv(_ width: Int) -> [Layer] {
        [.convolution(.init(width: width, padding: .exactly(Extent(1)))), .activation(.relu)]
    }

    static func features(_ stages: [(width: Int, depth: Int)]) -> [Layer] {
        stages.flatMap { stage in
            (0..<stage.depth).flatMap { _ in conv(stage.width) } + [.maxPool(.init(size: Extent(2)))]
        }
    }

    /// The student's network.
    static func experiment(pooled: Bool) -> [Layer] {
        features([(64, 2), (128, 3), (256, 3), (512, 3)])
            + (pooled ? [.adaptiveAveragePool(output: Extent(2))] : [])
            + [
                .flatten, .linear(.init(width: 4096)), .activation(.relu), .linear(.init(width: 4096)),
                .activation(.relu), .dropout(rate: 0.2), .linear(.init(width: 10)),
            ]
    }

    /// torchvision's `vgg16`.
    static let vgg16 =
        features([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)])
        + [
            .adaptiveAveragePool(output: Extent(7)), .flatten,
            .linear(.init(width: 4096)), .activation(.relu), .dropout(rate: 0.5),
            .linear(.init(width: 4096)), .activation(.relu), .dropout(rate: 0.5), .linear(.init(width: 1000)),
        ]

    /// ResNet-18 for CIFAR: a 3x3 stem, four stages of two residual blocks.
    static var resNet18: [Layer] {
        func conv(_ width: Int, _ stride: Int) -> Layer {
            .convolution(
                .init(width: width, stride: Extent(stride), padding: .exactly(Extent(1)), hasBias: false))
        }
        var layers: [Layer] = [conv(64, 1), .batchNorm(.init()), .activation(.relu)]
        for (width, stride) in [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)] {
            layers.append(
                .residual(
                    body: [
                        conv(width, stride), .batchNorm(.init()), .activation(.relu), conv(width, 1),
                        .batchNorm(.init()),
                    ], shortcut: nil))
            layers.append(.activation(.relu))
        }
        return layers + [.adaptiveAveragePool(output: Extent(1)), .flatten, .linear(.init(width: 10))]
    }
}
