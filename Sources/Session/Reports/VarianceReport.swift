// What `variance` shows: the spread of each kind of randomness, while all others stay.

import Experiments
import Graphics
import Libraries

enum VarianceReport {
    private static func title(_ role: SeedRole) -> String {
        switch role {
        case .initialization: "the first weights (init)"
        case .order: "the order of images (order)"
        case .augmentation: "augmentation (augment)"
        case .dropout: "dropout (dropout)"
        }
    }

    /// The role with the largest spread, in a sentence.
    static func answer(_ variance: VarianceByRole) -> String {
        let spreads = variance.roles.compactMap { role in
            variance.sample(varying: role)?.deviation.map { (role, $0) }
        }
        guard let largest = spreads.max(by: { $0.1 < $1.1 }), let whole = variance.sample(varying: nil)?.deviation
        else {
            return "the spread is not known yet: it takes two seeds of each kind"
        }
        if largest.1 == 0 {
            // Equal accuracies are not equal predictions.
            let differ = Set(variance.runs.values.filter { $0.state == .done }.map(\.predictions)).count > 1
            return "no kind of randomness changes the accuracy of \(variance.model.name) here"
                + (differ ? ", though its predictions differ" : "")
        }
        if spreads.count > 1, !stands(largest.0, above: spreads.map(\.0).filter { $0 != largest.0 }, variance) {
            return
                "no kind of randomness stands out with \(counted(variance.seeds.count, "seed")): each spreads the accuracy of "
                + "\(variance.model.name) by \(points(spreads.map(\.1))) points; all together by \(fixed(whole, 2))"
        }
        return
            "\(title(largest.0)) spreads the accuracy of \(variance.model.name) most, by \(fixed(largest.1, 2)) points; "
            + "all together by \(fixed(whole, 2))"
    }

    /// Whether a spread is larger than each of the others by more than chance.
    private static func stands(_ role: SeedRole, above others: [SeedRole], _ variance: VarianceByRole) -> Bool {
        guard let own = variance.sample(varying: role) else { return false }
        return others.allSatisfy { other in
            guard let sample = variance.sample(varying: other) else { return false }
            // Against a spread of 0 any other stands out; two that are 0 do not.
            guard sample.deviation ?? 0 > 0 else { return own.deviation ?? 0 > 0 }
            return varianceRatioTest(own, sample).map { $0 <= 0.05 } ?? false
        }
    }

    /// `0.97 to 1.03`
    private static func points(_ spreads: [Double]) -> String {
        let (low, high) = (fixed(spreads.min() ?? 0, 2), fixed(spreads.max() ?? 0, 2))
        return low == high ? low : "\(low) to \(high)"
    }

    static func table(_ variance: VarianceByRole, dataName: String) -> Table {
        var table = Table(
            caption: "test accuracy of \(variance.model.name) on \(dataName) after "
                + "\(counted(variance.model.options.epochs, "epoch")), \(counted(variance.seeds.count, "seed"))",
            columns: [
                Table.Column("what varies", isNumber: false), Table.Column("mean", unit: "%"),
                Table.Column("spread", unit: "points"),
                Table.Column("lowest", unit: "%"), Table.Column("highest", unit: "%"), Table.Column("runs"),
            ])
        func add(_ title: String, _ sample: Sample?) {
            table.add([
                Table.Cell(title), Table.Cell(sample?.mean, digits: 2),
                Table.Cell(sample?.deviation, digits: 2), Table.Cell(sample?.lowest, digits: 2),
                Table.Cell(sample?.highest, digits: 2), Table.Cell(sample?.count ?? 0),
            ])
        }
        for role in variance.roles { add(title(role), variance.sample(varying: role)) }
        add("all together", variance.sample(varying: nil))
        return table
    }

    static func rich(_ variance: VarianceByRole, dataName: String) -> RichValue {
        let table = table(variance, dataName: dataName)
        var lines = [answer(variance)]
        for role in variance.unusedRoles { lines.append("nothing here is drawn for \(title(role))") }
        if variance.diverged > 0 {
            let isOne = variance.diverged == 1
            lines.append(
                "\(counted(variance.diverged, "run")) diverged and \(isOne ? "is" : "are") excluded from every number")
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
