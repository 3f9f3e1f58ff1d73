// The names of one iteration of a body. There are few, so a linear search is faster than hashing.

final class Scope {
    let parent: Scope?
    private var names: [String] = []
    private var values: [Value] = []

    init(parent: Scope?) { self.parent = parent }

    func find(_ name: String) -> Value? {
        var scope: Scope? = self
        while let here = scope {
            for index in here.names.indices where here.names[index] == name { return here.values[index] }
            scope = here.parent
        }
        return nil
    }

    /// Whether this scope itself binds the name.
    func binds(_ name: String) -> Bool { names.contains(name) }

    func bind(_ name: String, _ value: Value) {
        names.append(name)
        values.append(value)
    }

    /// Removes all names, and keeps the memory for the next iteration.
    func removeAll() {
        if names.isEmpty { return }
        names.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }

    /// All names visible from here, for "did you mean".
    var visibleNames: [String] { names + (parent?.visibleNames ?? []) }
}
