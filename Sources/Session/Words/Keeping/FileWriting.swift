// What words that write a file of a run share.

import Graphics
import Language
import Libraries

extension Invocation {
    /// Writes all of a file or nothing, and notes it in a line.
    ///
    /// - Parameter what: what is in it: `a`.
    func write(_ bytes: [UInt8], what: String, to option: Option<String>) throws {
        try write(what: what, to: option) { path throws(FileError) in
            try FileSystem.write(bytes, to: path)
            return bytes.count
        }
    }

    /// - Parameter write: writes the file at the path, and gives its bytes.
    func write(what: String, to option: Option<String>, _ write: (String) throws(FileError) -> Int) throws {
        guard context.writesFiles else { return }
        let name = self[option]
        let path = try path(typed: name, for: option)
        let count: Int
        do { count = try write(path) } catch {
            throw fault(.file, error.description, at: place(option), fix: error.fixOfWriting)
        }
        context.write("\(what) is in \(name): \(byteText(count))\n")
    }
}

extension FileError {
    /// What to do about a file that could not be written.
    var fixOfWriting: String {
        isFull ? "free space on the disk, or name a file on another one" : "name a file in a folder that can be written"
    }
}
