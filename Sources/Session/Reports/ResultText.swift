// What a training came to, in words: after which epoch, and where one was chosen, on what.

import Experiments
import Graphics

extension Run {
    /// `epoch 7 of 10, best on validation: 71.20 %`; `nil` where the validation part was not measured.
    var choice: String? {
        guard let best, let validation = best.validation else { return nil }
        let accuracy = "\(fixed(validation.accuracy, 2)) %"
        return options.selection.isOfBest
            ? "epoch \(best.epoch) of \(epochs), best on validation: \(accuracy)"
            : "epoch \(epochs), the last; best on validation: epoch \(best.epoch), \(accuracy)"
    }

    /// `after 10 epochs`, or `at epoch 7 of 10, best on validation: 71.20 %`.
    var ending: String {
        let early = endedEarly ? " (`patience: \(options.selection.patience ?? 0)` ended it)" : ""
        guard let choice else { return "after \(countedEpochs(passes))" }
        return (options.selection.isOfBest ? "at \(choice)" : "after \(choice)") + early
    }
}
