// What an optimizer's learning rate and weight decay are multiplied by for tensors of each role: what PyTorch's
// parameter groups are made for.

import Network

public struct RoleFactors: Hashable, Sendable {
    /// Whether tensors of one dimension have no weight decay, as in timm: biases, norms, learned factors and slopes;
    /// nor have position embeddings.
    public let decaysWeightsOnly: Bool
    /// What the learning rate of all biases is multiplied by. The decay of a step, learning rate times weight decay,
    /// stays: a group with `lr * 64` and `weight_decay / 64`.
    public let biasRate: Double
    /// The same of norms' biases.
    public let normBiasRate: Double

    /// What rates may be multiplied by: with any of them a usual rate and a usual decay remain numbers of 32 bits.
    public static let rates = 1e-6...1e6

    /// - Parameter normBiasRate: `nil`: as of all biases.
    public init(decaysWeightsOnly: Bool = false, biasRate: Double = 1, normBiasRate: Double? = nil) {
        self.decaysWeightsOnly = decaysWeightsOnly
        self.biasRate = biasRate
        self.normBiasRate = normBiasRate ?? biasRate
    }

    /// The factors of a tensor of this shape.
    func factors(_ role: ParameterTensor.Role, shape: [Int]) -> GroupFactors {
        let rate: Double
        switch role {
        case .bias: rate = biasRate
        case .shift: rate = normBiasRate
        case .weight, .scale, .slope, .position, .runningMean, .runningVariance: rate = 1
        }
        return GroupFactors(
            learningRate: rate, weightDecay: decaysWeightsOnly && (shape.count <= 1 || role == .position) ? 0 : 1 / rate
        )
    }
}

extension ParameterStore {
    /// The trained tensors as an optimizer sees them, in PyTorch's order.
    func views(_ roles: RoleFactors) -> [ParameterView] {
        let products = tensors.filter { $0.tensor.role == .weight }.map(\.tensor.name)
        let hidden = Set(products.dropFirst().dropLast())
        return tensors.filter(\.tensor.isTrained).map { stored in
            let tensor = stored.tensor
            let lastEpoch: Int? = if case .until(let epoch) = tensor.learning { epoch } else { nil }
            return ParameterView(
                range: stored.offset..<stored.offset + stored.paddedCount, gradient: gradientOffset(tensor),
                shape: tensor.shape, role: tensor.role,
                factors: roles.factors(tensor.role, shape: tensor.shape), lastEpoch: lastEpoch,
                isHidden: hidden.contains(tensor.name))
        }
    }
}

// MARK: Settings

extension RoleFactors {
    private static let (all, weights) = ("all", "weights")

    /// Those that differ from their defaults: descriptions were written before there were any.
    var settings: [OptimizerSetting] {
        var settings: [OptimizerSetting] = []
        if decaysWeightsOnly { settings.append(OptimizerSetting("decayonly", Self.weights, default: Self.all)) }
        if biasRate != 1 { settings.append(OptimizerSetting("biasrate", biasRate, default: 1)) }
        if normBiasRate != biasRate {
            settings.append(OptimizerSetting("normbiasrate", normBiasRate, default: biasRate))
        }
        return settings
    }

    init(_ reader: inout OptimizerSettingsReader) throws(OptimizerSettingsError) {
        self.init(
            decaysWeightsOnly: reader.has("decayonly")
                ? try reader.choice("decayonly", of: [Self.all, Self.weights]) == Self.weights : false,
            biasRate: reader.has("biasrate") ? try reader.number("biasrate", in: Self.rates) : 1,
            normBiasRate: reader.has("normbiasrate") ? try reader.number("normbiasrate", in: Self.rates) : nil)
    }
}
