// "Did you mean": how far two names are apart, and which of many is the nearest.

/// How many letters have to be typed, deleted, changed or swapped with their neighbor to turn one name into the other.
/// Cost: the product of both lengths.
/// Source: optimal string alignment, Damerau (1964), "A technique for computer detection and correction of spelling
/// errors".
public func editDistance(_ first: String, _ second: String) -> Int {
    let a = Array(first.unicodeScalars)
    let b = Array(second.unicodeScalars)
    guard !a.isEmpty else { return b.count }
    guard !b.isEmpty else { return a.count }
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    var current = previous
    for i in 1...a.count {
        current[0] = i
        for j in 1...b.count {
            let change = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
            var best = min(change, previous[j] + 1, current[j - 1] + 1)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, beforePrevious[j - 2] + 1) }
            current[j] = best
        }
        (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[b.count]
}

/// The candidate a mistyped name most likely means, or `nil` where none is near: at most one slip in three letters,
/// where the case of letters and `_` do not count. Of equally near ones the first wins.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    func plain(_ text: String) -> String { text.lowercased().filter { $0 != "_" } }
    let wanted = plain(name)
    guard !wanted.isEmpty, wanted.utf8.count <= 64 else { return nil }
    let limit = max(1, wanted.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate.utf8.count <= 128 {
        let other = plain(candidate)
        // A name of one or two letters is one slip away from every other such name.
        guard abs(other.count - wanted.count) <= limit, wanted.count > 2 || other == wanted else { continue }
        let distance = editDistance(wanted, other)
        if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    if let best { return best.name }
    // The beginning of a name is what many type for the whole.
    guard wanted.count >= 3 else { return nil }
    return candidates.first { plain($0).hasPrefix(wanted) }
}
