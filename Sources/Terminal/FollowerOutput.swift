// What is shown of one of several processes that run the same program: nothing, for the first of them shows it all. An
// error that this one may have alone is said in a line.

import Language
import Libraries
import Session

final class FollowerOutput: Output {
    private let rank: Int

    init(rank: Int) { self.rank = rank }

    let drawsProgress = false
    let logsLines = false

    func write(_ text: String) {}
    func show(_ value: RichValue) {}
    func result(_ value: RichValue) {}
    func progress(_ update: ProgressUpdate) {}

    func report(_ diagnostic: Diagnostic) {
        guard diagnostic.severity == .error, diagnostic.isOfMachine else { return }
        complain("rank \(rank): \(diagnostic.message)\(diagnostic.fix.map { "; \($0)" } ?? "")")
    }

    func ask(_ prompt: String, isSecret: Bool) -> Answer { .nobody }
}
