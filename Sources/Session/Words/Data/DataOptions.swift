// What words of data share.

import Datasets
import Language

enum DataOption {
    /// The data set that a word works on.
    static let data = Option("data", .data, workedOut: "the last data set", isPositional: true, "the data set")
    /// Height and width in pixels, which decoders take.
    static let sizes = 1...4096
    static let seed = Option("seed", .seed, default: 1, "which images are cut off")
    static let url = Option("url", .text, workedOut: "Toronto", "where the archive is fetched")
    static let sha256 = Option("sha256", .text, workedOut: "the archive's", "what the archive must hash to")
}

extension Invocation {
    func fault(_ error: DatasetError) -> Stop {
        if case .cancelled = error { return context.interrupted(at: range) }
        return .fault(fault(.dataSet, error.message, fix: error.fix))
    }
}
