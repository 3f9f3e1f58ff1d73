// Which of the compiled kernels run: the best of the machine, or the one that `TANDEM_ISA` names.

import CKernels
import Glibc

public enum InstructionSet: String, CaseIterable, Sendable {
    case avx512
    case avx2
    case portable

    /// `TANDEM_ISA`, else the best this machine has.
    public static func chosen() throws(EngineError) -> InstructionSet {
        if let text = getenv("TANDEM_ISA"), text.pointee != 0 {
            let name = String(cString: text)
            guard let set = InstructionSet(rawValue: name), set.isAvailable else {
                throw .instructionSet(name)
            }
            return set
        }
        return allCases.first(where: \.isAvailable) ?? .portable
    }

    public var isAvailable: Bool { tandem_kernels(rawValue) != nil }

    /// Whether it has products of bfloat16 pairs, which `Precision.mixed` is made of.
    public var multipliesPairs: Bool { kernels.mixed_product != nil }

    var kernels: tandem_kernel_table {
        guard let table = tandem_kernels(rawValue) else { preconditionFailure("\(rawValue) is not of this machine") }
        return table.pointee
    }
}
