// A diagram in words: for a terminal, for a screen reader, and as a table.

import Text

extension BlockDiagram: Picture {
    public func table(limit: Int) -> Table {
        var table = Table(
            caption: title,
            columns: [
                Table.Column("network", isNumber: false), Table.Column("stage", isNumber: false),
                Table.Column("output", isNumber: false), Table.Column("cost", isNumber: false),
            ])
        for network in networks {
            for line in lines(network.parts, depth: 0).prefix(limit) {
                table.add([
                    Table.Cell(network.name), Table.Cell(String(repeating: "  ", count: line.depth) + line.text),
                    Table.Cell(line.output), Table.Cell(line.cost),
                ])
            }
        }
        return table
    }

    var description: String {
        networks.map { network in
            let steps = lines(network.parts, depth: 0).map {
                $0.output.isEmpty ? $0.text : "\($0.text) to \($0.output)"
            }
            return "\(network.name), \(network.cost), from \(network.input): " + steps.joined(separator: "; ") + "."
        }.joined(separator: " ")
    }

    private struct Line {
        var depth: Int
        var text: String
        var output = ""
        var cost = ""
        var kind: Int?
        var isMarked = false
    }

    private func lines(_ parts: [Part], depth: Int) -> [Line] {
        parts.flatMap { part -> [Line] in
            switch part {
            case .block(let block):
                let text = [block.name, block.followers].filter { !$0.isEmpty }.joined(separator: " · ")
                return [
                    Line(
                        depth: depth, text: text, output: block.output, cost: block.cost, kind: block.kind,
                        isMarked: block.isMarked)
                ]
            case .repeated(let count, let parts):
                return [Line(depth: depth, text: "\(count) times")] + lines(parts, depth: depth + 1)
            case .branches(let branches, let join, let fork):
                let (name, titles) =
                    switch join {
                    case "+": ("residual", ["body", "shortcut"])
                    case "×": ("multiply", ["body", "times"])
                    default:
                        (fork ?? join, branches.indices.map { "\(fork == nil ? "branch" : "share") \($0 + 1)" })
                    }
                return [Line(depth: depth, text: name)]
                    + zip(branches, titles).flatMap { branch, title in
                        let copied = fork == nil ? "its input" : "as it is"
                        return [Line(depth: depth + 1, text: branch.isEmpty ? "\(title): \(copied)" : title)]
                            + lines(branch, depth: depth + 2)
                    }
            }
        }
    }

    public func text(on terminal: TextTerminal) -> String {
        networks.map { network in
            let lines = lines(network.parts, depth: 0)
            let texts = lines.map { line in
                String(repeating: "  ", count: line.depth) + (line.isMarked ? "≠ " : "") + line.text
            }
            let outputs = lines.map(\.output.columnWidth).max() ?? 0
            let costs = lines.map(\.cost.columnWidth).max() ?? 0
            let showsCosts = terminal.columns >= 60
            let width = min(
                texts.map(\.columnWidth).max() ?? 0,
                max(12, terminal.columns - outputs - 4 - (showsCosts ? costs + 2 : 0)))
            let body = zip(lines, texts).map { line, text in
                let shown = padded(text, width)
                return
                    ((line.kind.map { terminal.colored(shown, .series($0)) } ?? shown) + "  "
                    + padded(line.output, outputs, atRight: true)
                    + (showsCosts ? "  " + padded(line.cost, costs, atRight: true) : "")).trimmedAtEnd
            }
            return
                ([
                    terminal.bold(padded(network.name, terminal.columns).trimmedAtEnd),
                    terminal.colored(padded(network.cost, terminal.columns).trimmedAtEnd, .muted),
                    "input " + network.input,
                ] + body).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}
