// A study as JSON: every statistic, and the raw values that they come from, so that anybody can compute them again.

import Datasets
import Experiments
import Libraries

struct StudyJSON {
    let report: StudyReport

    private var study: Study { report.study }
    private var plan: StudyPlan { study.plan }

    var json: JSON {
        var object: JSONObject = [
            "measure": .string(plan.measure.rawValue), "margin": .number(plan.margin),
            "design": .string(plan.design == .sequential ? "looks at 6, 12 and 24 seeds" : "fixed"),
            "paired by": .string(plan.pairing == .none ? "nothing" : plan.pairing.unit),
            "pairs that share the chance": .integer(plan.tested), "data": .string(report.dataName),
            "verdicts": .array(report.verdicts.map { .string($0) }),
            "failed up to": plan.failureRule.mostRight.map { .integer($0) } ?? .null,
            "share of the largest class": number(plan.failureRule.largestShare),
            "labels": .array(plan.test.labels.map { .integer($0) }),
            "models": .array(plan.models.indices.map(model)), "pairs": .array(report.pairs.map(pair)),
        ]
        if let baseline = plan.baseline { object["baseline"] = .string(plan.models[baseline].name) }
        return .object(object)
    }

    private func number(_ value: Double?) -> JSON { value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null }

    private func interval(_ range: ClosedRange<Double>?) -> JSON {
        range.map { .array([number($0.lowerBound), number($0.upperBound)]) } ?? .null
    }

    private func model(_ index: Int) -> JSON {
        let model = plan.models[index]
        let sample = Sample(study.values(index))
        let failed = study.failedSeeds(index)
        let all = study.seeds.filter { study.run(index, $0) != nil }
        return [
            "name": .string(model.name), "parameters": .integer(model.architecture.parameterCount),
            "multiply-adds": .integer(model.architecture.operations),
            "trained as": .string(plan.models[plan.trained(index)].name),
            "n": .integer(sample?.count ?? 0), "mean": number(sample?.mean),
            "standard deviation": number(sample?.deviation), "interval of the mean": interval(sample?.interval(0.95)),
            "lowest": number(sample?.lowest), "highest": number(sample?.highest),
            "failed": .array(failed.map { .unsigned($0) }),
            "share that fails": interval(Binomial.interval(failed.count, of: all.count)),
            "seconds a run": number(study.secondsOfRun(index)), "runs": .array(all.map { run(index, $0) }),
        ]
    }

    private func run(_ model: Int, _ seed: UInt64) -> JSON {
        guard let run = study.run(model, seed) else { return .null }
        let labels = run.labels ?? plan.test.labels
        var object: JSONObject = [
            "seed": .unsigned(run.seeds.initialization), "state": .string(run.state.description),
            "failed": .bool(study.hasFailed(run)), "seconds": number(run.seconds),
            "predictions": .array(run.predictions.map { .integer(Int($0)) }),
        ]
        object["threads"] = run.threads.map { .integer($0) }
        for measure in OutcomeMeasure.allCases {
            object[measure.rawValue] = number(run.value(of: measure, labels: labels))
        }
        if plan.measure == .loss, let losses = run.outcomes.values(of: .loss, labels: labels) {
            object["losses of the images"] = .array(losses.map { .number(Double($0)) })
        }
        return .object(object)
    }

    private func pair(_ pair: StudyPair) -> JSON {
        let names = plan.models.map(\.name)
        var object: JSONObject = [
            "first": .string(names[pair.first]), "second": .string(names[pair.second]),
            "verdict": .string(pair.verdict.key), "seeds looked at": .integer(pair.lookedSeeds),
            "seeds with which both train": .array(pair.seeds.map { .unsigned($0) }),
            "failed": [.integer(pair.failures.first), .integer(pair.failures.second)],
            "p of the failures": number(pair.failures.probability),
            "differences": .array((pair.differences?.values ?? []).map { number($0) }),
            "mean": number(pair.mean), "chance": number(pair.chance), "interval": interval(pair.interval),
            "chance of the interval": number(pair.decision.intervalChance), "any look": .bool(pair.decision.isAnytime),
            "proven the same": .bool(pair.isProvenSame),
        ]
        if let estimate = pair.estimate {
            object["basis"] = .string(estimate.basis.text)
            object["variance of seeds"] = number(estimate.seedVariance)
            object["variance of images"] = number(estimate.imageVariance)
            object["standard error"] = number(estimate.error)
            // The interval is the mean and so many standard errors to each side.
            object["factor of the interval"] = number(pair.decision.factor(of: estimate))
            object["p"] = number(study.probability(of: pair))
            if let odds = pair.odds(margin: plan.margin) {
                object["chances of second better, within the margin, first better"] = [
                    number(odds.second), number(odds.within), number(odds.first),
                ]
            }
            if estimate.basis.isOfImages {
                let own = estimate.onTheseImages
                object["interval on these test images"] = interval(own.interval(pair.chance))
                object["standard error on these test images"] = number(own.error)
                object["factor on these test images"] = number(own.quantile(pair.chance / 2))
            }
        }
        if let superiority = pair.sameSeed {
            object["second ahead with one new seed"] = [
                number(superiority.probability), number(superiority.interval.lowerBound),
                number(superiority.interval.upperBound),
            ]
        }
        object["seeds needed"] = .array(pair.needed.map(needed))
        if let single = study.singlePair(pair.first, pair.second) {
            object["one pair of runs"] = [
                "seed": .unsigned(single.seed), "only the first right": .integer(single.test.onlyFirst),
                "only the second right": .integer(single.test.onlySecond), "exact p": number(single.test.exact),
                "flips": number(single.flips),
            ]
        }
        object["classes"] = .array(
            study.classDifferences(pair).map {
                ["name": .string($0.name), "mean": number($0.mean), "interval": interval($0.interval)]
            })
        if let earlier = pair.earlier {
            object["said before"] = [
                "seeds": .integer(earlier.seeds), "mean": number(earlier.mean),
                "interval": interval(earlier.decision.interval),
                "verdict": .string(earlier.decision.verdict.key),
            ]
        }
        return .object(object)
    }

    private func needed(_ needed: SeedsNeeded) -> JSON {
        let goal: (String, Double) =
            switch needed.goal {
            case .difference(let value): ("to show a difference of", value)
            case .equivalence(let value, _): ("to show that it is within the margin", value)
            }
        return [
            "goal": .string(goal.0), "difference": number(goal.1),
            "test images are too few": .bool(needed.isBeyondSeeds),
            "low": needed.range.map { .integer($0.low) } ?? .null,
            "high": needed.range?.high.map { .integer($0) } ?? .null,
        ]
    }
}

extension DifferenceEstimate.Basis {
    /// What a file calls it.
    var text: String {
        switch self {
        case .pairedSeeds: "paired seeds and images"
        case .unpairedSeeds: "unpaired seeds, paired images"
        case .seedsOnly: "paired seeds"
        case .unpairedSeedsOnly: "unpaired seeds"
        case .folds: "folds"
        }
    }
}
