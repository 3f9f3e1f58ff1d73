// A layer as one would type it: `conv 64, padding: 1`, `maxpool 2`, `globalavgpool`. Options at their default are left out.
// Also the name PyTorch's module has, which `summary` prints.

extension Layer: CustomStringConvertible {
    public var description: String {
        switch self {
        case .convolution(let settings): settings.description
        case .linear(let settings):
            settings.hasBias ? "linear \(settings.width)" : "linear \(settings.width), bias: false"
        case .batchNorm(let settings): settings.description
        case .activation(let activation): activation.description
        case .maxPool(let settings): "maxpool \(settings.description)"
        case .averagePool(let settings): "avgpool \(settings.description)"
        case .adaptiveAveragePool(let output): output == Extent(1) ? "globalavgpool" : "adaptiveavgpool \(output)"
        case .flatten: "flatten"
        case .dropout(let rate): "dropout \(shortest(rate))"
        case .residual: "residual"
        case .concatenation: "concat"
        }
    }

    /// The class of `torch.nn` that this layer is, over an input of the given rank; a branching layer has none.
    func moduleName(flat: Bool) -> String {
        switch self {
        case .convolution: "Conv2d"
        case .linear: "Linear"
        case .batchNorm: flat ? "BatchNorm1d" : "BatchNorm2d"
        case .activation(let activation): activation.moduleName
        case .maxPool: "MaxPool2d"
        case .averagePool: "AvgPool2d"
        case .adaptiveAveragePool: "AdaptiveAvgPool2d"
        case .flatten: "Flatten"
        case .dropout: "Dropout"
        case .residual: "Residual"
        case .concatenation: "Concat"
        }
    }
}

extension Layer.Convolution: CustomStringConvertible {
    public var description: String {
        var parts = ["conv \(width)"]
        if kernel != Extent(3) { parts.append("kernel: \(kernel)") }
        if stride != Extent(1) { parts.append("stride: \(stride)") }
        switch padding {
        case .exactly(let extent): if extent != Extent(0) { parts.append("padding: \(extent)") }
        case .same: parts.append("padding: same")
        }
        if dilation != Extent(1) { parts.append("dilation: \(dilation)") }
        if groups != 1 { parts.append("groups: \(groups)") }
        if !hasBias { parts.append("bias: false") }
        return parts.joined(separator: ", ")
    }
}

extension Layer.BatchNorm: CustomStringConvertible {
    public var description: String {
        var parts: [String] = []
        if epsilon != 1e-5 { parts.append("eps: \(epsilon)") }
        if momentum != 0.1 { parts.append("momentum: \(momentum)") }
        return parts.isEmpty ? "batchnorm" : "batchnorm " + parts.joined(separator: ", ")
    }
}

extension Layer.Pooling: CustomStringConvertible {
    public var description: String {
        var parts = [size.description]
        if stride != size { parts.append("stride: \(stride)") }
        if padding != Extent(0) { parts.append("padding: \(padding)") }
        return parts.joined(separator: ", ")
    }
}

extension Layer.Activation: CustomStringConvertible {
    public var description: String {
        switch self {
        case .relu: "relu"
        case .leakyReLU(let slope): slope == 0.01 ? "leakyrelu" : "leakyrelu \(shortest(slope))"
        case .gelu: "gelu"
        case .sigmoid: "sigmoid"
        case .tanh: "tanh"
        case .softmax: "softmax"
        }
    }

    var moduleName: String {
        switch self {
        case .relu: "ReLU"
        case .leakyReLU: "LeakyReLU"
        case .gelu: "GELU"
        case .sigmoid: "Sigmoid"
        case .tanh: "Tanh"
        case .softmax: "Softmax"
        }
    }
}
