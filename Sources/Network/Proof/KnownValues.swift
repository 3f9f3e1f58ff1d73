// What is known of the values between two layers, whatever the weights are.

struct KnownValues: Equatable, Sendable {
    var range = -Double.infinity...Double.infinity
    /// Whether a relu before them lets no gradient through of any value that is zero.
    var zerosAreCut = false
    /// The same of a relu6, and of any value that is 6.
    var sixesAreCut = false

    var areNotNegative: Bool { range.lowerBound >= 0 }

    /// Whether a relu of them changes nothing, gradients included.
    var makesReLUIdle: Bool { areNotNegative && zerosAreCut }
    /// Whether a relu6 of them does.
    var makesReLU6Idle: Bool { makesReLUIdle && (range.upperBound < 6 || range.upperBound == 6 && sixesAreCut) }

    /// The same of what a layer makes of them.
    func after(_ placed: PlacedLayer) -> KnownValues {
        var functions = FunctionClass(range: range)
        functions.add(placed)
        var result = KnownValues(range: functions.range)
        switch placed.layer.kind.function {
        // What is dropped in training is a zero that no relu has made.
        case .identity where !placed.layer.isRandom:
            (result.zerosAreCut, result.sixesAreCut) = (zerosAreCut, sixesAreCut)
        // A zero, or a 6, that comes out is one that came in.
        case .maximum: (result.zerosAreCut, result.sixesAreCut) = (makesReLUIdle, sixesAreCut && range.upperBound <= 6)
        case .join:
            let ends = placed.branches.map { branch in branch.reduce(self) { $0.after($1) } }
            result.zerosAreCut = ends.allSatisfy(\.makesReLUIdle)
            result.sixesAreCut = ends.allSatisfy(\.makesReLU6Idle)
        case .pointwise:
            guard case .activation(let activation) = placed.layer else { break }
            let form = activation.form
            if form.cutsZeros { (result.zerosAreCut, result.sixesAreCut) = (true, form.cutsSixes || sixesAreCut) }
            if form.keepsSign, areNotNegative { result.range = 0...max(0, result.range.upperBound) }
        // The sum of a NaN, through which a relu lets no gradient, and of a number lets one through to the number.
        case .identity, .affine, .mean, .sum, .product: break
        }
        return result
    }
}
