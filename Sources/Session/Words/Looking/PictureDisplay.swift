// Shows a picture that a word has drawn, with its numbers, and writes it to a file where `to:` asks for one.

import Graphics

extension Invocation {
    /// Shows a picture with its numbers folded below, and writes it where `to:` says.
    func show(_ value: PictureValue) throws -> Value {
        let rich = value.rich
        try writeFile(rich, forms: value.fileForms, picture: value.picture)
        context.show(rich)
        context.output.showFolded(RichValue(folded: value.picture.table(), title: "the numbers"))
        return .object(value)
    }
}
