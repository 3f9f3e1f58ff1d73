// How the weights of a product begin: what `init:` of `conv` and `linear` says.

extension Layer {
    /// With all but the default, a bias begins at 0.
    public enum Initialization: String, Hashable, Sendable, CaseIterable {
        /// PyTorch's of `nn.Conv2d` and `nn.Linear`: weight and bias uniform in plus and minus 1 / sqrt(fan in).
        case standard = "default"
        /// Normal with deviation sqrt(2 / fan in), for a relu after it (He et al. 2015):
        /// `kaiming_normal_(nonlinearity="relu")`.
        case kaiming
        /// Uniform in plus and minus sqrt(6 / (fan in + fan out)) (Glorot and Bengio 2010): `xavier_uniform_`.
        case xavier
        /// The rows of the weight, `[K, C * taps]`, or its columns where there are fewer, are orthonormal (Saxe et al.
        /// 2013): `orthogonal_`.
        case orthogonal
        /// The first filters pass their channels on (Zagoruyko and Komodakis 2017), `dirac_` or `eye_`; those beyond
        /// the number of channels begin as by default.
        case dirac
        case zeros
        /// The eigenvectors of the patches of the first training images, divided by their deviations, then their
        /// negatives (Jordan 2024, arXiv 2404.00498).
        case whiten
    }
}

/// How the values of a tensor begin.
public enum InitialValues: Hashable, Sendable {
    case constant(Double)
    /// With mean 0.
    case normal(deviation: Double)
    /// Uniform in plus and minus 1 / sqrt(fan in) of the weight, of a bias the weight before it.
    case uniform
    case kaiming
    case xavier
    case orthogonal
    /// In each group of filters the first are the identity, the others uniform as above.
    case dirac(groups: Int)
    /// By patches whose values are so far apart.
    case whitening(dilation: Extent)
}

extension Layer.Initialization {
    fileprivate func values(groups: Int, dilation: Extent) -> InitialValues {
        switch self {
        case .standard: .uniform
        case .kaiming: .kaiming
        case .xavier: .xavier
        case .orthogonal: .orthogonal
        case .dirac: .dirac(groups: groups)
        case .zeros: .constant(0)
        case .whiten: .whitening(dilation: dilation)
        }
    }

    /// As an option, nothing at the default.
    var written: [String] { self == .standard ? [] : ["init: \(rawValue)"] }

    /// As a setting, nothing at the default.
    var settings: [LayerSettings.Value] { self == .standard ? [] : [.init("init", .choice(rawValue))] }

    /// The statements by which PyTorch draws it.
    ///
    /// - Parameter module: the layer in Python.
    func python(of module: String, _ placed: PlacedLayer, groups: Int = 1) -> [String] {
        let weight = "\(module).weight"
        let statement: String
        switch self {
        case .standard: return []
        case .kaiming: statement = "nn.init.kaiming_normal_(\(weight), nonlinearity=\"relu\")"
        case .xavier: statement = "nn.init.xavier_uniform_(\(weight))"
        case .orthogonal: statement = "nn.init.orthogonal_(\(weight))"
        case .dirac where placed.parameters[0].shape.count == 2:
            statement = "nn.init.eye_(\(weight).data[:\(placed.parameters[0].shape[1])])"
        case .dirac where groups == 1:
            statement = "nn.init.dirac_(\(weight).data[:\(placed.parameters[0].shape[1])])"
        case .dirac:
            statement =
                "for filters in \(weight).data.chunk(\(groups)): "
                + "nn.init.dirac_(filters[:\(placed.parameters[0].shape[1])])"
        case .zeros: statement = "nn.init.zeros_(\(weight))"
        case .whiten: statement = "# \(module) is whitened from images: whiten_(network\(module.dropFirst(4)), images)"
        }
        return [statement] + (placed.index(of: .bias) == nil ? [] : ["nn.init.zeros_(\(module).bias)"])
    }
}

/// A layer whose weights may begin in another way.
protocol InitializableKind: FreezableKind {
    var initialization: Layer.Initialization { get set }
}

extension InitializableKind {
    var trainedForm: Layer? {
        guard initialization != .standard || !freezing.isIdle else { return nil }
        var trained = self
        (trained.initialization, trained.freezing) = (.standard, Layer.Freezing())
        return trained.layer
    }
}

extension LayerPlace {
    /// The tensors of a product.
    ///
    /// - Parameter weight: PyTorch's shape.
    func tensors(
        weight: [Int], bias: Bool, _ initialization: Layer.Initialization, groups: Int = 1,
        dilation: Extent = Extent(1)
    ) -> [ParameterTensor] {
        let values = initialization.values(groups: groups, dilation: dilation)
        let weights = ParameterTensor(name: "\(path).weight", shape: weight, role: .weight, initial: values)
        guard bias else { return [weights] }
        return [
            weights,
            ParameterTensor(
                name: "\(path).bias", shape: [weight[0]], role: .bias,
                initial: initialization == .standard ? .uniform : .constant(0)),
        ]
    }

    /// Whether a weight of this shape can be whitened here: it is the first to see the images, and no patch has more
    /// eigenvectors than the filters show, each with both signs.
    func checkWhitening(weight: [Int], groups: Int) throws(ShapeFault) {
        let values = weight.dropFirst().reduce(1, *)
        guard path == "0", groups == 1 else { throw fault(.whitensNoImages) }
        guard values <= Layer.Initialization.largestPatch else {
            throw fault(.whitensLargePatches(values: values, most: Layer.Initialization.largestPatch))
        }
        guard weight[0] % 2 == 0, weight[0] <= 2 * values else { throw fault(.whiteningWidth(most: 2 * values)) }
    }
}

extension Layer.Initialization {
    /// Values of a patch at most: the time that its eigenvectors take rises with the third power.
    static let largestPatch = 256

    /// A function of Python for modules with a layer that is whitened.
    static let whitening = PythonClass(
        name: "whiten_",
        text: """
            def whiten_(convolution, images):
                \"\"\"Sets the filters to the eigenvectors of the patches of images [N, C, H, W], with both signs.\"\"\"
                weight = convolution.weight
                (kh, kw), (dh, dw) = weight.shape[2:], convolution.dilation
                rows, columns = images.size(2) - dh * (kh - 1), images.size(3) - dw * (kw - 1)
                taps = [images[:, :, i * dh:i * dh + rows, j * dw:j * dw + columns] for i in range(kh) for j in range(kw)]
                patches = torch.stack(taps, 2).permute(0, 3, 4, 1, 2).reshape(-1, weight[0].numel()).double()
                values, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))
                filters = (vectors / (values + 5e-4).sqrt()).T.flip(0)[:len(weight) // 2].view(-1, *weight.shape[1:])
                weight.data.copy_(torch.cat([filters, -filters]))

            """)
}
