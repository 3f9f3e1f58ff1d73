// What `train` and `resume` share: one training that is taken from the store where it is kept, goes on where it was cut, and is kept while
// it runs. And what `resume` does.

import Experiments
import Graphics
import Language
import Libraries
import Network

struct Training {
    private let call: Invocation
    private let model: Model
    private let architecture: Architecture
    private let data: DataValue
    private let options: TrainingOptions

    init(
        _ call: Invocation, model: Model, architecture: Architecture, data: DataValue, options: TrainingOptions
    ) {
        self.call = call
        self.model = model
        self.architecture = architecture
        self.data = data
        self.options = options
    }

    private var interpreter: Interpreter { call.interpreter }
    private var label: String { "\(model.name) seed \(options.seeds.initialization)" }

    /// The run, trained or kept.
    ///
    /// - Parameters:
    ///   - continuation: where it may go on, beside what the store knows.
    ///   - resumed: what was to be gone on from.
    ///   - isFresh: whether it is trained from the start in any case.
    func value(
        isFresh: Bool, from continuation: Checkpoint? = nil, behind resumed: Run? = nil, defaults: String?
    ) throws -> Value {
        interpreter.publish()
        do { try interpreter.store?.wait(unless: interpreter.interruption) } catch { throw training(error, call) }
        let record = try newRecord()
        defer { interpreter.tellStoreFaults(at: call.range) }
        if !isFresh, let record, let value = try kept(record, defaults) { return value }
        interpreter.tellStoreFaults(at: call.range)
        let keeper = record.flatMap { interpreter.store?.begin($0, architecture, options, isFresh: isFresh) }
        interpreter.tellStoreFaults(at: call.range)
        let beginning = [keeper?.beginning, continuation].compactMap { $0 }.max {
            $0.position.steps < $1.position.steps
        }
        if let resumed, resumed.steps > 0, beginning.map({ $0.position.steps == 0 }) ?? true {
            interpreter.write(
                "\(label): nothing is kept of \(resumed.label) to resume from, so it is trained from the start\n")
        }
        tellBeginning(beginning, keeper)

        let log = TrainingLog(
            interpreter, form: call.arguments.text("log") ?? "auto", name: model.name,
            behind: beginning?.position.metrics ?? [])
        let trainer = Trainer(model: model.name, architecture: architecture, dataset: data.dataset, options: options)
        let run: Run
        do {
            run = try trainer.train(from: beginning, keeper: keeper, cancellation: interpreter.interruption) { event in
                log.note(event)
                if case .epoch = event { interpreter.tellStoreFaults(at: call.range) }
            }
        } catch {
            log.fail()
            throw training(error, call)
        }
        log.finish(run)
        let place = keeper.flatMap { keeper in
            interpreter.store.map { RunValue.Place(store: $0, key: keeper.key) }
        }
        return ended(RunValue(run, model: model, data: data, place: place, defaults: defaults))
    }

    /// What the run is found by; `nil` where none is kept.
    private func newRecord() throws -> RunRecord? {
        guard interpreter.store != nil else { return nil }
        let digest = try call.digest(of: data)
        do throws(TrainingError) {
            return try RunProgram.record(
                beginning: model, called: model.name, architecture, on: data, digest, options)
        } catch { throw training(error, call) }
    }

    /// The run as it was kept.
    private func kept(_ record: RunRecord, _ defaults: String?) throws -> Value? {
        guard let store = interpreter.store, let identity = record.kept?.identity, let kept = store.kept(identity),
            let run = store.load(kept, architecture, options)
        else { return nil }
        if call.arguments.text("log") != "none" {
            interpreter.write(
                "\(label): kept from \(kept.date), \(spanText(kept.seconds)) saved; `fresh: true` retrains\n")
        }
        let place = RunValue.Place(store: store, key: kept.key)
        return ended(
            RunValue(
                run.called(model.name), model: model, data: data, place: place, defaults: defaults))
    }

    private func tellBeginning(_ beginning: Checkpoint?, _ keeper: RunKeeper?) {
        guard let beginning, beginning.position.steps > 0 else { return }
        let batches = (data.dataset.training.count + options.batchSize - 1) / options.batchSize
        let position = beginning.position
        let place =
            position.epoch > options.epochs
            ? "the end of epoch \(options.epochs)"
            : position.batch == 0
                ? "epoch \(position.epoch) of \(options.epochs)"
                : "epoch \(position.epoch) of \(options.epochs), batch \(position.batch + 1) of \(batches)"
        var origin = ""
        if let source = keeper?.source, source.planned != options.epochs {
            origin = " after the \(counted(source.epochs, "epoch")) of \(source.label)"
        }
        interpreter.write(
            "\(label): resumes at \(place)\(origin), \(spanText(position.seconds)) saved; `fresh: true` retrains\n")
    }

    /// Leaves the run as the last one, with the error of one that came to no good end.
    private func ended(_ value: RunValue) -> Value {
        let run = value.run
        interpreter.lastRun = value
        switch run.state {
        case .done, .loaded: break
        case .stopped(let reason, let fix):
            interpreter.pendingStop = .fault(
                call.fault(
                    .stopped, "the training stopped after \(counted(run.steps, "step")), which are kept: \(reason)",
                    fix: fix))
        case .interrupted:
            interpreter.pendingStop = .interrupted(
                call.fault(
                    .interrupted,
                    "the training was interrupted after \(counted(run.steps, "step")) "
                        + "(\(run.epochs) of \(counted(options.epochs, "epoch")) done); what was trained is kept"))
        case .diverged(let epoch, let batch):
            interpreter.pendingStop = .diverged(
                call.fault(
                    .diverged, "the training diverged: loss became NaN or infinite in epoch \(epoch), batch \(batch)",
                    fix: "try a smaller learning rate: `optimizer: adam(lr: 1e-4)`"))
        }
        return .object(value)
    }
}

func resumeRun(_ call: Invocation) throws -> Value {
    let value = try call.run()
    let run = value.run
    let place = call.arguments.place("run")
    let epochs = call.arguments.integer("epochs")
    switch run.state {
    case .loaded:
        throw call.fault(
            .noContinuation, "\(run.label) is weights from a file, and nothing is known of their training", at: place,
            fix: "`train \(run.model)` trains the model from fresh weights; nothing trains these further")
    case .diverged:
        throw call.fault(
            .noContinuation, "\(run.label) diverged: its weights are no numbers", at: place,
            fix: "train it with a smaller learning rate: `optimizer: adam(lr: 1e-4)`")
    case .done where epochs == nil:
        throw call.fault(
            .noContinuation, "\(run.label) is done: all of its \(counted(run.epochs, "epoch")) are trained",
            at: place,
            fix: "say how many in all: `resume \(run.name ?? "a"), epochs: \(2 * max(1, run.epochs))`")
    case .done, .interrupted, .stopped: break
    }
    var options = run.options
    options.epochs = epochs ?? options.epochs
    guard options.epochs > run.epochs else {
        throw call.fault(
            .noContinuation, "\(run.label) has \(counted(run.epochs, "epoch")) already",
            at: call.arguments.place("epochs"),
            fix: "`epochs:` counts all of them: `epochs: \(run.epochs + (epochs ?? 1))`")
    }
    guard options.epochs == run.options.epochs || !options.schedule.dependsOnEpochs else {
        throw call.fault(
            .otherSchedule,
            "the learning rate of `\(ScheduleValue(options.schedule).text)` depends on how many epochs there are: "
                + "\(options.epochs) are another training from the first step on",
            at: call.arguments.place("epochs"),
            fix: "train it: `train \(run.model), epochs: \(options.epochs)` with the same options")
    }
    guard let data = try call.ownData(of: value) else {
        throw call.fault(.noSubject, "what \(run.label) was trained on is not known", at: place)
    }
    call.warnOfSingleValues(value.model.name, run.architecture, data, options)
    let training = Training(
        call, model: value.model, architecture: run.architecture, data: data, options: options)
    return try training.value(
        isFresh: false, from: run.continuation, behind: run, defaults: call.defaults([("run", run.label)]))
}

extension Interpreter {
    /// Says what the store could not keep, or found damaged.
    func tellStoreFaults(at range: SourceRange? = nil) {
        for fault in store?.takeFaults() ?? [] {
            output.report(
                Diagnostic(
                    .warning, code: .store, fault.message, source: range == nil ? nil : source, at: range,
                    fix: fault.fix))
        }
    }
}
