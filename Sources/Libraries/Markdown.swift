// Markdown to HTML by md4c (GitHub's dialect: tables, task lists), opened at its first use.

import Glibc

public enum Markdown {
    private typealias Collect = @convention(c) (UnsafePointer<CChar>?, UInt32, UnsafeMutableRawPointer?) -> Void
    private typealias Render =
        @convention(c) (UnsafePointer<CChar>?, UInt32, Collect, UnsafeMutableRawPointer?, UInt32, UInt32) -> Int32

    /// Points to code, so that any thread may use it.
    private static let render = DynamicLibrary("libmd4c-html.so.0")?.find("md_html", as: Render.self)

    /// `MD_DIALECT_GITHUB | MD_FLAG_NOHTML` of md4c.h: what looks like HTML is shown as text.
    private static let flags: UInt32 = 0x0F0C | 0x0060

    /// The HTML of a text; `nil` where md4c is not installed.
    public static func html(_ text: String) -> String? {
        guard let render else { return nil }
        var text = text
        var html: [CChar] = []
        let isRendered = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                withUnsafeMutablePointer(to: &html) { html in
                    render(
                        characters.baseAddress, UInt32(clamping: characters.count),
                        { piece, count, html in
                            html?.assumingMemoryBound(to: [CChar].self).pointee
                                .append(contentsOf: UnsafeBufferPointer(start: piece, count: Int(count)))
                        }, html, flags, 0) == 0
                }
            }
        }
        guard isRendered else { return nil }
        return String(decoding: html.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
