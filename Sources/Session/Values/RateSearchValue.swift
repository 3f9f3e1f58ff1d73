// What `findlr` found, as a value.

import Experiments
import Graphics

final class RateSearchValue: ObjectValue {
    static let kind = ValueKind.rateSearch

    let search: LearningRateSearch
    private let model: String
    private let data: DataValue

    init(_ search: LearningRateSearch, of model: String, on data: DataValue) {
        (self.search, self.model, self.data) = (search, model, data)
    }

    /// `Net on data`
    private var title: String { "\(model) on \(data.name)" }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }

    /// `try lr: 2.1e-03 for Net on data (the loss falls fastest at 4.2e-03 and is smallest at 2.1e-02)`
    var text: String {
        guard let suggestion = search.suggestion, let steepest = search.steepest, let lowest = search.lowest else {
            return
                "the loss of \(title) hardly falls at any rate in \(counted(search.points.count, "step")); try more `steps:`"
        }
        return
            "try lr: \(scientific(suggestion)) for \(title): the loss falls fastest at \(scientific(steepest)) and is "
            + "smallest at \(scientific(lowest))"
    }

    var rich: RichValue {
        let plot = plot
        return RichValue(
            text: text, terminalPicture: { [text] in plot.text(on: $0) + "\n" + text }, svg: plot.svg)
    }

    var plot: Plot {
        // The axis shows the first losses and the valley, not the divergence at the end.
        let highest = 1.5 * (search.points.first?.smoothed ?? 0)
        let points = search.points.prefix { $0.smoothed <= highest }
        let advice = search.suggestion.map { [Plot.Mark($0, "try \(scientific($0))")] } ?? []
        return Plot(
            title: title + (advice.isEmpty ? ": try more steps" : ""), x: Axis("learning rate", .logarithmic),
            y: Axis("training loss"),
            series: [
                Plot.Series(
                    "of a batch", points.filter { $0.loss <= highest }.map { Plot.Point($0.rate, $0.loss) },
                    style: .faint),
                Plot.Series("smoothed", points.map { Plot.Point($0.rate, $0.smoothed) }, style: .smooth),
            ], marks: advice)
    }

    static let memberHelp: [(name: String, help: String)] = [
        ("suggestion", "the learning rate to try"), ("steepest", "where the loss falls fastest"),
        ("lowest", "where the loss is smallest"), ("curve", "a table of rates and losses"),
    ]

    var missingMemberFix: String? { "the loss fell at no rate: try more `steps:`" }

    func member(_ name: String) -> Value? {
        switch name {
        case "suggestion": search.suggestion.map { .decimal(rounded($0)) }
        case "steepest": search.steepest.map { .decimal(rounded($0)) }
        case "lowest": search.lowest.map { .decimal(rounded($0)) }
        case "curve": .object(TableValue(curve))
        default: nil
        }
    }

    private var curve: Table {
        var table = Table(caption: title, columns: ["rate", "loss", "smoothed"].map { Table.Column($0) })
        for point in search.points {
            table.add([
                Table.Cell(scientific(point.rate), number: point.rate), Table.Cell(point.loss, digits: 4),
                Table.Cell(point.smoothed, digits: 4),
            ])
        }
        return table
    }

    /// To two digits: more are not meaningful.
    private func rounded(_ rate: Double) -> Double { Double(scientific(rate)) ?? rate }
}
