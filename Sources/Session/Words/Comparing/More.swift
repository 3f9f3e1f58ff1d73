// `more`

import Experiments
import Language
import Text

private let studyOption = Option("study", .study, workedOut: "the last study", isPositional: true, "the study")
private let only = Option(
    "only", .list, workedOut: "all", aliases: ["models"], "the models that go on, two at least: `[a, b]`")
private let seedCount = Option(
    "seeds", .integer(1...1_000), workedOut: "what is missing, the next look, or 6", isPositional: true,
    "how many to add")

extension Word {
    static let more = Word(
        "more", .comparing, "Adds seeds to a study",
        [studyOption, seedCount, only, ComparingOption.workers, CommonOptions.log], result: .study,
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
    guard !study.plan.isOfGivenRuns else {
        throw call.fault(
            .nothingToDo, "this study is of runs that were given, and trains none", at: call.place(studyOption),
            fix: "train more runs, and `compare` longer lists")
    }
    let models = try call.goingOn(in: study)
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
    } else if count == nil, !study.isExploratory, !study.isDecided, let next = study.goingOn(with: models) {
        larger = next
    } else {
        let room = ComparingOption.mostSeeds - study.seeds.count
        guard count ?? 6 <= room else {
            throw call.fault(
                .outOfRange,
                "a study takes at most \(grouped(ComparingOption.mostSeeds)) seeds, and this one has \(study.seeds.count)",
                at: call.place(seedCount), fix: room > 0 ? "write `more \(study.name ?? "study"), \(room)`" : nil)
        }
        larger = study.exploring(count ?? 6, of: models)
    }
    // Said where the larger study is bound to no name: `more` twice gives the same, and no cell changes what another
    // one showed.
    let binding = study.name.map { name in
        let more = "`let \(name) = more \(name)" + (count.map { ", \($0)" } ?? "") + "`"
        return study.isComplete
            ? "`\(name)` stays as it is, with \(counted(study.seeds.count, "seed")); \(more) takes all \(larger.seeds.count)"
            : "`\(name)` stays unfinished; \(more) gives it what is here"
    }
    // Without a name it is the last study, which `more` alone takes: `more s` would show this one again.
    var unnamed = larger
    unnamed.name = nil
    return try call.train(
        StudyValue(unnamed, models: value.models, data: value.data, defaults: binding), log: call[CommonOptions.log])
}

extension Invocation {
    /// The models that `only:` names; `nil`: all.
    fileprivate func goingOn(in study: Study) throws -> Set<Int>? {
        guard let given = self[only] else { return nil }
        let names = study.plan.models.map(\.name)
        let found = Set(given.compactMap { side(meant: $0, among: names) })
        guard found.count == given.count, found.count > 1 else {
            throw fault(
                .outOfRange, "`only:` takes two models of this study or more", at: place(only),
                fix: "name some of them: `only: [\(names.prefix(2).map { "\"\($0)\"" }.joined(separator: ", "))]`")
        }
        return found
    }
}
