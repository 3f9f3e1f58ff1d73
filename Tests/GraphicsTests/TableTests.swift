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
        #expect(table.html.contains("<td style=\"text-align:left\">gap|&lt;1&gt;</td>"))
        #expect(table.markdown.contains("| gap\\|<1> | 78.42 % | 1.5 |"))
        #expect(table.csv == "name,accuracy,seconds\ngap|<1>,78.42,1.5\n\"a, \"\"b\"\"\",5,")
        #expect(table.latex.contains("78.42 \\% & 1.5 \\\\"))
    }

    @Test func jsonReadsBack() throws {
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(table.json.utf8)) as? [[String: Any]])
        #expect(rows.count == 2)
        #expect(rows[0]["accuracy"] as? Double == 78.42)
        #expect(rows[1]["name"] as? String == "a, \"b\"")
    }
}
