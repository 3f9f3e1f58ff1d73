// Terms that reports of studies use and no word is called by: what `help` says of them.

import Experiments

struct Term: Sendable {
    let name: String
    let help: String

    static func named(_ name: String) -> Term? { all.first { $0.name == name } }

    static let all: [Term] = [
        Term(
            name: "study",
            help:
                "what `compare` or `ablate` gives: each side trained with the same seeds, and what that says; `more` adds seeds"
        ),
        Term(
            name: "seeds",
            help:
                "a seed decides all that is random in a training; one says nothing of others, so a study takes several"),
        Term(
            name: "margin",
            help: "a difference of up to this much counts as none; `within:` sets it"),
        Term(
            name: "interval",
            help:
                "the range that holds the true difference in most such studies, for new seeds and new test images: the report says in how many"
        ),
        Term(
            name: "verdict",
            help:
                "better, equivalent, identical, undecided or none yet: what the interval of a difference says, given the margin"
        ),
        Term(
            name: "look",
            help: "where a study without `seeds:` judges its runs: at "
                + "\(StudyDesign.looks.dropLast().map(String.init).joined(separator: ", ")) and \(StudyDesign.looks.last ?? 0) seeds; "
                + "each look takes part of the chance of an error"),
    ]
}
