// The names of one turn of a body. Few each, so a linear search beats hashing.

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

    /// Whether this very scope binds the name already.
    func binds(_ name: String) -> Bool { names.contains(name) }

    func bind(_ name: String, _ value: Value) {
        names.append(name)
        values.append(value)
    }

    /// Forgets a turn and keeps the memory for the next.
    func removeAll() {
        if names.isEmpty { return }
        names.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }

    /// All names that can be seen from here, for "did you mean".
    var visibleNames: [String] { names + (parent?.visibleNames ?? []) }
}
