// What words of data share.

import Datasets
import Language

enum DataOption {
    /// The data set that a word works on.
    static let data = Option("data", .data, workedOut: "the last data set", isPositional: true, "the data set")
    /// Height and width in pixels, which decoders take.
    static let sizes = 1...4096
    static let seed = Option("seed", .seed, default: 1, "which images are held out")
    static let url = Option("url", .text, workedOut: "Toronto", "where the archive is downloaded from")
    static let sha256 = Option("sha256", .text, workedOut: "the archive's", "the SHA-256 that the archive must have")
}

extension Invocation {
    func fault(_ error: DatasetError) -> Stop {
        if case .cancelled = error { return context.interrupted(at: range) }
        return .fault(fault(.dataSet, error.message, fix: error.fix))
    }
}
