// The runs that are kept, as a value: what `runs` shows, and where `runs["gap seed 2"]` takes one.

import Experiments
import Graphics
import Language
import Network

final class RunsValue: ObjectValue {
    static let kind = "a list of kept runs"

    /// The newest first.
    let runs: [KeptRun]
    private let rows: Int

    /// - Parameter rows: at most so many are shown.
    init(_ runs: [KeptRun], rows: Int) {
        self.runs = runs
        self.rows = rows
    }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }
    var text: String { rich.text }

    var rich: RichValue {
        guard !runs.isEmpty else { return RichValue(text: "no runs") }
        return TableValue(KeptRunTable.table(runs, rows: rows)).rich
    }

    static let memberHelp: [(name: String, help: String)] = [("count", "how many they are")]
    func member(_ name: String) -> Value? { name == "count" ? .integer(runs.count) : nil }
}

extension Interpreter {
    /// `runs["gap seed 2"]`, or by its place: `runs[0]` is the newest.
    func run(_ key: Value, of runs: RunsValue, at range: SourceRange) throws -> Value {
        let kept: KeptRun
        switch key {
        case .string(let name):
            if name == "count" { return .integer(runs.runs.count) }
            guard let found = runs.runs.first(where: { $0.name == name || $0.plainLabel == name }) else {
                let names = runs.runs.prefix(1000).map(\.label)
                let meant = nearestName(to: name, among: names) ?? names.first
                throw fault(
                    "unknown-run", "no run is kept that is called \"\(name)\"", at: range,
                    fix: meant.map { "did you mean `runs[\"\($0)\"]`? `runs` lists them all" })
            }
            kept = found
        case .integer(let number):
            guard runs.runs.indices.contains(number < 0 ? number + runs.runs.count : number) else {
                throw fault(
                    "out-of-range", "there is no run \(number): \(counted(runs.runs.count, "run")) are kept", at: range)
            }
            kept = runs.runs[number < 0 ? number + runs.runs.count : number]
        default:
            throw fault(
                "wrong-type", "a kept run is taken by its name, not by \(key.kind)", at: range,
                fix: "write it as `runs` lists it: `runs[\"gap seed 2\"]`")
        }
        return .object(try run(kept, at: range))
    }

    private func run(_ kept: KeptRun, at range: SourceRange) throws -> RunValue {
        defer { tellStoreFaults(at: range) }
        guard let store, let record = store.record(of: kept) else {
            throw fault(
                "unreadable-run", "what is kept of \(kept.label) cannot be read", at: range, fix: "train it anew")
        }
        let program: RunProgram
        do { program = try RunProgram(reading: record.context.program, for: self) } catch {
            let reason = (error as? Diagnostic)?.message ?? "\(error)"
            throw fault(
                "unreadable-run",
                "\(kept.label) was kept by Tandem \(record.context.version), and this one cannot read it: \(reason)",
                at: range)
        }
        guard let run = store.load(kept, program.architecture, program.options ?? .init()) else {
            throw fault(
                "no-weights", "the weights of \(kept.label) are not kept any more", at: range,
                fix: "train it anew: `\(record.context.program)`")
        }
        let model = Model(
            expression: record.context.modelExpression, boundName: record.model, input: program.model.input,
            layers: program.model.layers, architecture: program.architecture)
        let origin = RunValue.Origin(
            file: kept.label, dataExpression: record.context.dataExpression, dataDigest: record.context.dataDigest)
        let value = RunValue(
            run, model: model, data: nil, origin: origin, place: .init(store: store, key: kept.key), defaults: nil)
        lastRun = value
        return value
    }
}
