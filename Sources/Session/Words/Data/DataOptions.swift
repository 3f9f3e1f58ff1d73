// What words of data share.

import Datasets
import Language
import Libraries

enum DataOption {
    /// The data set that a word works on.
    static let data = Option("data", .data, workedOut: "the last data set", isPositional: true, "the data set")
    /// Height and width in pixels, which decoders take.
    static let sizes = 1...4096
    static let seed = Option("seed", .seed, default: 1, "which images are held out")
    static let url = Option("url", .text, workedOut: "Toronto", "where the archive is downloaded from")
    static let sha256 = Option("sha256", .text, workedOut: "the archive's", "the SHA-256 that the archive must have")
}

extension Invocation {
    /// A data set that is found, or downloaded; shows how far that is.
    ///
    /// - Parameter downloadOptions: idle where a folder is named.
    func dataSet(
        _ name: String, from: Option<String?>, _ downloadOptions: [Option<String?>],
        load: (_ folder: String?, _ progress: (Download.Progress) -> Void) throws(DatasetError) -> Dataset
    ) throws -> Value {
        for option in downloadOptions where isGiven(option) && isGiven(from) {
            throw fault(
                .nothingToDo,
                "`\(option.parameter.label):` is of files that are downloaded, and `from:` is a folder that is there",
                at: place(option), fix: "leave one of the two out")
        }
        var report: ProgressReport?
        do {
            let dataset = try load(self[from].map { path(readable: $0) }) { progress in
                let current = report ?? ProgressReport(context.session, title: "downloading \(name)")
                report = current
                let megabytes = "\(progress.received / 1_000_000) MB"
                current.update(
                    fraction: progress.total > 0 ? Double(progress.received) / Double(progress.total) : 0,
                    facts: [progress.total > 0 ? "\(megabytes) of \(progress.total / 1_000_000) MB" : megabytes])
            }
            report?.finish(title: "downloaded \(name)", isDone: true)
            return .object(DataValue(dataset))
        } catch {
            report?.finish(title: "downloading \(name) stopped", isDone: false)
            throw fault(error)
        }
    }

    /// Reads files of the person's own; shows that, and what was left out of them.
    ///
    /// - Parameter option: that names them.
    func filesOfOnesOwn(
        _ path: String, _ option: any OptionDeclaration,
        read: (_ report: ProgressReport, _ note: (String) -> Void) throws(DatasetError) -> Dataset
    ) throws -> Value {
        let report = ProgressReport(context.session, title: "reading \(path)")
        var notes: [String] = []
        do {
            let dataset = try read(report) { notes.append($0) }
            report.finish(title: "read \(path)", isDone: true)
            for note in notes {
                context.output.report(
                    Diagnostic(
                        .note, code: .imageFolder, "\(path): \(note)", source: context.source, at: place(option)))
            }
            return .object(DataValue(dataset))
        } catch {
            report.finish(title: "reading \(path) stopped", isDone: false)
            throw fault(error)
        }
    }

    func fault(_ error: DatasetError) -> Stop {
        if case .cancelled = error { return context.interrupted(at: range) }
        return .fault(fault(.dataSet, error.message, fix: error.fix))
    }
}
