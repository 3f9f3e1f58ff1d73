// That a process lives, for those on other machines: the files it holds on a shared folder are written again every few
// seconds. A machine that is lost writes them no more; after three minutes another one takes them over.

import Glibc
import Libraries
import Runtime
import Synchronization

/// A file that this process holds, and writes again and again until it lets go of it.
final class HeldFile: Sendable {
    private let path: String
    private let file: Mutex<ClaimFile?>
    private let text: Mutex<[UInt8]>

    private init(_ file: ClaimFile, _ text: [UInt8]) {
        path = file.path
        self.file = Mutex(file)
        self.text = Mutex(text)
    }

    enum Answer {
        case granted(HeldFile)
        case held(ClaimFile.Holder)
    }

    /// Asks for it, and waits for nobody.
    ///
    /// - Parameter isGone: whether it is known that its holder on another machine is lost; else it is once its file has
    ///   not changed for long enough.
    static func acquire(
        _ path: String, _ text: [UInt8] = [], _ watch: Watch, isGone: (ClaimFile.Holder) -> Bool = { _ in false }
    ) throws(FileError) -> Answer {
        switch try ClaimFile.acquire(path, text, isStale: { isGone($0) || watch.isStale(path, $0) }) {
        case .held(let holder): return .held(holder)
        case .granted(let file):
            watch.forget(path)
            let held = HeldFile(file, text)
            Heart.shared.begin(held)
            return .granted(held)
        }
    }

    /// What is told with it from the next time on.
    func tell(_ new: [UInt8]) { text.withLock { $0 = new } }

    fileprivate func beat() { file.withLock { file in _ = file?.beat(text.withLock { $0 }) } }

    /// Lets go of it: the file stays, and can be taken at once by processes of this machine.
    func release() {
        Heart.shared.end(self)
        file.withLock { $0 = nil }
    }

    /// Lets go of it and removes the file.
    func remove() {
        Heart.shared.end(self)
        file.withLock { held in
            if let file = held {
                file.remove()
            } else if ClaimFile.Holder(ofFileAt: path)?.isOfThisMachine == true, !FileLock.isHeld(path) {
                // It was let go of before.
                try? FileSystem.remove(path)
            }
            held = nil
        }
    }
}

/// When each file of another machine was first seen as it is, by this machine's clock.
final class Watch: Sendable {
    private struct Sight {
        let holder: ClaimFile.Holder
        let since: Double
        /// Since when it is gone.
        var goneSince: Double?
    }

    private let seen = Mutex<[String: Sight]>([:])

    /// Seconds without a change after which a file of another machine is taken over: `TANDEM_STALE`.
    static let staleSeconds: Double =
        Environment.variable("TANDEM_STALE").flatMap(Double.init).flatMap { 1...86_400 ~= $0 ? $0 : nil } ?? 180
    /// What another machine has written before it let go of its file may be seen so much later.
    private static let lateSeconds = min(10, staleSeconds / 3)

    /// Whether it has not changed for too long; never at the first look.
    func isStale(_ path: String, _ holder: ClaimFile.Holder) -> Bool {
        seen.withLock { seen in
            if let last = seen[path], last.holder.bytes == holder.bytes {
                return Clock.seconds - last.since >= Self.staleSeconds
            }
            seen[path] = Sight(holder: holder, since: Clock.seconds)
            return false
        }
    }

    /// Who had a file of another machine that is gone, for some seconds.
    func holderUntilNow(_ path: String) -> ClaimFile.Holder? {
        seen.withLock { seen in
            guard var sight = seen[path], !FileSystem.isThere(path) else { return nil }
            let goneSince = sight.goneSince ?? Clock.seconds
            guard Clock.seconds - goneSince < Self.lateSeconds else {
                seen[path] = nil
                return nil
            }
            sight.goneSince = goneSince
            seen[path] = sight
            return sight.holder
        }
    }

    func forget(_ path: String) { seen.withLock { _ = $0.removeValue(forKey: path) } }
}

/// Writes the files that this process holds, on a thread that ends with the last of them.
private final class Heart: Sendable {
    static let shared = Heart()
    /// 5 where files are taken over after 180, and in proportion where a thousand workers are to write less often.
    private static let seconds = max(min(5, Watch.staleSeconds / 5), Watch.staleSeconds / 36)
    private let state = Mutex<(files: [HeldFile], isBeating: Bool)>(([], false))

    func begin(_ file: HeldFile) {
        let begins = state.withLock { state in
            state.files.append(file)
            defer { state.isBeating = true }
            return !state.isBeating
        }
        guard begins else { return }
        do throws(SystemThread.Failure) { try SystemThread { self.beat() }.detach() } catch {
            // Others may train the same, to the same bits.
            state.withLock { $0.isBeating = false }
        }
    }

    func end(_ file: HeldFile) { state.withLock { $0.files.removeAll { $0 === file } } }

    private func beat() {
        while true {
            usleep(UInt32(Self.seconds * 1e6))
            let files = state.withLock { state in
                if state.files.isEmpty { state.isBeating = false }
                return state.files
            }
            if files.isEmpty { return }
            for file in files { file.beat() }
        }
    }
}
