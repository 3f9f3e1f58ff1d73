// What words that compare share.

import Experiments
import Language

enum ComparingOption {
    static let seeds = seeds(standard: "1...6, and more on demand")

    static func seeds(standard: String) -> Option<Value?> {
        Option(
            "seeds", .sequence, workedOut: standard, aliases: ["seed"], "the seeds every model is trained with")
    }

    static let mostSeeds = SeedsNeeded.most
    static let recipes = Option(
        "with", .any, workedOut: "no recipe", aliases: ["recipe", "recipes"], "a recipe, or a list of them")
    static let data = Option(
        "on", .dataSets, workedOut: "the last data set", aliases: ["data", "dataset", "train_loader"],
        "the data set, or a list of them to compare")
    static let measure = Option(
        "by", .choice, default: OutcomeMeasure.accuracy, aliases: ["metric", "measure", "scoring"],
        "what is compared, on the test images")
    static let margin = Option(
        "within", .decimal(0...100), workedOut: "0.5 points, or 0.02 of the loss",
        aliases: ["margin", "rope", "tolerance"], "differences of up to this much count as none")
    static let force = Option(
        "force", .boolean, default: false, "train both even if they are provably identical in training")
    static let keep = Option("keep", .boolean, default: false, "keep the weights")
    static let until =
        Option(
            "until", .choice, workedOut: "the first look", "look at 6, 12 and 24 seeds, and stop once it is decided")
        as Option<Ending?>

    /// When a study ends before all its seeds.
    enum Ending: String, CaseIterable {
        case decided
    }

    /// Of words that begin a study, behind what they compare.
    static let ofStudies: [any OptionDeclaration] =
        [seeds, measure, margin, until, force, keep, CommonOptions.fresh] + TrainingOption.ofEachTraining

    // Of programs that show these words.
    static let twoModels =
        "model A { input 3x32x32; flatten; linear 10 }\nmodel B { input 3x32x32; gap; linear 10 }\n"
    static let smallData = "let data = take(synthetic(), 64, test: 32)\n"
}

extension Invocation {
    /// The margin given, or that of the measure.
    var margin: Double { self[ComparingOption.margin] ?? (self[ComparingOption.measure] == .loss ? 0.02 : 0.5) }

    /// The design of a study, and its seeds.
    func designOfStudy() throws -> (design: StudyDesign, seeds: [UInt64]) {
        let isUntilDecided = self[ComparingOption.until] != nil
        let given = try seeds()
        guard let given else { return (.sequential, Array(1...UInt64(StudyDesign.looks[0]))) }
        if isUntilDecided {
            throw fault(
                .outOfRange, "`until: decided` takes the seeds 1, 2, 3, … itself and looks at 6, 12 and 24",
                at: place(ComparingOption.seeds), fix: "leave `seeds:` out")
        }
        return (.fixed, given)
    }
}
