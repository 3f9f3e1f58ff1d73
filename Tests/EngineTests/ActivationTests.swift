// The kernels of activations against their rows in double precision.

import CKernels
import Network
import Testing

@testable import Engine

struct ActivationTests {
    private static let functions =
        Layer.Activation.all.filter { $0 != .softmax } + [.leakyReLU(slope: 0.3), .elu(alpha: 0.5)]
    private static let values =
        (-160...159).map { Float($0) / 16 } + [-90, -30, 30, 90] + Array(repeating: 1, count: 12)

    @Test(arguments: functions, InstructionSet.allCases.filter(\.isAvailable))
    func kernelsComputeTheFunctionOfTheirRow(activation: Layer.Activation, set: InstructionSet) {
        let (y, dx) = Self.results(activation, set)
        let (form, scale) = (activation.form, 3.0)
        for (index, x) in Self.values.map(Double.init).enumerated() {
            let (value, derivative) = (form.value(x), form.derivative(x))
            #expect(abs(Double(y[index]) - value) < 5e-7 * max(1, abs(value)), "\(activation) at \(x)")
            #expect(abs(Double(dx[index]) - scale * derivative) < 2e-6, "derivative of \(activation) at \(x)")
        }
    }

    @Test(arguments: functions)
    func theDerivativeOfARowIsADifferenceOfItsFunction(activation: Layer.Activation) {
        let (form, step) = (activation.form, 1e-4)
        for x in stride(from: -8.05, through: 8, by: 0.1) {
            let difference = (form.value(x + step) - form.value(x - step)) / (2 * step)
            // The distribution function of `gelu` is known to 1e-7.
            #expect(abs(difference - form.derivative(x)) < 2e-3, "\(activation) at \(x)")
        }
    }

    /// Computed in double, rounded to float.
    @Test(arguments: functions, InstructionSet.allCases.filter(\.isAvailable))
    func valuesArePyTorchs(activation: Layer.Activation, set: InstructionSet) throws {
        let file = try TensorFile(fixture: "activations")
        #expect(file.values("x") == Self.values)
        let name = activation.description.replacing(" ", with: "-")
        let (expected, derivative) = (file.values("\(name).y"), file.values("\(name).dx"))
        let (y, dx) = Self.results(activation, set)
        #expect(expected.count == y.count)
        for index in expected.indices {
            let (x, error) = (Self.values[index], abs(y[index] - expected[index]))
            #expect(error < 5e-7 * max(1, abs(expected[index])), "\(activation) at \(x)")
            #expect(abs(dx[index] - 3 * derivative[index]) < 2e-6, "derivative of \(activation) at \(x)")
        }
    }

    /// y, and dx where all gradients are 3.
    static func results(_ activation: Layer.Activation, _ set: InstructionSet) -> (y: [Float], dx: [Float]) {
        let kernel = ActivationKernel(activation).of(set.kernels)
        let (setting, count) = (Float(activation.form.setting?.value ?? 0), values.count)
        precondition(count % 16 == 0, "kernels take whole vectors")
        var (y, dx) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
        kernel.forward(setting, values, &y, Int64(count), 0)
        kernel.gradient(setting, values, y, [Float](repeating: 3, count: count), &dx, Int64(count), 0)
        return (y, dx)
    }
}
