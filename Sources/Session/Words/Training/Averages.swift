// `ema`, `swa` and `lookahead`

import Experiments

private let decay = Option(
    "decay", .decimal(0...1, excludesHighest: true), default: 0.999, isPositional: true, aliases: ["beta"],
    "what is kept of the average in each step")
private let swaFrom = Option(
    "from", .decimal(0...1, excludesHighest: true), default: 0.75, isPositional: true, aliases: ["swa_start"],
    "the share of the epochs after which the average begins")
private let every = Option(
    "every", .integer(1...1_000_000), default: 5, aliases: ["k"], "steps between two moves of the slow copy")
private let slowness = Option(
    "decay", .decimal(0...1), default: 0.95, "what is kept of the slow copy for each of these steps, at the end")
private let lookaheadFrom = Option(
    "from", .integer(0...1_000_000), default: 3, "epochs before the slow copy is taken")
private let ramp = Option(
    "ramp", .integer(0...100), default: 3,
    "how late that is reached: what is kept is multiplied by (share of the steps)^ramp")

extension Word {
    /// In the order of help.
    static let averages: [Word] = [ema, swa, lookahead]

    static let ema = Word(
        "ema", .training,
        "An exponential moving average of the weights and of norms' statistics, which is measured and kept",
        [decay], result: .average, example: "print ema(0.999)",
        aliases: ["ModelEmaV2", "ModelEma", "ExponentialMovingAverage", "get_ema_multi_avg_fn"], since: "0.2",
        .perform { .object(AverageValue(.ema(decay: $0[decay]))) })

    static let swa = Word(
        "swa", .training,
        "The mean of the weights and of norms' statistics at the ends of the last epochs, which is measured and kept: "
            + "`AveragedModel(use_buffers=True)`",
        [swaFrom], result: .average, example: "print swa(from: 0.75)",
        aliases: ["AveragedModel", "StochasticWeightAveraging"],
        since: "0.2", .perform { .object(AverageValue(.swa(from: $0[swaFrom]))) })

    static let lookahead = Word(
        "lookahead", .training,
        "A slow copy of the weights, from which the training starts anew every few steps, and at the end of each epoch",
        [every, slowness, lookaheadFrom, ramp], result: .average, example: "print lookahead(every: 5, from: 3)",
        aliases: ["Lookahead"], since: "0.2",
        .perform { call in
            .object(
                AverageValue(
                    .lookahead(
                        every: call[every], decay: call[slowness], from: call[lookaheadFrom], ramp: call[ramp])))
        })
}
