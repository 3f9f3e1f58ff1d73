// Draws studies whose truth is known and fails where verdicts err more often than they may: `study-rates [STUDIES]`.

import Experiments
import Glibc
import Libraries
import TestSupport

@main enum StudyRates {
    static func main() {
        let studies = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000
        let simulation = StudySimulation(studies: studies, seed: 1)
        var hasFailed = false
        func check(_ name: String, _ rate: Double, _ allowed: ClosedRange<Double>) {
            let isRight = allowed.contains(rate)
            if !isRight { hasFailed = true }
            func percent(_ share: Double) -> String { "\((share * 10_000).rounded() / 100) %" }
            StandardStream.output.write("\(isRight ? "ok    " : "FAILED") \(name): \(percent(rate))\n")
        }
        for seeds in [3, 6, 12, 24] {
            check("the 95 % interval of \(seeds) seeds holds the truth", simulation.coverage(seeds: seeds), 0.94...0.96)
        }
        for design in [StudyDesign.fixed, .sequential] {
            for deviation in [0.15, 0.3, 0.6, 1.2] {
                let none = simulation.rates(design, truth: 0, margin: 0.5, deviation: deviation)
                check("\(design), sd \(deviation): better without a difference", none.better, 0...0.055)
                let edge = simulation.rates(design, truth: 0.5, margin: 0.5, deviation: deviation)
                check("\(design), sd \(deviation): equivalent at the margin", edge.equivalent, 0...0.055)
                guard design == .sequential else { continue }
                check("\(design), sd \(deviation): ended at six seeds", none.early, 0...1)
                check("\(design), sd \(deviation): decided by 24", 1 - none.undecided, 0...1)
            }
        }
        exit(hasFailed ? 1 : 0)
    }
}
