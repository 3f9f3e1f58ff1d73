// Errors at places of the text that is read, with the definitions around them: what interpreter, checker and words
// share.

import Language
import Network
import Text

/// Used by the thread that reads the text.
final class FaultMaker {
    /// The cell, or the definition of an earlier one, that is read.
    var source: SourceText
    /// The definitions being read, outermost first; also stops a block that calls itself.
    var definitions: [(template: Template, text: String)] = []

    init(_ source: SourceText) { self.source = source }

    func fault(
        _ code: FaultCode, _ message: String, at range: SourceRange?, context: [String] = [], fix: String? = nil,
        edits: [TextEdit] = []
    ) -> Diagnostic {
        let around = definitions.last.map { ["in \($0.template.isModel ? "model" : "block") \($0.text)"] } ?? []
        return Diagnostic(
            code: code, message, source: source, at: range, context: context.isEmpty ? around : context, fix: fix,
            edits: edits)
    }

    func interrupted(at range: SourceRange) -> Stop {
        .interrupted(fault(.interrupted, "interrupted", at: range, context: []))
    }

    func tooLong(at range: SourceRange) -> Diagnostic {
        fault(
            .tooLong, "a list holds at most \(grouped(EvaluationLimits.elements)) values", at: range,
            fix: "go over a range, which is no list: `for n in 1...100_000_000 { … }`")
    }

    func textTooLong(at range: SourceRange) -> Diagnostic {
        fault(
            .tooLong, "a string holds at most \(grouped(EvaluationLimits.elements)) bytes", at: range,
            fix: "write it in parts")
    }

    func divisionByZero(at place: SourceRange) -> Diagnostic {
        fault(.divisionByZero, "this divides by zero", at: place, fix: "ask before: `if n != 0 { … }`")
    }

    func overflow(at place: SourceRange) -> Diagnostic {
        fault(
            .overflow, "the result is too large for a number", at: place,
            fix: "numbers reach to 1.8e308")
    }

    /// - Parameter instead: how the result is a decimal.
    func wholeOverflow(at place: SourceRange, instead: String) -> Diagnostic {
        fault(
            .overflow, "the result is too large for a whole number", at: place,
            fix: "whole numbers reach to \(Int.max); \(instead)")
    }

    /// A shape of sizes that are each at least 1 and whose product is a number.
    func shape(_ sizes: [Int], at range: SourceRange) throws -> Shape {
        guard (1...3).contains(sizes.count) else {
            throw fault(
                .wrongCount, "a shape has one to three sizes, not \(sizes.count)", at: range,
                fix: "for example `3x32x32`, or `shape(3, n, n)`")
        }
        var product = 1
        for size in sizes {
            let most = EvaluationLimits.shapeValues
            guard size >= 0 else {
                throw fault(
                    .outOfRange, "a size is 0 to \(most), not \(size)", at: range, fix: "for example `3x32x32`")
            }
            let (next, overflows) = product.multipliedReportingOverflow(by: max(size, 1))
            guard !overflows, next <= most else {
                throw fault(
                    .outOfRange, "this shape is too large: shapes hold at most \(most) values", at: range,
                    fix: "write smaller sizes")
            }
            product = next
        }
        return Shape(sizes)
    }
}
