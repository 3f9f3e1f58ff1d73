// What `plot` is asked for, and the errors of what a picture has no place for.

import Experiments
import Graphics
import Language
import Network

enum PlotOption {
    static let subjects = RestOption(
        "values", .any, workedOut: "the last run",
        "runs, lists of runs (their mean and spread), a study, what `findlr` found, lists of numbers, or schedules")
    static let measure = Option(
        "y", .choice, default: Measure.accuracy,
        "what the vertical axis shows; the last three are known after a training alone, and have no curves")
    static let across = Option("x", .choice, default: HorizontalMeasure.epoch, "what the horizontal axis shows")
    static let kind = Option(
        "kind", OptionKind<PlotKind>.choice, workedOut: "by what is shown", aliases: ["type", "style"],
        "the kind of plot; the last two are for studies. The default is scatter with `x: parameters` or `operations`, dots for a "
            + "study without `x:` and `train: true` and for what has no curves, else curves")
    static let train = Option("train", .boolean, default: false, "show the training curves as well, dashed")
    static let epochs = Option(
        "epochs", .integer(1...100_000), workedOut: "enough to see", "how many epochs of a schedule are shown")
    static let title = Option(
        "title", .text, workedOut: "what it shows", aliases: ["suptitle"], "the title of the plot")
    static let xLabel = Option(
        "xlabel", .text, workedOut: "what it is", aliases: ["xtitle"], "the label of the horizontal axis")
    static let yLabel = Option(
        "ylabel", .text, workedOut: "what it is", aliases: ["ytitle"], "the label of the vertical axis")
}

/// What the vertical axis shows of a run.
enum Measure: String, CaseIterable {
    case accuracy, loss
    case trainAccuracy = "trainaccuracy"
    case trainLoss = "trainloss"
    case validationAccuracy = "validationaccuracy"
    case validationLoss = "validationloss"
    case top5, f1, calibration

    /// One of the test images that is known after a training alone, not after each epoch.
    var outcome: OutcomeMeasure? {
        switch self {
        case .top5: .top5
        case .f1: .f1
        case .calibration: .calibration
        case .accuracy, .loss, .trainAccuracy, .trainLoss, .validationAccuracy, .validationLoss: nil
        }
    }

    var title: String {
        switch self {
        case .accuracy: "test accuracy"
        case .loss: "test loss"
        case .trainAccuracy: "training accuracy"
        case .trainLoss: "training loss"
        case .validationAccuracy: "validation accuracy"
        case .validationLoss: "validation loss"
        case .top5: "top-5 accuracy"
        case .f1: "macro F1"
        case .calibration: "calibration error"
        }
    }

    var axis: Axis {
        switch self {
        case .accuracy, .trainAccuracy, .validationAccuracy, .top5, .f1, .calibration: Axis(title, .percent)
        case .loss, .trainLoss, .validationLoss: Axis(title)
        }
    }

    /// The same of the training images.
    var ofTraining: Measure? {
        switch self {
        case .accuracy, .validationAccuracy: .trainAccuracy
        case .loss, .validationLoss: .trainLoss
        case .trainAccuracy, .trainLoss, .top5, .f1, .calibration: nil
        }
    }

    /// - Returns: `nil` where it was not measured.
    func value(_ metrics: EpochMetrics) -> Double? {
        switch self {
        case .accuracy: metrics.testAccuracy
        case .loss: metrics.testLoss
        case .trainAccuracy: metrics.trainAccuracy
        case .trainLoss: metrics.trainLoss
        case .validationAccuracy: metrics.validation?.accuracy
        case .validationLoss: metrics.validation?.loss
        case .top5, .f1, .calibration: nil
        }
    }
}

/// What the horizontal axis shows.
enum HorizontalMeasure: String, CaseIterable {
    case epoch, time, parameters, operations

    /// Of a model, whatever its training.
    var isOfModel: Bool { self == .parameters || self == .operations }

    var axis: Axis {
        switch self {
        case .epoch: Axis("epoch", .whole)
        case .time: Axis("time", .seconds)
        case .parameters: Axis("parameters", .magnitude)
        case .operations: Axis("multiply-adds of an image", .magnitude)
        }
    }

    /// Of a training as a whole, which has a time and no epoch.
    func value(_ architecture: Architecture, seconds: Double) -> Double {
        switch self {
        case .epoch, .time: seconds
        case .parameters: Double(architecture.parameterCount)
        case .operations: Double(architecture.operations)
        }
    }
}

enum PlotKind: String, CaseIterable {
    case curves, dots, bars, scatter, histogram, differences, classes

    fileprivate var across: [HorizontalMeasure] {
        switch self {
        case .curves: [.epoch, .time]
        case .scatter: [.parameters, .operations, .time]
        case .dots, .bars, .histogram, .differences, .classes: []
        }
    }
}

extension Invocation {
    /// An option that a kind of picture cannot use is an error.
    func checkAxes(of kind: PlotKind) throws {
        let across = self[PlotOption.across]
        let measured = self[PlotOption.measure]
        if measured.outcome != nil, kind == .curves || isGiven(PlotOption.across) && across == .epoch {
            throw fault(
                .outOfRange,
                "`y: \(measured.rawValue)` is measured after the training, and not after each epoch",
                at: place(PlotOption.measure),
                fix: "write `kind: dots` and no `x:`, or `x: parameters`"
                    + (self[PlotOption.train] ? ", and leave `train:` out" : ""))
        }
        if isGiven(PlotOption.across), !kind.across.contains(across) {
            let others = PlotKind.allCases.filter { $0.across.contains(across) }.map(\.rawValue)
            throw fault(
                .outOfRange, "a picture of `kind: \(kind.rawValue)` has no `x: \(across.rawValue)`",
                at: place(PlotOption.across),
                fix: "leave `x:` out, or write `kind: \(others.joined(separator: "` or `kind: "))`")
        }
        guard self[PlotOption.train] else { return }
        if measured.outcome != nil {
            throw fault(
                .outOfRange,
                "`train: true` adds the training images to curves, and `y: \(measured.rawValue)` has none: it is measured after "
                    + "the training", at: place(PlotOption.train), fix: "leave `train:` out")
        }
        if measured.ofTraining == nil {
            throw fault(
                .outOfRange,
                "`y: \(measured.rawValue)` shows the training images already, and `train: true` adds nothing",
                at: place(PlotOption.train), fix: "leave `train:` out")
        }
        if kind != .curves {
            throw fault(
                .outOfRange,
                "`train: true` adds the training images to curves, and `kind: \(kind.rawValue)` has none",
                at: place(PlotOption.train),
                fix: across.isOfModel
                    ? "leave `train:` out" : "leave `train:` out, or write `kind: curves`")
        }
    }

    /// What only some trainings measure.
    func checkMeasured(_ measure: Measure, _ trainings: [(label: String, metrics: [EpochMetrics])]) throws {
        guard measure.outcome == nil else { return }
        guard let other = trainings.first(where: { $0.metrics.contains { measure.value($0) == nil } }) else { return }
        throw fault(
            .noValue, "\(other.label) was trained without measuring the validation part", at: place(PlotOption.measure),
            fix: "`select: best` and `patience:` measure it; `evaluate` does once, with `part: validation`")
    }

    /// What is drawn where no kind is given.
    func kindOfRuns() -> PlotKind {
        let across = self[PlotOption.across]
        if across.isOfModel { return .scatter }
        guard self[PlotOption.measure].outcome != nil else { return .curves }
        return across == .time ? .scatter : .dots
    }

    func refuseKindOfStudy(of subject: String) throws {
        guard let kind = self[PlotOption.kind], kind == .differences || kind == .classes else { return }
        throw fault(
            .outOfRange, "`kind: \(kind.rawValue)` is of a study, not of \(subject)", at: place(PlotOption.kind),
            fix: context.namesToType.names(of: .study).first.map { "write `plot \($0), kind: \(kind.rawValue)`" }
                ?? context.namesToType.toMake(.study))
    }

    /// Options that such a picture would ignore.
    func refuse(_ options: [any OptionDeclaration], of subject: String) throws {
        for option in options where isGiven(option) {
            let label = option.parameter.label
            throw fault(
                .outOfRange, "a picture of \(subject) has no `\(label):`", at: place(option),
                fix: "leave `\(label):` out")
        }
    }
}
