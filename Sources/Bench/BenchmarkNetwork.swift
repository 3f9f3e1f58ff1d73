// The networks that `tandem bench` can measure: the experiment's, and those that people compare machines with.

import Network

enum BenchmarkNetwork: String, CaseIterable {
    /// The student's: 11 convolutions of 3x3, then 2048-4096-4096-10.
    case experiment
    /// ResNet-18 with the stem for CIFAR (He et al. 2015): 11,173,962 parameters.
    case resnet18
    /// MobileNet (Howard et al. 2017) with strides for CIFAR: depthwise and 1x1 convolutions.
    case mobilenet
    /// The network of "94% on CIFAR-10 in 3.29 seconds" (Jordan 2024): 1,971,640 parameters.
    case ninetyfour
    /// VGG16 (Simonyan and Zisserman 2014) as torchvision has it, on images of 64x64 and 224x224.
    case vgg64 = "vgg16-64"
    case vgg224 = "vgg16-224"

    /// Images of a batch, unless asked otherwise.
    var batch: Int {
        switch self {
        case .experiment, .mobilenet: 64
        case .resnet18: 128
        case .ninetyfour: 1024
        case .vgg64: 32
        case .vgg224: 8
        }
    }

    func architecture() throws(ShapeFault) -> Architecture {
        switch self {
        case .experiment: try Architecture(input: Shape([3, 32, 32]), layers: Self.student)
        case .resnet18: try Architecture(input: Shape([3, 32, 32]), layers: Self.residual)
        case .mobilenet: try Architecture(input: Shape([3, 32, 32]), layers: Self.depthwise)
        case .ninetyfour: try Architecture(input: Shape([3, 32, 32]), layers: Self.modern)
        case .vgg64: try Architecture(input: Shape([3, 64, 64]), layers: Self.vgg16)
        case .vgg224: try Architecture(input: Shape([3, 224, 224]), layers: Self.vgg16)
        }
    }

    // MARK: Layers

    private static let relu = Layer.activation(.relu)
    private static let globalPool = Layer.adaptiveAveragePool(output: Extent(1))

    /// Stages of convolutions of 3x3 with ReLU, a maxpool after each.
    private static func stages(_ stages: [(width: Int, depth: Int)]) -> [Layer] {
        stages.flatMap { width, depth -> [Layer] in
            let one: [Layer] = [.convolution(.init(width: width, padding: .exactly(Extent(1)))), relu]
            return Array(repeating: one, count: depth).joined() + [.maxPool(.init(size: Extent(2)))]
        }
    }

    private static var student: [Layer] {
        stages([(64, 2), (128, 3), (256, 3), (512, 3)]) + [
            .flatten, .linear(.init(width: 4096)), relu, .linear(.init(width: 4096)), relu, .dropout(rate: 0.2),
            .linear(.init(width: 10)),
        ]
    }

    private static var vgg16: [Layer] {
        stages([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]) + [
            .adaptiveAveragePool(output: Extent(7)), .flatten, .linear(.init(width: 4096)), relu, .dropout(rate: 0.5),
            .linear(.init(width: 4096)), relu, .dropout(rate: 0.5), .linear(.init(width: 1000)),
        ]
    }

    private static func normalized(
        _ width: Int, kernel: Int = 3, stride: Int = 1, groups: Int = 1
    ) -> [Layer] {
        let convolution = Layer.Convolution(
            width: width, kernel: Extent(kernel), stride: Extent(stride), padding: .exactly(Extent(kernel / 2)),
            groups: groups, hasBias: false)
        return [.convolution(convolution), .batchNorm(.init())]
    }

    private static var residual: [Layer] {
        var layers = normalized(64) + [relu]
        for (width, stride) in [(64, 1), (128, 2), (256, 2), (512, 2)] {
            for first in [stride, 1] {
                layers += [
                    .residual(body: normalized(width, stride: first) + [relu] + normalized(width), shortcut: nil), relu,
                ]
            }
        }
        return layers + [globalPool, .flatten, .linear(.init(width: 10))]
    }

    private static var depthwise: [Layer] {
        var layers = normalized(32) + [relu]
        var channels = 32
        let blocks = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
        for (width, stride) in blocks + Array(repeating: (512, 1), count: 5) + [(1024, 2), (1024, 1)] {
            layers +=
                normalized(channels, stride: stride, groups: channels) + [relu] + normalized(width, kernel: 1) + [relu]
            channels = width
        }
        return layers + [globalPool, .flatten, .linear(.init(width: 10))]
    }

    /// A group of two convolutions for each width, with identity weights to begin with, after one that whitens patches.
    private static var modern: [Layer] {
        let gelu = Layer.activation(.gelu)
        let whitening = Layer.Convolution(
            width: 24, kernel: Extent(2), initialization: .whiten,
            freezing: Layer.Freezing(.weights, biasEpochs: 3))
        var layers: [Layer] = [.convolution(whitening), gelu]
        for width in [64, 256, 256] {
            for pools in [true, false] {
                layers.append(
                    .convolution(
                        .init(width: width, padding: .exactly(Extent(1)), hasBias: false, initialization: .dirac)))
                if pools { layers.append(.maxPool(.init(size: Extent(2)))) }
                layers += [.batchNorm(.init(epsilon: 1e-12, momentum: 0.4, hasScale: false)), gelu]
            }
        }
        return layers + [
            .maxPool(.init(size: Extent(3))), .flatten, .linear(.init(width: 10, hasBias: false)),
            .scale(.init(factor: 1.0 / 9)),
        ]
    }
}
