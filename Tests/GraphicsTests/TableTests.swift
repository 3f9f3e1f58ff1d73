// Tables in every form.

import Foundation
import Testing

@testable import Graphics

struct TableTests {
    private var table: Table {
        var table = Table(columns: [
            Table.Column("name", isNumber: false), Table.Column("accuracy"), Table.Column("seconds", isTiming: true),
        ])
        table.add([Table.Cell("gap|<1>"), Table.Cell("78.42 %", number: 78.42), Table.Cell("1.5", number: 1.5)])
        table.add([Table.Cell("a, \"b\""), Table.Cell("5.00 %", number: 5)])
        return table
    }

    @Test func textLinesUpNumbersAtTheRight() {
        #expect(
            table.text == """
                name     accuracy  seconds
                ───────  ────────  ───────
                gap|<1>   78.42 %      1.5
                a, "b"     5.00 %
                """)
    }

    @Test(arguments: [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("+1+1", "'+1+1"), ("-1+1", "'-1+1"), ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "\"'\t=1\""), ("\r\n=1", "\"'\r\n=1\""), ("  =1", "'  =1"), ("＝1", "'＝1"),
        ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""), ("a;=1", "\"a;=1\""),
        ("-0.5", "-0.5"), ("+2e3", "+2e3"), ("cat", "cat"), ("a=b", "a=b"), ("", ""), ("−0.5", "−0.5"),
        ("\u{200B}=1", "'\u{200B}=1"), ("\u{3000}=1", "'\u{3000}=1"), ("\u{FEFF}\u{2009}@x", "'\u{FEFF}\u{2009}@x"),
        ("\u{AD}\u{2060}\u{3164}+x", "'\u{AD}\u{2060}\u{3164}+x"), ("|x", "'|x"), ("%x", "'%x"), ("−1+1", "'−1+1"),
        ("﹢x", "'﹢x"), ("﹣x", "'﹣x"), ("﹦x", "'﹦x"), ("﹫x", "'﹫x"), ("－x", "'－x"), ("＠x", "'＠x"), ("％x", "'％x"),
        ("⁼x", "'⁼x"), ("\u{200B}cat", "\u{200B}cat"), ("漢字", "漢字"),
    ])
    func noTextOfACSVIsAFormula(_ text: String, _ written: String) {
        var table = Table(columns: [Table.Column(text, isNumber: false), Table.Column("n")])
        table.add([Table.Cell(text), Table.Cell("-5.00 %", number: -5)])
        #expect(table.csv == "\(written),n\n\(written),-5")
    }

    /// Columns as a terminal counts them: two of each Chinese character and emoji, none of an accent or a joiner.
    @Test func wideAndJoinedCharactersShiftNoColumn() {
        var table = Table(columns: [Table.Column("名字", isNumber: false), Table.Column("seed")])
        for name in [
            "漢字漢字", "abcdefgh", "e\u{301}te\u{301}", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", "a\u{200B}b",
        ] {
            table.add([Table.Cell(name), Table.Cell(1)])
        }
        #expect(
            table.text == """
                名字      seed
                ────────  ────
                漢字漢字     1
                abcdefgh     1
                e\u{301}te\u{301}          1
                \u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}           1
                a\u{200B}b           1
                """)
        #expect(padded("漢字漢字", 6) == "漢字… " && padded("漢字", 6, atRight: true) == "  漢字")
    }

    @Test func thousandsAreGroupedWhateverTheDigits() {
        let texts = [Table.Cell(10_711.4, digits: 0), Table.Cell(-1234.56, digits: 1), Table.Cell(999.96, digits: 1)]
            .map(\.text)
        #expect(texts == ["10,711", "-1,234.6", "1,000.0"])
        #expect(aligned([1234.5, 2]) == ["1,234.5", "2.0"])
        // Of a loss that has run away no digits are of interest.
        #expect(aligned([6.207398352807971e+19, 2.5]) == ["6.21e19", "2.5"])
        #expect(Table.Cell(6.207398352807971e+19, digits: 4).text == "6.21e19")
    }

    @Test func columnsWithoutRoomFollowBehindTheFirstColumnAgain() {
        #expect(
            table.text(columns: 20) == """
                name     accuracy
                ───────  ────────
                gap|<1>   78.42 %
                a, "b"     5.00 %

                name     seconds
                ───────  ───────
                gap|<1>      1.5
                a, "b"
                """)
        #expect(table.text(columns: 26) == table.text)
    }

    @Test func timesCanBeLeftOut() {
        #expect(table.withoutTimings.columns.map(\.title) == ["name", "accuracy"])
        #expect(table.withoutTimings.rows[0].count == 2)
    }

    @Test func whatMeansSomethingInAFormIsEscaped() {
        #expect(table.html.contains("<td style=\"text-align:left;white-space:nowrap\">gap|&lt;1&gt;</td>"))
        #expect(table.markdown.contains("| gap\\|\\<1> | 78.42 % | 1.5 |"))
        #expect(table.csv == "name,accuracy,seconds\ngap|<1>,78.42,1.5\n\"a, \"\"b\"\"\",5,")
        #expect(table.latex.contains("78.42 \\% & 1.5 \\\\"))
    }

    @Test func jsonReadsBack() throws {
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(table.json.utf8)) as? [[String: Any]])
        #expect(rows.count == 2)
        #expect(rows[0]["accuracy"] as? Double == 78.42)
        #expect(rows[1]["name"] as? String == "a, \"b\"")
    }

    private var runs: Table {
        var table = Table(columns: [
            Table.Column("name", isNumber: false), Table.Column("accuracy", unit: "%", isHighFirst: true),
            Table.Column("loss"), Table.Column("parameters"),
        ])
        table.add([
            Table.Cell("gap"), Table.Cell(78.4167, uncertainty: 0.312), Table.Cell(0.6, digits: 4), Table.Cell(24_234),
        ])
        table.add([
            Table.Cell("flat"), Table.Cell(79.9, digits: 1), Table.Cell(0.51, digits: 4), Table.Cell(32_997_834),
        ])
        table.add([Table.Cell("none"), Table.Cell(""), Table.Cell(""), Table.Cell("")])
        return table
    }

    @Test func pointsStandUnderEachOther() {
        #expect(
            runs.text == """
                name  accuracy (%)    loss  parameters
                ────  ────────────  ──────  ──────────
                gap   78.42 ± 0.31  0.6000      24,234
                flat  79.9          0.5100  32,997,834
                none
                """)
    }

    /// A table knows values, and not whether their difference is more than chance.
    @Test func noFormMarksAValueAsTheBest() {
        #expect(runs.markdown.contains("| flat | 79.9 | 0.5100 | 32,997,834 |"))
        #expect(runs.latex.contains("flat & 79.9\\phantom{2 $\\pm$ 0.31} & 0.5100 & 32,997,834"))
        #expect(runs.latex.contains("78.42 $\\pm$ 0.31"))
        #expect(runs.csv.contains("flat,79.9,0.51,32997834"))
        for form in [runs.text, runs.text(columns: 30), runs.html, runs.markdown, runs.latex, runs.csv, runs.json] {
            for mark in ["*", "<b", "<strong", "textbf", "best"] { #expect(!form.contains(mark), "\(mark): \(form)") }
        }
    }

    @Test func rowsAreSortedAsTheirColumnSays() {
        #expect(runs.sorted(by: 1).rows.map { $0[0].text } == ["flat", "gap", "none"])
        #expect(runs.sorted(by: 2).rows.map { $0[0].text } == ["flat", "gap", "none"])
        #expect(runs.sorted(by: 3).rows.map { $0[0].text } == ["gap", "flat", "none"])
        #expect(runs.sorted(by: 0).rows.map { $0[0].text } == ["flat", "gap", "none"])
    }

    @Test func aRowThatSumsUpStaysTheLast() {
        var table = Table(columns: [
            Table.Column("name", isNumber: false), Table.Column("accuracy", isHighFirst: true),
            Table.Column("seconds", isTiming: true),
        ])
        for (name, accuracy) in [("a", 78.5), ("b", 81.5)] {
            table.add([Table.Cell(name), Table.Cell(accuracy, digits: 2), Table.Cell(1)])
        }
        table.addSummary([Table.Cell("mean"), Table.Cell(80, digits: 2), Table.Cell(1)])
        let sorted = table.sorted(by: 1).withoutTimings
        #expect(
            sorted.text == """
                name  accuracy
                ────  ────────
                b        81.50
                a        78.50
                ────  ────────
                mean     80.00
                """)
        #expect(sorted.csv == "name,accuracy\nb,81.5\na,78.5\nmean,80")
        #expect(sorted.markdown.hasSuffix("| a | 78.50 |\n| mean | 80.00 |"))
        #expect(sorted.json.hasSuffix("{\"name\": \"mean\", \"accuracy\": 80}\n]"))
        #expect(sorted.latex.contains("  a & 78.50 \\\\\n  \\midrule\n  mean & 80.00 \\\\\n  \\bottomrule"))
        #expect(sorted.html.hasSuffix("80.00</td></tr></tbody></table>"))
    }
}
