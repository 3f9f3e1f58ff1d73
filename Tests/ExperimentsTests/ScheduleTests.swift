// Schedules against the learning rates of PyTorch 2.15, divided by the first: 12 steps, three epochs of four.

import Experiments
import Testing

struct ScheduleTests {
    private func factors(_ schedule: Schedule, learningRate: Double = 0.2) -> [Double] {
        (0..<12).map { schedule.factor(step: $0, of: 12, stepsPerEpoch: 4, learningRate: learningRate) }
    }

    private func differ(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map { abs($0 - $1) }.max() ?? .infinity }

    @Test func cosineIsCosineAnnealing() {
        let expected = [
            1.0, 0.982962913, 0.933012702, 0.853553391, 0.75, 0.629409523, 0.5, 0.370590477, 0.25, 0.146446609,
            0.066987298, 0.017037087,
        ]
        #expect(differ(factors(.cosine(warmup: 0)), expected) < 1e-9)
    }

    @Test func onecycleIsOneCycleLR() {
        let expected = [
            0.04, 0.349789654, 0.879285159, 0.994415435, 0.93301297, 0.811745654, 0.647378998, 0.462637103,
            0.283060998, 0.13347753, 0.034566987, 4e-06,
        ]
        #expect(differ(factors(.oneCycle(peak: nil)), expected) < 1e-9)
        #expect(differ(factors(.oneCycle(peak: 0.2), learningRate: 0.1), expected.map { 2 * $0 }) < 2e-9)
    }

    @Test func stepCutsEverySoManyEpochs() {
        #expect(
            factors(.step(every: 1, factor: 0.5)) == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25])
        #expect(factors(.constant) == [Double](repeating: 1, count: 12))
    }

    @Test func warmupRisesEvenly() {
        #expect(Array(factors(.cosine(warmup: 1)).prefix(5)) == [0.25, 0.5, 0.75, 1, 1])
    }

    @Test func theMinimumIsWhatACosineFallsTo() {
        let expected = [
            1.0, 0.987222185, 0.949759526, 0.890165043, 0.8125, 0.722057142, 0.625, 0.527942858, 0.4375, 0.359834957,
            0.300240474, 0.262777815,
        ]
        #expect(differ(factors(.cosine(warmup: 0, minimum: 0.05)), expected) < 1e-9)
    }

    @Test func restartsAreCosineAnnealingWarmRestarts() {
        let fall = [1.0, 0.868198052, 0.55, 0.231801948]
        #expect(differ(factors(.cosine(warmup: 0, restarts: 2, minimum: 0.02)), fall + fall + fall) < 1e-9)
        // Shares that are no whole numbers of steps.
        let rates = factors(.cosine(warmup: 0, restarts: 4))
        #expect(rates.indices.filter { $0 > 0 && rates[$0] > rates[$0 - 1] } == [3, 5, 8, 10])
    }

    @Test func aCosineBeginsBehindTheWarmupAsInASequentialLR() {
        let expected = [
            0.25, 0.5, 0.75, 1.0, 1.0, 0.971454825, 0.890165043, 0.768506287, 0.625, 0.481493713, 0.359834957,
            0.278545175,
        ]
        #expect(differ(factors(.cosine(warmup: 1, minimum: 0.05)), expected) < 1e-9)
    }

    @Test func theWarmupOfOnecycleIsItsRiseAndTheMinimumItsEnd() {
        let expected = [
            0.04, 0.28, 0.76, 1.0, 0.962130067, 0.854285624, 0.692885008, 0.5025, 0.312114992, 0.150714376, 0.042869933,
            0.005,
        ]
        #expect(differ(factors(.oneCycle(peak: nil, warmup: 1, minimum: 0.001)), expected) < 1e-9)
        #expect(
            differ(
                factors(.oneCycle(peak: 0.2, warmup: 1, minimum: 0.001), learningRate: 0.1), expected.map { 2 * $0 })
                < 2e-9)
    }

    @Test func theMomentumOfOnecycleIsThatOfOneCycleLR() {
        let expected = [
            0.95, 0.917730244, 0.862574463, 0.850558459, 0.85669873, 0.86882551, 0.885262241, 0.903736505, 0.921694187,
            0.936652594, 0.946543687, 0.95,
        ]
        func momenta(_ schedule: Schedule) -> [Double?] {
            (0..<12).map { schedule.momentum(step: $0, of: 12, stepsPerEpoch: 4) }
        }
        let cycled = momenta(.oneCycle(peak: nil, momentum: (0.95, 0.85))).compactMap { $0 }
        #expect(cycled.count == 12 && differ(cycled, expected) < 1e-9)
        #expect(differ(factors(.oneCycle(peak: nil, momentum: (0.95, 0.85))), factors(.oneCycle(peak: nil))) == 0)
        for schedule in [Schedule.oneCycle(peak: nil), .cosine(warmup: 1), .constant] {
            #expect(momenta(schedule).allSatisfy { $0 == nil })
        }
    }

    @Test func multistepCutsAfterTheEpochsThatAreNamed() {
        #expect(
            factors(.multiStep(epochs: [1, 2], factor: 0.1))
                == [1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.1 * 0.1, 0.1 * 0.1, 0.1 * 0.1, 0.1 * 0.1])
        #expect(
            differ(
                factors(.multiStep(epochs: [1, 2], factor: 0.1, minimum: 0.01)).suffix(8),
                [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05]) < 1e-12)
        // Epochs count from the first, whatever the warm-up.
        #expect(
            factors(.multiStep(epochs: [2], factor: 0.5, warmup: 1))
                == [0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5])
    }

    @Test func polylineIsNumpysInterp() {
        let points = [(0, 0.2), (0.25, 1), (1, 0.07)].map { SchedulePoint(share: $0.0, factor: $0.1) }
        let expected = [
            0.2, 0.466666667, 0.733333333, 1.0, 0.896666667, 0.793333333, 0.69, 0.586666667, 0.483333333, 0.38,
            0.276666667, 0.173333333,
        ]
        #expect(differ(factors(.polyline(points)), expected) < 1e-9)
        let inside = [(0.5, 1), (0.75, 0)].map { SchedulePoint(share: $0.0, factor: $0.1) }
        #expect(differ(factors(.polyline(inside)), [1, 1, 1, 1, 1, 1, 1, 2 / 3.0, 1 / 3.0, 0, 0, 0]) < 1e-12)
    }

    @Test func aConstantRateWarmsUp() {
        #expect(factors(.constant(warmup: 2)).prefix(9) == [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 1])
    }

    @Test func aTrainingOfOneStepHasARate() {
        for schedule in [
            Schedule.cosine(warmup: 0), .cosine(warmup: 5), .cosine(warmup: 0, restarts: 3), .oneCycle(peak: nil),
            .oneCycle(peak: nil, warmup: 1), .oneCycle(peak: nil, warmup: 7), .step(every: 3, factor: 0),
        ] {
            let factor = schedule.factor(step: 0, of: 1, stepsPerEpoch: 1, learningRate: 0.1)
            #expect(factor.isFinite && factor >= 0)
        }
    }
}
