// The cells of this session, for arrow-up in a console and for history requests.

struct History {
    /// The number this session has in replies; 0 in a request means it as well.
    static let session = 1
    /// Older cells are forgotten.
    private static let capacity = 10_000

    struct Entry {
        let line: Int
        let input: String
        var output: String?
    }

    private(set) var entries: [Entry] = []

    mutating func append(line: Int, input: String) {
        if entries.count >= Self.capacity { entries.removeFirst(Self.capacity / 10) }
        entries.append(Entry(line: line, input: input))
    }

    mutating func setOutput(_ output: String?, ofLine line: Int) {
        guard let index = entries.lastIndex(where: { $0.line == line }) else { return }
        entries[index].output = output
    }

    func tail(_ count: Int) -> [Entry] { Array(entries.suffix(max(0, count))) }

    /// Lines `start..<stop`; without `stop` to the end.
    func range(start: Int, stop: Int?) -> [Entry] {
        entries.filter { $0.line >= start && $0.line < stop ?? .max }
    }

    /// The last `count` cells that match a pattern with `*` and `?`, oldest first; of equal ones the last where `isUnique`.
    func search(_ pattern: String, count: Int?, isUnique: Bool) -> [Entry] {
        let pattern = Array(pattern.unicodeScalars)
        var found: [Entry] = []
        var seen: Set<String> = []
        for entry in entries.reversed() {
            if let count, found.count >= count { break }
            guard Self.matches(Array(entry.input.unicodeScalars), pattern) else { continue }
            if isUnique, !seen.insert(entry.input).inserted { continue }
            found.append(entry)
        }
        return found.reversed()
    }

    /// A glob over the whole text. Each `*` is tried again one character later, so the work is at most text times pattern.
    static func matches(_ text: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
        var textIndex = 0
        var patternIndex = 0
        var star: (pattern: Int, text: Int)?
        while textIndex < text.count {
            if patternIndex < pattern.count, pattern[patternIndex] == "*" {
                star = (patternIndex, textIndex)
                patternIndex += 1
            } else if patternIndex < pattern.count,
                pattern[patternIndex] == "?" || pattern[patternIndex] == text[textIndex]
            {
                patternIndex += 1
                textIndex += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                patternIndex = last.pattern + 1
                textIndex = last.text + 1
            } else {
                return false
            }
        }
        return pattern[patternIndex...].allSatisfy { $0 == "*" }
    }
}
