// How the numbers of a study are written, in its reports and pictures alike.

import Experiments
import Graphics

extension OutcomeMeasure {
    var unit: String { self == .loss ? "" : "%" }
    var unitOfDifference: String { self == .loss ? "" : "points" }

    /// Two seeds leave nearly everything open, but no difference beyond 100 points.
    func possible(_ interval: ClosedRange<Double>?) -> ClosedRange<Double>? {
        self == .loss ? interval : interval?.clamped(to: -100...100)
    }

    /// The same, where it says anything: `nil` where it leaves open all that is possible.
    func telling(_ interval: ClosedRange<Double>?) -> ClosedRange<Double>? {
        possible(interval).flatMap { self != .loss && $0 == -100...100 ? nil : $0 }
    }
}

extension Pairing {
    /// What makes a pair: `seed`
    var unit: String {
        switch self {
        case .seeds: "seed"
        case .folds: "fold"
        case .none: "run"
        }
    }
}

extension ComparedThing {
    /// What each side is: `recipe`
    var noun: String {
        switch self {
        case .models: "model"
        case .recipes: "recipe"
        case .dataSets: "data set"
        case .variants: "variant"
        }
    }

    /// Above the names of the sides.
    var head: String { if case .dataSets = self { "data" } else { noun } }

    /// ` of Net`, for a caption; empty where the sides are networks, which their rows name.
    var ofNetwork: String {
        switch self {
        case .models: ""
        case .recipes(let name), .dataSets(let name), .variants(let name): " of \(name)"
        }
    }
}

extension Sequence<StudyPair> {
    /// How often their intervals hold, in percent: `95`, `90 or 95`
    var percentsHeld: String {
        Set(map { percentHeld($0.decision.intervalChance) }).sorted().joined(separator: " or ")
    }
}

/// `97.5`, of a chance of .025
func percentHeld(_ chance: Double) -> String { decimalText((1000 * (1 - chance)).rounded() / 10) }

/// `+0.32`, `−0.10`
func signedText(_ value: Double, _ digits: Int = 2) -> String {
    let text = fixed(value, digits)
    return text.hasPrefix("-") ? "−" + text.dropFirst() : "+" + text
}

extension Table.Cell {
    /// `< 0.001`, `0.045`; empty where there is none.
    init(probability: Double?) {
        guard let probability else {
            self.init("")
            return
        }
        self.init(probability < 0.0005 ? "< 0.001" : fixed(probability, 3), number: probability)
    }

    /// `+1.09`
    init(signed value: Double?, digits: Int) {
        guard let value else {
            self.init("")
            return
        }
        self.init(signedText(value, digits), number: value)
    }

    /// `−0.34 to +1.09`, of a difference in a measure: empty where there is none, a dash where it says nothing.
    init(signed range: ClosedRange<Double>?, of measure: OutcomeMeasure, digits: Int) {
        guard let range = measure.telling(range) else {
            self.init(range == nil ? "" : "—")
            return
        }
        self.init("\(signedText(range.lowerBound, digits)) to \(signedText(range.upperBound, digits))")
    }
}
