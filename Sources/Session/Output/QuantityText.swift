// Counts and sizes as a sentence says them.

import Graphics
import Text

/// `1 epoch`, `2 epochs`
func counted(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(grouped(number)) \(number == 1 ? noun : plural ?? noun + "s")"
}

/// `1 epoch`, `9.9 epochs`
func countedEpochs(_ passes: Double) -> String {
    Int(exactly: passes).map { counted($0, "epoch") } ?? "\(decimalText(passes)) epochs"
}

/// `131.9 MB`, `12 KB`, `3.7 KB`
func byteText(_ count: Int) -> String {
    if count >= 1_000_000 { return "\(fixed(Double(count) / 1e6, 1)) MB" }
    return "\(fixed(Double(count) / 1e3, count < 9950 ? 1 : 0)) KB"
}

/// `2 of 10`, and `2.5 of 2.5` for the third epoch where it ends early.
func placeOfEpoch(_ epoch: Int, of passes: Double, _ separator: String = " of ") -> String {
    decimalText(min(Double(epoch), passes)) + separator + decimalText(passes)
}
