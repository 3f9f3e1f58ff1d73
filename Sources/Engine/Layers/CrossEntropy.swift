// Softmax and cross-entropy over the last layer's outputs, as `nn.CrossEntropyLoss`: in double, each image by itself.

import Glibc

struct CrossEntropy {
    let logits: Map
    let gradient: Map

    /// What one image came to.
    struct Outcome {
        var loss: Double
        /// The class of the largest output, the first of equals.
        var prediction: Int
    }

    /// - Parameter scale: what the gradient is multiplied by, 1 / images for a mean; `nil` computes none.
    func outcome(image: Int, label: Int, gradientScale scale: Double?) -> Outcome {
        let values = logits.at(image: image)
        let classes = logits.channels
        var prediction = 0
        for index in 1..<max(1, classes) where value(values, index) > value(values, prediction) { prediction = index }
        let largest = Double(value(values, prediction))
        var sum = 0.0
        for index in 0..<classes { sum += exp(Double(value(values, index)) - largest) }
        if let scale {
            let target = gradient.at(image: image)
            for index in 0..<classes {
                let probability = exp(Double(value(values, index)) - largest) / sum
                target[offset(gradient, index)] = Float((probability - (index == label ? 1 : 0)) * scale)
            }
        }
        return Outcome(loss: log(sum) + largest - Double(value(values, label)), prediction: prediction)
    }

    private func value(_ values: UnsafeMutablePointer<Float>, _ index: Int) -> Float { values[offset(logits, index)] }

    private func offset(_ map: Map, _ index: Int) -> Int { index / 16 * map.blockStride + index % 16 }
}
