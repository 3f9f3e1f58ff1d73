// Options that words of several groups share.

import Datasets
import Language

enum CommonOptions {
    /// The model that a word works on.
    static let model = Option(
        "model", .model, workedOut: "the last model", isPositional: true, aliases: ["net", "network"], "the model")
    /// The run that a word works on.
    static let run = Option(
        "run", .run, workedOut: "the last run", isPositional: true, aliases: ["model"], "the run")
    /// What is trained on.
    static let data = Option(
        "on", .data, workedOut: "the last data set", aliases: ["data", "dataset", "train_loader"], "the data set")
    /// What a run is measured on.
    static let measuredData = Option(
        "on", .data, workedOut: "the run's own", aliases: ["data", "dataset"], "the data set")
    static let part = Option(
        "part", .choice([.test, .validation, .training]), default: Dataset.Part.test, aliases: ["split", "subset"],
        "which of its images")
    /// What a word shows, as a file.
    static let to = Option(
        "to", .path, workedOut: "no file", aliases: ["file", "path", "save", "filename"],
        "a file to write it to as well")
    static let log = Option(
        "log", .choice, default: LogForm.auto, aliases: ["verbose", "progress"], "how progress is shown")
    static let fresh = Option("fresh", .boolean, default: false, "retrain instead of loading from the run store")
}
