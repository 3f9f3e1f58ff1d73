// What one kind of schedule says of itself. Another one is a file of its form and a line in `Schedule.forms`.

import Libraries

protocol ScheduleForm: Sendable {
    /// The word that gives it.
    static var name: String { get }
    /// Where the epochs of a warm-up lie.
    static var warmup: Warmup { get }
    /// In the order in which they are said: those that differ from their default, and those that are always said.
    var settings: [ScheduleSetting] { get }
    var dependsOnEpochs: Bool { get }
    /// So many epochs that a picture shows its shape.
    var shownEpochs: Int { get }
    /// The highest learning rate, where it names that itself.
    var peak: Double? { get }
    /// The epochs after which it cuts the learning rate, as far as it names them.
    var cuts: [Int] { get }
    init(_ reader: inout ScheduleSettingsReader) throws(ScheduleSettingsError)

    /// What the learning rate is multiplied by, but for a warm-up over or before it.
    func factor(_ place: SchedulePlace) -> Double
    /// Whether it sets the optimizer's momentum.
    var setsMomentum: Bool { get }
    /// What it sets it to; `nil` where it leaves it.
    func momentum(_ place: SchedulePlace) -> Double?
}

extension ScheduleForm {
    static var warmup: Warmup { .over }
    var settings: [ScheduleSetting] { [] }
    var dependsOnEpochs: Bool { false }
    var shownEpochs: Int { 0 }
    var peak: Double? { nil }
    var setsMomentum: Bool { false }
    func momentum(_ place: SchedulePlace) -> Double? { nil }
    var cuts: [Int] { [] }
}

enum Warmup {
    /// The form begins behind it and has the steps that are left.
    case before
    /// Epochs count from the first; the rise is a factor beside the form's.
    case over
    /// It is the form's own rise.
    case within
}

/// A step of a training.
struct SchedulePlace {
    /// Steps done before.
    var step: Int
    /// Of the whole training.
    var steps: Int
    let stepsPerEpoch: Int
    /// Steps.
    let warmup: Int
    /// The optimizer's.
    let learningRate: Double
    /// The factor that the learning rate may not fall below, where one is given.
    let lowest: Double?

    /// Epochs done before.
    var epochs: Int { step / stepsPerEpoch }

    func limited(_ factor: Double) -> Double { max(lowest ?? 0, factor) }
}

/// From 1 to 0 along half a cosine while `share` goes from 0 to 1.
func cosineFall(_ share: Double) -> Double {
    // By its series, to 2e-14: the system's may differ from machine to machine.
    let x = share * .pi
    var (sum, term) = (1.0, 1.0)
    for n in 1...13 {
        term *= -x * x / Double((2 * n - 1) * (2 * n))
        sum += term
    }
    return (1 + sum) / 2
}

/// An option of a schedule's word.
public struct ScheduleSetting: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
        case integer(Int)
        case number(Double)
        case integers([Int])
        case numbers([Double])
        case points([SchedulePoint])

        var json: JSON {
            switch self {
            case .integer(let number): .integer(number)
            case .number(let number): .number(number)
            case .integers(let numbers): .array(numbers.map { .integer($0) })
            case .numbers(let numbers): .array(numbers.map { .number($0) })
            case .points(let points): .array(points.map { .array([.number($0.share), .number($0.factor)]) })
            }
        }
    }

    /// `factor`
    public let label: String
    public let value: Value

    init(_ label: String, _ value: Value) { (self.label, self.value) = (label, value) }
}

/// Why settings are not those of a schedule.
struct ScheduleSettingsError: Error { let description: String }

/// Takes settings by their keys, and knows at the end which nobody took.
struct ScheduleSettingsReader {
    let name: String
    private var left: JSONObject

    init(name: String, _ object: JSONObject) {
        self.name = name
        left = object
        left["kind"] = nil
    }

    func has(_ key: String) -> Bool { left[key] != nil }

    mutating func number(
        _ key: String, in range: ClosedRange<Double> = 0...(.greatestFiniteMagnitude)
    ) throws(ScheduleSettingsError) -> Double {
        guard let value = take(key)?.number, range.contains(value) else { throw wrong(key, "number") }
        return value
    }

    mutating func integer(
        _ key: String, in range: ClosedRange<Int>, default standard: Int? = nil
    ) throws(ScheduleSettingsError) -> Int {
        if let standard, !has(key) { return standard }
        guard let value = take(key)?.integer, range.contains(value) else { throw wrong(key, "whole number") }
        return value
    }

    mutating func list(_ key: String, atMost count: Int = 1_000) throws(ScheduleSettingsError) -> [JSON] {
        guard let list = take(key)?.array, (1...count).contains(list.count) else { throw wrong(key, "list") }
        return list
    }

    private mutating func take(_ key: String) -> JSON? {
        defer { left[key] = nil }
        return left[key]
    }

    func wrong(_ key: String, _ kind: String) -> ScheduleSettingsError {
        ScheduleSettingsError(description: "`\(key)` of the schedule is no \(kind) of its range")
    }

    func finish() throws(ScheduleSettingsError) {
        if let key = left.keys.min() { throw ScheduleSettingsError(description: "\(name) has no `\(key)`") }
    }
}
