// How the learning rate changes over a training: a factor for each step, a function of the step alone.

import Libraries

public struct Schedule: Sendable {
    let form: any ScheduleForm
    /// Epochs of even rise before it; of `onecycle` those of its own rise, where it is not 0.
    public let warmup: Int
    /// The lowest learning rate; `nil` where the form alone decides it.
    public let minimum: Double?

    init(_ form: any ScheduleForm, warmup: Int = 0, minimum: Double? = nil) {
        self.form = form
        self.warmup = warmup
        self.minimum = minimum
    }

    /// All kinds, each once.
    private static let forms: [any ScheduleForm.Type] = [
        Constant.self, StepSchedule.self, MultiStep.self, Cosine.self, OneCycle.self, Polyline.self,
    ]

    /// `cosine`
    public var name: String { type(of: form).name }

    /// What differs from what its word takes where nothing is said, and what is always said.
    public var settings: [ScheduleSetting] {
        var settings = form.settings
        if warmup > 0 { settings.append(ScheduleSetting("warmup", .integer(warmup))) }
        if let minimum { settings.append(ScheduleSetting("minimum", .number(minimum))) }
        return settings
    }

    /// Whether the learning rate of a step depends on how many epochs there are in all.
    public var dependsOnEpochs: Bool { form.dependsOnEpochs }

    /// So many epochs that a picture shows its shape.
    public var shownEpochs: Int { max(10, form.shownEpochs, 4 * min(1_000, warmup)) }

    /// Whether it names learning rates itself, so that they are no share of the optimizer's.
    public var namesRates: Bool { minimum != nil || form.peak != nil }

    /// The highest learning rate, where it names that itself.
    public var peak: Double? { form.peak }

    /// The highest learning rate that it names, or else the optimizer's.
    public func highest(_ learningRate: Double) -> Double { form.peak ?? learningRate }

    /// The first part of it that a training of so many epochs does not come to; `nil` where it comes to all.
    public func unreached(epochs: Int, stepsPerEpoch: Int) -> UnreachedPart? {
        if warmup > epochs { return .top }
        if warmup == epochs, warmup > 0, type(of: form).warmup != .over { return .rest }
        if let cut = form.cuts.first(where: { $0 >= epochs }) { return .cut(after: cut) }
        // Each of its runs would be shorter than a step.
        let steps = (epochs - warmup) * stepsPerEpoch
        return (form as? Cosine).map { $0.restarts >= max(1, steps) } == true ? .restarts(steps: steps) : nil
    }

    /// What the learning rate is multiplied by.
    ///
    /// - Parameters:
    ///   - step: steps done before.
    ///   - steps: of the whole training.
    ///   - learningRate: the optimizer's.
    public func factor(step: Int, of steps: Int, stepsPerEpoch: Int, learningRate: Double) -> Double {
        let place = place(step, of: steps, stepsPerEpoch, learningRate)
        let rise = place.warmup
        switch type(of: form).warmup {
        case .within: return form.factor(place)
        case .over: return form.factor(place) * (step < rise ? Double(step + 1) / Double(rise) : 1)
        case .before:
            if step < rise { return Double(step + 1) / Double(rise) }
            var rest = place
            rest.step -= rise
            rest.steps = max(1, rest.steps - rise)
            return form.factor(rest)
        }
    }

    /// Whether it sets the optimizer's momentum.
    public var setsMomentum: Bool { form.setsMomentum }

    /// What it sets the optimizer's momentum to; `nil` where it leaves it.
    ///
    /// - Parameters:
    ///   - step: steps done before.
    ///   - steps: of the whole training.
    public func momentum(step: Int, of steps: Int, stepsPerEpoch: Int) -> Double? {
        form.momentum(place(step, of: steps, stepsPerEpoch, 1))
    }

    private func place(
        _ step: Int, of steps: Int, _ stepsPerEpoch: Int, _ learningRate: Double
    ) -> SchedulePlace {
        SchedulePlace(
            step: step, steps: max(1, steps), stepsPerEpoch: max(1, stepsPerEpoch),
            warmup: warmup * stepsPerEpoch, learningRate: learningRate, lowest: minimum.map { $0 / learningRate })
    }
}

/// What of a schedule a training may be too short for.
public enum UnreachedPart: Sendable {
    /// The end of its warm-up.
    case top
    /// All that is behind its warm-up.
    case rest
    case cut(after: Int)
    case restarts(steps: Int)
}

extension Schedule: Hashable {
    public static func == (first: Schedule, second: Schedule) -> Bool {
        first.name == second.name && first.settings == second.settings
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(settings)
    }
}

// MARK: JSON

extension Schedule {
    /// A description that is equal for equal schedules: `{"kind": "cosine", "warmup": 2}`.
    var json: JSONObject {
        var object: JSONObject = ["kind": .string(name)]
        // Descriptions had the warm-up of a cosine before other forms had one.
        if warmup > 0 || form is Cosine { object["warmup"] = .integer(warmup) }
        for setting in form.settings { object[setting.label] = setting.value.json }
        object["minimum"] = minimum.map { .number($0) }
        return object
    }

    init(_ json: JSON?) throws(ScheduleSettingsError) {
        guard let object = json?.object, let kind = object["kind"]?.string,
            let form = Self.forms.first(where: { $0.name == kind })
        else { throw ScheduleSettingsError(description: "its schedule is not known here") }
        var reader = ScheduleSettingsReader(name: kind, object)
        let warmup = try reader.integer("warmup", in: 0...1_000_000, default: 0)
        let minimum = reader.has("minimum") ? try reader.number("minimum") : nil
        self.init(try form.init(&reader), warmup: warmup, minimum: minimum)
        try reader.finish()
    }
}
