// Arguments of a call and the parameters they are for.

import Language

/// Which parameter each argument of a call is for, in their order.
struct ArgumentMatching {
    enum Match {
        case parameter(WordParameter)
        case givenTwice
        /// There is no such label, or no place for another value without one.
        case unknown
    }

    let word: Word
    /// Labels, so few that a set would only cost time in every call.
    private var given: [String] = []
    private var positional: ArraySlice<WordParameter>

    init(_ word: Word) {
        self.word = word
        positional = word.positional[...]
    }

    mutating func next(_ label: String?) -> Match {
        if let label {
            guard let match = word.parameters.first(where: { $0.label == label && !$0.isRest }) else { return .unknown }
            guard !given.contains(label) else { return .givenTwice }
            given.append(label)
            return .parameter(match)
        }
        while let next = positional.first, !next.isRest, given.contains(next.label) {
            positional = positional.dropFirst()
        }
        guard let next = positional.first else { return .unknown }
        if !next.isRest { positional = positional.dropFirst() }
        given.append(next.label)
        return .parameter(next)
    }

    /// The parameter that the next value without a label would be for.
    var following: WordParameter? { positional.first }

    /// Whether the subject just matched may be left out: there is a place behind it that no other argument takes.
    func mayLeaveOutSubject(among all: [Call.Argument]) -> Bool {
        let free = positional.count { parameter in !all.contains { $0.label?.text == parameter.label } }
        return free >= all.count { $0.label == nil }
    }

    /// The argument just matched is no subject after all: it is for the parameter behind, which is returned.
    mutating func skip(_ subject: WordParameter) -> WordParameter {
        guard let behind = positional.first else { return subject }
        given.removeAll { $0 == subject.label }
        given.append(behind.label)
        if !behind.isRest { positional = positional.dropFirst() }
        return behind
    }

    /// The first parameter that is required and was not given.
    var missing: WordParameter? { word.parameters.first { $0.isRequired && !given.contains($0.label) } }
}
