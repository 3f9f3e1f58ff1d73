// `constant`, `step`, `cosine` and `onecycle`

private let every = Option(
    "every", .integer(1...1_000_000), isPositional: true, aliases: ["step_size"], "epochs between reductions")
private let factor = Option(
    "factor", .decimal(0...1), default: 0.1, aliases: ["gamma"], "what the learning rate is multiplied by")
private let warmup = Option("warmup", .integer(0...1_000_000), default: 0, "epochs of linear warmup before it")
private let peak = Option("peak", .positive, workedOut: "lr", aliases: ["max_lr"], "the highest learning rate")

extension Word {
    /// In the order of help.
    static let schedules: [Word] = [constant, step, cosine, oneCycle]

    static let constant = Word(
        "constant", .training, "A constant learning rate", result: .schedule, example: "print constant()",
        .perform { _ in .object(ScheduleValue(.constant)) })

    static let step = Word(
        "step", .training, "A learning rate that is reduced every few epochs: `StepLR`", [every, factor],
        result: .schedule, example: "print step(every: 10)", aliases: ["StepLR"],
        .perform { .object(ScheduleValue(.step(every: $0[every], factor: $0[factor]))) })

    static let cosine = Word(
        "cosine", .training, "A learning rate that falls along a cosine: `CosineAnnealingLR`", [warmup],
        result: .schedule, example: "print cosine()", aliases: ["CosineAnnealingLR"],
        .perform { .object(ScheduleValue(.cosine(warmup: $0[warmup]))) })

    static let oneCycle = Word(
        "onecycle", .training,
        "A learning rate that rises once and falls, as `OneCycleLR` with `cycle_momentum=False`: the momentum is constant",
        [peak], result: .schedule, example: "print onecycle()",
        .perform { .object(ScheduleValue(.oneCycle(peak: $0[peak]))) })
}
