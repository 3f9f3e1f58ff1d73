// The cells of a file: a `.tandem` script is one cell, a notebook has one for each of its code cells.

import Language
import Libraries

enum Script {
    static func cells(of path: String) throws(FileError) -> [SourceText] {
        [SourceText(try FileSystem.readText(path), name: path)]
    }
}
