// What keeps the store from storing runs, or what it found damaged. None of it stops a training: it is reported, and
// the run continues.

import Libraries

public enum StoreFault: Error, Hashable, Sendable {
    /// No run is kept: the folder, the reason, and the remedy.
    case notKept(path: String, reason: String, remedy: Remedy)
    /// Another process holds the file; changes wait.
    case held(path: String)
    /// Another process held the file to the end of the session.
    case notListed(path: String)
    /// Kept runs can be read, but no new one is kept.
    case readOnly(path: String, reason: String)
    /// The file was made by a later version.
    case newer(path: String, reason: String)
    /// The file was damaged and set aside; this many runs were recovered.
    case fileDamaged(path: String, aside: String, runs: Int)
    /// This many runs were missing in the file, and were recovered from their own files.
    case foundAgain(path: String, runs: Int)
    /// A file of a run was damaged and set aside.
    case runDamaged(run: String, what: String, reason: String, aside: String)
    /// A file of a run could not be written.
    case notWritten(run: String, what: String, reason: String, hasOlder: Bool)
    /// A run ended with other bits than the one that was kept.
    case otherBits(run: String, date: String)

    public enum Remedy: Sendable { case makeWritable, moveAway, freeSpace, raiseLimit }

    init(notKept path: String, _ error: FileError) {
        self = .notKept(
            path: path, reason: error.reason,
            remedy: error.isObstructed
                ? .moveAway : error.isFull ? .freeSpace : error.isOverLimit ? .raiseLimit : .makeWritable)
    }

    init(notKept path: String, _ error: DatabaseError) {
        let remedy: Remedy =
            switch error.kind {
            case .obstructed: .moveAway
            case .full: .freeSpace
            case .tooLarge: .raiseLimit
            case .busy, .damaged, .newer, .notWritable, .other: .makeWritable
            }
        self = .notKept(path: path, reason: error.message, remedy: remedy)
    }

    public var message: String {
        switch self {
        case .notKept(let path, let reason, _): "runs are not kept: \(path) cannot be used (\(reason))"
        case .held(let path):
            "another process holds \(path): until it is free, runs are found by their own files, and new ones are not "
                + "listed in it"
        case .notListed(let path): "another process still holds \(path): the last runs are not listed there yet"
        case .readOnly(let path, let reason): "new runs are not kept: \(path) cannot be written (\(reason))"
        case .newer(let path, let reason): "runs are not kept: \(path) cannot be read, because \(reason)"
        case .fileDamaged(let path, let aside, let runs):
            "\(path) was damaged: it is now \(aside), and a new one holds the "
                + (runs == 1 ? "1 run that was" : "\(runs) runs that were") + " found again"
        case .foundAgain(let path, let runs):
            "\(path) was lost or is an older one: "
                + (runs == 1
                    ? "1 run was found again from its files" : "\(runs) runs were found again from their files")
        case .runDamaged(let run, let what, let reason, let aside):
            "the \(what) of \(run) is damaged (\(reason)) and was set aside as \(aside)"
        case .notWritten(let run, let what, let reason, let hasOlder):
            "the \(what) of \(run) could not be written: \(reason)" + (hasOlder ? "; the previous one is kept" : "")
        case .otherBits(let run, let date):
            "\(run) ended with different bits than the same training of \(date): one of the two went wrong"
        }
    }

    public var fix: String {
        switch self {
        case .notKept(_, _, .moveAway): "move what is in its place elsewhere, or set TANDEM_HOME to another folder"
        case .notKept(_, _, .freeSpace): "free space on its disk, or set TANDEM_HOME to a folder on another one"
        case .notKept(_, _, .raiseLimit): "raise the limit with `ulimit -f unlimited` before Tandem is started"
        case .notKept(_, _, .makeWritable), .readOnly: "make the folder writable, or set TANDEM_HOME to another one"
        case .held(let path): "end the process that holds it, if it does not end by itself: `fuser \(path)` names it"
        case .notListed: "nothing is lost: the next session lists them from their own files, once the file is free"
        case .newer: "run the newer Tandem, or set TANDEM_HOME to another folder"
        case .fileDamaged, .foundAgain:
            "a run whose record could not be written may be missing in `runs`; check the disk"
        case .runDamaged: "no action is needed: it is trained again when it is used; check the disk"
        case .notWritten:
            "free space with `runs clean`, or `save` the run to another disk: it is kept until this session ends"
        case .otherBits: "please report it, with the machine and the versions; memory may be faulty"
        }
    }
}
