// Models: shapes, checks, blocks, and the summary of the experiment's networks byte for byte.

import Foundation
import Testing

let vgg = """
    model VGG(pooled: true) {
        input 3x32x32
        for (width, depth) in [(64, 2), (128, 3), (256, 3), (512, 3)] {
            repeat depth { conv width, kernel: 3, padding: 1; relu }
            maxpool 2
        }
        if pooled { adaptiveavgpool 2 }
        flatten
        linear 4096; relu
        linear 4096; relu
        dropout 0.2
        linear 10
    }
    let gap  = VGG(pooled: true)
    let flat = VGG(pooled: false)

    """

/// torchsummary's own output.
private func golden(_ name: String) throws -> String {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let folder = tests.appendingPathComponent("NetworkTests/Golden")
    return try String(contentsOf: folder.appendingPathComponent("torchsummary-\(name).txt"), encoding: .utf8)
}

struct ModelTests {
    /// The second of each pair is the one that cannot, whatever its weights, in either order.
    @Test(arguments: [
        ("linear 8; relu; linear 10", "linear 10", "B is affine whatever its weights, and A is not"),
        ("linear 8; relu; linear 10", "linear 8; gelu; linear 10", "B is smooth whatever its weights, and A has kinks"),
        (
            "linear 10", "linear 10, bias: false",
            "B gives twice the output for twice the input whatever its weights, and A does not"
        ),
        ("linear 10", "linear 10; sigmoid", "B gives no value below 0 whatever its weights, and A does"),
    ])
    func diffSaysWhatANetworkCannotCompute(_ first: String, _ second: String, _ reason: String) throws {
        for order in ["A, B", "B, A"] {
            let session = Session()
            session.run("model A { input 3x8x8; flatten; \(first) }\nmodel B { input 3x8x8; flatten; \(second) }")
            session.run("let proof = diff \(order)\nprint proof.answer, proof.same")
            let shown = try #require(session.output.all.shown.first)
            let names = order.replacing(", ", with: " and ")
            #expect(shown.text.hasPrefix("\(names): not the same function: \(reason); the first to differ are"))
            #expect(session.output.all.text == "not the same function false\n")
        }
    }

    @Test(arguments: [("gap", "custom-vgg-pooled"), ("flat", "custom-vgg-flat")])
    func summaryIsTorchsummarysByteForByte(_ row: (name: String, file: String)) throws {
        let session = Session()
        session.run(vgg + "summary \(row.name)")
        let shown = try #require(session.output.all.shown.first)
        #expect(try shown.text + "\n" == golden(row.file))
        #expect(shown.html?.contains("32,997,834") == true)
        // The short notes of `lint` are an output of their own.
        let notes = try #require(session.output.all.shown.last)
        #expect(notes.text.hasPrefix("lint: layer 15 (conv 256, padding: 1) sees more than the image"))
        #expect(notes.text.contains("layer 27 (adaptiveavgpool 2) does nothing here") == (row.name == "gap"))
    }

    @Test func aModelPrintsItsShapesAndParameters() {
        #expect(printed(vgg + "print gap") == "VGG(pooled: true): 3x32x32 → 10, 32,997,834 parameters\n")
        #expect(
            printed(vgg + "print gap.parameters, gap.operations, gap.input, gap.output, VGG.parameters")
                == "32997834 347840512 3x32x32 10 32997834\n")
    }

    @Test func aModelIsCheckedAtItsDefinition() {
        #expect(
            fault("model Net { input 3x8x8; conv 4, kernel: 9; flatten; linear 10 }")?.contains("does not fit") == true)
    }

    @Test func requiredParametersAreCheckedAtEachInstance() {
        let net = "model Net(width) { input 3x8x8; conv width; flatten; linear 10 }\n"
        #expect(printed(net + "print Net(width: 4)") == "Net(width: 4): 3x8x8 → 10, 1,562 parameters\n")
        #expect(fault(net + "print Net(0)")?.contains("`width` of `conv`") == true)
        #expect(fault(net + "print Net()")?.contains("needs `width:`") == true)
        #expect(fault(net + "print Net(widht: 3)")?.contains("did you mean `width:`") == true)
    }

    @Test func blocksAddTheirLayers() {
        let program = """
            block Stage(width, depth: 1) { repeat depth { conv width, padding: 1; relu }; maxpool 2 }
            block Head { flatten; linear 10 }
            model Net { input 3x8x8; Stage 4; Stage(8, depth: 2); Head }
            print Net, Net.layers
            """
        #expect(printed(program) == "Net: 3x8x8 → 10, 1,322 parameters 10\n")
    }

    @Test func aBlockThatContainsItselfIsAnError() {
        let program = "block A { B }\nblock B { A }\nmodel Net { input 3x8x8; A }"
        #expect(fault("block A { A }") != nil)
        #expect(fault(program) != nil)
    }

    @Test func aVariableMayBearALayersName() {
        #expect(
            printed(
                "let relu = 3\nmodel N(gap: true) { input 3x4x4; relu; if gap { gap }; flatten; linear relu }\nprint N.output, relu"
            )
                == "3 3\n")
    }

    @Test func layersOutsideOfModelsAreAnError() {
        #expect(fault("conv 64")?.contains("layers belong in the body") == true)
        #expect(fault("let a = relu")?.contains("layers belong in the body") == true)
    }

    @Test func aModelWithoutInputTakesItsShapeFromTheData() {
        #expect(result("model Net { flatten; linear 10 }\nNet") == "Net: 2 layers, its input is that of the data")
    }
}
