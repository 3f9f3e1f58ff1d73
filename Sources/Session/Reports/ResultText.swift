// What a training came to, in words: after which epoch, where one was chosen on what, and how it was measured.

import Engine
import Experiments
import Graphics

extension Run {
    /// `epoch 7 of 10, best on validation: 71.20 %`; `nil` where the validation part was not measured.
    var choice: String? {
        guard let best, let validation = best.validation else { return nil }
        let accuracy = "\(fixed(validation.accuracy, 2)) %"
        return options.selection.isOfBest
            ? "epoch \(placeOfEpoch(best.epoch, of: passes)), best on validation: \(accuracy)"
            : "epoch \(decimalText(passes)), the last; best on validation: epoch "
                + "\(decimalText(min(Double(best.epoch), passes))), \(accuracy)"
    }

    /// What is special about the result: the choice of its epoch, and the views that it is the mean of; `nil` where
    /// nothing is.
    var resultText: String? {
        let parts = [choice, result == nil ? nil : views?.text].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// `after 10 epochs`, or `at epoch 7 of 10, best on validation: 71.20 %`.
    var ending: String {
        let length = choice.map { (options.selection.isOfBest ? "at " : "after ") + $0 }
        return (length ?? "after \(countedEpochs(passes))")
            + (endedEarly ? " (`patience: \(options.selection.patience ?? 0)` ended it)" : "")
            + (views.map { ", \($0.text)" } ?? "")
    }
}

extension Views {
    /// `mean of 2 views`
    var text: String { "mean of \(count) views" }
}
