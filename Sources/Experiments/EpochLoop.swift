// The epoch loop: shuffles, steps, measures after each epoch, reports to an observer, and stops cleanly
// at an interrupt or at a loss that is NaN or infinite. It begins at any place between two steps, and ends with the
// same bits.

import Datasets
import Libraries

struct EpochLoop {
    let options: TrainingOptions
    let trainingCount: Int
    let testCount: Int
    let validationCount: Int

    /// What has been done so far; whole steps and whole epochs only.
    private(set) var position: TrainingPosition
    private var evaluationSeconds = 0.0
    private var lastProgress = -Double.infinity
    /// As if the training, and the current epoch, had begun here without a pause.
    private let start: Double
    private var epochStart: Double

    init(
        options: TrainingOptions, trainingCount: Int, testCount: Int, validationCount: Int = 0,
        from position: TrainingPosition = .start
    ) {
        self.options = options
        self.trainingCount = trainingCount
        self.testCount = testCount
        self.validationCount = options.selection.measuresValidation ? validationCount : 0
        self.position = position
        let now = Clock.seconds
        start = now - position.seconds
        epochStart = now - position.epochSeconds
    }

    /// Of the current epoch.
    private var batchesOfEpoch: Int { options.batches(inEpoch: position.epoch, of: trainingCount) }
    private var imagesOfEpoch: Int { options.images(inEpoch: position.epoch, of: trainingCount) }

    /// Of the next step.
    private var learningRateFactor: Double {
        options.schedule.factor(
            step: position.steps, of: options.steps(of: trainingCount),
            stepsPerEpoch: options.batches(of: trainingCount), learningRate: options.optimizer.learningRate)
    }

    /// For the average of the weights.
    private var place: Averaging.Place {
        Averaging.Place(
            steps: position.steps, allSteps: options.steps(of: trainingCount),
            stepsPerEpoch: options.batches(of: trainingCount), passes: options.passes)
    }

    private var momentum: Double? {
        options.schedule.momentum(
            step: position.steps, of: options.steps(of: trainingCount),
            stepsPerEpoch: options.batches(of: trainingCount))
    }

    /// Every this many batches one is logged.
    private static let logInterval = 200

    mutating func run(
        _ network: some TrainableNetwork, keeper: (any TrainingKeeper)? = nil, observer: (TrainingEvent) -> Void
    ) -> Run.State {
        defer { noteTime() }
        while !options.isEnd(position.metrics) {
            do {
                if let state = try runEpoch(network, keeper, observer) { return state }
            } catch {
                guard case .images(let fault) = error else { return .interrupted }
                return .stopped(reason: fault.message, fix: fault.fix)
            }
        }
        return .done
    }

    /// - Returns: how the training ended, if it ended here.
    private mutating func runEpoch(
        _ network: some TrainableNetwork, _ keeper: (any TrainingKeeper)?, _ observer: (TrainingEvent) -> Void
    ) throws(Stopped) -> Run.State? {
        let epoch = position.epoch
        let (batches, images) = (batchesOfEpoch, imagesOfEpoch)
        if position.batch == 0 { epochStart = Clock.seconds }
        let order = shuffledOrder(count: trainingCount, seed: options.seeds.order, epoch: epoch)
        while position.batch < batches {
            let batch = position.batch
            let first = batch * options.batchSize
            let indices = order[first..<min(trainingCount, first + options.batchSize)]
            let stepStart = Clock.seconds
            let result = try network.trainStep(
                indices, epoch: epoch, learningRateFactor: learningRateFactor, momentum: momentum)
            let seconds = Clock.seconds - stepStart
            position.trainingSeconds += seconds
            position.epochTrainingSeconds += seconds
            position.steps += 1
            if let averaging = options.averaging { network.average(averaging.action(after: place)) }
            position.images += indices.count
            position.batch += 1
            position.loss += result.loss
            position.correct += result.correct
            if batch % Self.logInterval == 0 {
                observer(
                    .log(
                        BatchLog(
                            epoch: epoch, images: first, imagesPerEpoch: images, batch: batch,
                            batchesPerEpoch: batches, loss: result.loss / Double(indices.count))))
            }
            guard result.loss.isFinite else { return .diverged(epoch: epoch, batch: batch) }
            if let progress = progress(epoch, batch, indices.endIndex) { observer(.progress(progress)) }
            if let keeper, keeper.isDue {
                noteTime()
                keeper.keep(position)
            }
        }
        let evaluationStart = Clock.seconds
        var measured = EpochMetrics(
            epoch: epoch, trainLoss: position.loss / Double(images),
            trainAccuracy: 100 * Double(position.correct) / Double(images), testLoss: .nan, testAccuracy: .nan,
            seconds: 0, trainingSeconds: position.epochTrainingSeconds)
        let measurement = try measure(&measured, network)
        evaluationSeconds = Clock.seconds - evaluationStart
        measured = measured.measured(measurement.test, seconds: Clock.seconds - epochStart)
        position.endEpoch(measured, outcomes: measurement.isResult ? measurement.test.outcomes : nil)
        if let best = measurement.best { position.measureBest(best) }
        noteTime()
        observer(.epoch(measured))
        // The last step may have ruined the weights with no later batch to show it.
        guard measurement.isFinite else {
            return .diverged(epoch: epoch, batch: batches - 1)
        }
        if !options.isEnd(position.metrics) { keeper?.epochEnded(position) }
        return nil
    }

    /// What is measured after an epoch.
    private struct Measurement {
        var test: Evaluation
        /// Whether the training has come to this epoch so far.
        var isResult = true
        /// The best epoch before, at the end of a training that has come to it and averages views.
        var best: Evaluation?
        var isFinite = true
    }

    /// Measures the weights, or their average, and keeps them where they are the best so far.
    private func measure(
        _ epoch: inout EpochMetrics, _ network: some TrainableNetwork
    ) throws(Stopped) -> Measurement {
        let isOfAverage = options.averageIsResult(steps: position.steps, endedEpochs: place.endedEpochs)
        if isOfAverage { network.exchangeAverage() }
        defer { if isOfAverage { network.exchangeAverage() } }
        if validationCount > 0 {
            let evaluation = try network.evaluateAll(validationCount, of: .validation)
            epoch.validation = .init(loss: evaluation.loss, accuracy: evaluation.accuracy, steps: position.steps)
        }
        let all = position.metrics + [epoch]
        let isResult = options.selection.result(of: all)?.epoch == epoch.epoch
        let views = options.isEnd(all) ? options.views : nil
        let test = try network.evaluateAll(testCount, views: isResult ? views : nil)
        var measurement = Measurement(test: test, isResult: isResult)
        if let views, !isResult {
            network.exchangeBest()
            defer { network.exchangeBest() }
            measurement.best = try network.evaluateAll(testCount, views: views)
        }
        measurement.isFinite = [test.loss, epoch.validation?.loss ?? 0, measurement.best?.loss ?? 0].allSatisfy(
            \.isFinite)
        if isResult, options.selection.isOfBest { network.keepBest() }
        return measurement
    }

    private mutating func noteTime() {
        let now = Clock.seconds
        position.seconds = now - start
        position.epochSeconds = position.batch == 0 ? 0 : now - epochStart
    }

    /// How far it is, ten times a second and at the end of an epoch; else `nil`.
    private mutating func progress(
        _ epoch: Int, _ batch: Int, _ done: Int
    ) -> TrainingProgress? {
        let now = Clock.seconds
        guard now - lastProgress >= 0.1 || done == imagesOfEpoch else { return nil }
        lastProgress = now
        let speed = position.trainingSeconds > 0 ? Double(position.images) / position.trainingSeconds : 0
        let imagesLeft =
            Double(imagesOfEpoch - done) + Double(trainingCount) * max(0, options.passes - Double(epoch))
        // Before the first evaluation: a forward pass takes about a third of a step.
        let evaluation =
            evaluationSeconds > 0 ? evaluationSeconds : Double(testCount + validationCount) / max(1, 3 * speed)
        return TrainingProgress(
            epoch: epoch, epochs: options.epochs, batches: batch + 1, batchesPerEpoch: batchesOfEpoch,
            images: done, imagesPerEpoch: imagesOfEpoch, loss: position.loss / Double(done),
            accuracy: 100 * Double(position.correct) / Double(done), imagesPerSecond: speed,
            secondsLeft: imagesLeft / max(1, speed) + evaluation
                * Double(options.epochs - epoch + 1 + (options.views?.count ?? 0)))
    }
}
