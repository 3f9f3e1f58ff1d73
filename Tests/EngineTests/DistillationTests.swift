// Trainings that follow a teacher, against PyTorch (Fixtures/distillation.py).

import Foundation
import Network
import Runtime
import TestSupport
import Testing

@testable import Engine

@Suite struct DistillationTests {
    private let file: TensorFile
    private let shape = Shape(channels: 3, height: 8, width: 8)

    init() throws { file = try TensorFile(fixture: "distillation") }

    private func values(_ name: String) throws -> [Float] { try #require(file.tensors[name]?.values) }

    private func executor(
        _ width: Int, _ start: String, _ pool: ThreadPool, _ set: InstructionSet, parts: Int = 1,
        gradient: GradientOptions = GradientOptions()
    ) throws -> Executor {
        let architecture = try Architecture(
            input: shape,
            layers: [
                .convolution(.init(width: width)), .batchNorm(.init()), .activation(.tanh), .flatten,
                .linear(.init(width: 10)),
            ])
        let executor = try Executor(
            architecture, batchSize: 6, parts: parts,
            optimizer: .sgd(learningRate: 0.02, momentum: 0.9), seeds: Seeds(1), gradient: gradient, pool: pool,
            instructionSet: set)
        for (index, tensor) in executor.parameters.enumerated() {
            executor.setParameter(index, to: try values("\(start).\(tensor.name)"))
        }
        return executor
    }

    private func student(_ name: String, _ set: InstructionSet, threads: Int = 2, parts: Int = 1) throws -> Executor {
        let pool = ThreadPool(threadCount: threads)
        var gradient = GradientOptions()
        if name == "weighted" {
            gradient.labelSmoothing = 0.1
            gradient.classWeights = try values("classes").map(Double.init)
        }
        let student = try executor(8, "start", pool, set, parts: parts, gradient: gradient)
        let teacher = try executor(12, "teacher", pool, set, parts: parts)
        student.teacher =
            name == "plain"
            ? Teaching(teacher, temperature: 4, weight: 0.5) : Teaching(teacher, temperature: 2.5, weight: 0.3)
        return student
    }

    private func images() throws -> MemoryImages {
        MemoryImages(shape: shape, values: try values("input"), labels: try values("labels").map { Int($0) })
    }

    @Test(arguments: ["plain", "weighted"], InstructionSet.allCases.filter(\.isAvailable))
    func itsStepsArePyTorchs(_ name: String, _ set: InstructionSet) throws {
        let (student, images) = (try student(name, set), try images())
        for (step, expected) in try values("\(name).losses").enumerated() {
            let loss = try student.train(0..<6, of: images, epoch: 1, cancellation: Cancellation()).loss / 6
            #expect(abs(loss - Double(expected)) <= 1e-5 * Double(expected), "\(name), step \(step)")
            guard step == 0 else { continue }
            for (index, tensor) in student.parameters.enumerated() where tensor.isTrained {
                let (found, wanted) = (student.gradient(index), try values("\(name).gradient.\(tensor.name)"))
                let difference = zip(found, wanted).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }.squareRoot()
                let norm = wanted.reduce(0.0) { $0 + pow(Double($1), 2) }.squareRoot()
                // The bias before a batch norm has no gradient but rounding.
                #expect(difference <= 5e-5 * norm + 1e-7, "\(name), \(tensor.name)")
            }
        }
    }

    @Test func theBitsAreTheSameOnEachNumberOfThreadsAndEachInstructionSet() throws {
        var found: Set<UInt64> = []
        for set in InstructionSet.allCases.filter(\.isAvailable) {
            for threads in [1, 2, 3, 7] {
                let (student, images) = (try student("weighted", set, threads: threads, parts: 2), try images())
                var loss = 0.0
                for _ in 0..<4 {
                    loss = try student.train(0..<6, of: images, epoch: 1, cancellation: Cancellation()).loss
                }
                found.insert(loss.bitPattern)
            }
        }
        #expect(found.count == 1)
    }

    /// Its statistics are those that it has, and only the student learns.
    @Test func theTeacherStaysAsItIs() throws {
        let set = InstructionSet.allCases.filter(\.isAvailable)[0]
        let (student, images) = (try student("plain", set), try images())
        let teacher = try #require(student.teacher).executor
        let before = teacher.parameters.indices.map(teacher.parameter)
        for _ in 0..<3 { _ = try student.train(0..<6, of: images, epoch: 1, cancellation: Cancellation()) }
        #expect(before == teacher.parameters.indices.map(teacher.parameter) && teacher.steps == 0)
    }

    /// In measuring, the labels alone count.
    @Test func aMeasurementIsThatOfTheStudentAlone() throws {
        let set = InstructionSet.allCases.filter(\.isAvailable)[0]
        let (student, images) = (try student("plain", set), try images())
        let followed = try student.evaluate(0..<6, of: images, cancellation: Cancellation()).loss
        student.teacher = nil
        #expect(try student.evaluate(0..<6, of: images, cancellation: Cancellation()).loss == followed)
    }

    /// A NaN in an image arrives at the loss.
    @Test func aNaNArrivesAtTheLoss() throws {
        let set = InstructionSet.allCases.filter(\.isAvailable)[0]
        let student = try student("plain", set)
        var values = try values("input")
        values[5] = .nan
        let images = MemoryImages(shape: shape, values: values, labels: [0, 1, 2, 3, 4, 5])
        #expect(try student.train(0..<6, of: images, epoch: 1, cancellation: Cancellation()).loss.isNaN)
    }
}
