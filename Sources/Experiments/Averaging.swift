// The weights averaged over the steps of a training, with the running statistics of batch norms: what is measured and
// kept at the end, or what the training goes on from.

import Libraries
import Runtime

public enum Averaging: Hashable, Sendable {
    /// After each step the average moves towards the weights by `1 - decay` of the difference: `torch.optim.swa_utils`
    /// with `get_ema_multi_avg_fn(decay)` and `use_buffers=True`. It begins with the weights after the first step.
    case ema(decay: Double)
    /// The mean of the weights at the ends of the epochs from this share of them on (Izmailov et al. 2018): an
    /// `AveragedModel` with `use_buffers=True`.
    case swa(from: Double)
    /// Every few steps after so many epochs a slow copy moves towards the weights, by less and less, and the weights
    /// start anew from there; so they do at the end of each epoch (Zhang et al. 2019 in the form of Jordan 2024).
    /// What is kept of the copy is decay^every · (share of the steps)^ramp.
    case lookahead(every: Int, decay: Double, from: Int, ramp: Int)

    /// Steps done, of how many in all, and in an epoch; and the epochs, the last of which may end early.
    struct Place {
        let steps: Int
        let allSteps: Int
        let stepsPerEpoch: Int
        let passes: Double

        var isEpochEnd: Bool { steps % stepsPerEpoch == 0 || steps == allSteps }
        var endedEpochs: Int { steps == allSteps ? Int(passes.rounded(.up)) : steps / stepsPerEpoch }
    }

    /// What is done after a step, in this order.
    struct Action: Equatable {
        /// The average moves towards the weights by this share of the difference; 1 makes it a copy.
        var share: Double?
        /// The weights become the average.
        var isLoaded = false
    }

    func action(after place: Place) -> Action {
        var action = Action()
        switch self {
        case .ema(let decay): action.share = place.steps == 1 ? 1 : 1 - decay
        case .swa:
            let count = averagedEpochs(place.endedEpochs, of: place.passes)
            if place.isEpochEnd, count > 0 { action.share = 1 / Double(count) }
        case .lookahead(let every, let decay, let from, let ramp):
            if place.steps % every == 0, place.steps > from * place.stepsPerEpoch {
                let isFirst = place.steps - every <= from * place.stepsPerEpoch
                let kept = power(decay, every) * power(Double(place.steps) / Double(place.allSteps), ramp)
                action = Action(share: isFirst ? 1 : 1 - kept, isLoaded: !isFirst)
            }
            if place.isEpochEnd, hasBegun(place) { action.isLoaded = true }
        }
        return action
    }

    /// Whether the average is what the training has come to, and is measured in place of the weights.
    func isResult(steps: Int, endedEpochs: Int, of passes: Double) -> Bool {
        switch self {
        case .ema: steps > 0
        case .swa: averagedEpochs(endedEpochs, of: passes) > 0
        case .lookahead: false
        }
    }

    /// Whether a training of so many epochs and steps ends before it has an effect.
    public func isUnreached(passes: Double, steps: Int, stepsPerEpoch: Int) -> Bool {
        switch self {
        case .ema: false
        // The end of a single epoch is what the training comes to.
        case .swa: averagedEpochs(Int(passes.rounded(.up)), of: passes) < 2
        // The slow copy is first taken after a step of its own, and changes nothing there.
        case .lookahead(let every, _, let from, _): (from * stepsPerEpoch / every + 1) * every >= steps
        }
    }

    /// The same from the beginning of the training on.
    public var fromTheStart: Averaging {
        switch self {
        case .ema: self
        case .swa: .swa(from: 0)
        case .lookahead(let every, let decay, _, let ramp): .lookahead(every: every, decay: decay, from: 0, ramp: ramp)
        }
    }

    /// Epochs whose ends are averaged by now.
    private func averagedEpochs(_ ended: Int, of passes: Double) -> Int {
        guard case .swa(let from) = self else { return 0 }
        let first = max(1, Int((from * passes).rounded(.up)))
        return max(0, ended - first + 1)
    }

    /// Whether the slow copy has been taken.
    private func hasBegun(_ place: Place) -> Bool {
        guard case .lookahead(let every, _, let from, _) = self else { return false }
        return place.steps / every * every > from * place.stepsPerEpoch
    }

    /// A running product, which rounds alike everywhere, where `pow` may not.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1.0) { product, _ in product * base }
    }

    // MARK: Descriptions

    /// `ema`
    public var name: String {
        switch self {
        case .ema: "ema"
        case .swa: "swa"
        case .lookahead: "lookahead"
        }
    }

    /// All of them, as its word takes them.
    public var settings: [(label: String, value: Double)] {
        switch self {
        case .ema(let decay): [("decay", decay)]
        case .swa(let from): [("from", from)]
        case .lookahead(let every, let decay, let from, let ramp):
            [("every", Double(every)), ("decay", decay), ("from", Double(from)), ("ramp", Double(ramp))]
        }
    }

    /// Whether with more epochs it would have been another one from the first step on.
    public var dependsOnEpochs: Bool { if case .ema = self { false } else { true } }

    var json: JSONObject {
        var object: JSONObject = ["kind": .string(name)]
        for (label, value) in settings { object[label] = .number(value) }
        return object
    }

    /// - Returns: `nil` where it is of no form that this version writes.
    init?(_ json: JSON) {
        func number(_ label: String, _ range: ClosedRange<Double>) -> Double? {
            json[label]?.number.flatMap { range.contains($0) ? $0 : nil }
        }
        func integer(_ label: String, _ range: ClosedRange<Int>) -> Int? {
            number(label, Double(range.lowerBound)...Double(range.upperBound)).flatMap(Int.init(exactly:))
        }
        let count = json.object?.keys.count
        switch json["kind"]?.string {
        case "ema":
            guard let decay = number("decay", 0...1), decay < 1, count == 2 else { return nil }
            self = .ema(decay: decay)
        case "swa":
            guard let from = number("from", 0...1), from < 1, count == 2 else { return nil }
            self = .swa(from: from)
        case "lookahead":
            guard let every = integer("every", 1...1_000_000), let decay = number("decay", 0...1),
                let from = integer("from", 0...1_000_000), let ramp = integer("ramp", 0...100), count == 5
            else { return nil }
            self = .lookahead(every: every, decay: decay, from: from, ramp: ramp)
        default: return nil
        }
    }
}
