// Softmax and cross-entropy over the last layer's outputs, as `nn.CrossEntropyLoss` with a probability for each
// class: in double, each image by itself.

import Runtime

struct CrossEntropy {
    let logits: BlockedMap
    let gradient: BlockedMap

    /// The result of one image.
    struct Outcome {
        var loss: Double
        /// The class of the largest output, the first of equals.
        var prediction: Int
        /// Its probability, after softmax.
        var confidence: Double
    }

    /// - Parameters:
    ///   - shares: what the image is to be taken for: a share of each class, all together 1.
    ///   - smoothing: how much of that is spread over all classes.
    ///   - weights: what the loss of each class is multiplied by; empty: 1.
    ///   - scale: what the gradient is multiplied by, 1 / images for a mean; `nil` computes none.
    func outcome(
        image: Int, shares: [Double], smoothing: Double, weights: [Double] = [], gradientScale scale: Double?
    ) -> Outcome {
        let values = logits.at(image: image)
        let classes = logits.channels
        var prediction = 0
        for index in 1..<max(1, classes) where value(values, index) > value(values, prediction) { prediction = index }
        let largest = Double(value(values, prediction))
        var sum = 0.0
        let spread = smoothing / Double(max(1, classes))
        for index in 0..<classes { sum += exponential(Double(value(values, index)) - largest) }
        /// What class `index` is wanted to be; all together `whole`.
        func wanted(_ index: Int) -> Double { weights[index] * ((1 - smoothing) * shares[index] + spread) }
        let whole = weights.indices.reduce(0.0) { $0 + wanted($1) }
        if let scale {
            let target = gradient.at(image: image)
            for padding in classes..<gradient.blocks * 16 { target[offset(gradient, padding)] = 0 }
            for index in 0..<classes {
                let probability = exponential(Double(value(values, index)) - largest) / sum
                let slope =
                    weights.isEmpty
                    ? probability - (1 - smoothing) * shares[index] - spread
                    : whole * probability - wanted(index)
                target[offset(gradient, index)] = Float(slope * scale)
            }
        }
        // -log of a class's probability is `logNormalizer` less its output.
        let logNormalizer = logarithm(sum) + largest
        var loss = 0.0
        // A class that has no share may have an infinite output.
        for index in weights.indices where wanted(index) > 0 {
            loss += wanted(index) * (logNormalizer - Double(value(values, index)))
        }
        guard weights.isEmpty else { return Outcome(loss: loss, prediction: prediction, confidence: 1 / sum) }
        for index in 0..<classes where shares[index] > 0 {
            loss += shares[index] * (logNormalizer - Double(value(values, index)))
        }
        if smoothing > 0 {
            var outputs = 0.0
            for index in 0..<classes { outputs += Double(value(values, index)) }
            loss = (1 - smoothing) * loss + smoothing * (logNormalizer - outputs / Double(classes))
        }
        return Outcome(loss: loss, prediction: prediction, confidence: 1 / sum)
    }

    /// What the outputs of a teacher add to the loss of an image:
    /// weight · T² · KL(softmax(teacher / T) ‖ softmax(own / T)). Its gradient is added to the one that is there.
    ///
    /// Source: Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015.
    ///
    /// - Parameter scale: what the gradient is multiplied by, 1 / images for a mean.
    func distill(
        image: Int, from teacher: CrossEntropy, temperature: Double, weight: Double, gradientScale scale: Double
    ) -> Double {
        let (own, theirs) = (logits.at(image: image), teacher.logits.at(image: image))
        func sums(_ map: CrossEntropy, _ values: UnsafeMutablePointer<Float>) -> (largest: Double, sum: Double) {
            var largest = -Double.infinity
            for index in 0..<logits.channels { largest = max(largest, Double(map.value(values, index)) / temperature) }
            var sum = 0.0
            for index in 0..<logits.channels {
                sum += exponential(Double(map.value(values, index)) / temperature - largest)
            }
            return (largest, sum)
        }
        let (mine, wanted) = (sums(self, own), sums(teacher, theirs))
        let target = gradient.at(image: image)
        var divergence = 0.0
        for index in 0..<logits.channels {
            let logWanted = Double(teacher.value(theirs, index)) / temperature - wanted.largest - logarithm(wanted.sum)
            let logOwn = Double(value(own, index)) / temperature - mine.largest - logarithm(mine.sum)
            let share = exponential(logWanted)
            if share > 0 { divergence += share * (logWanted - logOwn) }
            let slope = weight * temperature * (exponential(logOwn) - share)
            target[offset(gradient, index)] += Float(slope * scale)
        }
        return weight * temperature * temperature * divergence
    }

    /// Whether fewer than `count` outputs of an image come before that of its label: larger ones, and equal ones of
    /// smaller number.
    func isAmong(first count: Int, image: Int, label: Int) -> Bool {
        let values = logits.at(image: image)
        let own = value(values, label)
        var before = 0
        for index in 0..<logits.channels {
            let other = value(values, index)
            if other > own || other == own && index < label { before += 1 }
        }
        return before < count
    }

    private func value(_ values: UnsafeMutablePointer<Float>, _ index: Int) -> Float { values[offset(logits, index)] }

    private func offset(_ map: BlockedMap, _ index: Int) -> Int { index / 16 * map.blockStride + index % 16 }
}
