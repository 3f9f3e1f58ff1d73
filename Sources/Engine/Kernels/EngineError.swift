// Why the engine cannot run a network, or stopped.

import Network
import Runtime

public enum EngineError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A layer, or a setting of it, that the engine cannot run yet.
    case notYet(String)
    /// A layer whose window or map is larger than the engine's tables can be: its name, and what is too large.
    case tooLarge(layer: String, reason: String)
    /// The first layer reads at most 16 channels.
    case inputChannels(Int)
    /// The system does not have that many bytes.
    case outOfMemory(byteCount: Int)
    /// `TANDEM_ISA` names no instruction set of this machine.
    case instructionSet(String)
    /// `TANDEM_THREADS` is not a number of threads.
    case threads(String)
    /// Several variables of the environment are wrong.
    case environment([EngineError])
    case cancelled

    /// What is wrong with the variables that say how the engine runs.
    public static var environmentFaults: [EngineError] {
        var faults: [EngineError] = []
        do throws(EngineError) { _ = try InstructionSet.chosen() } catch { faults.append(error) }
        if let text = ThreadPool.wrongThreadSetting { faults.append(.threads(text)) }
        return faults
    }

    /// - Throws: all that is wrong with them.
    public static func checkEnvironment() throws(EngineError) {
        let faults = environmentFaults
        guard let first = faults.first else { return }
        throw faults.count == 1 ? first : .environment(faults)
    }

    public var description: String { fix.map { "\(reason); \($0)" } ?? reason }

    public var reason: String {
        switch self {
        case .notYet(let what): "\(what) cannot be trained yet"
        case .tooLarge(let layer, let reason): "`\(layer)` is too large to be trained: \(reason)"
        case .inputChannels(let count): "images have at most 16 channels, not \(count)"
        case .outOfMemory(let byteCount): "the system does not have \(byteCount / 1_000_000) MB of memory left"
        case .instructionSet(let name):
            "TANDEM_ISA=\(name) is not an instruction set that this CPU supports"
        case .threads(let text): "TANDEM_THREADS=\(text) is not a number of threads"
        case .environment(let faults): faults.map(\.reason).joined(separator: ", and ")
        case .cancelled: "stopped"
        }
    }

    /// What to do about the variables of the environment; the rest depends on what is trained.
    public var fix: String? {
        switch self {
        case .instructionSet:
            "unset TANDEM_ISA, or use "
                + InstructionSet.allCases.filter(\.isAvailable).map(\.rawValue).joined(separator: " or ")
        case .threads: "set TANDEM_THREADS to 1 to 1024, or unset it for all cores of this process"
        case .environment(let faults): faults.compactMap(\.fix).joined(separator: "; ")
        case .tooLarge: "use a smaller kernel, stride, dilation, padding or map"
        case .notYet, .inputChannels, .outOfMemory, .cancelled: nil
        }
    }
}
