import Session
import Testing

@testable import Terminal

struct ProgressBarTests {
    static let update = ProgressUpdate(
        id: 1, title: "VGG(pooled: true) 2/10", fraction: 0.456,
        facts: ["loss 1.234", "accuracy 56.8 %", "198 images/s", "12:34 left"])

    @Test func aWideTerminalShowsEveryFactAndTheEpoch() {
        let text = ProgressBar(update: Self.update, columns: 140).text
        #expect(Self.update.facts.allSatisfy { text.contains($0) })
        #expect(text.contains("━") && text.contains("─") && text.hasPrefix("VGG(pooled: true) 2/10 "))
    }

    /// Speed and accuracy give way to the title, the time left and the loss do not.
    @Test func eightyColumnsShowTheWholeTitle() {
        let text = ProgressBar(update: Self.update, columns: 80).text
        #expect(text.hasPrefix("VGG(pooled: true) 2/10 ━") && text.contains("─"))
        #expect(text.hasSuffix("  loss 1.234  accuracy 56.8 %  12:34 left"))
        var study = Self.update
        study.title = "M(w: 32) seed 1 1/3, training 1 of 4"
        let line = ProgressBar(update: study, columns: 80).text
        #expect(line.hasPrefix(study.title + " ━") && line.hasSuffix("  loss 1.234  12:34 left"))
    }

    @Test(arguments: ["training 2 of 6", "training 12 of 24"])
    func aLongTitleKeepsSeedEpochAndNumber(_ number: String) {
        var update = Self.update
        update.title = "Net(width: 8, pooled: false) seed 3 1/10, \(number)"
        let text = ProgressBar(update: update, columns: 80).text
        #expect(text.hasPrefix("Net(") && text.contains(" seed 3 1/10, \(number) "))
        #expect(text.contains("loss 1.234"))
    }

    @Test func aNarrowTerminalShowsTheFirstFacts() {
        let narrow = ProgressBar(update: Self.update, columns: 40).text
        #expect(narrow.contains("loss 1.234") && !narrow.contains("12:34 left"))
    }

    @Test(arguments: [12, 20, 40, 60, 80, 100, 120, 200])
    func theLineNeverWraps(columns: Int) {
        #expect(ProgressBar(update: Self.update, columns: columns).text.count < columns)
    }

    @Test(arguments: [12, 20, 40, 60, 80, 100])
    func aLineOfWideCharactersNeverWraps(columns: Int) {
        var update = Self.update
        update.title = String(repeating: "漢", count: 30) + " 2/10"
        func width(_ text: String) -> Int { text.reduce(0) { $0 + ($1 == "漢" ? 2 : 1) } }
        #expect(width(ProgressBar(update: update, columns: columns).text) < columns)
        (update.isFinal, update.facts) = (true, [])
        #expect(width(ProgressBar(update: update, columns: columns).text) < columns)
    }

    @Test(arguments: [(-1.0, "0 %"), (0, "0 %"), (0.999, "99 %"), (1, "100 %"), (7, "100 %")])
    func thePercentIsRoundedDownAndBounded(fraction: Double, percent: String) {
        let update = ProgressUpdate(id: 1, title: "t", fraction: fraction, facts: [])
        #expect(ProgressBar(update: update, columns: 80).text.hasSuffix(" " + percent))
    }

    @Test func whatCameOfItIsToldWhole() {
        var done = ProgressUpdate(
            id: 1, title: "compared gap, flat over 6 seeds", fraction: 1, facts: [], isFinal: true)
        done.conclusion = "undecided: about 12 more seeds would settle a difference of 0.5"
        let lines = ProgressBar(update: done, columns: 40).text.split(separator: "\n")
        #expect(lines.joined(separator: " ") == "\(done.title): \(done.conclusion)")
        #expect(lines.count > 1 && lines.allSatisfy { $0.count < 40 })
    }

    @Test func severalConclusionsHaveALineEach() {
        var done = ProgressUpdate(id: 1, title: "compared a, b, c", fraction: 1, facts: [], isFinal: true)
        done.conclusion = "a is better\nundecided"
        #expect(ProgressBar(update: done, columns: 80).text == "compared a, b, c:\na is better\nundecided")
    }

    @Test func whatIsOverNeedsNoBar() {
        let done = ProgressUpdate(
            id: 1, title: "VGG(pooled: true) trained, 10 epochs", fraction: 1,
            facts: ["test loss 0.1234", "test accuracy 56.78 %", "198 images/s"], isFinal: true)
        #expect(
            ProgressBar(update: done, columns: 80).text
                == "VGG(pooled: true) trained, 10 epochs  test loss 0.1234  test accuracy 56.78 %\n  198 images/s")
        // No fact is left out for a less important one.
        let narrow = ProgressBar(update: done, columns: 70).text
        #expect(narrow.hasSuffix("test loss 0.1234\n  test accuracy 56.78 %  198 images/s"))
        #expect(ProgressBar(update: done, columns: 100).text.hasSuffix("  198 images/s"))
    }
}
