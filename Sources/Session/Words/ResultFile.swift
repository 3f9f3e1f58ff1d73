// `to: "figure.svg"`: what a word shows, written to a file whose ending names the form.

import Graphics
import Language
import Libraries
import Text

extension Invocation {
    /// Writes the form of `shown` that the ending of `to:` asks for, where it was given.
    /// - Parameters:
    ///   - shown: what the word shows.
    ///   - forms: what else can be written, by ending.
    ///   - picture: what `.png` and `.pdf` are drawn of.
    func writeFile(_ shown: RichValue, forms: [String: () -> String] = [:], picture: (any Picture)? = nil) throws {
        guard let name = self[CommonOptions.to], context.writesFiles else { return }
        let rich = shown.printable
        let ending = name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]).lowercased() } ?? ""
        var available: [String: () -> String] = ["txt": { rich.terminalForm(columns: nil) + "\n" }]
        if let html = rich.html { available["html"] = { html + "\n" } }
        if let svg = rich.svg { available["svg"] = { svg + "\n" } }
        if let markdown = rich.markdown { available["md"] = { markdown + "\n" } }
        available.merge(forms) { _, new in new }
        let path = try path(typed: name, for: CommonOptions.to)
        if let svg = rich.svg, let format = PictureFile.Format(rawValue: ending) {
            do {
                try FileSystem.write(PictureFile.make(format, svg: svg, title: picture?.title ?? ""), to: path)
            } catch let error as PictureFileError {
                throw fault(.file, error.description, at: place(CommonOptions.to), fix: error.fix)
            } catch let error as FileError {
                throw fault(.file, error.description, at: place(CommonOptions.to), fix: error.fixOfWriting)
            }
            return
        }
        guard let text = available[ending] else {
            let drawn = rich.svg == nil ? [] : PictureFile.Format.allCases.map(\.rawValue)
            let endings = (available.keys + drawn).sorted().map { "." + $0 }.joined(separator: ", ")
            throw fault(
                .unknownForm, "`\(arguments.word.name)` cannot be written as `.\(ending)`", at: place(CommonOptions.to),
                fix: "end the name in one of \(endings)")
        }
        do {
            try FileSystem.write(text().printable, to: path)
        } catch {
            throw fault(.file, error.description, at: place(CommonOptions.to), fix: error.fixOfWriting)
        }
    }
}
