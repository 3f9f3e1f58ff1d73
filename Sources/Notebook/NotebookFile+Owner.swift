// Whose cells a notebook has. Jupyter writes the language and the kernel into a notebook's metadata; other programs
// leave one of their fields, name the language elsewhere, or do so cell by cell. A notebook that says nothing is taken
// for ours.

import Libraries

extension NotebookFile {
    /// - Parameters:
    ///   - metadata: of the notebook.
    ///   - cells: as they are in the file.
    static func owner(_ metadata: JSON, cells: [JSON]) -> Owner {
        let information = metadata["language_info"]
        return namedLanguage(metadata).map(owner)
            ?? language([information?["file_extension"], information?["mimetype"]])
            ?? kernel(metadata)
            // Swift's colors are ours as well.
            ?? language([information?["pygments_lexer"], information?["codemirror_mode"]], besides: "swift")
            // Only Python has its own; the others name a format.
            ?? language(
                [information?["nbconvert_exporter"]].filter { text($0).map { isPython($0.lowercased()) } ?? false })
            ?? language([metadata["jupytext"]?["text_representation"]?["extension"]])
            ?? language(cells.flatMap(languages(ofCell:)))
            ?? .tandem
    }

    private static func owner(ofLanguage name: String) -> Owner {
        name.lowercased() == "tandem" ? .tandem : .language(name)
    }

    /// What a field says, also as the only one of a list; `nil` where that is no name.
    private static func text(_ value: JSON?) -> String? {
        guard let text = value?.string ?? value?.array?.first?.string,
            let start = text.firstIndex(where: { !$0.isWhitespace }),
            let end = text.lastIndex(where: { !$0.isWhitespace }),
            text.contains(where: { $0.isLetter || $0.isNumber })
        else { return nil }
        return String(text[start...end])
    }

    // MARK: Languages

    private static func namedLanguage(_ metadata: JSON) -> String? {
        text(metadata["language_info"]?["name"]) ?? text(metadata["language_info"])
            ?? text(metadata["kernelspec"]?["language"])
            ?? text(metadata["jupytext"]?["main_language"]) ?? text(metadata["jupytext"]?["default_lexer"])
            ?? text(metadata["application/vnd.databricks.v1+notebook"]?["language"]) ?? text(metadata["language"])
            ?? text(metadata)
    }

    /// Of the first value that names a language: the ending of its files, their media type, or who colors it.
    private static func language(_ values: [JSON?], besides other: String? = nil) -> Owner? {
        for value in values {
            guard var name = (text(value) ?? text(value?["name"]))?.lowercased() else { continue }
            if let slash = name.lastIndex(of: "/") { name = String(name[name.index(after: slash)...]) }
            name = String(name.prefix { $0 != ";" }.drop { $0 == "." })
            if name.hasPrefix("x-") { name = String(name.dropFirst(2)) }
            guard !name.isEmpty, !plainTexts.contains(name), name != other else { continue }
            return owner(ofLanguage: isPython(name) ? "python" : abbreviations[name] ?? name)
        }
        return nil
    }

    /// What Visual Studio Code and .NET's notebooks write where a cell is not in the notebook's language.
    private static func languages(ofCell cell: JSON) -> [JSON?] {
        guard cell["cell_type"] == "code" else { return [] }
        let metadata = cell["metadata"]
        return [
            metadata?["vscode"]?["languageId"], metadata?["dotnet_interactive"]?["language"],
            metadata?["polyglot_notebook"]?["kernelName"],
        ]
    }

    private static let plainTexts: Set<String> = [
        "text", "txt", "plain", "plaintext", "null", "none", "raw", "markdown", "md", "myst", "qmd", "rmd",
    ]

    private static let abbreviations = [
        "jl": "julia", "rsrc": "r", "r-source": "r", "js": "javascript", "ts": "typescript", "rs": "rust",
        "rustsrc": "rust", "rb": "ruby", "cs": "csharp", "csrc": "c", "c++src": "c++", "cpp": "c++", "fs": "fsharp",
        "kt": "kotlin", "hs": "haskell", "sh": "bash", "m": "octave", "pl": "perl", "ml": "ocaml", "sc": "scala",
    ]

    // MARK: Kernels

    /// `nil` where the kernel's name may be ours, which has any name that somebody gave it with `tandem install
    /// --name`; it is shown as "Tandem".
    private static func kernel(_ metadata: JSON) -> Owner? {
        let specification = metadata["kernelspec"]
        let name =
            text(specification?["name"]) ?? text(specification) ?? text(metadata["kernel_info"]?["name"])
            ?? text(metadata["kernel_info"])
        let shown = text(specification?["display_name"])
        guard let called = name ?? shown else { return nil }
        if shown?.lowercased() == "tandem" { return .tandem }
        let names = [name, shown].compactMap { $0?.lowercased() }
        if names.contains(where: isPython) { return .language("python") }
        if isKnown(called) { return .kernel(called) }
        if names.contains(where: { $0.contains("tandem") }) { return .tandem }
        return shown == nil ? nil : .kernel(called)
    }

    /// `ipython3`, `micropython`, `py`, `conda-env-science-py`, `anaconda3`
    private static func isPython(_ name: String) -> Bool {
        name.contains("python") || name.contains("anaconda") || name == "py"
            || name.contains("conda") && name.hasSuffix("py")
    }

    /// Whether a kernel of another language is known to have this name: `ir`, `julia-1.9`, `xeus-cling`, `.net-csharp`.
    private static func isKnown(_ kernel: String) -> Bool {
        let kernel = kernel.lowercased()
        return kernel.contains("conda")
            || kernel.split { !$0.isLetter }.first.map { otherKernels.contains(String($0)) } ?? false
    }

    /// How names of kernels begin in Jupyter's list of them (github.com/jupyter/jupyter/wiki/Jupyter-kernels), and
    /// those of Python's environments.
    private static let otherKernels: Set<String> = [
        "almond", "apache", "ark", "bash", "calysto", "clang", "cling", "clojure", "clojupyter", "coq", "cpp",
        "csharp", "deno", "elixir", "env", "erlang", "evcxr", "fsharp", "gap", "gnuplot", "go", "gonb", "gophernotes",
        "groovy", "haskell", "ihaskell", "ijava", "ijavascript", "ijulia", "ilua", "ipykernel", "iperl", "ir",
        "iracket", "irkernel", "iruby", "java", "javascript", "jjava", "jslab", "julia", "jython", "kotlin", "lua",
        "mathematica", "matlab", "maxima", "net", "node", "nodejs", "ocaml", "octave", "perl", "php", "powershell",
        "prolog", "py", "pyodide", "pypy", "pyspark", "pysparkkernel", "pytorch", "r", "racket", "rapaio", "rust",
        "ruby", "sage", "sagemath", "sas", "scala", "scheme", "scilab", "sos", "spark", "sparkkernel", "sparkrkernel",
        "spylon", "sql", "stata", "swift", "tcl", "tensorflow", "toree", "tslab", "typescript", "venv", "wolfram",
        "wolframlanguage", "xc", "xcpp", "xeus", "xjavascript", "xlua", "xoctave", "xr", "xsql", "xsqlite",
    ]
}
