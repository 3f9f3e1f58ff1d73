// What an optimizer sees of a trained tensor.

import Network

struct ParameterView: Hashable {
    /// Where its values are among the trained parameters, padding included: whole vectors of 16.
    let range: Range<Int>
    /// Where its gradient begins; `nil` where that is computed within the update.
    let gradient: Int?
    /// PyTorch's.
    let shape: [Int]
    let role: ParameterTensor.Role
    let factors: GroupFactors
    /// The last epoch in which it learns; `nil`: it always does.
    var lastEpoch: Int?
    /// Whether it is a weight between the first and the last of the network.
    var isHidden = false

    func learns(in epoch: Int) -> Bool { lastEpoch.map { epoch <= $0 } ?? true }
}

/// What the settings of an optimizer are multiplied by for a group of tensors.
struct GroupFactors: Hashable {
    var learningRate = 1.0
    var weightDecay = 1.0
}

/// Neighbors in memory that are updated alike.
struct ParameterGroup: Hashable {
    let range: Range<Int>
    /// Where their gradient begins; `nil`: of one tensor, whose gradient is computed within the update.
    let gradient: Int?
    let factors: GroupFactors

    /// - Parameter parameters: in the order of the memory.
    static func joining(_ parameters: [ParameterView]) -> [ParameterGroup] {
        var groups: [ParameterGroup] = []
        for view in parameters {
            if let last = groups.last, last.factors == view.factors, last.range.upperBound == view.range.lowerBound,
                let gradient = last.gradient, gradient + last.range.count == view.gradient
            {
                groups[groups.count - 1] = ParameterGroup(
                    range: last.range.lowerBound..<view.range.upperBound, gradient: gradient, factors: last.factors)
            } else {
                groups.append(ParameterGroup(range: view.range, gradient: view.gradient, factors: view.factors))
            }
        }
        return groups
    }
}
