// A run, and what `evaluate` says of one, as values.

import Datasets
import Engine
import Experiments
import Graphics
import Network
import Runtime
import Text

final class RunValue: ObjectValue {
    static let kind = ValueKind.run

    let run: Run
    let model: Model
    /// The data it was trained on; `nil` for a run from a file, which only describes it.
    let data: DataValue?
    /// Where a run that was not trained here comes from.
    let origin: Origin?
    /// Where it is kept; `nil` where it is not.
    let place: Place?
    /// The defaults that stood in for what the call left out: `on: cifar`.
    let defaults: String?

    /// What a file says of the run in it.
    struct Origin: Sendable {
        /// The name of the file.
        let file: String
        let dataExpression: String?
        let dataDigest: String?
        let data: DataDescription?

        init(file: String, _ record: RunRecord?) {
            self.file = file
            dataExpression = record?.context.dataExpression
            dataDigest = record?.context.dataDigest
            data = record?.description?.data
        }
    }

    /// A run in a store.
    struct Place: Sendable {
        let store: RunStore
        let key: String
    }

    init(
        _ run: Run, model: Model, data: DataValue?, origin: Origin? = nil, place: Place? = nil, defaults: String?
    ) {
        self.run = run
        self.model = model
        self.data = data
        self.origin = origin
        self.place = place
        self.defaults = defaults
    }

    var boundName: String? { run.name }

    func named(_ name: String) -> any ObjectValue {
        var run = run
        run.name = name
        return RunValue(run, model: model, data: data, origin: origin, place: place, defaults: nil)
    }

    /// Tells the store what it is called.
    func keepName() {
        if let place, let name = run.name { place.store.setName(name, ofRun: place.key) }
    }

    /// The program text that makes its data again.
    var dataExpression: String? { data.map(\.expression) ?? origin?.dataExpression }

    /// The same with the folder that a published set was read from, whose files may be others.
    var dataSource: String? { dataExpression(with: "from", dataDescription?.source.folder?.printableName) }

    /// The same with the SHA-256 of another archive than the published one.
    var checkedDataExpression: String? { dataExpression(with: "sha256", dataDescription?.source.archive) }

    private func dataExpression(with label: String, _ value: String?) -> String? {
        guard let expression = dataExpression, let value,
            // The set is the innermost call: `take(mnist(), train: 64)`.
            let end = expression.firstIndex(of: ")")
        else { return dataExpression }
        let head = expression[..<end]
        return head + (head.hasSuffix("(") ? "" : ", ") + "\(label): \"\(value)\"" + expression[end...]
    }

    /// How to make its data again, in the record of a run of an older version only as text.
    var dataDescription: DataDescription? { data.map(\.dataset.description) ?? origin?.data }

    /// SHA-256 of its data.
    ///
    /// - Throws: once it is cancelled, and nothing else.
    ///
    /// Cost: reads every pixel of data that is here, once.
    func dataDigest(unless interruption: Cancellation) throws(DatasetError) -> String? {
        guard let data else { return origin?.dataDigest }
        return try data.digest(unless: interruption)
    }

    /// `gap seed 1: 78.42 % after 10 epochs`
    var text: String {
        if run.state == .loaded { return "\(run.model) with the weights of \(origin?.file ?? "a file")" }
        let title = "\(run.title): "
        let ending = run.state == .done ? "" : " (\(run.state))"
        if case .diverged(let epoch, _) = run.state { return title + "diverged in epoch \(epoch)" }
        guard let accuracy = run.accuracy else {
            return title + "\(run.state) after \(counted(run.steps, "step")), before the first epoch was done"
        }
        return title + "\(fixed(accuracy, 2)) % \(run.ending)" + ending
    }

    var rich: RichValue { RichValue(text: text + (defaults.map { " (\($0))" } ?? "")) }

    var completionKind: String { "run" }

    static let memberHelp: [(name: String, help: String)] = [
        ("accuracy", "percent of the test images, after the last epoch or the chosen one"),
        ("loss", "on the test images, after the same"),
        ("top5", "percent of the test images whose class is among the five likeliest"),
        ("f1", "the mean F1 of the classes on the test images, in percent (macro F1)"),
        ("calibration", "the expected calibration error on the test images, in percent, in 15 bins"),
        ("epoch", "the epoch that it came to: the last, or the chosen one"),
        ("validation", "percent of the validation images there, where `select: best` or `patience:` measures them"),
        ("epochs", "whole epochs"), ("seconds", "from start to end"), ("speed", "images per second in training"),
        ("seed", "of its random numbers"), ("model", "what was trained"),
        ("state", "done, interrupted, stopped, diverged or loaded"),
        ("curve", "a table of its epochs"), ("digest", "SHA-256 of the weights"),
    ]

    var missingMemberFix: String? {
        switch run.state {
        case .loaded: "its file holds weights alone: `evaluate` measures them"
        case .diverged: "it diverged, and has no result; `curve` has the epochs before"
        case .done, .interrupted, .stopped:
            run.accuracy == nil
                ? "it is known after the first whole epoch"
                : "what is kept of this run does not say it: `evaluate` measures it"
        }
    }

    /// Of what needs the labels of its own data; `nil` where these are not here.
    private func value(of measure: OutcomeMeasure) -> Value? {
        data.flatMap { run.value(of: measure, labels: $0.dataset.test.labels) }.map { .decimal($0) }
    }

    func member(_ name: String) -> Value? {
        switch name {
        case "accuracy": run.accuracy.map { .decimal($0) }
        case "loss": run.loss.map { .decimal($0) }
        case "top5": run.top5.map { .decimal($0) }
        case "f1": value(of: .f1)
        case "calibration": value(of: .calibration)
        case "epoch": run.result.map { .integer($0.epoch) }
        case "validation": run.result?.validation.map { .decimal($0.accuracy) }
        case "epochs": Int(exactly: run.passes).map { .integer($0) } ?? .decimal(run.passes)
        case "seconds": .decimal(run.seconds)
        case "speed": .decimal(run.speed)
        case "seed": run.state == .loaded ? nil : .integer(Int(clamping: run.seed))
        case "model": .model(model)
        case "state": .string(run.state.description)
        case "curve": .object(TableValue(RunTable.curve(run)))
        case "digest": run.digest.isEmpty ? nil : .string(run.digest)
        default: nil
        }
    }
}

final class EvaluationValue: ObjectValue {
    static let kind = ValueKind.evaluation

    let evaluation: Evaluation
    /// `gap seed 1`
    private let run: String
    private let data: DataValue
    private let part: Dataset.Part
    private let views: Views?
    let defaults: String?

    init(
        _ evaluation: Evaluation, of run: String, on data: DataValue, _ part: Dataset.Part, _ views: Views?,
        defaults: String?
    ) {
        (self.evaluation, self.run, self.data, self.part, self.views) = (evaluation, run, data, part, views)
        self.defaults = defaults
    }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue {
        EvaluationValue(evaluation, of: run, on: data, part, views, defaults: nil)
    }

    /// `gap seed 1 on cifar, mean of 2 views`
    private var title: String { "\(run) on \(data.name(of: part))" + (views.map { ", \($0.text)" } ?? "") }

    /// `gap seed 1 on cifar: 78.42 %, loss 0.6543`
    var text: String { "\(title): \(fixed(evaluation.accuracy, 2)) %, loss \(lossText(evaluation.loss, 4))" }
    var rich: RichValue { RichValue(text: text + (defaults.map { " (\($0))" } ?? "")) }

    static let memberHelp: [(name: String, help: String)] = [
        ("accuracy", "percent of the images"), ("loss", "mean over the images"),
        ("top5", "percent of the images whose class is among the five likeliest"),
        ("f1", "the mean F1 of the classes, in percent (macro F1)"),
        ("calibration", "the expected calibration error in percent, in 15 bins"),
    ]

    func member(_ name: String) -> Value? {
        switch name {
        case "accuracy": .decimal(evaluation.accuracy)
        case "loss": .decimal(evaluation.loss)
        case "top5": evaluation.outcomes.accuracyAmongFive.map { .decimal($0) }
        case "f1": evaluation.outcomes.macroF1(labels: data.dataset[part].labels).map { .decimal($0) }
        case "calibration":
            evaluation.outcomes.calibrationError(labels: data.dataset[part].labels).map { .decimal($0) }
        default: nil
        }
    }
}
