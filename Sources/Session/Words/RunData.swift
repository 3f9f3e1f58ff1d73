// The data that a run is measured on where the call names none: its own, still in memory or made again from the text
// that the store or a file keeps of them. The data set that happens to be the last one is taken only for weights of
// unknown origin.

import Datasets
import Experiments
import Language
import Text

extension Invocation {
    /// The data set given, else that of the run; it is called by a name that means it now.
    ///
    /// - Throws: a `Diagnostic` where the run diverged, and where its own data cannot be had.
    func data(of run: RunValue, given option: Option<DataValue?> = CommonOptions.measuredData) throws -> DataValue {
        try refuseDiverged(run)
        if let data = self[option] { return data }
        if let data = try ownData(of: run) { return data }
        // Weights alone, of which nobody says what they were trained on.
        if let data = context.session.lastData { return data }
        throw fault(
            .noSubject, "\(run.run.label) is weights from a file, and there is no data set yet",
            fix: "bind one first: `let data = synthetic()`")
    }

    /// Says where a run is measured on other data than its own, of which it was trained on some images.
    func noteTrainedImages(of run: RunValue, in data: DataValue, _ part: Dataset.Part) throws {
        try noteOtherClasses(of: run, in: data)
        guard part != .training, isGiven(CommonOptions.measuredData), !context.isSilent,
            // Only what was held out of other data is worth making these again.
            let own = part == .validation ? try? ownData(of: run) : run.data
        else { return }
        let trained: Int
        do throws(DatasetError) {
            trained = try data.dataset.imagesTrained(by: own.dataset, in: part, unless: context.interruption)
        } catch { throw context.interrupted(at: range) }
        guard trained > 0 else { return }
        let count = counted(data.dataset[part].count, "\(part.rawValue) image")
        context.output.report(
            Diagnostic(
                .note, code: .trainedImages,
                "\(run.run.label) was trained on \(grouped(trained)) of the \(count) of \(data.name): they do not show what it does "
                    + "with new images", source: context.source, at: place(CommonOptions.measuredData),
                fix: part == .validation
                    ? "train on the data that was split: `train \(run.run.model), on: \(data.name)`" : nil))
    }

    /// Says where a run is measured on images of other classes: it answers with the places of its own.
    private func noteOtherClasses(of run: RunValue, in data: DataValue) throws {
        guard isGiven(CommonOptions.measuredData), !context.isSilent, let own = run.data else { return }
        let (trained, tested) = (own.dataset.classNames, data.dataset.classNames)
        guard let index = zip(trained, tested).enumerated().first(where: { $1.0 != $1.1 })?.offset else { return }
        context.output.report(
            Diagnostic(
                .note, code: .otherClasses,
                "\(run.run.label) was trained on the classes of \(own.name), which are others: its `\(trained[index])` counts as "
                    + "`\(tested[index])`", source: context.source, at: place(CommonOptions.measuredData)))
    }

    func refuseDiverged(_ run: RunValue) throws {
        guard case .diverged(let epoch, _) = run.run.state else { return }
        throw fault(
            .noValue, "\(run.run.label) diverged in epoch \(epoch): its weights say nothing about the model",
            fix: "train it with a smaller learning rate: `optimizer: adam(lr: 1e-4)`")
    }

    /// Says of weights that leave the session, or come into it, that their training diverged.
    func noteDiverged(_ state: Run.State, _ label: String, at place: SourceRange) {
        guard !context.isSilent, case .diverged(let epoch, _) = state else { return }
        context.output.report(
            Diagnostic(
                .note, code: .diverged,
                "the training of \(label) diverged in epoch \(epoch): its weights say nothing "
                    + "about the model", source: context.source, at: place))
    }

    /// What a run makes of images of a part, or of all of them.
    ///
    /// - Throws: a `Diagnostic`, also where neither its weights nor these predictions are kept.
    func predictions(
        _ run: RunValue, _ data: DataValue, _ part: Dataset.Part, images: [Int]? = nil
    ) throws -> [Prediction] {
        let images = images ?? Array(0..<data.dataset[part].count)
        if let classes = try keptPredictions(of: run, on: data, part) {
            return images.map {
                Prediction(image: $0, label: data.dataset[part].label($0), predicted: classes[$0])
            }
        }
        try noteTrainedImages(of: run, in: data, part)
        context.session.publish()
        do throws(TrainingError) {
            return try predict(
                run.run, on: data.dataset, part: part, images: images, cancellation: context.interruption)
        } catch { throw fault(error) }
    }

    /// What a run was trained on; `nil` where that is not known.
    ///
    /// - Throws: a `Diagnostic` where it is known and cannot be had.
    func ownData(of run: RunValue) throws -> DataValue? {
        if let data = run.data { return data }
        guard let digest = try dataDigest(of: run) else { return nil }
        if let data = try boundData(digest: digest, expression: run.dataExpression) { return data }
        return try remade(run, digest)
    }

    /// Makes the data again, and checks that they are the same.
    private func remade(_ run: RunValue, _ digest: String) throws -> DataValue {
        if let data = context.session.remadeData, try self.digest(of: data) == digest { return data }
        let expression = run.dataExpression
        func unavailable(_ reason: String) -> Diagnostic {
            let other = arguments.word.parameter("on") == nil ? "" : ", or name other data: `on: data`"
            return fault(
                .noData, "the data of \(run.run.label) is not available: \(reason)",
                fix: "bind it first: `let data = \(run.dataSource ?? "synthetic()")`\(other)")
        }
        // What a file of somebody else says opens no other file.
        let opensFiles = run.place != nil
        let made: Value
        if let description = run.dataDescription {
            do throws(DatasetError) {
                let dataset = try description.made(
                    in: context.folder, opensFiles: opensFiles, cancellation: context.interruption)
                made = .object(DataValue(dataset).made(by: expression))
            } catch {
                if case .cancelled = error { throw context.interrupted(at: range) }
                throw unavailable(error.message)
            }
        } else if let expression {
            do { made = try context.reader.data(expression, opensFiles: opensFiles) } catch {
                guard case .fault(let fault) = Stop(error) else { throw context.interrupted(at: range) }
                throw unavailable(fault.message)
            }
        } else {
            throw unavailable("it was made from values that are not stored")
        }
        guard case .object(let object) = made, let data = object as? DataValue, try self.digest(of: data) == digest
        else {
            let source = opensFiles ? run.dataSource : expression
            throw unavailable("`\(source ?? "what made them")` gives other images now")
        }
        context.session.remadeData = data
        return data
    }

    /// The classes that were kept of a run without its weights, where the images are those it was tested on.
    func keptPredictions(of run: RunValue, on data: DataValue, _ part: Dataset.Part) throws -> [Int]? {
        guard run.run.parameters == nil, part == .test, run.run.predictions.count == data.dataset.test.count,
            // A file may say anything.
            run.run.predictions.allSatisfy({ $0 < run.run.architecture.output.count }),
            try digest(of: data) == dataDigest(of: run)
        else { return nil }
        return run.run.predictions
    }

    /// SHA-256 of data, which takes a while where they are not in memory: an interrupt ends it.
    func digest(of data: DataValue) throws -> String {
        do throws(DatasetError) { return try data.digest(unless: context.interruption) } catch {
            throw context.interrupted(at: range)
        }
    }

    /// The same of a run's data.
    func dataDigest(of run: RunValue) throws -> String? {
        do throws(DatasetError) { return try run.dataDigest(unless: context.interruption) } catch {
            throw context.interrupted(at: range)
        }
    }

    /// The data set of the session that has this digest.
    ///
    /// - Parameter expression: only what was made by the same text is read; `nil` reads the last one alone.
    private func boundData(digest: String, expression: String?) throws -> DataValue? {
        if let data = context.session.lastData, data.expression == expression || expression == nil,
            try self.digest(of: data) == digest
        {
            return data
        }
        guard let expression else { return nil }
        for name in context.session.names.keys.sorted() {
            guard case .object(let object)? = context.session.names[name], let data = object as? DataValue,
                data.expression == expression, try self.digest(of: data) == digest
            else { continue }
            return data
        }
        return nil
    }
}
