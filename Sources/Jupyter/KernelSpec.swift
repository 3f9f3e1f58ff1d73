// `tandem install`: the folder by which Jupyter finds the kernel, with kernel.json and the logos. The files are part of
// the executable (Generated/KernelSpecFiles.swift, from kernelspec/), so that it can be moved and installed from
// anywhere.

import Glibc
import Libraries

/// Where a kernelspec goes.
public enum KernelSpecLocation: Sendable {
    /// `$JUPYTER_DATA_DIR`, else `$XDG_DATA_HOME/jupyter`.
    case user
    /// `DIR/share/jupyter`.
    case prefix(String)
    /// The active Python environment (`VIRTUAL_ENV` or `CONDA_PREFIX`).
    case systemPrefix
}

public enum KernelSpecError: Error, Sendable, CustomStringConvertible {
    case badName(String)
    case noEnvironment
    /// The variable that names an environment, and what it names.
    case missingEnvironment(String, String)
    case noExecutable
    /// A variable that names no folder that can be meant.
    case variable(VariableFault)
    case file(FileError)

    /// Whether a variable of the environment cannot be meant.
    public var isOfEnvironment: Bool {
        switch self {
        case .variable: true
        case .badName, .noEnvironment, .missingEnvironment, .noExecutable, .file: false
        }
    }

    public var description: String {
        switch self {
        case .badName(let name): "\"\(name)\" cannot name a kernel: use letters, digits, `-`, `_` and `.`"
        case .noEnvironment: "no Python environment is active: activate one, or use --user or --prefix DIR"
        case .missingEnvironment(let variable, let folder):
            "\(variable) names \(folder), which is not a folder: activate an environment that exists, or use --user or "
                + "--prefix DIR"
        case .noExecutable: "cannot find this executable through /proc/self/exe"
        case .variable(let fault): "\(fault)"
        case .file(let error): "\(error)"
        }
    }
}

/// Writes the kernelspec of this executable and returns its folder.
public func installKernelSpec(
    at location: KernelSpecLocation = .user, name: String = "tandem"
) throws(KernelSpecError) -> String {
    guard !name.isEmpty, name.utf8.allSatisfy({ isNameByte($0) }), !name.hasPrefix(".") else { throw .badName(name) }
    guard let executable = executablePath else { throw .noExecutable }
    let folder = FileSystem.join(try kernelFolder(location), name)
    do {
        try FileSystem.createDirectories(folder)
        for (file, bytes) in KernelSpecFiles.all {
            var bytes = bytes
            if file == "kernel.json" {
                let quoted = String(decoding: JSON.string(executable).bytes.dropFirst().dropLast(), as: UTF8.self)
                bytes = Array(String(decoding: bytes, as: UTF8.self).replacing("@executable@", with: quoted).utf8)
            }
            try FileSystem.write(bytes, to: FileSystem.join(folder, file))
        }
    } catch {
        throw .file(error)
    }
    return folder
}

private func isNameByte(_ byte: UInt8) -> Bool {
    let scalar = Unicode.Scalar(byte)
    return scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
}

/// The path by which this executable was started, links and all: what a link leads to is replaced with the next
/// version. The file itself where that is not known.
private var executablePath: String? {
    if let started = Environment.executedPath {
        let path = FileSystem.join(workingFolder, withoutDots(started))
        // Of a script that names us after `#!` it is the script; of an open file that was started, its number.
        if let own = FileSystem.identity("/proc/self/exe"), FileSystem.identity(path) == own,
            !["/dev/", "/proc/"].contains(where: path.hasPrefix)
        {
            return path
        }
    }
    return Environment.executable
}

/// `.//bin/./tandem` as `bin/tandem`. A `..` stays: after a link it does not lead back.
private func withoutDots(_ path: String) -> String {
    let names = path.split(separator: "/").filter { $0 != "." }
    return (path.hasPrefix("/") ? "/" : "") + names.joined(separator: "/")
}

/// The folder that the process was started in, by the name that the shell has for it.
private var workingFolder: String {
    if let folder = Environment.variable("PWD"), folder.hasPrefix("/"),
        FileSystem.identity(folder) == FileSystem.identity(".")
    {
        return folder
    }
    guard let folder = getcwd(nil, 0) else { return "." }
    defer { free(folder) }
    return String(cString: folder)
}

/// Of what a shell leaves of `~`, as in `--prefix=~/env`.
private func typed(_ folder: String) throws(KernelSpecError) -> String {
    do throws(FileError) { return try FileSystem.resolve(typed: folder, in: ".") } catch { throw .file(error) }
}

private func folder(of variable: String) throws(KernelSpecError) -> String? {
    do throws(VariableFault) { return try Environment.folder(variable) } catch { throw .variable(error) }
}

private func kernelFolder(_ location: KernelSpecLocation) throws(KernelSpecError) -> String {
    switch location {
    case .user:
        if let folder = try folder(of: "JUPYTER_DATA_DIR") { return FileSystem.join(folder, "kernels") }
        do throws(VariableFault) { return try Environment.sharedDataFolder() + "/jupyter/kernels" } catch {
            throw .variable(error)
        }
    case .prefix(let folder):
        return FileSystem.join(try typed(folder), "share/jupyter/kernels")
    case .systemPrefix:
        guard let variable = ["VIRTUAL_ENV", "CONDA_PREFIX"].first(where: { Environment.variable($0) != nil }),
            let folder = try folder(of: variable)
        else { throw .noEnvironment }
        guard FileSystem.isDirectory(folder) else { throw .missingEnvironment(variable, folder) }
        return FileSystem.join(folder, "share/jupyter/kernels")
    }
}
