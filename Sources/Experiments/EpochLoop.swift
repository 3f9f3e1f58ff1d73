// The epoch loop: shuffles, steps, measures on the test set after each epoch, tells an observer, and stops in order at an
// interrupt or at a loss that is no number.

import Datasets
import Libraries

struct EpochLoop {
    let options: TrainingOptions
    let trainingCount: Int
    let testCount: Int

    // What has been done so far; whole steps and whole epochs only.
    private(set) var metrics: [EpochMetrics] = []
    private(set) var steps = 0
    private(set) var images = 0
    private(set) var trainingSeconds = 0.0
    private var evaluationSeconds = 0.0
    private var lastProgress = -Double.infinity

    init(options: TrainingOptions, trainingCount: Int, testCount: Int) {
        self.options = options
        self.trainingCount = trainingCount
        self.testCount = testCount
    }

    private var batchesPerEpoch: Int { (trainingCount + options.batchSize - 1) / options.batchSize }

    /// Of the next step.
    private var learningRateFactor: Double {
        options.schedule.factor(
            step: steps, stepsPerEpoch: batchesPerEpoch, epochs: options.epochs,
            learningRate: options.optimizer.learningRate)
    }

    /// Every this many batches one is logged.
    private static let logInterval = 200

    mutating func run(_ network: some TrainableNetwork, observer: (TrainingEvent) -> Void) -> Run.State {
        for epoch in 0..<options.epochs {
            do {
                if let state = try runEpoch(epoch + 1, network, observer) { return state }
            } catch {
                guard case .images(let fault) = error else { return .interrupted }
                return .stopped(reason: fault.message, fix: fault.fix)
            }
        }
        return .done
    }

    /// - Returns: how the training ended, if it ended here.
    private mutating func runEpoch(
        _ epoch: Int, _ network: some TrainableNetwork, _ observer: (TrainingEvent) -> Void
    ) throws(Stopped) -> Run.State? {
        let start = Clock.seconds
        let secondsBefore = trainingSeconds
        let order = shuffledOrder(count: trainingCount, seed: options.seeds.order, epoch: epoch)
        var total = (loss: 0.0, correct: 0)
        for batch in 0..<batchesPerEpoch {
            let first = batch * options.batchSize
            let indices = order[first..<min(trainingCount, first + options.batchSize)]
            let stepStart = Clock.seconds
            let result = try network.trainStep(indices, epoch: epoch, learningRateFactor: learningRateFactor)
            trainingSeconds += Clock.seconds - stepStart
            steps += 1
            images += indices.count
            if batch % Self.logInterval == 0 {
                observer(
                    .log(
                        BatchLog(
                            epoch: epoch, images: first, imagesPerEpoch: trainingCount, batch: batch,
                            batchesPerEpoch: batchesPerEpoch, loss: result.loss / Double(indices.count))))
            }
            guard result.loss.isFinite else { return .diverged(epoch: epoch, batch: batch) }
            total.loss += result.loss
            total.correct += result.correct
            if let progress = progress(epoch, batch, indices.endIndex, total) { observer(.progress(progress)) }
        }
        let evaluationStart = Clock.seconds
        let evaluation = try network.evaluateAll(testCount)
        evaluationSeconds = Clock.seconds - evaluationStart
        let measured = EpochMetrics(
            epoch: epoch, trainLoss: total.loss / Double(trainingCount),
            trainAccuracy: 100 * Double(total.correct) / Double(trainingCount), testLoss: evaluation.loss,
            testAccuracy: evaluation.accuracy, seconds: Clock.seconds - start,
            trainingSeconds: trainingSeconds - secondsBefore)
        metrics.append(measured)
        observer(.epoch(measured))
        // The last step may have ruined the weights with no later batch to show it.
        return evaluation.loss.isFinite ? nil : .diverged(epoch: epoch, batch: batchesPerEpoch - 1)
    }

    /// How far it is, ten times a second and at the end of an epoch; else `nil`.
    private mutating func progress(
        _ epoch: Int, _ batch: Int, _ done: Int, _ total: (loss: Double, correct: Int)
    ) -> TrainingProgress? {
        let now = Clock.seconds
        guard now - lastProgress >= 0.1 || done == trainingCount else { return nil }
        lastProgress = now
        let speed = trainingSeconds > 0 ? Double(images) / trainingSeconds : 0
        let imagesLeft = Double(trainingCount - done) + Double(trainingCount) * Double(options.epochs - epoch)
        // Before the first evaluation: a forward pass takes about a third of a step.
        let evaluation = evaluationSeconds > 0 ? evaluationSeconds : Double(testCount) / max(1, 3 * speed)
        return TrainingProgress(
            epoch: epoch, epochs: options.epochs, batches: batch + 1, batchesPerEpoch: batchesPerEpoch,
            images: done, imagesPerEpoch: trainingCount, loss: total.loss / Double(done),
            accuracy: 100 * Double(total.correct) / Double(done), imagesPerSecond: speed,
            secondsLeft: imagesLeft / max(1, speed) + evaluation * Double(options.epochs - epoch + 1))
    }
}
