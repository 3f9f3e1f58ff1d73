// `constant`, `step`, `multistep`, `cosine`, `onecycle` and `polyline`

import Experiments

private let every = Option(
    "every", .integer(1...1_000_000), isPositional: true, aliases: ["step_size"], "epochs between reductions")
private let cuts = Option(
    "epochs", .list, isPositional: true, aliases: ["milestones", "at"],
    "the epochs after which it is reduced: `[30, 60]`")
private let factor = Option(
    "factor", .decimal(0...1), default: 0.1, aliases: ["gamma"], "what the learning rate is multiplied by")
private let warmup = Option(
    "warmup", .integer(0...1_000_000), default: 0, aliases: ["warmup_epochs", "warmup_t"],
    "epochs of linear warmup")
private let rise = Option(
    "warmup", .integer(0...1_000_000), workedOut: "30 % of all", "epochs of its rise")
private let minimum = Option(
    "minimum", .notNegative, default: 0, aliases: ["eta_min", "min_lr", "lr_min"],
    "the lowest learning rate")
private let last = Option(
    "minimum", .notNegative, workedOut: "a 250,000th of the peak", aliases: ["min_lr"],
    "the learning rate of the last step")
private let restarts = Option(
    "restarts", .integer(0...1_000), default: 0, "how often it starts again; each run takes an equal share of the steps"
)
private let peak = Option("peak", .positive, workedOut: "lr", aliases: ["max_lr"], "the highest learning rate")
private let momentum = Option(
    "momentum", .list, workedOut: "the optimizer's", aliases: ["momenta"],
    "the momentum of the first and the last step, and that at the peak: `(0.95, 0.85)`, PyTorch's `max_momentum` and "
        + "`base_momentum`; of `adam`, `adamw` and `lion` it is the first of `betas:`")
private let points = Option(
    "points", .list, isPositional: true, aliases: ["knots"],
    "pairs of a share of the training and a factor of the learning rate: `[(0, 0.2), (0.23, 1), (1, 0)]`")

extension Word {
    /// In the order of help.
    static let schedules: [Word] = [constant, step, multiStep, cosine, oneCycle, polyline]

    static let constant = Word(
        "constant", .training, "A constant learning rate", [warmup], result: .schedule,
        example: "print constant(warmup: 2)",
        .perform { .object(ScheduleValue(.constant(warmup: $0[warmup]))) })

    static let step = Word(
        "step", .training, "A learning rate that is reduced every few epochs: `StepLR`",
        [every, factor, warmup, minimum], result: .schedule, example: "print step(every: 10)", aliases: ["StepLR"],
        .perform { call in
            .object(
                ScheduleValue(
                    .step(
                        every: call[every], factor: call[factor], warmup: call[warmup], minimum: call.lowest)))
        })

    static let multiStep = Word(
        "multistep", .training, "A learning rate that is reduced after the given epochs: `MultiStepLR`",
        [cuts, factor, warmup, minimum], result: .schedule, example: "print multistep([30, 60])",
        aliases: ["MultiStepLR"], since: "0.2", .perform(multiStepSchedule))

    static let cosine = Word(
        "cosine", .training,
        "A learning rate that falls along a cosine: `CosineAnnealingLR`",
        [warmup, minimum, restarts], result: .schedule, example: "print cosine(warmup: 1)",
        aliases: ["CosineAnnealingLR", "CosineLRScheduler"],
        .perform { call in
            .object(
                ScheduleValue(
                    .cosine(warmup: call[warmup], restarts: call[restarts], minimum: call.lowest)))
        })

    static let oneCycle = Word(
        "onecycle", .training,
        "A learning rate that rises once and falls: `OneCycleLR`; with `momentum:` the momentum falls and rises the other way",
        [peak, rise, last, momentum], result: .schedule, example: "print onecycle(momentum: (0.95, 0.85))",
        .perform { call in
            .object(
                ScheduleValue(
                    .oneCycle(
                        peak: call[peak], momentum: try call.cycledMomentum, warmup: call[rise] ?? 0,
                        minimum: call[last])))
        })

    static let polyline = Word(
        "polyline", .training, "A learning rate that changes linearly between points: `numpy.interp`",
        [points, warmup, minimum], result: .schedule, example: "print polyline([(0, 0.2), (0.23, 1), (1, 0.07)])",
        aliases: ["piecewise", "interp"], since: "0.2", .perform(polylineSchedule))
}

extension Invocation {
    fileprivate var cycledMomentum: (Double, Double)? {
        get throws {
            guard let list = self[momentum] else { return nil }
            let numbers = list.compactMap(\.number).filter { $0 >= 0 && $0 < 1 }
            guard list.count == 2, numbers.count == 2 else {
                throw fault(
                    .outOfRange, "`momentum:` takes two numbers that are at least 0 and below 1", at: place(momentum),
                    fix: "`momentum: (0.95, 0.85)`")
            }
            return (numbers[0], numbers[1])
        }
    }

    /// The lowest learning rate, where it is above 0.
    fileprivate var lowest: Double? { self[minimum] > 0 ? self[minimum] : nil }
}

private func multiStepSchedule(_ call: Invocation) throws -> Value {
    let epochs = call[cuts].compactMap { if case .integer(let number) = $0 { number } else { nil } }
    guard !epochs.isEmpty, epochs.count == call[cuts].count, epochs.allSatisfy({ 1...1_000_000 ~= $0 }),
        zip(epochs, epochs.dropFirst()).allSatisfy({ $0 < $1 }), epochs.count <= 1_000
    else {
        throw call.fault(
            .outOfRange, "`multistep` takes a list of epochs, 1 or later and in ascending order",
            at: call.place(cuts), fix: "`multistep([30, 60])`")
    }
    return .object(
        ScheduleValue(
            .multiStep(epochs: epochs, factor: call[factor], warmup: call[warmup], minimum: call.lowest)))
}

private func polylineSchedule(_ call: Invocation) throws -> Value {
    let read = call[points].compactMap { point -> SchedulePoint? in
        guard let pair = point.elements?.compactMap(\.number), pair.count == 2, point.elements?.count == 2,
            0...1 ~= pair[0], pair[1] >= 0, pair[1].isFinite
        else { return nil }
        return SchedulePoint(share: pair[0], factor: pair[1])
    }
    guard read.count == call[points].count, Schedule.ascend(read), read.count <= 1_000 else {
        throw call.fault(
            .outOfRange,
            "`polyline` takes at least two pairs, by ascending share of the training, 0 to 1, each with a factor that is "
                + "not negative", at: call.place(points),
            fix: "`polyline([(0, 0.2), (0.23, 1), (1, 0.07)])`")
    }
    return .object(ScheduleValue(.polyline(read, warmup: call[warmup], minimum: call.lowest)))
}
