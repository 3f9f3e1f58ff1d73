// What the norms share: factors and shifts of channels that may be left out, in Python, ONNX and plain loops.

extension PlacedLayer {
    /// Which of the layer's tensors does this.
    func index(of role: ParameterTensor.Role) -> Int? { parameters.firstIndex { $0.role == role } }

    /// Of a norm: the factor of each channel, or its shift, where it has them.
    ///
    /// - Parameter standard: what stands for a tensor that is left out.
    func values(of role: ParameterTensor.Role, in tensors: [[Float]], else standard: Double) -> [Double] {
        index(of: role).map { tensors[$0].map(Double.init) } ?? [Double](repeating: standard, count: input.channels)
    }

    /// The same as an operand of ONNX.
    func operand(of role: ParameterTensor.Role, else standard: Float, _ name: String) -> ONNXStep.Operand {
        let values = [Float](repeating: standard, count: input.channels)
        return index(of: role).map { .parameter($0) } ?? .table(name, shape: [input.channels], values: values)
    }
}

extension LayerPlace {
    /// The factors and the shifts of a norm.
    func norms(scale: Bool, bias: Bool) -> [ParameterTensor] {
        let tensors = [
            scale ? ParameterTensor(name: "\(path).weight", shape: [input.channels], role: .scale) : nil,
            bias ? ParameterTensor(name: "\(path).bias", shape: [input.channels], role: .shift) : nil,
        ]
        return tensors.compactMap { $0 }
    }
}

extension PythonClass {
    /// A norm that leaves out only one of its tensors, which `torch.nn` does not offer.
    ///
    /// - Parameter tensor: `weight` or `bias`.
    static func norm(_ module: String, without tensor: String) -> PythonClass {
        let name = module + (tensor == "weight" ? "WithoutScale" : "WithoutBias")
        return PythonClass(
            name: name,
            text: """
                class \(name)(nn.\(module)):
                    \"\"\"nn.\(module) without its \(tensor).\"\"\"

                    def __init__(self, *arguments, **options):
                        super().__init__(*arguments, **options)
                        self.\(tensor) = None

                """)
    }
}

extension PlainPass {
    /// Each of these sets of places brought to mean 0 and variance 1; then each value times the factor of its channel,
    /// and the shift added.
    static func normalizing(
        _ sets: [[Int]], epsilon: Double, scale: [Double], shift: [Double], area: Int
    ) -> PlainPass {
        @Sendable func moments(_ input: [Double], _ set: [Int]) -> (mean: Double, deviation: Double) {
            let mean = set.reduce(0) { $0 + input[$1] } / Double(set.count)
            let variance = set.reduce(0) { $0 + (input[$1] - mean) * (input[$1] - mean) } / Double(set.count)
            return (mean, (variance + epsilon).squareRoot())
        }
        return PlainPass(
            forward: { input in
                var result = input
                for set in sets {
                    let (mean, deviation) = moments(input, set)
                    for place in set {
                        result[place] = (input[place] - mean) / deviation * scale[place / area] + shift[place / area]
                    }
                }
                return result
            },
            backward: { input, _, gradient in
                var result = gradient
                for set in sets {
                    let (mean, deviation) = moments(input, set)
                    let scaled = set.map { gradient[$0] * scale[$0 / area] }
                    let normalized = set.map { (input[$0] - mean) / deviation }
                    let sum = scaled.reduce(0, +) / Double(set.count)
                    let products = zip(scaled, normalized).reduce(0) { $0 + $1.0 * $1.1 } / Double(set.count)
                    for (index, place) in set.enumerated() {
                        result[place] = (scaled[index] - sum - normalized[index] * products) / deviation
                    }
                }
                return result
            })
    }
}
