// What a person reads when something is wrong: the block with its place, and what to do.

import Language
import Network
import Runtime
import Testing

@testable import Session

struct ErrorTests {
    /// Values beyond each limit that a parameter declares, and what the error says of the limit.
    private func outside(_ kind: WordParameter.Kind) -> [(value: Value, bounds: [String])] {
        switch kind {
        case .integer(let range), .extent(let range):
            var isExtent = false
            if case .extent = kind { isExtent = true }
            let bounds = ["\(range.lowerBound)", "\(range.upperBound)"]
            var values: [(Value, [String])] = []
            if range.upperBound < .max {
                values = [(.integer(range.lowerBound - 1), bounds), (.integer(range.upperBound + 1), bounds)]
                if isExtent { values.append((.shape(Shape([1, range.upperBound + 1])), bounds)) }
            } else if range.lowerBound > .min {
                values.append((.integer(range.lowerBound - 1), [bounds[0]]))
            }
            return isExtent || range.lowerBound == .min ? values : values + [(.decimal(1e300), bounds)]
        case .decimal(let range, _, _):
            let bounds = [range.lowerBound, range.upperBound].filter(\.isFinite).map(decimalText)
            return [range.lowerBound - 1, range.upperBound + 1].filter(\.isFinite).map { (.decimal($0), bounds) }
        default: return []
        }
    }

    @Test func aNumberBeyondALimitIsToldTheWholeLimit() throws {
        let session = SessionState(output: RecordingOutput(), folder: "/", interruption: Cancellation())
        let interpreter = Interpreter(session, SourceText(""))
        var count = 0
        for word in Vocabulary.all {
            for parameter in word.parameters {
                for (value, bounds) in outside(parameter.kind) {
                    count += 1
                    var message = ""
                    do { _ = try interpreter.convert(value, to: parameter, of: word, at: SourceRange(0, 0)) } catch {
                        message = Stop(error).diagnostic.message
                    }
                    for bound in bounds {
                        #expect(
                            message.split { !"0123456789.e-".contains($0) }.contains { $0 == bound },
                            "\(word.name) \(parameter.label) \(value.text): \(message)")
                    }
                }
            }
        }
        #expect(count > 100)
    }

    @Test func aShapeFaultNamesTheLayerAndTheWayToIt() {
        let program = """
            // a head without flatten


            model VGG(pooled: true) {
                input 3x32x32
                for (width, depth) in [(64, 2), (128, 3), (256, 3), (512, 3)] {
                    repeat depth { conv width, kernel: 3, padding: 1; relu }
                    maxpool 2
                }
                if pooled { adaptiveavgpool 2 }
                linear 4096; relu
            }
            """
        #expect(
            fault(program) == """
                error: linear expects a flat input, but it gets 512x2x2
                  11 │     linear 4096; relu
                     │     ^^^^^^^^^^^
                  in model VGG(pooled: true), after layer 27 (adaptiveavgpool 2)
                  fix: put `flatten` or `gap` before it
                """)
    }

    @Test func anUnknownOptionNamesTheOneThatWasMeant() {
        #expect(
            fault("model gap1 { input 3x8x8; flatten; linear 10 }\ntrain gap1, optimizer: adam(learningrate: 1e-3)")
                == """
                error: there is no `learningrate:` option of `adam`
                   2 │ train gap1, optimizer: adam(learningrate: 1e-3)
                     │                             ^^^^^^^^^^^^
                  fix: did you mean `lr:`?   options: lr, betas, eps, weightdecay, decayonly, biasrate, normbiasrate
                """)
    }

    @Test(arguments: [
        ("Conv2d 64", "`conv`"), ("Dense 10", "`linear`"), ("fc 10", "`linear`"), ("BatchNorm2d 3", "`batchnorm`"),
        ("tarin 3", "`train`"), ("sumary", "`summary`"), ("let value = 1\nvalu", "`value`"),
        ("let d = adm(lr: 1)", "`adam`"),
        ("adam(learning_rate: 1)", "`lr:`"), ("plot [1], y: acuracy", "`accuracy`"), ("3x4x4.hight", "`height`"),
        ("model N { conv 3, kernel_size: 3 }", "`kernel:`"), ("train batch_size: 3", "`batch:`"),
    ])
    func didYouMean(_ row: (program: String, name: String)) {
        #expect(
            fault(row.program)?.contains("did you mean \(row.name)?") == true, "\(fault(row.program) ?? "no fault")")
    }

    @Test(arguments: [
        ("let x = 3\nx -1", "2:1", "not-callable"), ("adam(lr: -1)", "1:10", "out-of-range"),
        ("model N { conv 0 }", "1:16", "out-of-range"), ("adam(lr: true)", "1:10", "wrong-type"),
        ("adam(lr: 1, lr: 2)", "1:13", "given-twice"), ("abs(1, 2)", "1:8", "too-many-arguments"),
        ("abs()", "1:1", "missing-argument"),
        ("model conv { relu }", "1:7", "reserved-name"),
        ("model N { input 3x4x4; relu; input 3x4x4 }", "1:30", "input-not-first"),
        ("model N { input 3x4x4; shortcut { relu } }", "1:24", "shortcut-alone"), ("compare 1, 2", "1:9", "wrong-type"),
        ("let x = 1\nlet x = 2", "2:5", "bound-twice"),
        ("train", "1:1", "no-subject"), ("model N { }", "1:7", "empty-model"),
        ("let (a, b) = [1]", "1:14", "wrong-count"),
        ("let x = print 3", "1:9", "no-value"), ("print nowhere", "1:7", "unknown-name"),
        ("summary 3", "1:9", "wrong-type"),
        ("model N { dropout 1 }", "1:19", "out-of-range"), ("relu", "1:1", "layer-outside"),
    ])
    func standsAtItsPlace(_ row: (program: String, place: String, code: String)) throws {
        let session = Session()
        guard case .failed(let diagnostic) = session.run(row.program) else {
            Issue.record("\(row.program) is no error")
            return
        }
        let range = try #require(diagnostic.range)
        let position = try #require(diagnostic.source?.position(of: range.start))
        #expect(diagnostic.code.text == row.code)
        #expect("\(position.line):\(position.column)" == row.place)
        #expect(session.output.all.diagnostics.count == 1)
    }

    @Test func aFailingStatementBindsNothingAndKeepsWhatCameBefore() {
        let session = Session()
        session.run("let a = 1\nlet b = nowhere\nlet c = 3")
        session.run("print a")
        #expect(session.output.all.text == "1\n")
        guard case .failed = session.run("b"), case .failed = session.run("c") else {
            Issue.record("b or c is bound")
            return
        }
    }

    @Test func aCellThatCannotBeReadDoesNotRun() {
        let session = Session()
        guard case .failed = session.run("print 1\nlet = 3\nprint 2") else {
            Issue.record("no failure")
            return
        }
        #expect(session.output.all.text == "")
    }

    @Test func deepProgramsAreErrorsOrRunButNeverCrash() {
        let deep = String(repeating: "(", count: 400) + "1" + String(repeating: ")", count: 400)
        #expect(printed("print " + deep) == "1\n")
        #expect(printed("print 1" + String(repeating: " + 1", count: 400)) == "401\n")
        #expect(fault("print " + String(repeating: "[", count: 100_000)) != nil)
        var nested = "let x0 = [1]\n"
        for level in 1...600 { nested += "let x\(level) = [x\(level - 1)]\n" }
        #expect(fault(nested)?.contains("deep") == true)
        var blocks = "block b0 { relu }\n"
        for level in 1...340 { blocks += "block b\(level)(x: 1) { if true { if true { b\(level - 1) } } }\n" }
        #expect(fault(blocks) != nil)
    }

    @Test func quitEndsTheSession() {
        guard case .quit = Session().run("quit") else {
            Issue.record("quit did not quit")
            return
        }
    }
}
