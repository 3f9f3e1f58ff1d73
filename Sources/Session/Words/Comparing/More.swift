// `more`

import Experiments
import Language
import Text

private let studyOption = Option("study", .study, workedOut: "the last study", isPositional: true, "the study")
private let seedCount = Option(
    "seeds", .integer(1...1_000), workedOut: "what is missing, the next look, or 6", isPositional: true,
    "how many to add")

extension Word {
    static let more = Word(
        "more", .comparing, "Adds seeds to a study", [studyOption, seedCount, CommonOptions.log], result: .study,
        example: ComparingOption.twoModels + ComparingOption.smallData
            + "let study = compare A, B, on: data, epochs: 1, seeds: 1...2\nlet larger = more study, 1",
        shows: .unbound, takesLong: true, .perform(moreSeeds))
}

private func moreSeeds(_ call: Invocation) throws -> Value {
    guard let value = call[studyOption] ?? call.context.session.lastStudy else {
        throw call.fault(
            .noSubject, "there is no study yet that `more` could take",
            fix: call.context.namesToType.toMake(.study))
    }
    let count = call[seedCount]
    let study = value.study
    let larger: Study
    if !study.isComplete {
        // What was interrupted is finished first; that is the study as it was planned.
        guard count == nil else {
            throw call.fault(
                .outOfRange,
                "\(counted(study.missing.count, "training")) of this study \(study.missing.count == 1 ? "is" : "are") missing",
                at: call.place(seedCount), fix: "finish it first: `more`")
        }
        larger = study
    } else if count == nil, !study.isExploratory, !study.isDecided, let next = study.goingOn() {
        larger = next
    } else {
        let room = ComparingOption.mostSeeds - study.seeds.count
        guard count ?? 6 <= room else {
            throw call.fault(
                .outOfRange,
                "a study takes at most \(grouped(ComparingOption.mostSeeds)) seeds, and this one has \(study.seeds.count)",
                at: call.place(seedCount), fix: room > 0 ? "write `more \(study.name ?? "study"), \(room)`" : nil)
        }
        larger = study.exploring(count ?? 6)
    }
    // Said where the larger study is bound to no name: `more` twice gives the same, and no cell changes what another
    // one showed.
    let binding = study.name.map { name in
        "`\(name)` stays as it is, with \(counted(study.seeds.count, "seed")); `let \(name) = more \(name)"
            + (count.map { ", \($0)" } ?? "") + "` takes all \(larger.seeds.count)"
    }
    return try call.train(
        StudyValue(larger, models: value.models, data: value.data, defaults: study.isComplete ? binding : nil),
        log: call[CommonOptions.log])
}
