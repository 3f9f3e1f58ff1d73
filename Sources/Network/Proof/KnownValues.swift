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
        switch placed.layer {
        case .activation(.relu): (result.zerosAreCut, result.sixesAreCut) = (true, sixesAreCut)
        case .activation(.relu6): (result.zerosAreCut, result.sixesAreCut) = (true, true)
        case .activation(.hardsigmoid): result.zerosAreCut = true
        case .activation(let activation) where activation.form.keepsSign && areNotNegative:
            result.range = 0...max(0, result.range.upperBound)
        // A zero, or a 6, that comes out of these is one that came in.
        case .maxPool, .adaptiveMaxPool, .flatten:
            (result.zerosAreCut, result.sixesAreCut) = (makesReLUIdle, sixesAreCut && range.upperBound <= 6)
        case .concatenation:
            let ends = placed.branches.map { branch in branch.reduce(self) { $0.after($1) } }
            result.zerosAreCut = ends.allSatisfy(\.makesReLUIdle)
            result.sixesAreCut = ends.allSatisfy(\.makesReLU6Idle)
        default: break
        }
        return result
    }
}
