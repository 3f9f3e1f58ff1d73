// The kinds of values, as messages and help call them.

/// What a value is, what a word gives, and what an option takes. Its raw value is read by people, with its article.
enum ValueKind: String, Sendable, CustomStringConvertible {
    case nothing
    case wholeNumber = "a whole number"
    case decimal = "a decimal number"
    case number = "a number"
    case boolean = "true or false"
    case text = "a string"
    case answer = "a string, or a number where the answer is one"
    case shape = "a shape"
    case list = "a list"
    case tuple = "a tuple"
    case range = "a range"
    case layer = "a layer"
    case block = "a block"
    case model = "a model"
    case data = "a data set"
    case optimizer = "an optimizer"
    case schedule = "a schedule"
    case average = "an average of the weights"
    case teacher = "a teacher"
    case workers = "workers"
    case recipe = "a recipe"
    case run = "a run"
    case runs = "a list of kept runs"
    case rateSearch = "a search for a learning rate"
    case evaluation = "an evaluation: accuracy and loss"
    case study = "a study"
    case variances = "a table of variances"
    case proof = "a proof"
    case table = "a table"
    case picture = "a picture"
    case summary = "a summary"

    var description: String { rawValue }
}
