// What is known of the values between two layers, whatever the weights are.

struct KnownValues: Equatable, Sendable {
    var range = -Double.infinity...Double.infinity
    /// Whether a relu before them lets no gradient through of any value that is zero.
    var zerosAreCut = false

    var areNotNegative: Bool { range.lowerBound >= 0 }

    /// The same of what a layer makes of them.
    func after(_ placed: PlacedLayer) -> KnownValues {
        var functions = FunctionClass(range: range)
        functions.add(placed)
        var result = KnownValues(range: functions.range)
        switch placed.layer {
        case .activation(.relu): result.zerosAreCut = true
        case .activation(let activation) where activation.form.keepsSign && areNotNegative:
            result.range = 0...max(0, result.range.upperBound)
        // A zero that comes out of these is one that came in.
        case .maxPool, .flatten: result.zerosAreCut = zerosAreCut && areNotNegative
        case .concatenation:
            result.zerosAreCut = placed.branches.allSatisfy { branch in
                let ends = branch.reduce(self) { $0.after($1) }
                return ends.zerosAreCut && ends.areNotNegative
            }
        default: break
        }
        return result
    }
}
