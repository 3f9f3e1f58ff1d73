// `plot`: which picture is drawn of what is given.

import Experiments
import Graphics
import Language

extension Word {
    static let plot = Word(
        "plot", .looking,
        "Curves and other plots of runs, a study, a search for a learning rate, plain lists or schedules",
        [
            PlotOption.subjects, PlotOption.measure, PlotOption.across, PlotOption.kind, PlotOption.train,
            PlotOption.epochs, PlotOption.title, PlotOption.xLabel, PlotOption.yLabel, CommonOptions.to,
        ], result: .picture, example: LookingExample.run + "plot a, y: loss",
        aliases: ["plt", "graph", "chart", "plt.plot"], .perform(showPlot))
}

private func showPlot(_ call: Invocation) throws -> Value {
    let value = try plot(call)
    guard !(value.picture is IntervalPlot) || !call.isGiven(PlotOption.yLabel) else {
        throw call.fault(
            .outOfRange, "this picture has names on the left, and no axis that `ylabel:` could name",
            at: call.place(PlotOption.yLabel), fix: "write `xlabel:`, or leave it out")
    }
    return try call.show(
        value.labeled(title: call[PlotOption.title], x: call[PlotOption.xLabel], y: call[PlotOption.yLabel]))
}

private func plot(_ call: Invocation) throws -> PictureValue {
    if let study = call.onlySubject(PlotOption.subjects, StudyValue.self) {
        return try plotOfStudy(study.study, call)
    }
    if let search = call.onlySubject(PlotOption.subjects, RateSearchValue.self) {
        try call.refuse(
            [PlotOption.measure, PlotOption.across, PlotOption.kind, PlotOption.train, PlotOption.epochs],
            of: "a search for a learning rate")
        return PictureValue(search.plot, plainText: search.text)
    }
    return switch try call.tableOrPlotSubjects(PlotOption.subjects) {
    case .runs(let groups): try plotOfRuns(groups, call)
    case .lists(let lists): PictureValue(try plotOfLists(lists, call))
    case .schedules(let schedules): PictureValue(try plotOfSchedules(schedules, call))
    }
}
