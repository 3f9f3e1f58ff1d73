// A training that is done though there is a run of it: `fresh: true`. All processes that work on it know it by a name,
// so that each is trained by one of them, and its run is found by the others.

import Libraries

public struct Attempt: Sendable, Equatable {
    public let name: String

    public init(_ name: String) { self.name = name }

    /// A name that nobody else has.
    public static func drawn() -> Attempt {
        var generator = SystemRandomNumberGenerator()
        return Attempt(String(generator.next(), radix: 16))
    }

    /// The key of the run of this identity.
    func key(of identity: RunIdentity) -> String { String(identity.name(self).prefix(16)) }
}

extension RunIdentity {
    /// What its training is called in the names of files: its digest, or that of an attempt; 64 hexadecimal digits.
    public func name(_ attempt: Attempt?) -> String {
        attempt.map { Digest.sha256(Array("\(digest) \($0.name)".utf8)).hexadecimal } ?? digest
    }
}
