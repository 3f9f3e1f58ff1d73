// `ablate`

import Datasets
import Engine
import Experiments
import Language
import Text

private let switches = Option(
    "over", .list, aliases: ["switches", "without"],
    "what is switched, by name: boolean parameters of the model, options of the recipe, its optimizer or `augment`, or \"augment\" itself"
)

extension Word {
    static let ablate = Word(
        "ablate", .comparing,
        "Switches parts of a model or a recipe off, one at a time, and compares each with the whole",
        [CommonOptions.model, CommonOptions.data, switches, TrainingOption.recipe] + ComparingOption.ofStudies,
        result: .study,
        example:
            ComparingOption.twoModels + ComparingOption.smallData
            + "let study = ablate A, on: data, epochs: 1, smoothing: 0.1, over: [\"smoothing\"], seeds: 1...2",
        aliases: ["ablation"], since: "0.2", shows: .unbound, takesLong: true, .perform(ablateModel))
}

private func ablateModel(_ given: Invocation) throws -> Value {
    let call = try given.withRecipe()
    if case .object(let recipe as RecipeValue)? = given[TrainingOption.recipe] {
        try call.refuseSeeds(of: recipe, at: call.place(TrainingOption.recipe))
    }
    let model = try call.model()
    let data = try call.data(CommonOptions.data)
    let names = try call.switchNames()
    var sides = [Side("whole", keptName: model.name, model, data, try call.training(of: model, on: data))]
    for name in names {
        let (other, otherData, otherCall) = try call.without(name, model, data)
        sides.append(
            Side(
                "without \(name)", keptName: "\(model.name) without \(name)", other, otherData,
                try otherCall.training(of: other, on: otherData)))
    }
    return try call.compare(try sides.studied(as: .variants(of: model.name), digest: call.digest), baseline: 0)
}

extension Invocation {
    fileprivate func switchNames() throws -> [String] {
        let names = self[switches].compactMap { value -> String? in
            if case .string(let text) = value { text } else { nil }
        }
        guard !names.isEmpty, names.count == self[switches].count, Set(names).count == names.count else {
            throw fault(
                .wrongType, "`over:` takes names in quotes, each once", at: place(switches),
                fix: "write `over: [\"flip\", \"smoothing\"]`")
        }
        guard names.count < 20 else {
            throw fault(
                .outOfRange, "`ablate` takes at most 19 switches", at: place(switches), fix: "ablate fewer at a time")
        }
        return names
    }

    /// The model, data and call with one thing switched: a boolean parameter of the model the other way, anything else
    /// back at its default.
    fileprivate func without(_ name: String, _ model: Model, _ data: DataValue) throws -> (Model, DataValue, Invocation)
    {
        if let other = try context.reader.switched(model, name) { return (other, data, self) }
        if let option = TrainingOption.ofEachTraining.first(where: { $0.parameter.label == name }), isGiven(option) {
            var all = arguments
            all.remove(option)
            return (model, data, Invocation(arguments: all, context: context))
        }
        if let optimizer = self[TrainingOption.optimizer], let other = try self.optimizer(optimizer, without: name) {
            var all = arguments
            all.set(TrainingOption.optimizer.parameter, .object(other), at: place(TrainingOption.optimizer))
            return (model, data, Invocation(arguments: all, context: context))
        }
        let augmentation = data.dataset.augmentation
        let isAll = name == Word.augment.name && !augmentation.isNone
        if let rest = isAll ? Augmentation() : augmentation.without(name) {
            var dataset = data.dataset
            dataset.augmentation = rest
            return (model, DataValue(dataset, title: "\(data.name) without \(name)"), self)
        }
        throw fault(
            .unknownName, "there is nothing called `\(name)` to switch off", at: place(switches),
            fix:
                "name a boolean parameter of \(model.name), an option that the call, its recipe, the optimizer or `augment` gives, or `\"augment\"` for all of it"
        )
    }

    /// The optimizer with one of its settings at its default; `nil` where it has no such setting, or has it there.
    private func optimizer(_ given: OptimizerValue, without label: String) throws -> OptimizerValue? {
        guard label != "lr", let setting = given.options.settings.first(where: { $0.label == label }),
            !setting.isDefault,
            case .object(let object) = try context.reader.setting("\(given.options.name)(lr: 1)"),
            let standard = object as? OptimizerValue
        else { return nil }
        var values: [String: OptimizerSetting.Value] = [:]
        for other in given.options.settings where other.label != label {
            for part in other.parts { values[part.key] = part.value }
        }
        for part in standard.options.settings.first(where: { $0.label == label })?.parts ?? [] {
            values[part.key] = part.value
        }
        do throws(OptimizerSettingsError) {
            return OptimizerValue(
                try OptimizerOptions(name: given.options.name, values: values), hasOwnRate: given.hasOwnRate)
        } catch { throw fault(.outOfRange, "`\(label)` cannot be left out: \(error.description)", at: place(switches)) }
    }
}
