// What `diff` shows: the answer in one line, the layers of both networks side by side, the steps of the proof, what the
// engine computed, and what the two cost.

import Experiments
import Graphics
import Libraries
import Network

struct ProofReport {
    let names: [String]
    let architectures: [Architecture]
    let proof: Equivalence
    let check: EquivalenceCheck?
    /// What one of them (the first?) computes and the other cannot.
    let witness: (first: Bool, what: FunctionWitness)?

    /// `the same function`, `not the same function` or `cannot tell`.
    var answer: String {
        switch proof.answer {
        case .same: "the same function"
        case .different: "not the same function"
        case .unknown: witness == nil ? "cannot tell" : "not the same function"
        }
    }

    /// The answer with what it means for a training.
    var headline: String {
        switch proof.answer {
        case .same(.training): "\(answer); same training, bit for bit"
        case .same(.bits): "\(answer), to the bit, once trained; not provably identical in training"
        case .same(.outputs): "\(answer), up to rounding, once trained; not provably identical in training"
        case .different: "\(answer): \(sizes); \(parting)"
        case .unknown:
            witness.map { "\(answer): \(text($0)); \(parting)" }
                ?? "\(answer): not the same network, possibly the same functions with different weights; \(parting)"
        }
    }

    private var sizes: String {
        zip(names, architectures).map { "\($0) makes \($1.output) of \($1.input)" }.joined(separator: ", ")
    }

    private func text(_ witness: (first: Bool, what: FunctionWitness)) -> String {
        let (one, other) = witness.first ? (names[0], names[1]) : (names[1], names[0])
        switch witness.what {
        case .bends: return "\(other) is affine whatever its weights, and \(one) is not"
        case .hasKinks: return "\(other) is smooth whatever its weights, and \(one) has kinks"
        case .isShifted:
            return "\(other) gives twice the output for twice the input whatever its weights, and \(one) does not"
        case .leaves(let range, let value):
            let bound =
                value < range.lowerBound
                ? "below \(decimalText(range.lowerBound))" : "above \(decimalText(range.upperBound))"
            return "\(other) gives no value \(bound) whatever its weights, and \(one) does"
        }
    }

    /// Where they first differ.
    private var parting: String {
        func title(_ layer: (number: Int?, layer: String)?) -> String {
            guard let layer else { return "its end" }
            return (layer.number.map { "layer \($0) " } ?? "") + "(\(layer.layer))"
        }
        guard let difference = proof.difference else { return "" }
        return "the first to differ are \(title(difference.first)) of \(names[0]) and "
            + "\(title(difference.second)) of \(names[1])"
    }

    // MARK: Parts

    /// A line a step.
    private var steps: [(text: String, reason: String)] {
        guard case .same = proof.answer else { return [] }
        return zip(names, proof.steps).flatMap { name, steps in
            steps.map { step in
                let before = step.before.joined(separator: "; ")
                let after = step.after.isEmpty ? "nothing" : step.after.joined(separator: "; ")
                return (
                    "\(name), \(step.place): \(before) → \(after)", "\(step.rule.name): \(step.rule.explanation)"
                )
            }
        }
    }

    private var checked: String? {
        guard let check else { return nil }
        let images = "\(check.images) images of noise"
        switch (proof.answer, check.trainsTheSame) {
        case (.same, true?):
            return "checked on \(images): the same outputs, and the same weights after two training steps, bit for bit"
        case (.same, false?):
            return
                "the check on \(images) FAILED: a training step leads to different weights; please report these networks"
        default:
            if check.hasSameBits { return "checked on \(images), with the same weights: the same outputs, bit for bit" }
            return "checked on \(images), with the same weights: outputs differ by up to "
                + "\(scientific(check.difference)) of the largest"
        }
    }

    /// The layers of both, those that are alike in one row; a row that only one has is marked by its sign.
    private var layers: Table {
        let rows = architectures.map { Summary($0).rows }
        var table = Table(columns: [
            Table.Column("", isNumber: false), Table.Column(""), Table.Column(names[0], isNumber: false),
            Table.Column(""), Table.Column(names[1], isNumber: false), Table.Column("output", isNumber: false),
        ])
        func text(_ row: Summary.Row) -> String { "\(row.layer.layer) → \(row.layer.output)" }
        var (first, second) = (0, 0)
        let changes = rows[1].map(text).difference(from: rows[0].map(text))
        func offsets(_ changes: [CollectionDifference<String>.Change]) -> Set<Int> {
            Set(
                changes.map { change in
                    switch change {
                    case .insert(let offset, _, _), .remove(let offset, _, _): offset
                    }
                })
        }
        let (removed, added) = (offsets(changes.removals), offsets(changes.insertions))
        typealias Cell = Table.Cell
        func number(_ row: Summary.Row) -> Cell { Cell(String(row.number), number: Double(row.number)) }
        while first < rows[0].count || second < rows[1].count {
            if first < rows[0].count, removed.contains(first) {
                let row = rows[0][first]
                table.add([
                    Cell("−"), number(row), Cell("\(row.layer.layer)"), Cell(""), Cell(""), Cell("\(row.layer.output)"),
                ])
                first += 1
            } else if second < rows[1].count, added.contains(second) {
                let row = rows[1][second]
                table.add([
                    Cell("+"), Cell(""), Cell(""), number(row), Cell("\(row.layer.layer)"), Cell("\(row.layer.output)"),
                ])
                second += 1
            } else {
                guard first < rows[0].count, second < rows[1].count else { break }
                let (a, b) = (rows[0][first], rows[1][second])
                table.add([
                    Cell(""), number(a), Cell("\(a.layer.layer)"), number(b), Cell("\(b.layer.layer)"),
                    Cell("\(b.layer.output)"),
                ])
                (first, second) = (first + 1, second + 1)
            }
        }
        return table
    }

    private var costs: Table {
        var table = Table(columns: [
            Table.Column("", isNumber: false), Table.Column("parameters"), Table.Column("multiply-adds"),
            Table.Column("weights and activations of an image"),
        ])
        for (name, architecture) in zip(names, architectures) {
            table.add([
                Table.Cell(name), Table.Cell(architecture.parameterCount), Table.Cell(architecture.operations),
                Table.Cell(byteText(bytes(architecture)), number: Double(bytes(architecture))),
            ])
        }
        return table
    }

    private func bytes(_ architecture: Architecture) -> Int {
        let values = Summary(architecture).rows.reduce(architecture.input.count) { $0 + $1.layer.output.count }
        return 4 * (architecture.parameterCount + values)
    }

    /// The layers without those that are alike far from any difference.
    private var folded: Table {
        let whole = layers
        let differs = whole.rows.map { !$0[0].text.isEmpty }
        let isNear = whole.rows.indices.map { index in
            differs[max(0, index - 2)..<min(differs.count, index + 3)].contains(true)
        }
        var table = Table(columns: whole.columns)
        var index = 0
        while index < whole.rows.count {
            let alike = isNear[index...].prefix { !$0 }.count
            if alike > 2 {
                table.add([Table.Cell("⋮"), Table.Cell(""), Table.Cell("\(alike) layers alike")])
                index += alike
            } else {
                table.add(whole.rows[index])
                index += 1
            }
        }
        return table
    }

    // MARK: Forms

    var rich: RichValue {
        RichValue(
            text: text(columns: nil), terminalText: { [self] in text(columns: $0) }, html: html, markdown: markdown)
    }

    private func text(columns: Int?) -> String {
        var parts = ["\(names[0]) and \(names[1]): \(headline)", folded.text(columns: columns)]
        if !steps.isEmpty {
            parts.append(
                "the proof:\n"
                    + steps.enumerated().map { index, step in
                        hanging("  \(index + 1). ", step.text, columns: columns) + "\n"
                            + hanging("     ", step.reason, columns: columns)
                    }.joined(separator: "\n"))
        }
        if let checked { parts.append(hanging("", checked, columns: columns)) }
        parts.append(costs.text(columns: columns))
        return parts.joined(separator: "\n\n")
    }

    private var html: String {
        var html = "<p><b>\(markupEscaped("\(names[0]) and \(names[1]): \(headline)"))</b></p>"
        if !steps.isEmpty {
            html +=
                "<ol>"
                + steps.map { "<li>\(markupEscaped($0.text))<br><small>\(markupEscaped($0.reason))</small></li>" }
                .joined()
                + "</ol>"
        }
        if let checked { html += "<p>\(markupEscaped(checked))</p>" }
        return html + costs.html + "<details><summary>the layers side by side</summary>\(layers.html)</details>"
    }

    private var markdown: String {
        var parts = ["**\(names[0]) and \(names[1]): \(headline)**"]
        if !steps.isEmpty {
            parts.append(
                steps.enumerated().map { "\($0 + 1). \($1.text)  \n   \($1.reason)" }.joined(separator: "\n"))
        }
        if let checked { parts.append(checked) }
        return (parts + [costs.markdown, folded.markdown]).joined(separator: "\n\n")
    }
}
