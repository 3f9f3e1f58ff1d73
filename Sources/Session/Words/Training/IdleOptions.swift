// Options of a training that do nothing in it: said once a session, and kept out of what a run is found by.

import Datasets
import Engine
import Experiments
import Language
import Network
import Text

extension Invocation {
    /// The call without the seeds that nothing is drawn with: they would make another training of the same one. A note
    /// and no error, since a recipe is for other models and data as well, and so may be a loop.
    func withoutIdleSeeds(
        _ model: String, _ architecture: Architecture, from start: StartingWeights?, on data: DataValue
    ) -> Invocation {
        let used = SeedRole.allCases.filter { $0.isUsed(by: architecture, from: start, on: data.dataset) }
        var arguments = arguments
        func leaveOut(_ option: any OptionDeclaration, _ reason: String, _ fix: String? = nil) {
            noteIdle(
                "`\(option.parameter.label):` changes nothing and is left out: \(reason)", at: place(option), fix: fix)
            arguments.remove(option)
        }
        for (role, option) in TrainingOption.seedsOfRoles where isGiven(option) && !used.contains(role) {
            switch role {
            case .augmentation:
                leaveOut(
                    option, "\(data.name) is not augmented",
                    "`on: augment(\(data.name), flip: true)` changes images at random")
            case .dropout:
                leaveOut(
                    option, "\(model) has neither `dropout` nor `droppath`", "put one into the model: `dropout 0.2`")
            case .initialization:
                leaveOut(
                    option,
                    start.map { "all weights that would be drawn are taken from \($0.run)" }
                        ?? "\(model) has no weights that are drawn")
            case .order: break
            }
        }
        if isGiven(TrainingOption.seed),
            TrainingOption.seedsOfRoles.allSatisfy({ !used.contains($0.role) || isGiven($0.option) })
        {
            leaveOut(TrainingOption.seed, "it is the default of the other seeds, and all that are used are given")
        }
        return Invocation(arguments: arguments, context: context)
    }

    /// Notes a learning rate that the schedule replaces, and what of the schedule the training does not reach: both
    /// are common, the first in PyTorch, the second where a training is tried for an epoch.
    func noteUnused(_ options: TrainingOptions, on data: DataValue) {
        let schedule = options.schedule
        let text = ScheduleValue(schedule).text
        let rate = options.optimizer.learningRate
        if let peak = schedule.peak, peak != rate, self[TrainingOption.optimizer]?.hasOwnRate == true {
            noteIdle(
                "`lr: \(decimalText(rate))` is not used: `\(text)` sets the learning rate itself",
                at: place(TrainingOption.optimizer), fix: "leave one of the two out: without `peak:` it is `lr:`")
        }
        let epochs =
            options.passes == 1 ? "1 epoch" : "\(decimalText(options.passes)) epochs"
        let images = data.dataset.training.count
        let stepsPerEpoch = options.batches(of: images)
        func isUnreached(_ averaging: Averaging) -> Bool {
            averaging.isUnreached(
                passes: options.passes, steps: options.steps(of: images), stepsPerEpoch: stepsPerEpoch)
        }
        if let averaging = options.averaging, isUnreached(averaging) {
            let smaller = isUnreached(averaging.fromTheStart) ? "" : "write a smaller `from:`, or "
            noteIdle(
                "the training ends after \(epochs), before `\(AverageValue(averaging).text)` averages anything",
                at: place(TrainingOption.average), fix: smaller + "train for more epochs")
        }
        if options.averaging == .ema(decay: 0) {
            noteIdle(
                "an average with decay 0 is the weights of the last step", at: place(TrainingOption.average),
                fix: "leave it out, or write `average: ema(0.999)`")
        }
        if isGiven(TrainingOption.lastBatch), options.dropsLastBatch, images % options.batchSize == 0 {
            noteIdle(
                "`lastbatch: drop` drops nothing: \(counted(images, "image")) make whole batches of "
                    + grouped(options.batchSize), at: place(TrainingOption.lastBatch))
        }
        if options.precision == .mixed, (try? InstructionSet.chosen())?.multipliesPairs == false {
            noteIdle(
                "`precision: mixed` gains nothing here, and computes as `float32`: this processor does not multiply "
                    + "numbers of 16 bits", at: place(TrainingOption.precision))
        }
        noteIdleSelection(options, epochs)
        let (message, fix): (String, String)
        switch schedule.unreached(epochs: options.epochs, stepsPerEpoch: stepsPerEpoch) {
        case nil: return
        case .top?:
            (message, fix) = (
                "the training ends after \(epochs), before the learning rate of `\(text)` has risen to its highest",
                "`warmup:` counts epochs: write fewer, or train for more"
            )
        case .rest?:
            (message, fix) = (
                "the learning rate of `\(text)` only rises: its warmup takes all of the training, \(epochs)",
                "`warmup:` counts epochs: write fewer, or train for more"
            )
        case .cut(let epoch)?:
            (message, fix) = (
                "the training ends after \(epochs), and `\(text)` would reduce the learning rate after epoch "
                    + grouped(epoch), "reduce it earlier, or train for more epochs"
            )
        case .restarts(let steps)?:
            (message, fix) = (
                "the training has only \(counted(steps, "step")) for the restarts of `\(text)`",
                "write fewer `restarts:`, or train for more epochs"
            )
        }
        noteIdle(message, at: place(TrainingOption.schedule), fix: fix)
    }

    /// - Parameter length: `1 epoch`
    private func noteIdleSelection(_ options: TrainingOptions, _ length: String) {
        if let patience = options.selection.patience, patience >= options.epochs - 1 {
            noteIdle(
                "`patience: \(patience)` cannot end a training of \(length) earlier",
                at: place(TrainingOption.patience),
                fix: (patience > 1 ? "write a smaller `patience:`, or " : "") + "train for more epochs")
        }
        if options.selection.isOfBest, options.epochs == 1 {
            noteIdle(
                "`select: best` has one epoch to choose from", at: place(TrainingOption.select),
                fix: "train for more epochs")
        }
    }

    /// What chooses an epoch is the validation part. The test set measures what was chosen: an accuracy that it chose
    /// itself would be too high.
    func checkSelection(_ options: TrainingOptions, on data: DataValue) throws(Diagnostic) {
        guard options.selection.measuresValidation, data.dataset.validation.count == 0 else { return }
        let (option, purpose): (any OptionDeclaration, String) =
            options.selection.isOfBest
            ? (TrainingOption.select, "`select: best` chooses the epoch")
            : (TrainingOption.patience, "`patience:` ends the training")
        let written =
            isGiven(CommonOptions.data)
            ? context.source[place(CommonOptions.data)] : data.boundName ?? data.expression ?? "data"
        throw fault(
            .training,
            "\(purpose) by the validation part, which \(data.name) does not have; the test set only measures what was chosen",
            at: place(option),
            fix: "hold images out: `on: split(\(written), 0.9)`")
    }

    /// There is a weight for each class, and an image for each weight that is worked out.
    func checkClassWeights(_ options: TrainingOptions, on data: DataValue) throws(Diagnostic) {
        let (names, place) = (data.dataset.classNames, place(TrainingOption.classWeights))
        switch options.classWeights {
        case .equal: break
        case .given([]):
            throw fault(
                .outOfRange, "`classweights:` takes positive numbers, one for each class", at: place,
                fix: "1 counts as usual; `classweights: balanced` works the numbers out")
        case .given(let weights) where weights.count != names.count:
            throw fault(
                .outOfRange,
                "`classweights:` has \(counted(weights.count, "number")), but \(data.name) has "
                    + counted(names.count, "class", plural: "classes"),
                at: place, fix: "give one for each class, or write `classweights: balanced`")
        case .given: break
        case .balanced:
            let missing = zip(names, data.dataset.trainingCounts).filter { $1 == 0 }.map { "`\($0.0)`" }
            guard !missing.isEmpty else { return }
            noteIdle(
                "\(data.name) has no training image of \(list(missing)), for which `classweights: balanced` works out no number: "
                    + "\(missing.count == 1 ? "it counts" : "they count") 1", at: place)
        }
    }

    /// Once a session: a loop over models or seeds says the same of each.
    func noteIdle(_ message: String, _ code: FaultCode = .idleOption, at place: SourceRange, fix: String? = nil) {
        guard !context.isSilent, context.session.notedOptions.insert(message).inserted else { return }
        context.output.report(
            Diagnostic(.note, code: code, message, source: context.source, at: place, fix: fix))
    }

    /// Notes that a network is shown mirror images of which it has seen none.
    ///
    /// - Parameter trainings: the data that it was, or will be, trained on, those known.
    func noteUnseenViews(_ views: Views?, _ option: any OptionDeclaration, _ trainings: [DataValue]) {
        guard let views, isGiven(option), let data = trainings.last,
            !trainings.contains(where: { $0.dataset.augmentation.transforms.contains { $0 is Flip } })
        else { return }
        noteIdle(
            "`views: \(views.rawValue)` takes means over mirror images, and a training on \(data.name) shows none",
            .unseenViews,
            at: place(option), fix: "mirror the training images: `on: augment(\(data.name), flip: true)`")
    }

    /// Notes that the images by which an epoch is chosen are not new to the weights that the training starts from:
    /// their accuracy is too high, most of all in the first epochs.
    func noteSeenValidation(_ options: TrainingOptions, from source: RunValue, on data: DataValue) throws {
        guard options.selection.measuresValidation, !context.isSilent, let own = try? ownData(of: source) else {
            return
        }
        let seen: Int
        do throws(DatasetError) {
            seen = try data.dataset.imagesTrained(by: own.dataset, in: .validation, unless: context.interruption)
        } catch { throw context.interrupted(at: range) }
        guard seen > 0 else { return }
        let option: any OptionDeclaration =
            options.selection.isOfBest ? TrainingOption.select : TrainingOption.patience
        let what = options.selection.isOfBest ? "`select: best`" : "`patience:`"
        noteIdle(
            "\(what) goes by the validation part of \(data.name), and \(source.run.label), which the training starts from, was "
                + "trained on \(grouped(seen)) of its \(counted(data.dataset.validation.count, "image"))",
            .trainedImages,
            at: place(option), fix: "train \(source.run.label) on the data that were split: `on: \(data.name)`")
    }

    /// A study sets the seeds.
    func refuseSeeds(of recipe: RecipeValue, at place: SourceRange) throws(Diagnostic) {
        guard let seed = recipe.options.first(where: { $0.given != nil && $0.label.hasSuffix("seed") }) else { return }
        throw fault(
            .outOfRange, "the recipe sets `\(seed.label):`, but a study sets the seeds", at: place,
            fix: "leave it out of the recipe, and write `seeds: 1...6`")
    }
}
