// The options of a training in JSON: every value that decides its bits. The number of threads does not.

import Engine
import Libraries

extension TrainingOptions {
    var json: JSONObject { json(isNamed: true) }

    /// - Parameter isNamed: whether names are in it, which decide no bit.
    func json(isNamed: Bool) -> JSONObject {
        var object: JSONObject = [
            "epochs": Int(exactly: passes).map { .integer($0) } ?? .number(passes), "batch": .integer(batchSize),
            "optimizer": .object(optimizer.json),
            "schedule": .object(schedule.json), "precision": .string(precision.rawValue),
            "smoothing": .number(gradient.labelSmoothing),
            "seeds": [
                "init": .unsigned(seeds.initialization), "order": .unsigned(seeds.order),
                "augment": .unsigned(seeds.augmentation), "dropout": .unsigned(seeds.dropout),
            ],
        ]
        // Descriptions were written before there were these.
        if dropsLastBatch { object["lastbatch"] = "drop" }
        if parts > 1 { object["accumulate"] = .integer(parts) }
        object["classweights"] = classWeights.json
        object["average"] = averaging.map { .object($0.json) }
        if selection.isOfBest { object["select"] = "best" }
        object["views"] = views.map { .string($0.rawValue) }
        object["patience"] = selection.patience.map { .integer($0) }
        object["distill"] = teacher.map { .object($0.json(isNamed: isNamed)) }
        object["from"] = start.map { .object($0.json(isNamed: isNamed)) }
        object["clip"] = gradient.largestNorm.map { .number($0) }
        return object
    }

    init(_ json: JSON) throws(DescriptionError) {
        guard let epochs = json["epochs"]?.number, 0...1_000_000 ~= epochs, let batch = json["batch"]?.integer,
            1...(1 << 20) ~= batch
        else { throw DescriptionError("epochs or batch size are out of range") }
        guard let precision = json["precision"]?.string.flatMap(Precision.init) else {
            throw DescriptionError("its precision is not known here")
        }
        func seed(_ role: String) throws(DescriptionError) -> UInt64 {
            guard let seed = json["seeds"]?[role]?.unsigned else {
                throw DescriptionError("the seed of `\(role)` is missing")
            }
            return seed
        }
        var seeds = Seeds(try seed("init"))
        seeds.order = try seed("order")
        seeds.augmentation = try seed("augment")
        seeds.dropout = try seed("dropout")
        let settings = Settings(of: "the options", json)
        let schedule: Schedule
        do throws(ScheduleSettingsError) {
            schedule = try Schedule(json["schedule"])
        } catch { throw DescriptionError(error.description) }
        self.init(
            batchSize: batch, optimizer: try OptimizerOptions(json["optimizer"]),
            schedule: schedule,
            gradient: GradientOptions(
                labelSmoothing: try settings.number("smoothing", in: 0...1),
                largestNorm: json["clip"] == nil ? nil : try settings.number("clip", in: 0...(.greatestFiniteMagnitude))
            ),
            precision: precision, seeds: seeds, start: try json["from"].map(StartingWeights.init))
        passes = epochs
        if let average = json["average"] {
            guard let known = Averaging(average) else {
                throw DescriptionError("its average of the weights is not known here")
            }
            averaging = known
        }
        teacher = try json["distill"].map(Teacher.init)
        if let selected = json["select"] {
            guard selected.string == "best" else { throw DescriptionError("`select` of the options is not known here") }
            selection.isOfBest = true
        }
        if let views = json["views"] {
            guard let known = views.string.flatMap(Views.init) else {
                throw DescriptionError("the views that it measures are not known here")
            }
            self.views = known
        }
        if let patience = json["patience"] {
            guard let count = patience.integer, 1...1_000_000 ~= count else {
                throw DescriptionError("its patience is out of range")
            }
            selection.patience = count
        }
        if let accumulated = json["accumulate"] {
            guard let parts = accumulated.integer, 2...batchSize ~= parts else {
                throw DescriptionError("the parts of its steps are out of range")
            }
            self.parts = parts
        }
        guard let weights = ClassWeights(json["classweights"]) else {
            throw DescriptionError("the weights of its classes are not known here")
        }
        classWeights = weights
        if let last = json["lastbatch"] {
            guard last.string == "drop" else { throw DescriptionError("`lastbatch` of the options is not known here") }
            dropsLastBatch = true
        }
    }
}

extension OptimizerOptions {
    /// Numbers first, then flags, then choices, then what updates the rest.
    fileprivate var json: JSONObject {
        var object: JSONObject = ["kind": .string(name)]
        let parts = settings.flatMap(\.parts)
        for part in parts { if case .number(let number) = part.value { object[part.key] = .number(number) } }
        for part in parts { if case .flag(let flag) = part.value { object[part.key] = .bool(flag) } }
        for part in parts { if case .choice(let choice) = part.value { object[part.key] = .string(choice) } }
        for part in parts {
            if case .optimizer(let others) = part.value { object[part.key] = .object(others.json) }
        }
        return object
    }

    fileprivate init(_ json: JSON?) throws(DescriptionError) {
        guard let object = json?.object, let kind = object["kind"]?.string else {
            throw DescriptionError("its optimizer is not known here")
        }
        var values: [String: OptimizerSetting.Value] = [:]
        for key in object.keys where key != "kind" {
            if let number = object[key]?.number {
                values[key] = .number(number)
            } else if let flag = object[key]?.bool {
                values[key] = .flag(flag)
            } else if let choice = object[key]?.string {
                values[key] = .choice(choice)
            } else if object[key]?.object != nil {
                values[key] = .optimizer(try OptimizerOptions(object[key]))
            } else {
                throw DescriptionError("`\(key)` of the optimizer is neither a number, nor true or false, nor a choice")
            }
        }
        do throws(OptimizerSettingsError) {
            try self.init(name: kind, values: values)
        } catch { throw DescriptionError(error.description) }
    }
}

/// Reads the members of one object; a fault names the object.
private struct Settings {
    private let name: String
    private let json: JSON

    init(of name: String, _ json: JSON) { (self.name, self.json) = (name, json) }

    func number(
        _ label: String, in range: ClosedRange<Double> = 0...(.greatestFiniteMagnitude)
    ) throws(DescriptionError) -> Double {
        guard let value = json[label]?.number, range.contains(value) else {
            throw DescriptionError("`\(label)` of \(name) is not a number in its range")
        }
        return value
    }

    func integer(_ label: String, in range: ClosedRange<Int>) throws(DescriptionError) -> Int {
        guard let value = json[label]?.integer, range.contains(value) else {
            throw DescriptionError("`\(label)` of \(name) is not a whole number in its range")
        }
        return value
    }
}
