// Schedules against the learning rates of PyTorch 2.15, divided by the first: 12 steps, three epochs of four.

import Experiments
import Testing

struct ScheduleTests {
    private func factors(_ schedule: Schedule, learningRate: Double = 0.2) -> [Double] {
        (0..<12).map { schedule.factor(step: $0, stepsPerEpoch: 4, epochs: 3, learningRate: learningRate) }
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

    @Test func aTrainingOfOneStepHasARate() {
        for schedule in [
            Schedule.cosine(warmup: 0), .cosine(warmup: 5), .oneCycle(peak: nil), .step(every: 3, factor: 0),
        ] {
            let factor = schedule.factor(step: 0, stepsPerEpoch: 1, epochs: 1, learningRate: 0.1)
            #expect(factor.isFinite && factor >= 0)
        }
    }
}
