// What optimizers share.

enum OptimizerOption {
    static func learningRate(_ standard: Double) -> Option<Double> {
        Option(
            "lr", .positive, default: standard, isPositional: true,
            aliases: ["learning_rate", "rate", "alpha", "eta"], "learning rate")
    }

    static func weightDecay(_ standard: Double) -> Option<Double> {
        Option(
            "weightdecay", .notNegative, default: standard, aliases: ["weight_decay", "decay", "l2", "wd"],
            "weight decay")
    }
}
