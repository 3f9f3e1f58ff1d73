// What `train` and `resume` share: a training that is looked up in the run store, resumes where it was interrupted, and
// is stored while it runs.

import Experiments
import Graphics
import Language
import Libraries
import Network

struct StoreBackedTraining {
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

    private var context: WordContext { call.context }
    private var label: String { "\(model.name) seed \(options.seeds.initialization)" }

    /// The run, trained here or loaded from the store.
    ///
    /// - Parameters:
    ///   - continuation: where it may continue, besides what the store knows.
    ///   - resumed: what was to be continued.
    ///   - attempt: where it is trained from the start in any case.
    func value(
        attempt: Attempt? = nil, from continuation: Checkpoint? = nil, behind resumed: Run? = nil, defaults: String?
    ) throws -> Value {
        context.session.publish()
        try call.checkEnvironment()
        do { try context.store?.wait(unless: context.interruption) } catch { throw call.fault(error) }
        let record = try newRecord()
        defer { context.tellStoreFaults(at: call.range) }
        if let record, let value = try kept(record, attempt, defaults) { return value }
        context.tellStoreFaults(at: call.range)
        var claim: TrainingClaim?
        if let record {
            claim = try self.claim(record, attempt)
            // Another process may have trained it meanwhile.
            if let value = try kept(record, attempt, defaults) { return value }
        }
        let keeper = record.flatMap { context.store?.begin($0, architecture, options, claim, attempt: attempt) }
        context.tellStoreFaults(at: call.range)
        let beginning = [keeper?.beginning, continuation].compactMap { $0 }.max {
            $0.position.steps < $1.position.steps
        }
        if let resumed, resumed.steps > 0, beginning.map({ $0.position.steps == 0 }) ?? true {
            context.write(
                "\(label): there is no checkpoint of \(resumed.label) to resume from, so it is trained from the start\n"
            )
        }
        tellBeginning(beginning, keeper)

        let log = TrainingLog(
            context, form: call[CommonOptions.log], name: model.name, passes: options.passes,
            behind: beginning?.position.metrics ?? [])
        let trainer = Trainer(model: model.name, architecture: architecture, dataset: data.dataset, options: options)
        let run: Run
        do {
            run = try trainer.train(from: beginning, keeper: keeper, cancellation: context.interruption) { event in
                log.note(event)
                if case .epoch = event { context.tellStoreFaults(at: call.range) }
            }
        } catch {
            log.fail()
            throw call.fault(error)
        }
        log.finish(run)
        let place = keeper?.key.flatMap { key in context.store.map { RunValue.Place(store: $0, key: key) } }
        return ended(RunValue(run, model: model, data: data, place: place, defaults: defaults), keeper)
    }

    /// What the run is found by; `nil` where none is kept.
    private func newRecord() throws -> RunRecord? {
        guard context.store != nil else { return nil }
        let digest = try call.digest(of: data)
        do throws(TrainingError) {
            return try RunProgram.record(
                beginning: model, called: model.name, architecture, on: data, digest, options)
        } catch { throw call.fault(error) }
    }

    /// The right to train it; another process that trains the same is waited for.
    private func claim(_ record: RunRecord, _ attempt: Attempt?) throws -> TrainingClaim? {
        guard let store = context.store, let identity = record.kept?.identity else { return nil }
        do throws(TrainingError) {
            return try store.claim(identity, attempt, unless: context.interruption) { holder in
                call.tellWaiting("\(holder) is training \(label): waiting for its result")
            }
        } catch { throw call.fault(error) }
    }

    /// The run as it was kept.
    private func kept(_ record: RunRecord, _ attempt: Attempt?, _ defaults: String?) throws -> Value? {
        guard let store = context.store, let identity = record.kept?.identity, let kept = store.kept(identity, attempt),
            let run = store.load(kept, architecture, options)
        else { return nil }
        if call[CommonOptions.log] != .none {
            context.write(
                "\(label): loaded from the run store (\(kept.date), \(DurationText.span(kept.seconds)) saved); `fresh: true` retrains\n"
            )
        }
        let place = RunValue.Place(store: store, key: kept.key)
        return ended(
            RunValue(
                run.called(model.name), model: model, data: data, place: place, defaults: defaults))
    }

    private func tellBeginning(_ beginning: Checkpoint?, _ keeper: RunKeeper?) {
        guard let beginning, beginning.position.steps > 0 else { return }
        let batches = options.batches(of: data.dataset.training.count)
        let position = beginning.position
        let place =
            options.isEnd(position.metrics)
            ? "the end of epoch \(position.metrics.count)"
            : position.batch == 0
                ? "epoch \(placeOfEpoch(position.epoch, of: options.passes))"
                : "epoch \(placeOfEpoch(position.epoch, of: options.passes)), batch \(position.batch + 1) of \(batches)"
        var origin = ""
        if let source = keeper?.source, source.planned != options.passes {
            origin = " after the \(counted(source.epochs, "epoch")) of \(source.label)"
        }
        context.write(
            "\(label): resumes at \(place)\(origin), \(DurationText.span(position.seconds)) saved; `fresh: true` retrains\n"
        )
    }

    /// What is kept of a run that did not finish.
    private func keeping(_ keeper: RunKeeper?) -> String {
        guard let keeper else { return "kept until this session ends" }
        return switch keeper.isKept {
        case true?: "kept"
        case false?: "kept until this session ends"
        case nil: "being written to the disk"
        }
    }

    /// Makes it the last run, and throws the error if it was interrupted or diverged.
    private func ended(_ value: RunValue, _ keeper: RunKeeper? = nil) -> Value {
        let run = value.run
        context.session.lastRun = value
        switch run.state {
        case .done, .loaded: break
        case .stopped(let reason, let fix):
            context.pendingStop = .fault(
                call.fault(
                    .stopped,
                    "the training stopped after \(counted(run.steps, "step")), which are \(keeping(keeper)): \(reason)",
                    fix: fix))
        case .interrupted:
            context.pendingStop = .interrupted(
                call.fault(
                    .interrupted,
                    "the training was interrupted after \(counted(run.steps, "step")) "
                        + "(\(run.epochs) of \(countedEpochs(options.passes)) done); "
                        + "what was trained is \(keeping(keeper))"))
        case .diverged(let epoch, let batch):
            context.pendingStop = .diverged(
                call.fault(
                    .diverged, "the training diverged: loss became NaN or infinite in epoch \(epoch), batch \(batch)",
                    fix: "try a smaller learning rate: `optimizer: adam(lr: 1e-4)`"))
        }
        return .object(value)
    }
}
