// Durations as text, in three forms.

import Graphics

enum DurationText {
    /// In a sentence: `12 s`, `31 min`, `2.5 h`
    static func span(_ seconds: Double) -> String {
        if seconds < 99.5 { return "\(fixed(seconds, seconds < 9.95 ? 1 : 0)) s" }
        return seconds < 99.5 * 60 ? "\(fixed(seconds / 60, 0)) min" : "\(fixed(seconds / 3600, 1)) h"
    }

    /// Beside a bar: `0:42`, `12:34`, `1:02:03`
    static func clock(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "?" }
        let whole = Int(max(0, seconds).rounded())
        func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        return hours > 0 ? "\(hours):\(pad(minutes)):\(pad(whole % 60))" : "\(minutes):\(pad(whole % 60))"
    }

    /// Of an estimate: `about 41 min`, `under a minute`
    static func about(_ seconds: Double) -> String { (seconds < 60 ? "" : "about ") + rounded(seconds) }

    /// `41 min`, as a person says how long something takes.
    static func rounded(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "?" }
        if seconds < 60 { return "under a minute" }
        let minutes = Int((seconds / 60).rounded())
        if minutes < 100 { return "\(minutes) min" }
        let tenths = (seconds / 360).rounded() / 10
        return tenths < 48 ? "\(decimalText(tenths)) h" : "\(decimalText((tenths / 2.4).rounded() / 10)) days"
    }
}
