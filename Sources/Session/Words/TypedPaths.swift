// Paths that people type.

import Language
import Libraries

extension Invocation {
    /// The path that is typed for an option and only read.
    func path(readable name: String) -> String { FileSystem.resolve(readable: name, in: context.folder) }

    /// The path that is typed for an option.
    func path(typed name: String, for option: any OptionDeclaration) throws -> String {
        do { return try FileSystem.resolve(typed: name, in: context.folder) } catch {
            throw fault(.file, error.description, at: place(option), fix: "choose another name")
        }
    }
}
