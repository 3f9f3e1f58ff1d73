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
    static let baseline = Option(
        "baseline", .any, workedOut: "every pair", aliases: ["reference", "control"],
        "the one that each of the others is compared with")
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

    /// `nil` is `auto`.
    static let workers = Option(
        "workers", .workers, default: nil, or: "auto",
        aliases: ["num_workers", "n_jobs", "jobs", "processes"],
        "how many trainings at once, each in a process of its own with its share of the threads; `auto`: several where that is faster; `slurm(8)`: on the nodes of a cluster"
    )

    /// When a study ends before all its seeds.
    enum Ending: String, CaseIterable {
        case decided
    }

    /// Of words that begin a study, behind what they compare.
    static let ofStudies: [any OptionDeclaration] =
        [seeds, measure, margin, until, force, keep, CommonOptions.fresh, workers] + TrainingOption.ofEachTraining

    // Of programs that show these words.
    static let twoModels =
        "model A { input 3x32x32; flatten; linear 10 }\nmodel B { input 3x32x32; gap; linear 10 }\n"
    static let smallData = "let data = take(synthetic(), 64, test: 32)\n"
}

extension Invocation {
    /// The margin given, or that of the measure.
    var margin: Double { self[ComparingOption.margin] ?? (self[ComparingOption.measure] == .loss ? 0.02 : 0.5) }

    /// Which side `baseline:` means, of those that are called so.
    ///
    /// - Parameter models: of the sides, where these are what differs.
    func baseline(among names: [String], _ models: [Model] = []) throws(Diagnostic) -> Int? {
        guard let given = self[ComparingOption.baseline] else { return nil }
        let found = side(meant: given, at: place(ComparingOption.baseline), among: names)
        // `baseline: Net`, where a `let` calls it otherwise.
        let same = if case .template(let template) = given { template.standard?.expression } else { nil as String? }
        guard let found = found ?? models.firstIndex(where: { $0.expression == same }) else {
            throw fault(
                .outOfRange, "`baseline:` is none of what is compared", at: place(ComparingOption.baseline),
                fix: "name one of them: " + names.map { "`baseline: \"\($0)\"`" }.joined(separator: ", "))
        }
        return found
    }

    /// The side of a study that a value means: by its name, that of a model, recipe or data set, or as a list of runs
    /// is called in the call.
    func side(meant value: Value, at place: SourceRange? = nil, among names: [String]) -> Int? {
        let name: String? =
            switch value {
            case .string(let text): text
            case .model(let model): model.name
            case .template(let template): template.standard?.name ?? template.name
            case .object(let object): object.boundName
            default: place.map { context.source[$0] }
            }
        // Of two with one name the first, which has its number behind it.
        return name.flatMap { name in
            names.firstIndex(of: name) ?? names.firstIndex { $0.hasPrefix("\(name) (") && $0.hasSuffix(")") }
        }
    }

    /// Names of the sides, each once: those that are equal get their numbers.
    static func distinct(_ names: [String]) -> [String] {
        names.enumerated().map { index, name in
            names.count(where: { $0 == name }) > 1 ? "\(name) (\(index + 1))" : name
        }
    }

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
