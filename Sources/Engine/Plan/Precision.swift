/// How exactly a network computes. Each gives the same bits on every run and any number of threads.
public enum Precision: String, Hashable, Sendable, CaseIterable {
    /// Everything in 32 bits, convolutions of 3x3 by Winograd's F(4x4): an error (rms) up to 8e-6.
    case float32
    /// The same with F(2x2): an error of 3e-7, at two thirds of the speed.
    case precise
    /// The backward passes of linear layers and of convolutions of 1x1 multiply numbers of 16 bits (bfloat16) and sum
    /// in 32; all else is as `float32`. On a processor without such products it is `float32`.
    case mixed

    /// Whether the bits are those of the machine's instruction set: then it belongs to what a training is found by.
    public var dependsOnInstructionSet: Bool {
        switch self {
        case .float32, .precise: false
        case .mixed: true
        }
    }

    /// The name of whose rounding a training has, where the machine decides it.
    public func rounding(on set: InstructionSet) -> String {
        dependsOnInstructionSet && set.multipliesPairs ? set.rawValue : Self.float32.rawValue
    }
}
