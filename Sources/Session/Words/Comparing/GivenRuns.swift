// Lists of runs that are there, as the sides of a study: `compare [a1, a2, a3], [b1, b2, b3]`.

import Datasets
import Engine
import Experiments
import Language
import Text

extension Invocation {
    func compareGivenRuns(_ given: [(runs: [RunValue], range: SourceRange)]) throws -> Value {
        guard given.count > 1 else {
            throw fault(
                .wrongCount, "`compare` takes two lists of runs or more", at: given[0].range,
                fix: "write `compare [a1, a2, a3], [b1, b2, b3]`, one list for each side")
        }
        try refuseTrainingOptions()
        let names = names(of: given)
        // Of each run: they may have to be read from files.
        let data = try given.map { side in try side.runs.map { try trained($0, at: side.range) } }
        let runs = zip(given, data).map { side, data in
            zip(side.runs, data).map { run, data in
                StudyRun(run.run, byteCount: 0, keepsWeights: true, labels: data.dataset.test.labels)
            }
        }
        let studied = given.indices.map { index in
            let first = given[index].runs[0].run
            return StudyModel(
                name: names[index], architecture: first.architecture, dataset: data[index][0].dataset,
                dataKey: String(index), options: first.options)
        }
        let pairing = try pairing(of: runs, data.map { $0.map(\.dataset) }, given.map(\.range))
        let plan = StudyPlan(
            given: studied, pairing: pairing, measure: self[ComparingOption.measure], margin: margin,
            baseline: try baseline(among: names))
        let value = StudyValue(
            Study(plan, given: runs), models: given.map { $0.runs[0].model }, data: data.map { $0[0] },
            given: given.map(\.runs))
        context.session.lastStudy = value
        return .object(value)
    }

    /// The data of a run that has a result.
    private func trained(_ run: RunValue, at place: SourceRange) throws -> DataValue {
        guard run.run.state == .done || run.run.state.isDiverged else {
            throw fault(
                .noValue, "\(run.run.label) is \(run.run.state.description), and has no result to compare", at: place,
                fix: run.run.state.canGoOn ? "finish it first: `resume`" : "compare runs that were trained here")
        }
        guard let data = try ownData(of: run) else {
            throw fault(
                .noData, "what \(run.run.label) was tested on is not known", at: place,
                fix: "compare runs that were trained here")
        }
        return data
    }

    /// What makes pairs of them: their seeds, folds, or nothing.
    private func pairing(
        of runs: [[StudyRun]], _ tests: [[Dataset]], _ places: [SourceRange]
    ) throws(Diagnostic) -> Pairing {
        let first = tests[0][0]
        if tests.allSatisfy({ $0.allSatisfy { $0.hasTestImages(of: first) } }) {
            let seeds = runs.map { $0.map(\.seeds) }
            for (side, own) in seeds.enumerated() {
                guard let twice = own.enumerated().first(where: { own[..<$0.offset].contains($0.element) }) else {
                    continue
                }
                throw fault(
                    .outOfRange,
                    "the runs \(own.firstIndex(of: twice.element).map { $0 + 1 } ?? 1) and \(twice.offset + 1) of this list have the same seed, so that they are no two trials",
                    at: places[side], fix: "train with another seed each: `[for s in 1...6 { train Net, seed: s }]`")
            }
            let isOfOneSeed = seeds.allSatisfy { $0.allSatisfy { $0 == Seeds($0.initialization) } }
            return isOfOneSeed && seeds.allSatisfy { Set($0) == Set(seeds[0]) } ? .seeds : .none
        }
        let areFolds = tests.allSatisfy { side in
            side.count == tests[0].count && zip(side, tests[0]).allSatisfy { $0.hasTestImages(of: $1) }
        }
        guard areFolds else {
            throw fault(
                .outOfRange,
                "these runs were tested on different images, so that a difference would be that of the images",
                at: places[1], fix: "compare runs on one data set, or one run of each on each fold of `folds`")
        }
        return .folds
    }

    private func names(of given: [(runs: [RunValue], range: SourceRange)]) -> [String] {
        Self.distinct(
            given.enumerated().map { index, side in
                let models = Set(side.runs.map(\.run.model))
                return context.source.name(at: side.range)
                    ?? (models.count == 1 ? side.runs[0].run.model : "list \(index + 1)")
            })
    }

    /// Nothing is trained for runs that are there.
    private func refuseTrainingOptions() throws(Diagnostic) {
        let idle: [any OptionDeclaration] =
            [
                ComparingOption.data, ComparingOption.recipes, ComparingOption.seeds, ComparingOption.until,
                ComparingOption.force, ComparingOption.keep, CommonOptions.fresh,
            ] + TrainingOption.ofEachTraining
        guard let option = idle.first(where: { isGiven($0) }) else { return }
        throw fault(
            .nothingToDo, "`\(option.parameter.label):` is for trainings, and these runs are there already",
            at: place(option), fix: "leave it out")
    }
}
