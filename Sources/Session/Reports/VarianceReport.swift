// What `variance` shows: the spread of each kind of randomness, while all others stay.

import Experiments
import Graphics
import Libraries

enum VarianceReport {
    private static func title(_ role: SeedRole) -> String {
        switch role {
        case .initialization: "the initial weights (init)"
        case .order: "the order of images (order)"
        case .augmentation: "augmentation (augment)"
        case .dropout: "dropout (dropout)"
        }
    }

    private static func title(_ row: SeedRole?) -> String { row.map { title($0) } ?? "all together" }

    /// The rows of the table; `nil`: all roles vary together.
    private static func rows(_ variance: VarianceByRole) -> [SeedRole?] { variance.roles.map(Optional.some) + [nil] }

    /// The role with the largest spread, in a sentence.
    static func answer(_ variance: VarianceByRole) -> String {
        let name = variance.model.name
        let unknown = rows(variance).filter { variance.spread(varying: $0) == nil }
        if variance.runs.count < variance.plan.count, !unknown.isEmpty {
            return "the spread is not known yet: it takes two seeds of each kind"
        }
        guard unknown.isEmpty else {
            if variance.failed == variance.runs.count {
                return "the spread is not known: every run of \(name) failed; \(variance.runs.values.remedy) may help"
            }
            return "which kind spreads the accuracy of \(name) most is not known: fewer than two runs of "
                + "\(unknown.map { title($0) }.joined(separator: ", of ")) trained, the others failed"
        }
        let spreads = variance.roles.compactMap { role in variance.spread(varying: role).map { (role, $0) } }
        let whole = variance.spread(varying: nil)?.deviation ?? 0
        guard let largest = spreads.max(by: { $0.1.deviation < $1.1.deviation }) else {
            return "none of these kinds of randomness is used here; all together spread the accuracy of \(name) by "
                + "\(fixed(whole, 2)) points"
        }
        if !largest.1.hasSpread {
            // Equal accuracies are not equal predictions.
            let differ = Set(variance.runs.values.filter { $0.state == .done }.map(\.predictions)).count > 1
            let though = differ ? ", though its predictions differ" : ""
            let isFew = spreads.contains { $0.1.all.count < fewestEqual }
            return isFew
                ? "every run of \(name) has the same accuracy\(though): too few runs, \(runs(variance)), to say that no kind "
                    + "of randomness changes it"
                : "no kind of randomness changes the accuracy of \(name) here" + though
        }
        if spreads.count > 1, !stands(largest.0, above: spreads.map(\.0).filter { $0 != largest.0 }, variance) {
            return
                "no kind of randomness stands out with \(runs(variance)): each spreads the accuracy of "
                + "\(name) by \(points(spreads.map(\.1.deviation))) points; all together by \(fixed(whole, 2))"
        }
        return
            "\(title(largest.0)) spreads the accuracy of \(name) most, by \(fixed(largest.1.deviation, 2)) points; "
            + "all together by \(fixed(whole, 2))"
    }

    /// Equal accuracies of fewer runs may be chance: that of five equal signs is one in sixteen.
    private static let fewestEqual = 6

    /// `8 runs of a kind`, or `2 to 4` where some failed.
    private static func runs(_ variance: VarianceByRole) -> String {
        let counts = variance.roles.map { variance.spread(varying: $0)?.all.count ?? 0 }
        let (low, high) = (counts.min() ?? 0, counts.max() ?? 0)
        return (low == high ? counted(low, "run") : "\(low) to \(high) runs") + " of a kind"
    }

    /// `the order of images (order) with seeds 2, 3`: of each row the runs that failed.
    private static func failures(_ variance: VarianceByRole) -> String {
        rows(variance).compactMap { row in
            var seeds: [UInt64] = []
            for list in variance.seeds(varying: row) {
                for (seed, own) in zip(variance.seeds, list) where !seeds.contains(seed) {
                    if let run = variance.runs[own], variance.hasFailed(run) { seeds.append(seed) }
                }
            }
            return seeds.isEmpty ? nil : "\(title(row)) with \(StudyReport.seedText(seeds))"
        }.joined(separator: "; ")
    }

    /// Whether a spread is larger than each of the others by more than chance (Brown and Forsythe).
    private static func stands(_ role: SeedRole, above others: [SeedRole], _ variance: VarianceByRole) -> Bool {
        guard let own = variance.spread(varying: role) else { return false }
        return others.allSatisfy { other in
            guard let spread = variance.spread(varying: other) else { return false }
            // Against a spread of 0 any other stands out; two that are 0 do not, nor does one above a few that are
            // equal by chance.
            guard spread.hasSpread else { return own.hasSpread && spread.all.count >= fewestEqual }
            return variance.areAlike([role, other]).map { $0 <= 0.05 } ?? false
        }
    }

    /// `0.97 to 1.03`
    private static func points(_ spreads: [Double]) -> String {
        let (low, high) = (fixed(spreads.min() ?? 0, 2), fixed(spreads.max() ?? 0, 2))
        return low == high ? low : "\(low) to \(high)"
    }

    static func table(_ variance: VarianceByRole, dataName: String) -> Table {
        var table = Table(
            caption: "test accuracy of \(variance.model.name) on \(dataName) "
                + "\(StudyReport.end(of: [variance.model.options])), \(counted(variance.seeds.count, "seed")), each kind varied "
                + "from \(counted(variance.bases.count, "start"))",
            columns: [
                Table.Column("what varies", isNumber: false), Table.Column("spread", unit: "points"),
                Table.Column("95 % interval"), Table.Column("lowest", unit: "%"), Table.Column("highest", unit: "%"),
                Table.Column("runs"),
            ])
        for row in rows(variance) {
            let spread = variance.spread(varying: row)
            let all = Sample(spread?.all ?? [])
            table.add([
                Table.Cell(title(row)), Table.Cell(spread?.deviation, digits: 2),
                Table.Cell(
                    spread?.interval.map { "\(fixed($0.lowerBound, 2)) to \(fixed($0.upperBound, 2))" } ?? "",
                    number: spread?.interval?.lowerBound ?? .nan),
                Table.Cell(all?.lowest, digits: 2), Table.Cell(all?.highest, digits: 2), Table.Cell(all?.count ?? 0),
            ])
        }
        return table
    }

    static func rich(_ variance: VarianceByRole, dataName: String) -> RichValue {
        let table = table(variance, dataName: dataName)
        var lines = [answer(variance)]
        for role in variance.unusedRoles { lines.append("nothing here is drawn for \(title(role))") }
        if variance.failed > 0 {
            let isOne = variance.failed == 1
            lines.append(
                "\(counted(variance.failed, "run")) failed and \(isOne ? "is" : "are") excluded from every number: "
                    + failures(variance))
            let guessed = variance.runs.values.contains { variance.hasFailed($0) && !$0.state.isDiverged }
            let rules = [FailureRule(labels: variance.model.dataset.test.labels)]
            if guessed, let limit = rules.limitText, let reason = rules.reasonText {
                lines.append("failed: \(limit); \(reason)")
            }
        }
        let missing = variance.plan.count - variance.runs.count
        if missing > 0 { lines.append("\(counted(missing, "training")) of \(variance.plan.count) missing") }
        let said = lines
        return RichValue(
            text: said.joined(separator: "\n") + "\n\n" + table.text,
            terminalText: { columns in
                said.map { hanging("", $0, columns: columns) }.joined(separator: "\n") + "\n\n"
                    + table.text(columns: columns)
            },
            html: "<p><b>\(markupEscaped(lines[0]))</b>" + lines.dropFirst().map { "<br>" + markupEscaped($0) }.joined()
                + "</p>" + table.html,
            markdown: "**\(lines[0])**\n\n" + lines.dropFirst().map { $0 + "\n\n" }.joined() + table.markdown,
            latex: table.latex)
    }
}
