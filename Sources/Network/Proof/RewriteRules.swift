// The rules by which `diff` proves. Each goes one way, so that applying them ends; none but those of swapped branches
// and of parts in branches, which keep count of it, moves a layer with weights past another, nor a dropout past
// another, so that every weight and every dropout keeps its random stream.

extension RewriteRule {
    public static let all: [RewriteRule] = idle + spelling + order + branches + reshaped

    /// Layers that do nothing.
    private static let idle: [RewriteRule] = [
        RewriteRule(
            "an adaptive pool to the size of its input copies it", .training,
            because: "each of its windows is one value, and the mean of one value is that value"
        ) { placed in
            placed.layer.adaptiveOutput == placed.input.extent ? [] : nil
        },
        RewriteRule(
            "a pool of single values with stride 1 copies its input", .training,
            because: "the largest of one value, and the mean of one value, is that value"
        ) { placed in
            guard let pooling = placed.layer.pooling, pooling.size == Extent(1), pooling.stride == Extent(1) else {
                return nil
            }
            return []
        },
        RewriteRule(
            "dropout 0 does nothing", .training, because: "no value is zeroed, and it draws no random numbers"
        ) { placed in
            if case .dropout(rate: 0) = placed.layer { [] } else { nil }
        },
        RewriteRule(
            "droppath 0 does nothing", .training, because: "no image is dropped, and it draws no random numbers"
        ) { placed in
            if case .dropPath(rate: 0) = placed.layer { [] } else { nil }
        },
        RewriteRule(
            "flatten of a flat vector does nothing", .training, because: "there is nothing to flatten"
        ) { placed in
            if case .flatten = placed.layer, placed.input.isFlat { [] } else { nil }
        },
        RewriteRule(
            "flatten of Cx1x1 before linear does nothing", .training, because: "linear takes Cx1x1 as C values"
        ) { first, second in
            guard case .flatten = first.layer, first.input.extent == Extent(1), case .linear = second.layer else {
                return nil
            }
            return [second.layer]
        },
        RewriteRule(
            "relu after relu does nothing", .training,
            because: "no value is below zero any more, and where one is zero both let no gradient through"
        ) { first, second in
            first.layer == .activation(.relu) && second.layer == .activation(.relu) ? [first.layer] : nil
        },
        RewriteRule(
            "relu6 after relu is relu6", .training,
            because: "both keep values from falling below zero, and where one is zero let no gradient through"
        ) { first, second in
            first.layer == .activation(.relu) && second.layer == .activation(.relu6) ? [second.layer] : nil
        },
        RewriteRule(
            "leakyrelu with slope 1 does nothing", .training, because: "values below zero are multiplied by 1"
        ) { placed in
            placed.layer == .activation(.leakyReLU(slope: 1)) ? [] : nil
        },
        RewriteRule(
            "scale 1 does nothing", .training, because: "a value times 1 is that value, bit for bit"
        ) { placed in
            if case .scale(let settings) = placed.layer, settings.isIdle { [] } else { nil }
        },
        RewriteRule(
            "a chunk without layers does nothing", .training, because: "the shares come together in their order"
        ) { placed in
            guard case .chunk(let branches) = placed.layer, branches.allSatisfy(\.isEmpty) else { return nil }
            return []
        },
        RewriteRule(
            "a channelshuffle of one group, or of groups of one channel, does nothing", .training,
            because: "every channel stays in its place"
        ) { placed in
            guard case .channelShuffle(let groups) = placed.layer, groups == 1 || groups == placed.input.channels else {
                return nil
            }
            return []
        },
        RewriteRule(
            "a channelshuffle of G groups and one of C / G groups do nothing together", .training,
            because: "the second brings every one of the C channels back to its place"
        ) { first, second in
            guard case .channelShuffle(let one) = first.layer, case .channelShuffle(let other) = second.layer,
                one * other == first.input.channels
            else { return nil }
            return []
        },
        RewriteRule(
            "attention over one place has no use for its heads", .bits,
            because: "the share of a single place is 1 in each of them, so that the output is a product of its value"
        ) { placed in
            guard case .attention(var settings) = placed.layer, placed.input.extent == Extent(1), settings.heads > 1
            else { return nil }
            settings.heads = 1
            return [.attention(settings)]
        },
        .doesNothing(
            "relu of values that come from relus does nothing", .training,
            because: "max-pools, flattens and concats between them make no value below zero, and what is zero after "
                + "them was zero before, where the first relu lets no gradient through"
        ) { placed, input in
            placed.layer == .activation(.relu) && input.makesReLUIdle
        },
        .doesNothing(
            "relu6 of values that come from relu6 does nothing", .training,
            because:
                "max-pools, flattens and concats between them make no value below zero or above 6, and where one is "
                + "zero or 6 the first relu6 lets no gradient through"
        ) { placed, input in
            placed.layer == .activation(.relu6) && input.makesReLU6Idle
        },
        .doesNothing(
            "relu does nothing to outputs where no value is below zero", .bits,
            because: "it changes only what is below zero; gradients at zero go another way"
        ) { placed, input in
            placed.layer == .activation(.relu) && input.areNotNegative
        },
        .doesNothing(
            "relu6 does nothing to outputs where no value is below zero or above 6", .bits,
            because: "it changes only such values; gradients at zero and 6 go another way"
        ) { placed, input in
            placed.layer == .activation(.relu6) && input.areNotNegative && input.range.upperBound <= 6
        },
        .doesNothing(
            "leakyrelu and elu do nothing to outputs where no value is below zero", .bits,
            because: "they change only what is below zero; gradients at zero go another way"
        ) { placed, input in
            guard case .activation(let activation) = placed.layer, let unchanged = activation.form.unchanged,
                // relu and relu6 have rules of their own.
                !activation.form.cutsZeros
            else { return false }
            return unchanged.contains(input.range)
        },
        RewriteRule(
            "relu after leakyrelu is relu", .bits,
            because: "with a slope that is not negative, values below zero stay below it and then become zero"
        ) { first, second in
            guard case .activation(.leakyReLU(let slope)) = first.layer, slope >= 0,
                second.layer == .activation(.relu)
            else { return nil }
            return [second.layer]
        },
        RewriteRule(
            "what a layer begins with, and what of it is frozen, does nothing outside training", .bits,
            because: "`init:`, `freeze:` and `biasepochs:` decide what weights it comes to, not what it makes of them"
        ) { placed in
            placed.layer.kind.trainedForm.map { [$0] }
        },
        RewriteRule(
            "the momentum of batchnorm does nothing outside training", .bits,
            because: "it weighs what the running statistics learn, and they learn only while a network is trained"
        ) { placed in
            guard case .batchNorm(var settings) = placed.layer, settings.momentum != Layer.BatchNorm().momentum else {
                return nil
            }
            settings.momentum = Layer.BatchNorm().momentum
            return [.batchNorm(settings)]
        },
        RewriteRule(
            "dropout does nothing outside training", .bits, because: "it zeroes values only while a network is trained"
        ) { placed in
            if case .dropout = placed.layer { [] } else { nil }
        },
        RewriteRule(
            "droppath does nothing outside training", .bits,
            because: "it drops images only while a network is trained"
        ) { placed in
            if case .dropPath = placed.layer { [] } else { nil }
        },
    ]

    /// Two ways to write one layer.
    private static let spelling: [RewriteRule] = [
        RewriteRule(
            "an adaptive pool whose windows tile its input is an average pool", .training,
            because: "the input's size is a multiple of the output's, so all windows are equally large and none overlap"
        ) { placed in
            guard case .adaptiveAveragePool(let output) = placed.layer else { return nil }
            return Layer.AdaptiveAveragePool(output: output).tiles(of: placed).map { [.averagePool($0)] }
        },
        RewriteRule(
            "an adaptive max-pool whose windows tile its input is a max-pool", .training,
            because: "the input's size is a multiple of the output's, so all windows are equally large and none overlap"
        ) { placed in
            guard case .adaptiveMaxPool(let output) = placed.layer else { return nil }
            return Layer.AdaptiveMaxPool(output: output).tiles(of: placed).map { [.maxPool($0)] }
        },
        RewriteRule(
            "a pool whose windows fit has no use for ceil", .training,
            because: "there are as many windows without it, and none reaches beyond the padded map"
        ) { placed in
            guard var pooling = placed.layer.pooling, pooling.roundsUp else { return nil }
            pooling.roundsUp = false
            let map = placed.input.extent.slid(by: pooling.size, stride: pooling.stride, padding: pooling.padding)
            return map == placed.output.extent ? [placed.layer.withPooling(pooling)] : nil
        },
        RewriteRule(
            "a groupnorm with as many groups as channels is an instancenorm", .training,
            because: "each group is one channel"
        ) { placed in
            guard case .groupNorm(let settings) = placed.layer, settings.groups == placed.input.channels,
                !placed.input.isFlat
            else { return nil }
            return [
                .instanceNorm(
                    Layer.InstanceNorm(
                        epsilon: settings.epsilon, hasScale: true, hasBias: true, freezing: settings.freezing))
            ]
        },
        RewriteRule(
            "a pool with one position has no use for its stride", .training,
            because: "there is no second window to go to"
        ) { placed in
            guard var pooling = placed.layer.pooling else { return nil }
            let stride = Extent(
                placed.output.height == 1 ? pooling.size.height : pooling.stride.height,
                placed.output.width == 1 ? pooling.size.width : pooling.stride.width)
            guard stride != pooling.stride else { return nil }
            pooling.stride = stride
            return [placed.layer.withPooling(pooling)]
        },
        RewriteRule(
            "a convolution with one position has no use for its stride", .bits,
            because: "there is no second window to go to; gradients are summed in another order"
        ) { placed in
            guard case .convolution(var settings) = placed.layer else { return nil }
            let stride = Extent(
                placed.output.height == 1 ? 1 : settings.stride.height,
                placed.output.width == 1 ? 1 : settings.stride.width)
            // With a stride of 1 there may be more positions: then it does decide.
            guard stride != settings.stride else { return nil }
            settings.stride = stride
            return [.convolution(settings)]
        },
        RewriteRule(
            "padding: same of an odd window is that many zeros on each side", .training,
            because: "with stride 1, (kernel - 1) · dilation / 2 zeros on each side keep the size"
        ) { placed in
            guard case .convolution(var settings) = placed.layer, settings.padding == .same else { return nil }
            let reach = Extent(
                (settings.kernel.height - 1) * settings.dilation.height,
                (settings.kernel.width - 1) * settings.dilation.width)
            guard reach.height % 2 == 0, reach.width % 2 == 0 else { return nil }
            settings.padding = .exactly(Extent(reach.height / 2, reach.width / 2))
            return [.convolution(settings)]
        },
        RewriteRule(
            "a window of one value has no use for its dilation", .training, because: "there is nothing to spread"
        ) { placed in
            guard case .convolution(var settings) = placed.layer else { return nil }
            let dilation = Extent(
                settings.kernel.height == 1 ? 1 : settings.dilation.height,
                settings.kernel.width == 1 ? 1 : settings.dilation.width)
            guard dilation != settings.dilation else { return nil }
            settings.dilation = dilation
            return [.convolution(settings)]
        },
        RewriteRule(
            "a concat of one branch is that branch", .training, because: "there is nothing to join"
        ) { placed in
            guard case .concatenation(let branches) = placed.layer, branches.count == 1 else { return nil }
            return branches[0]
        },
        RewriteRule(
            "a chunk of one block is that block", .training, because: "the block gets all channels"
        ) { placed in
            guard case .chunk(let branches) = placed.layer, branches.count == 1 else { return nil }
            return branches[0]
        },
        RewriteRule(
            "a concat that is a branch of a concat is joined to it", .bits,
            because: "the channels come in the same order; the gradients of its input are summed in another"
        ) { placed in
            guard case .concatenation(let branches) = placed.layer else { return nil }
            var joined: [[Layer]] = []
            for branch in branches {
                if branch.count == 1, case .concatenation(let inner) = branch[0] {
                    joined += inner
                } else {
                    joined.append(branch)
                }
            }
            return joined.count == branches.count ? nil : [.concatenation(branches: joined)]
        },
        RewriteRule(
            "a constant factor after another is their product", .outputs,
            because: "a · (b · x) = (a · b) · x; the products are rounded in another order"
        ) { first, second in
            guard case .scale(let one) = first.layer, case .scale(let other) = second.layer, !one.isLearned,
                !other.isLearned
            else { return nil }
            return [.scale(Layer.Scale(factor: one.factor * other.factor))]
        },
        RewriteRule(
            "leakyrelu with slope 0 is relu", .outputs,
            because: "values below zero become zero; their gradients differ in the sign of a zero alone"
        ) { placed in
            placed.layer == .activation(.leakyReLU(slope: 0)) ? [.activation(.relu)] : nil
        },
        RewriteRule(
            "elu with alpha 0 is relu", .outputs,
            because: "values below zero become zero; their gradients differ in the sign of a zero alone"
        ) { placed in
            placed.layer == .activation(.elu(alpha: 0)) ? [.activation(.relu)] : nil
        },
    ]

    /// Layers that may change places.
    private static let order: [RewriteRule] = [
        RewriteRule(
            "relu and max-pool may change places", .training,
            because: "relu never reverses the order of two values; among equals both take the first, and where the "
                + "largest is not above zero neither lets a gradient through"
        ) { first, second in
            guard case .maxPool = first.layer, second.layer == .activation(.relu) else { return nil }
            return [second.layer, first.layer]
        },
        RewriteRule(
            "leakyrelu and max-pool may change places", .bits,
            because: "with a slope above zero the order of two values stays; two that become equal by rounding pass "
                + "their gradient another way"
        ) { first, second in
            guard case .maxPool = first.layer, case .activation(.leakyReLU(let slope)) = second.layer, slope > 0 else {
                return nil
            }
            return [second.layer, first.layer]
        },
        RewriteRule(
            "relu6 and max-pool may change places", .training,
            because:
                "relu6 never reverses the order of two values; where the largest is not above zero, or not below "
                + "6, neither order lets a gradient through"
        ) { first, second in
            guard case .maxPool = first.layer, second.layer == .activation(.relu6) else { return nil }
            return [second.layer, first.layer]
        },
        RewriteRule(
            "a function that keeps the order of values and max-pool may change places", .outputs,
            because: "it never reverses the order of two values, but many values become equal, and pass their "
                + "gradient another way"
        ) { first, second in
            guard case .maxPool = first.layer, case .activation(let activation) = second.layer,
                activation.form.keepsOrder
            else { return nil }
            return [second.layer, first.layer]
        },
        RewriteRule(
            "flatten and a function of each value may change places", .training,
            because: "flatten moves no value past another"
        ) { first, second in
            guard case .flatten = first.layer, second.layer.kind.isOfSingleValues else { return nil }
            return [second.layer, first.layer]
        },
        RewriteRule(
            "relu and a function that keeps the sign may change places", .bits,
            because:
                "gelu, silu, mish, hardswish, elu and tanh keep it: of a value below zero both orders make zero, and one above it relu leaves as "
                + "it is; the gradients of values that are no numbers go another way"
        ) { first, second in
            guard case .activation(let activation) = first.layer, activation.form.keepsSign,
                second.layer == .activation(.relu)
            else { return nil }
            return [second.layer, first.layer]
        },
        RewriteRule(
            "a max-pool of a max-pool is one of larger windows", .bits,
            because: "the largest of the largest is the largest of all; among equals another one gets the gradient"
        ) { first, second in
            guard case .maxPool(let inner) = first.layer, case .maxPool(let outer) = second.layer,
                inner.isTiling, outer.isTiling
            else { return nil }
            return [
                .maxPool(
                    Layer.Pooling(
                        size: Extent(
                            inner.size.height * outer.size.height, inner.size.width * outer.size.width)))
            ]
        },
        RewriteRule(
            "an average of averages is one over larger windows", .outputs,
            because: "the windows are equally large; the sums are rounded in another order"
        ) { first, second in
            guard case .averagePool(let inner) = first.layer, case .averagePool(let outer) = second.layer,
                inner.isTiling, outer.isTiling
            else { return nil }
            return [
                .averagePool(
                    Layer.Pooling(
                        size: Extent(
                            inner.size.height * outer.size.height, inner.size.width * outer.size.width)))
            ]
        },
        RewriteRule(
            "a 1x1 convolution and an average pool may change places", .outputs,
            because:
                "both are linear: the mean of products is the product of means; the sums are rounded in another order"
        ) { first, second in
            guard case .convolution(let settings) = first.layer, settings.kernel == Extent(1),
                settings.stride == Extent(1), settings.padding == .exactly(Extent(0)), second.layer.isPlainAverage
            else { return nil }
            return [second.layer, first.layer]
        },
        RewriteRule(
            "batchnorm and an average pool may change places outside training", .outputs,
            because: "with running statistics it is a factor and a shift for each channel, which the mean takes along"
        ) { first, second in
            guard case .batchNorm = first.layer, second.layer.isPlainAverage else { return nil }
            return [second.layer, first.layer]
        },
        RewriteRule(
            "flatten of Cx1x1 and a function of its channels may change places", .bits,
            because: "the vector's values are the channels, in the same order"
        ) { first, second in
            guard case .flatten = first.layer, first.input.extent == Extent(1), second.traits.treatsValuesAsChannels
            else { return nil }
            return [second.layer, first.layer]
        },
    ]

    /// So many layers are written into branches at most, that a proof does not take more time than a person has.
    private static let largestCopy = 10_000

    /// What may stand in branches or behind them.
    private static let branches: [RewriteRule] = [
        swappedBranches, partsInBranches,
        // Into the branches, where it may meet what makes it idle, never out of them.
        RewriteRule(
            "activations and pools after a concat can be applied in its branches", .training,
            because: "they compute each channel for itself, and a concat only copies channels and their gradients"
        ) { (layers: ArraySlice<PlacedLayer>) in
            guard let first = layers.first, let (branches, join) = first.joined else { return nil }
            let moved = layers.dropFirst().prefix { $0.traits.keepsChannelsApart && $0.layer != .flatten }.map(\.layer)
            guard !moved.isEmpty, branches.count * moved.count <= largestCopy else { return nil }
            return .init(count: 1 + moved.count, layers: [join.with(branches: branches.map { $0 + moved })])
        },
        RewriteRule(
            "flatten at the end of all branches of a concat can be applied after it", .training,
            because: "flatten moves no value past another, and channel follows channel in both"
        ) { placed in
            guard case .concatenation(let branches) = placed.layer, branches.count > 1,
                let (shorter, last) = withoutCommonEnd(branches), last == .flatten
            else { return nil }
            return [.concatenation(branches: shorter), last]
        },
        RewriteRule(
            "flatten at the end of both branches of a residual can be applied after it", .bits,
            because: "flatten moves no value past another"
        ) { placed in
            guard case .residual(let body, let shortcut?) = placed.layer,
                let (shorter, last) = withoutCommonEnd([body, shortcut]), last == .flatten
            else { return nil }
            return [.residual(body: shorter[0], shortcut: shorter[1]), last]
        },
        RewriteRule(
            "an average pool at the end of both branches of a residual can be applied after it", .outputs,
            because: "the mean of sums is the sum of means; they are rounded in another order"
        ) { placed in
            guard case .residual(let body, let shortcut?) = placed.layer,
                let (shorter, last) = withoutCommonEnd([body, shortcut]), last.isAverage
            else { return nil }
            return [.residual(body: shorter[0], shortcut: shorter[1]), last]
        },
        RewriteRule(
            "what all branches begin with can be applied once before them", .bits,
            because:
                "they get the same values, and it has no weights and draws no random numbers; the gradients of the "
                + "branches are summed before it and not after"
        ) { placed in
            guard let kind = placed.layer.kind as? any BranchingKind, placed.branches.count > 1,
                let first = placed.branches[0].first, first.parameters.isEmpty, first.branches.isEmpty,
                !first.layer.isRandom, placed.branches.allSatisfy({ $0.first?.layer == first.layer }),
                // The branches of a chunk get different channels.
                first.input == placed.input || first.traits.keepsChannelsApart
            else { return nil }
            return [first.layer, kind.with(branches: placed.branches.map { $0.dropFirst().map(\.layer) })]
        },
    ]

    /// Applied where blocks are rewritten, because it moves their weights: the longer text comes first.
    static let swappedBranches = RewriteRule(
        "body and shortcut of a residual may change places", .bits,
        because: "a sum does not depend on the order of its terms; fresh weights are drawn in another order",
        single: { _ in nil })

    /// Its tensors are cut into those of the branches.
    static let partsInBranches = RewriteRule(
        "a norm, a prelu, a learned scale or a position embedding after a concat can be applied in its branches", .bits,
        because: "it computes each channel, or each group of channels, for itself, and a concat only copies channels; "
            + "its parameters are cut as the channels are"
    ) { first, second in
        guard let (branches, join) = first.joined, let part = second.traits.onChannels else { return nil }
        let channels = first.branches.map { ($0.last?.output ?? first.inputOfBranches).channels }
        let parts = channels.compactMap(part)
        guard parts.count == branches.count else { return nil }
        return [join.with(branches: zip(branches, parts).map { $0 + [$1] })]
    }

    private static func withoutCommonEnd(_ branches: [[Layer]]) -> (branches: [[Layer]], end: Layer)? {
        guard let last = branches.first?.last, branches.allSatisfy({ $0.last == last }) else { return nil }
        return (branches.map { Array($0.dropLast()) }, last)
    }

    /// The same weights in another shape: a head of linear layers becomes one of convolutions.
    private static let reshaped: [RewriteRule] = [
        RewriteRule(
            "flatten and linear are a convolution as large as the map", .outputs,
            because:
                "its weight [K, C, H, W] holds the values of the linear layer's [K, C · H · W] in the same order; a "
                + "fresh one is drawn from another random stream"
        ) { first, second in
            guard case .flatten = first.layer, !first.input.isFlat, case .linear(let settings) = second.layer else {
                return nil
            }
            return [
                .convolution(
                    Layer.Convolution(
                        width: settings.width, kernel: first.input.extent, hasBias: settings.hasBias)), .flatten,
            ]
        },
        RewriteRule(
            "linear over Cx1x1 is a 1x1 convolution", .outputs,
            because: "its weight [K, C, 1, 1] holds the values of the linear layer's [K, C]; a fresh one is drawn from "
                + "another random stream"
        ) { placed in
            guard case .linear(let settings) = placed.layer, !placed.input.isFlat else { return nil }
            return [
                .convolution(
                    Layer.Convolution(width: settings.width, kernel: Extent(1), hasBias: settings.hasBias)), .flatten,
            ]
        },
    ]
}

extension PlacedLayer {
    /// What flows into each of its branches: of a chunk a share.
    var inputOfBranches: Shape {
        guard case .chunk(let branches) = layer, !branches.isEmpty else { return input }
        return Shape([input.channels / branches.count] + input.sizes.dropFirst())
    }

    /// Its branches, where it joins the channels of several.
    fileprivate var joined: (branches: [[Layer]], kind: any BranchingKind)? {
        guard case .join = layer.kind.function, let kind = layer.kind as? any BranchingKind, branches.count > 1 else {
            return nil
        }
        return (kind.blocks, kind)
    }
}

extension Layer {
    fileprivate var isAverage: Bool {
        if case .mean = kind.function { true } else { false }
    }

    /// Whether it takes means of values alone: zeros around the map would count as values.
    fileprivate var isPlainAverage: Bool {
        if case .averagePool(let pooling) = self { pooling.padding == Extent(0) } else { isAverage }
    }

    fileprivate func withPooling(_ pooling: Pooling) -> Layer {
        if case .maxPool = self { .maxPool(pooling) } else { .averagePool(pooling) }
    }
}

extension Layer.Pooling {
    /// Whether its windows touch and do not overlap.
    fileprivate var isTiling: Bool { size == stride && padding == Extent(0) && !roundsUp }
}
