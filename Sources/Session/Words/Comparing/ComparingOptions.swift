// What words that compare share.

import Experiments
import Language

enum ComparingOption {
    static let seeds = Option(
        "seeds", .sequence, workedOut: "1...6", aliases: ["seed"], "the seeds every model is trained with")
    static let mostSeeds = SeedsNeeded.most
    static let recipes = Option(
        "with", .any, workedOut: "no recipe", aliases: ["recipe", "recipes"], "a recipe, or a list of them")

    // Of programs that show these words.
    static let twoModels =
        "model A { input 3x32x32; flatten; linear 10 }\nmodel B { input 3x32x32; gap; linear 10 }\n"
    static let smallData = "let data = take(synthetic(), 64, test: 32)\n"
}
