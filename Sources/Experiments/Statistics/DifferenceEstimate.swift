// How far one model is ahead of another, and what seeds and test images leave open of that: for new seeds and new
// images, not for those that were tried.

import Glibc

public struct DifferenceEstimate: Hashable, Sendable {
    /// What the interval of the difference speaks of.
    public enum Basis: Hashable, Sendable {
        /// Both models with the same seeds, on the same images.
        case pairedSeeds
        /// Each with its own seeds, on the same images.
        case unpairedSeeds
        /// Seeds alone, with the same ones for both: of these images nothing is known but their mean.
        case seedsOnly
        /// Seeds alone, each model with its own.
        case unpairedSeedsOnly
        /// Parts of one data set, each tested by a training on the others.
        case folds

        /// Whether it holds for new test images as well.
        public var isOfImages: Bool { self == .pairedSeeds || self == .unpairedSeeds }
    }

    /// Second minus first, in the unit of the values.
    public let mean: Double
    /// Of `mean`, from seeds: of both models together, or of each where they have seeds of their own.
    private let ofSeeds: [Part]
    /// Of `mean`, from images; `nil` where the basis has none.
    private let ofImages: Part?
    /// Seeds a side; of unpaired ones the smaller number.
    public let seeds: Int
    /// 1 where the basis has none.
    public let images: Int
    public let basis: Basis

    /// A part of the variance of the mean, and of how many degrees of freedom it is estimated.
    private struct Part: Hashable, Sendable {
        var variance: Double
        let freedom: Int
    }

    public var seedVariance: Double { ofSeeds.reduce(0) { $0 + $1.variance } }
    public var imageVariance: Double { ofImages?.variance ?? 0 }
    /// Squared standard error of `mean`.
    public var variance: Double { seedVariance + imageVariance }
    public var error: Double { variance.squareRoot() }

    private init(mean: Double, ofSeeds: [Part], ofImages: Part? = nil, seeds: Int, images: Int = 1, basis: Basis) {
        (self.mean, self.ofSeeds, self.ofImages) = (mean, ofSeeds, ofImages)
        (self.seeds, self.images, self.basis) = (seeds, images, basis)
    }

    // MARK: Seeds and images

    /// Differences by seed and image, from their mean squares: seeds and images are both drawn at random.
    ///
    /// Source: Dorfman, Berbaum and Metz, "Receiver operating characteristic rating analysis", Investigative Radiology
    /// 27, 1992, and Hillis, "A comparison of denominator degrees of freedom methods for multiple observer ROC
    /// analysis", Statistics in Medicine 26, 2007, for the variance; for its quantile see `quantile`.
    /// - Parameters:
    ///   - seeds: two at least.
    ///   - images: two at least.
    ///   - leastVariance: added, in the squared unit of the mean, where too few images differ to show their spread.
    public init(
        mean: Double, _ squares: MeanSquares, seeds: Int, images: Int, leastVariance: Double = 0
    ) {
        let cells = Double(seeds) * Double(images)
        var ofSeeds = Part(variance: max(squares.seeds, squares.residual) / cells, freedom: seeds - 1)
        var ofImages = Part(variance: max(0, squares.images - squares.residual) / cells, freedom: images - 1)
        // Where nothing differs at all, nothing was seen of the images either.
        if ofSeeds.variance + ofImages.variance > 0 {
            ofImages.variance += leastVariance
        } else {
            ofSeeds.variance = leastVariance
        }
        self.init(
            mean: mean, ofSeeds: [ofSeeds], ofImages: ofImages, seeds: seeds, images: images, basis: .pairedSeeds)
    }

    /// Mean squares of differences in the two-way layout of seeds and images.
    public struct MeanSquares: Hashable, Sendable {
        public let seeds: Double
        public let images: Double
        public let residual: Double

        public init(seeds: Double, images: Double, residual: Double) {
            (self.seeds, self.images, self.residual) = (seeds, images, residual)
        }
    }

    /// Two models with the same seeds on the same images.
    ///
    /// - Parameters:
    ///   - first: of each seed a value of each image: 0 or 1, or a loss.
    ///   - scale: of the values to the unit of the result: 100 of shares to points.
    /// - Returns: `nil` for fewer than two seeds or two images.
    public init?(paired first: [[Float]], _ second: [[Float]], scale: Double = 1) {
        let (seeds, images) = (first.count, first.first?.count ?? 0)
        guard seeds > 1, images > 1, second.count == seeds, (first + second).allSatisfy({ $0.count == images }) else {
            return nil
        }
        let layout = TwoWayLayout(zip(first, second).map { ValuesByImage(second: $1, first: $0) })
        self.init(
            mean: scale * layout.mean, layout.meanSquares.scaled(scale * scale), seeds: seeds, images: images,
            leastVariance: scale * scale * layout.leastVariance)
    }

    /// Two models, each with its own seeds, on the same images.
    ///
    /// The variance of the seeds is that of each side; of the images their differences are left, whose mean square
    /// holds what is left over of both sides.
    public init?(unpaired first: [[Float]], _ second: [[Float]], scale: Double = 1) {
        let images = first.first?.count ?? 0
        guard first.count > 1, second.count > 1, images > 1, (first + second).allSatisfy({ $0.count == images })
        else { return nil }
        let sides = [first, second].map { side in TwoWayLayout(side.map { ValuesByImage(second: $0, first: nil) }) }
        let counts = [first, second].map { Double($0.count) }
        let (m, square) = (Double(images), scale * scale)
        var (ofSeeds, leftOver) = ([Part](), 0.0)
        for (side, n) in zip(sides, counts) {
            let own = max(side.meanSquares.seeds, side.meanSquares.residual) / (n * m)
            ofSeeds.append(Part(variance: square * own, freedom: Int(n) - 1))
            leftOver += side.meanSquares.residual / (n * m)
        }
        let mean = sides[1].mean - sides[0].mean
        var (sum, differing) = (0.0, 0)
        for image in 0..<images {
            let difference = sides[1].imageMeans[image] - sides[0].imageMeans[image]
            sum += (difference - mean) * (difference - mean)
            if difference != 0 { differing += 1 }
        }
        let ofImages =
            max(0, sum / (m - 1) / m - leftOver) + TwoWayLayout.leastVariance(differing: differing, images: images)
        self.init(
            mean: scale * mean, ofSeeds: ofSeeds, ofImages: Part(variance: square * ofImages, freedom: images - 1),
            seeds: min(first.count, second.count), images: images, basis: .unpairedSeeds)
    }

    // MARK: Seeds alone

    /// Means of both models for each seed, where nothing is known of single images: Student's t of their differences.
    ///
    /// - Parameter leastError: what the test images leave open where the seeds show no spread.
    public init?(seeds first: [Double], _ second: [Double], leastError: Double = 0) {
        guard first.count > 1, first.count == second.count,
            let sample = Sample(zip(first, second).map { $1 - $0 }), let error = sample.error
        else { return nil }
        let variance = sample.hasSpread ? error * error : leastError * leastError
        self.init(
            mean: sample.mean, ofSeeds: [Part(variance: variance, freedom: first.count - 1)], seeds: first.count,
            basis: .seedsOnly)
    }

    /// Means of both models, each with its own seeds.
    public init?(unpairedSeeds first: [Double], _ second: [Double], leastError: Double = 0) {
        guard first.count > 1, second.count > 1, let a = Sample(first), let b = Sample(second),
            let errorA = a.error, let errorB = b.error
        else { return nil }
        var (ofA, ofB) = (a.hasSpread ? errorA * errorA : 0, b.hasSpread ? errorB * errorB : 0)
        if ofA + ofB == 0 { (ofA, ofB) = (leastError * leastError / 2, leastError * leastError / 2) }
        self.init(
            mean: b.mean - a.mean,
            ofSeeds: [Part(variance: ofA, freedom: a.count - 1), Part(variance: ofB, freedom: b.count - 1)],
            seeds: min(a.count, b.count), basis: .unpairedSeedsOnly)
    }

    /// Means of both models for each fold. Trainings on folds share most of their images, so that their differences
    /// vary together; the variance counts that in.
    ///
    /// Source: Nadeau and Bengio, "Inference for the generalization error", Machine Learning 52, 2003.
    /// - Parameter shareTested: test images by training images.
    public init?(folds first: [Double], _ second: [Double], shareTested: Double) {
        guard first.count > 1, first.count == second.count,
            let sample = Sample(zip(first, second).map { $1 - $0 }), let deviation = sample.deviation
        else { return nil }
        let variance = deviation * deviation * (1 / Double(first.count) + shareTested)
        self.init(
            mean: sample.mean, ofSeeds: [Part(variance: variance, freedom: first.count - 1)], seeds: first.count,
            basis: .folds)
    }

    // MARK: Statements

    /// How many standard errors are exceeded with this chance, to one side: the mean of the quantiles of Student's t of
    /// each part of the variance, weighted by the parts.
    ///
    /// Degrees of freedom worked out from the estimated parts (Satterthwaite) are too many as often as the seeds happen
    /// to differ little, which matters where the chance is small: with six seeds of five models some wrong claim among
    /// their ten pairs is made in up to 7.6 % of studies instead of 5 (simulated), by this rule in 2 to 4.9.
    ///
    /// Source: Cochran and Cox, "Experimental designs", 1950, section 4.14.
    public func quantile(_ chance: Double) -> Double {
        let parts = ofSeeds + (ofImages.map { [$0] } ?? [])
        guard variance > 0 else { return StudentT(seeds - 1).upperQuantile(chance) }
        return parts.reduce(0) { sum, part in
            part.variance > 0 ? sum + part.variance * StudentT(part.freedom).upperQuantile(chance) : sum
        } / variance
    }

    /// The chance that so many standard errors are exceeded, to one side.
    private func upperTail(_ errors: Double) -> Double {
        if errors < 0 { return 1 - upperTail(-errors) }
        guard errors < .infinity else { return 0 }
        // The chance as a power of ten, for it may be tiny.
        let exponent = bisection(-300, -0.301_029_995_663_981_2) { quantile(pow(10, $0)) > errors }
        return pow(10, exponent)
    }

    /// The interval that leaves the true difference out with this chance, on both sides together.
    public func interval(_ chance: Double) -> ClosedRange<Double> { reach(quantile(chance / 2)) }

    /// The same, whenever and however often one looks; `nil` where so few seeds allow none.
    ///
    /// Source: Wang and Ramdas, "Anytime-valid t-tests and confidence sequences for Gaussian means with unknown
    /// variance", arXiv 2310.03722, theorem 4.9, for one unit of prior information.
    public func anytimeInterval(_ chance: Double) -> ClosedRange<Double>? {
        Self.anytimeReach(seeds: seeds, chance).map(reach)
    }

    /// In standard errors; `nil` where it is infinite.
    static func anytimeReach(seeds: Int, _ chance: Double) -> Double? {
        let n = Double(seeds)
        let k = pow((1 + n).squareRoot() / chance, 2 / n)
        guard k < 1 + n else { return nil }
        return ((n - 1) * (k - 1) / (1 - k / (1 + n))).squareRoot()
    }

    /// The fewest seeds of which `anytimeInterval` is finite.
    public static func leastSeedsAnytime(_ chance: Double) -> Int {
        (2...1000).first { anytimeReach(seeds: $0, chance) != nil } ?? 1000
    }

    private func reach(_ errors: Double) -> ClosedRange<Double> {
        let reach = errors * error
        return mean - reach...mean + reach
    }

    /// How probable a difference at least as far from 0 is where there is none: below a chance just where the interval
    /// of that chance leaves 0 out.
    public var probability: Double {
        guard variance > 0 else { return mean == 0 ? 1 : 0 }
        return min(1, 2 * upperTail(abs(mean) / error))
    }

    /// How probable it is that the difference is more than the margin, that it is within it, and that it is less than
    /// the margin below 0, if nothing was known before (Benavoli, Corani, Demsar and Zaffalon, "Time for a change",
    /// JMLR 18, 2017: a flat prior, and the margin as region of practical equivalence).
    public func probabilities(margin: Double) -> (above: Double, within: Double, below: Double) {
        guard variance > 0 else {
            return (mean > margin ? 1 : 0, abs(mean) <= margin ? 1 : 0, mean < -margin ? 1 : 0)
        }
        let above = upperTail((margin - mean) / error)
        let below = upperTail((margin + mean) / error)
        return (above, max(0, 1 - above - below), below)
    }

    /// The same estimate of these images alone: what new images leave open is left out.
    public var onTheseImages: DifferenceEstimate {
        DifferenceEstimate(mean: mean, ofSeeds: ofSeeds, seeds: seeds, images: images, basis: basis)
    }
}

extension DifferenceEstimate.MeanSquares {
    fileprivate func scaled(_ factor: Double) -> Self {
        Self(seeds: factor * seeds, images: factor * images, residual: factor * residual)
    }
}

// MARK: - Layout

/// The values of one seed, image by image: those of one model, or differences of two.
private struct ValuesByImage {
    let second: [Float]
    let first: [Float]?

    var count: Int { second.count }
    subscript(_ image: Int) -> Double { Double(second[image]) - (first.map { Double($0[image]) } ?? 0) }
}

/// Seeds by images, one value each.
private struct TwoWayLayout {
    let mean: Double
    let imageMeans: [Double]
    let meanSquares: DifferenceEstimate.MeanSquares
    let leastVariance: Double

    init(_ rows: [ValuesByImage]) {
        let (n, m) = (rows.count, rows[0].count)
        var (ofSeed, ofImage) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: m))
        var differs = [Bool](repeating: false, count: m)
        for (seed, row) in rows.enumerated() {
            for image in 0..<m {
                let value = row[image]
                ofSeed[seed] += value
                ofImage[image] += value
                if value != 0 { differs[image] = true }
            }
        }
        let seedMeans = ofSeed.map { $0 / Double(m) }
        let imageMeans = ofImage.map { $0 / Double(n) }
        let mean = ofSeed.reduce(0, +) / Double(n * m)
        func squares(_ means: [Double]) -> Double { means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } }
        var residual = 0.0
        for (seed, row) in rows.enumerated() {
            for image in 0..<m {
                let rest = row[image] - seedMeans[seed] - imageMeans[image] + mean
                residual += rest * rest
            }
        }
        self.mean = mean
        self.imageMeans = imageMeans
        meanSquares = DifferenceEstimate.MeanSquares(
            seeds: Double(m) * squares(seedMeans) / Double(n - 1),
            images: Double(n) * squares(imageMeans) / Double(m - 1),
            residual: residual / (Double(n - 1) * Double(m - 1)))
        leastVariance = Self.leastVariance(differing: differs.count(where: \.self), images: m)
    }

    /// That of two images, where so few differ that their spread may not have shown: equal predictions over all seeds
    /// would otherwise leave nothing open.
    static func leastVariance(differing: Int, images: Int) -> Double {
        differing < 40 ? 4 / (Double(images) * Double(images)) : 0
    }
}
