// The columns of texts in many scripts, against the Python package wcwidth 0.9.4 (`wcswidth`).

import Testing
import Text

@Test(arguments: [
    // Devanagari
    ("\u{939}\u{93F}\u{928}\u{94D}\u{926}\u{940}", 4), ("\u{915}\u{94D}\u{937}\u{924}\u{94D}\u{930}\u{93F}\u{92F}", 5),
    ("\u{928}\u{92E}\u{938}\u{94D}\u{924}\u{947}", 4), ("\u{915}\u{93F}", 2), ("\u{915}\u{940}", 2),
    ("\u{930}\u{94D}", 1), ("\u{950}", 1), ("\u{967}\u{968}\u{969}", 3),
    // Bengali
    ("\u{9AC}\u{9BE}\u{982}\u{9B2}\u{9BE}", 4), ("\u{995}\u{9BE}\u{99C}", 3), ("\u{995}\u{9CD}\u{9B7}", 2),
    ("\u{995}\u{9CB}", 2), ("\u{9B6}\u{9CD}\u{9B0}\u{9C0}", 2),
    // Tamil
    ("\u{BA4}\u{BAE}\u{BBF}\u{BB4}\u{BCD}", 4), ("\u{BB8}\u{BCD}\u{BB0}\u{BC0}", 2), ("\u{B95}\u{BCA}", 2),
    // Telugu
    ("\u{C24}\u{C46}\u{C32}\u{C41}\u{C17}\u{C41}", 5), ("\u{C15}\u{C4D}\u{C37}", 2),
    // Kannada
    ("\u{C95}\u{CA8}\u{CCD}\u{CA8}\u{CA1}", 4),
    // Malayalam
    ("\u{D2E}\u{D32}\u{D2F}\u{D3E}\u{D33}\u{D02}", 6),
    // Sinhala
    ("\u{DC3}\u{DD2}\u{D82}\u{DC4}\u{DBD}", 4), ("\u{D9A}\u{DCA}\u{200D}\u{DC2}", 2),
    // Thai
    ("\u{E44}\u{E17}\u{E22}", 3), ("\u{E19}\u{E49}\u{E33}", 2), ("\u{E01}\u{E33}", 2),
    ("\u{E1C}\u{E39}\u{E49}\u{E43}\u{E2B}\u{E0D}\u{E48}", 4), ("\u{E40}\u{E01}\u{E4B}\u{E07}", 3),
    // Lao
    ("\u{EA5}\u{EB2}\u{EA7}", 3), ("\u{E99}\u{EC9}\u{EB3}", 2),
    // Khmer
    ("\u{1781}\u{17D2}\u{1798}\u{17C2}\u{179A}", 3),
    // Burmese
    ("\u{1019}\u{103C}\u{1014}\u{103A}\u{1019}\u{102C}", 5), ("\u{1000}\u{1039}\u{1000}", 2),
    ("\u{1000}\u{103B}\u{1031}\u{102C}\u{103A}", 2),
    // Tibetan
    ("\u{F56}\u{F7C}\u{F51}\u{F0B}", 3),
    // Hangul
    ("\u{D55C}\u{AD6D}\u{C5B4}", 6), ("\u{D55C}\u{AD6D}", 4), ("\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}", 4),
    ("\u{1100}", 2), ("\u{1100}\u{1161}", 2), ("\u{1161}", 0), ("\u{1100}\u{1100}\u{1161}", 4), ("\u{115F}\u{1161}", 2),
    ("\u{3164}", 0), ("\u{3131}\u{314F}", 4), ("\u{FFA1}", 1),
    // flags
    ("\u{1F1E9}\u{1F1EA}", 2), ("\u{1F1E9}\u{1F1EA}\u{1F1EB}\u{1F1F7}", 4), ("\u{1F1E9}", 2),
    ("\u{1F1E9}\u{1F1EA}\u{1F1EB}", 4), ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", 2),
    // joined emoji
    ("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{200D}\u{1F466}", 2), ("\u{1F3F3}\u{FE0F}\u{200D}\u{1F308}", 2),
    ("\u{1F9D1}\u{1F3FD}\u{200D}\u{1F680}", 2), ("\u{2764}\u{FE0F}\u{200D}\u{1F525}", 2),
    ("\u{1F469}\u{200D}\u{1F4BB}\u{20}\u{78}", 4), ("\u{1F43B}\u{200D}\u{2744}\u{FE0F}", 2),
    // skin tones
    ("\u{1F44D}\u{1F3FD}", 2), ("\u{261D}\u{1F3FF}", 1), ("\u{1F3FD}", 2), ("\u{1F44D}\u{1F3FD}\u{1F44D}\u{1F3FB}", 4),
    // variation selectors
    ("\u{2764}\u{FE0F}", 2), ("\u{2764}", 1), ("\u{260E}\u{FE0F}", 2), ("\u{31}\u{FE0F}\u{20E3}", 2),
    ("\u{23}\u{FE0F}\u{20E3}", 2), ("\u{A9}\u{FE0F}", 2), ("\u{2122}\u{FE0F}", 2), ("\u{231A}\u{FE0E}", 1),
    ("\u{231A}", 2), ("\u{263A}\u{FE0E}", 1), ("\u{41}\u{FE0F}", 1),
    // others
    ("\u{E9}", 1), ("\u{E9}", 1), ("\u{6F22}\u{5B57}", 4), ("\u{FF76}\u{FF9E}", 2), ("\u{FF21}", 2),
    ("\u{645}\u{64F}\u{62D}\u{64E}\u{645}\u{64E}\u{651}\u{62F}", 4),
    ("\u{5E9}\u{5B8}\u{5C1}\u{5DC}\u{5D5}\u{5B9}\u{5DD}", 4), ("\u{61}\u{200B}\u{62}", 2), ("\u{61}\u{200D}\u{62}", 1),
    ("\u{301}", 0), ("\u{2026}", 1), ("\u{2014}", 1), ("\u{FB01}", 1), ("\u{2630}", 2), ("\u{1D306}", 2),
])
func aTextTakesAsManyColumnsAsWcwidthSays(text: String, columns: Int) {
    #expect(text.columnWidth == columns)
    // Cut anywhere, it takes no more than there is room for, and none of it where there is no room.
    for room in 0...columns {
        #expect(text.prefix(columns: room).columnWidth <= room)
        #expect(text.suffix(columns: room).columnWidth <= room)
    }
    #expect(text.prefix(columns: columns) == text && text.suffix(columns: columns) == text)
}
