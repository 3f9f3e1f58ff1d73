// The names of the files of runs. Other files in the folder are left alone.

import Libraries

/// `KEY.safetensors`, `KEY.checkpoint.damaged-2`, `KEY.name.5a0c.1234-5f3a9c01.part`: KEY is 16 hexadecimal digits.
struct RunFileName {
    enum Kind: String { case safetensors, checkpoint, lock, name, run }
    enum Form {
        case whole
        /// Set aside.
        case damaged
        /// Being written, or left by a process that was killed.
        case halfWritten
    }

    let key: String
    let kind: Kind
    let form: Form
    /// Who writes it.
    private let writer: HalfWrittenFile.Writer?

    /// - Returns: `nil` if it is not a name of this form.
    init?(_ name: String) {
        var parts = name.split(separator: ".", omittingEmptySubsequences: false)
        // A record's name begins with its identity.
        if parts.count > 2, parts[2] == "run" { parts.removeFirst() }
        guard parts.count > 1, Self.isKey(parts[0]), let kind = Kind(rawValue: String(parts[1])) else { return nil }
        let endings = parts[2...]
        if endings.isEmpty {
            (form, writer) = (.whole, nil)
        } else if endings.count == 1, TandemDatabase.isDamagedEnding(parts[2]) {
            (form, writer) = (.damaged, nil)
        } else if endings.count > 1, parts.last == "part", let writer = HalfWrittenFile.writer(name) {
            (form, self.writer) = (.halfWritten, writer)
        } else {
            return nil
        }
        (key, self.kind) = (String(parts[0]), kind)
    }

    /// Whether it is a key.
    static func isKey(_ text: some StringProtocol) -> Bool { isHexadecimal(text, count: 16) }

    /// Whether it consists of this many lowercase hexadecimal digits.
    static func isHexadecimal(_ text: some StringProtocol, count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            }
    }

    /// Whether the process that writes it may still run.
    ///
    /// - Parameter path: of the file.
    func isBeingWritten(at path: String) -> Bool { writer?.isWriting(path) ?? false }
}
