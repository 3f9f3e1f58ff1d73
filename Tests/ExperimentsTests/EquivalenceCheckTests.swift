// What the engine shows of two networks: whether a proof holds, and whether one computes what the other cannot.

import Engine
import Experiments
import Network
import Runtime
import Testing

struct EquivalenceCheckTests {
    private static let relu = Layer.activation(.relu)
    private static let conv = Layer.convolution(.init(width: 6, padding: .exactly(Extent(1))))
    private static let small = Layer.convolution(.init(width: 6, kernel: Extent(1)))
    private static let head: [Layer] = [.flatten, .linear(.init(width: 3))]

    private func networks(_ first: [Layer], _ second: [Layer]) throws -> (Architecture, Architecture) {
        let input = Shape([3, 8, 8])
        return (try Architecture(input: input, layers: first), try Architecture(input: input, layers: second))
    }

    private func check(_ first: [Layer], _ second: [Layer]) throws -> EquivalenceCheck? {
        let (one, two) = try networks(first, second)
        return try EquivalenceCheck(one, two, Equivalence(one, two), cancellation: Cancellation())
    }

    /// Fresh batch norms pass values on nearly as they are, and would let this pair through.
    @Test func batchNormAndReLUDoNotChangePlaces() throws {
        let check = try #require(
            try check([.batchNorm(.init()), Self.relu] + Self.head, [Self.relu, .batchNorm(.init())] + Self.head))
        #expect(!check.hasSameBits && check.difference > 1e-2)
    }

    @Test func aProvenTrainingIsCheckedInEveryPrecision() throws {
        let dilated = Layer.convolution(.init(width: 6, kernel: Extent(1), dilation: Extent(3)))
        let check = try #require(try check([Self.small, Self.relu] + Self.head, [dilated, Self.relu] + Self.head))
        #expect(check.trainsTheSame == true && check.hasSameBits)
    }

    @Test func swappedBranchesTakeTheirWeightsAlong() throws {
        let check = try #require(
            try check(
                [.residual(body: [Self.conv, Self.relu], shortcut: [Self.small])] + Self.head,
                [.residual(body: [Self.small], shortcut: [Self.conv, Self.relu])] + Self.head))
        #expect(check.hasSameBits)
    }

    @Test func aNormThatIsCutIntoBranchesTakesItsParametersAlong() throws {
        let branches: [[Layer]] = [[Self.conv], [], [Self.small]]
        let joined: [Layer] = [.concatenation(branches: branches), .batchNorm(.init()), Self.relu] + Self.head
        let cut: [Layer] =
            [.concatenation(branches: branches.map { $0 + [.batchNorm(.init()), Self.relu] })] + Self.head
        for (first, second) in [(joined, cut), (cut, joined)] {
            let check = try #require(try check(first, second))
            #expect(check.hasSameBits)
        }
    }

    /// The first computes what the second cannot, whatever its weights.
    private static let refuted: [(String, [Layer], [Layer])] = [
        ("bends", [conv, relu] + head, [conv] + head),
        ("bends", [.maxPool(.init(size: Extent(2)))] + head, [.averagePool(.init(size: Extent(2)))] + head),
        ("bends", head + [.activation(.softmax)], head),
        ("kinks", [conv, relu] + head, [conv, .activation(.gelu)] + head),
        ("kinks", [.maxPool(.init(size: Extent(2)))] + head, [conv, .activation(.tanh)] + head),
        ("below 0", head, head + [.activation(.sigmoid)]),
        ("above 1", head, head + [.activation(.tanh)]),
        ("shifted", head, [.flatten, .linear(.init(width: 3, hasBias: false))]),
        ("shifted", [conv, relu] + head, [relu, .flatten, .linear(.init(width: 3, hasBias: false))]),
    ]

    @Test(arguments: refuted)
    func whatTheOtherCannotComputeIsShown(_ what: String, _ first: [Layer], _ second: [Layer]) throws {
        let (one, two) = try networks(first, second)
        #expect(Equivalence(one, two).answer == .unknown)
        let found: String
        switch try FunctionWitness(one, against: two, cancellation: Cancellation()) {
        case .bends: found = "bends"
        case .hasKinks: found = "kinks"
        case .isShifted: found = "shifted"
        case .leaves(let range, let value):
            #expect(!range.contains(value))
            found = value < range.lowerBound ? "below \(Int(range.lowerBound))" : "above \(Int(range.upperBound))"
        case nil: found = "nothing"
        }
        #expect(found == what)
    }

    @Test func aWitnessIsLookedForUntilItIsCancelled() throws {
        let (one, two) = try networks([Self.conv, Self.relu] + Self.head, [Self.conv] + Self.head)
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: TrainingError.self) { try FunctionWitness(one, against: two, cancellation: cancellation) }
    }

    /// Networks of other inputs or outputs are told apart by their sizes.
    @Test func aWitnessIsOfTheSameInputsAndOutputs() throws {
        let one = try Architecture(input: Shape([3, 8, 8]), layers: [Self.conv, Self.relu] + Self.head)
        for (input, width) in [(Shape([3, 4, 4]), 3), (Shape([3, 8, 8]), 4)] {
            let other = try Architecture(input: input, layers: [.flatten, .linear(.init(width: width))])
            #expect(try FunctionWitness(one, against: other, cancellation: Cancellation()) == nil)
        }
    }

    /// The functions are the same, with other weights: nothing may show that they are not.
    private static let sameFunctions: [(String, [Layer], [Layer])] = [
        (
            "a bias before batchnorm", [conv, .batchNorm(.init())] + head,
            [.convolution(.init(width: 6, padding: .exactly(Extent(1)), hasBias: false)), .batchNorm(.init())] + head
        ),
        ("two linear layers against one", [.flatten, .linear(.init(width: 200)), .linear(.init(width: 3))], head),
        (
            "tanh and sigmoid", [.flatten, .linear(.init(width: 4)), .activation(.tanh), .linear(.init(width: 3))],
            [.flatten, .linear(.init(width: 4)), .activation(.sigmoid), .linear(.init(width: 3))]
        ),
        (
            "branches of a concat", [.concatenation(branches: [[conv], [small]])] + head,
            [.concatenation(branches: [[small], [conv]])] + head
        ),
        ("1x1 convolutions in a chain", [small, small] + head, [small] + head),
        ("batchnorm after batchnorm", [.batchNorm(.init()), .batchNorm(.init())] + head, [.batchNorm(.init())] + head),
        (
            "a bias before softmax", head + [.activation(.softmax)],
            [.flatten, .linear(.init(width: 3)), .batchNorm(.init()), .activation(.softmax)]
        ),
    ]

    @Test(arguments: sameFunctions)
    func functionsThatMayBeTheSameAreNotRefuted(_ name: String, _ first: [Layer], _ second: [Layer]) throws {
        let (one, two) = try networks(first, second)
        #expect(Equivalence(one, two).answer == .unknown)
        for (a, b) in [(one, two), (two, one)] {
            #expect(try FunctionWitness(a, against: b, cancellation: Cancellation()) == nil, "\(name)")
        }
    }
}
