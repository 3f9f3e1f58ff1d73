// Reads by label, for the words that do not read typed options yet. Goes with the last of them.

import Experiments
import Language
import Network

let trainingOptions: [Parameter] = TrainingOption.all.map(\.parameter)

extension Invocation {
    func data(_ label: String) throws -> DataValue {
        try data(Option(label, .data, workedOut: "the last data set", ""))
    }

    func path(typed name: String, for label: String) throws -> String {
        try path(typed: name, for: Option(label, .path, ""))
    }

    func run(_ label: String) throws -> RunValue {
        try run(Option(label, .run, workedOut: "the last run", ""))
    }

    func architecture(_ label: String) throws -> (Model, Architecture) {
        try architecture(Option(label, .model, workedOut: "the last model", ""))
    }

    func defaults(_ taken: [(label: String, name: String)]) -> String? {
        defaults(
            taken.compactMap { entry in
                arguments.word.parameter(entry.label).map { (option: $0 as any OptionDeclaration, name: entry.name) }
            })
    }

    var logForm: LogForm { self[CommonOptions.log] }
}
