// One line from a person at a terminal: GNU readline, with history, Tab, a Ctrl-C that drops the line, and a Ctrl-Z
// from which the prompt comes back.

@preconcurrency import CReadline
import Glibc
import Synchronization

/// What came of asking for a line.
public enum LineResult: Sendable {
    case line(String)
    /// Ctrl-C: what was typed is to be dropped.
    case interrupted
    /// Ctrl-D, or the end of the input.
    case end
}

/// Readline is one for a process, so this is too. Used by one thread.
public enum LineInput {
    /// Offers what may stand at `cursor` (a byte offset into the line): the texts, and the byte where they begin.
    public typealias Completer = (_ line: String, _ cursor: Int) -> (start: Int, texts: [String])

    nonisolated(unsafe) private static var completer: Completer?
    /// Set by `interrupt`, which a signal handler calls, and read while waiting for a key.
    private static let isInterrupted = Atomic<Bool>(false)
    /// Where a handler writes a byte, so that the wait for a key ends: it may run on another thread than the one that
    /// waits. -1 before.
    private static let wakeEnd = Atomic<Int32>(-1)
    /// The other end of that pipe.
    nonisolated(unsafe) private static var wakeSource: Int32 = -1
    /// Ctrl-Z or Ctrl-\ was pressed, and the process was continued; for the next wait for a key. 0: neither.
    private static let stopSignal = Atomic<Int32>(0)
    private static let isContinued = Atomic<Bool>(false)

    /// Must be called once before `read`.
    ///
    /// - Parameter history: what was entered in earlier sessions, the oldest first.
    public static func prepare(history: [String], completer: @escaping Completer) {
        self.completer = completer
        rl_attempted_completion_function = { _, start, end in LineInput.matches(start: Int(start), end: Int(end)) }
        rl_completer_word_break_characters = UnsafePointer(strdup(" \t\n\"'`=;|&{}()[],.:+-*/%!?<>"))
        for entry in history { remember(entry) }
    }

    /// Drops the line that is being typed, or the one that is asked for next in the cell that runs. Safe in a signal
    /// handler.
    public static func interrupt() {
        isInterrupted.store(true, ordering: .releasing)
        wake()
    }

    private static func wake() {
        let (end, code) = (wakeEnd.load(ordering: .acquiring), errno)
        var byte: UInt8 = 0
        if end >= 0 { _ = write(end, &byte, 1) }
        errno = code
    }

    /// The next line of a prompt; an interrupt that came before is forgotten.
    public static func read(prompt: String) -> LineResult {
        isInterrupted.store(false, ordering: .releasing)
        return typedLine(prompt)
    }

    private static func typedLine(_ prompt: String) -> LineResult {
        // Ctrl-C is ours: readline's own handler would end the process after cleaning up.
        rl_catch_signals = 0
        // So is another size of the window.
        rl_catch_sigwinch = 0
        rl_getc_function = { _ in LineInput.nextKey() }
        // Readline makes no use of the terminal that it finds where this is set before.
        rl_initialize()
        rl_redisplay_function = { LineInput.redisplay() }
        openWakeup()
        let line = noticingJobControl {
            awaitTerminal()
            followSize()
            return readline(prompt)
        }
        unfold()
        guard let line else { return .end }
        defer { free(line) }
        if isInterrupted.exchange(false, ordering: .acquiringAndReleasing) { return .interrupted }
        return .line(String(cString: line))
    }

    /// The answer to a question, which is no part of the history. Where standard input is no terminal its next line is
    /// taken, and the question goes to standard error, so that the output of a script does not depend on who answers.
    ///
    /// - Parameters:
    ///   - isSecret: whether what is typed stays unseen.
    ///   - limit: of its bytes; of a longer line that is not typed the beginning is given, one byte longer.
    public static func ask(_ question: String, isSecret: Bool, limit: Int) -> LineResult {
        if isatty(STDIN_FILENO) != 0 { return isSecret ? secretLine(question, limit) : typedLine(question) }
        openWakeup()
        StandardStream.error.write(question)
        let line = plainLine(limit)
        // A file may begin with the mark of UTF-8.
        guard case .line(let text) = line else { return line }
        return .line(String(text.unicodeScalars.drop { $0 == "\u{FEFF}" }))
    }

    /// Where the system gives no pipe, only a signal on the waiting thread ends the wait.
    private static func openWakeup() {
        guard wakeSource < 0 else { return }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        wakeSource = ends[0]
        wakeEnd.store(ends[1], ordering: .releasing)
    }

    /// A line of which the terminal shows nothing.
    private static func secretLine(_ question: String, _ limit: Int) -> LineResult {
        openWakeup()
        return noticingJobControl {
            awaitTerminal()
            var before = termios()
            tcgetattr(STDIN_FILENO, &before)
            var quiet = before
            quiet.c_lflag &= ~tcflag_t(ECHO)
            func begin() {
                awaitTerminal()
                isContinued.store(false, ordering: .releasing)
                tcsetattr(STDIN_FILENO, TCSANOW, &quiet)
                StandardStream.error.write(question)
            }
            begin()
            defer {
                tcsetattr(STDIN_FILENO, TCSANOW, &before)
                StandardStream.error.write("\n")
            }
            return plainLine(limit) {
                if let number = takeStopSignal() {
                    tcsetattr(STDIN_FILENO, TCSANOW, &before)
                    takeDefaultAction(of: number)
                    begin()
                } else if isContinued.load(ordering: .acquiring) {
                    begin()
                }
            }
        }
    }

    /// - Parameter obey: does what Ctrl-Z and its like ask for; called after each wait.
    private static func plainLine(_ limit: Int, obeyingJobControl obey: () -> Void = {}) -> LineResult {
        var bytes: [UInt8] = []
        while true {
            let hasInput = waitForInput { isInterrupted.load(ordering: .acquiring) || isCalledByShell }
            if isInterrupted.exchange(false, ordering: .acquiringAndReleasing) { return .interrupted }
            obey()
            guard hasInput else { continue }
            var byte: UInt8 = 0
            let count = Glibc.read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count == 1 else { return bytes.isEmpty ? .end : .line(String(decoding: bytes, as: UTF8.self)) }
            if byte != UInt8(ascii: "\n") { bytes.append(byte) }
            if byte == UInt8(ascii: "\n") || bytes.count > limit {
                return .line(String(decoding: bytes, as: UTF8.self))
            }
        }
    }

    /// Waits for input, or for a signal.
    ///
    /// - Parameters:
    ///   - limit: of the time in milliseconds.
    ///   - isCalled: whether a signal has come already.
    /// - Returns: whether there is something to read, or its end.
    private static func waitForInput(limit: Int? = nil, _ isCalled: () -> Bool) -> Bool {
        // Outside of the wait signals are held back, so that none comes between a look at what it has set and the wait.
        var (held, before) = (sigset_t(), sigset_t())
        sigemptyset(&held)
        for number in jobSignals + [SIGINT, SIGTERM, SIGHUP, SIGWINCH] { sigaddset(&held, number) }
        pthread_sigmask(SIG_BLOCK, &held, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        if isCalled() { return false }
        // A descriptor of -1 is passed over.
        var places = [STDIN_FILENO, wakeSource].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let limit = limit.map { timespec(tv_sec: 0, tv_nsec: $0 * 1_000_000) }
        let found =
            if var limit {
                ppoll(&places, nfds_t(places.count), &limit, &before)
            } else {
                ppoll(&places, nfds_t(places.count), nil, &before)
            }
        guard found > 0 else { return false }
        var bytes = [UInt8](repeating: 0, count: 64)
        while wakeSource >= 0, Glibc.read(wakeSource, &bytes, bytes.count) > 0 {}
        // Also its end, or an error, which reading tells.
        return places[0].revents != 0
    }

    /// Puts what was entered, which may have several lines, where arrow-up and Ctrl-R find it.
    public static func remember(_ entry: String) { add_history(entry) }

    // MARK: Ctrl-Z

    private static let jobSignals = [SIGTSTP, SIGQUIT, SIGCONT]

    /// While a line is typed the terminal is in a state of ours: who stops or ends the process must get it back as it
    /// was. While a cell runs, the process stops as any other, and the size of the window does not matter.
    private static func noticingJobControl<Result>(_ body: () -> Result) -> Result {
        stopSignal.store(0, ordering: .releasing)
        isContinued.store(false, ordering: .releasing)
        let heard = (jobSignals + [SIGWINCH]).filter { !SignalHandling.isIgnored($0) }
        for number in heard {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                switch number {
                case SIGWINCH: LineInput.isResized.store(true, ordering: .releasing)
                case SIGCONT: LineInput.isContinued.store(true, ordering: .releasing)
                default: LineInput.stopSignal.store(number, ordering: .releasing)
                }
                LineInput.wake()
            }
            sigaction(number, &action, nil)
        }
        defer {
            for number in heard { signal(number, SIG_DFL) }
            // One that came with the last key.
            if let number = takeStopSignal() { raise(number) }
        }
        return body()
    }

    private static var isCalledByShell: Bool {
        stopSignal.load(ordering: .acquiring) != 0 || isContinued.load(ordering: .acquiring)
    }

    private static func takeStopSignal() -> Int32? {
        let number = stopSignal.exchange(0, ordering: .acquiringAndReleasing)
        return number == 0 ? nil : number
    }

    /// Stops the process, or ends it; returns when it was continued.
    private static func takeDefaultAction(of number: Int32) {
        var (standard, ours) = (sigaction(), sigaction())
        sigaction(number, &standard, &ours)
        raise(number)
        sigaction(number, &ours, nil)
    }

    /// Stops as a process does that uses the terminal in the background, until a shell's `fg` gives it the terminal:
    /// until then that is in the state in which the shell reads its own prompt, without echo, and readline would take
    /// this for ours.
    private static func awaitTerminal() {
        while isatty(STDIN_FILENO) != 0, ![-1, getpgrp()].contains(tcgetpgrp(STDIN_FILENO)) {
            isContinued.store(false, ordering: .releasing)
            // The system looks once more whose the terminal is, and stops the process (SIGTTOU). A signal of our own
            // could come after a `fg` that came since we looked, and stop the process in the foreground.
            tcdrain(STDIN_FILENO)
            // Where nobody could continue it, the system does not stop it.
            guard isContinued.exchange(false, ordering: .acquiringAndReleasing) else { return }
        }
    }

    /// Takes the terminal anew and shows the prompt with what has been typed.
    private static func redraw() {
        isContinued.store(false, ordering: .releasing)
        rl_reset_after_signal()
        followSize()
        rl_forced_update_display()
    }

    // MARK: Another size of the window

    private static let isResized = Atomic<Bool>(false)
    /// Columns and rows of the window when readline last heard of them.
    nonisolated(unsafe) private static var knownSize: TerminalSize?

    /// Milliseconds within which changes are one: while somebody drags an edge of the window, the terminal may have
    /// moved the rows once more when our answer to the change before arrives. tmux wraps at once, and tells what it did
    /// within a quarter of a second after the change before last.
    private static let settlingTime = 300

    /// Whether it has changed since the last time. Readline asks for it once, at its start.
    @discardableResult
    private static func followSize() -> Bool {
        guard let size = StandardStream.output.size else { return false }
        defer { knownSize = size }
        guard let knownSize, knownSize != size else { return false }
        rl_set_screen_size(Int32(clamping: size.rows), Int32(clamping: size.columns))
        // Where a prompt wraps readline works out when it is set.
        if let prompt = rl_prompt, rl_display_prompt == prompt, let copy = strdup(prompt) {
            rl_set_prompt(copy)
            free(copy)
        }
        return true
    }

    /// Draws what is typed in the place of what is shown, which the terminal has wrapped anew. Readline would draw it
    /// below, and leave a copy at each change.
    private static func redrawResized() {
        let isOneRow = isFolded
        guard followSize(), let size = knownSize else { return }
        if Environment.allowsCursor {
            let rows = isOneRow ? 0 : rowsAboveCursor(columns: size.columns)
            fputs((rows > 0 ? "\u{1B}[\(rows)A" : "") + "\r\u{1B}[J", rl_outstream)
        }
        rl_forced_update_display()
    }

    /// Rows of a prompt and its text before that of the cursor.
    private static func rowsAboveCursor(columns: Int) -> Int {
        guard let buffer = rl_line_buffer else { return 0 }
        let typed = UnsafeBufferPointer(start: buffer, count: Int(rl_point)).map { UInt8(bitPattern: $0) }
        let text = (rl_display_prompt.map { String(cString: $0) } ?? "") + String(decoding: typed, as: UTF8.self)
        var (row, column) = (0, 0)
        for scalar in text.unicodeScalars {
            if scalar == "\n" {
                (row, column) = (row + 1, 0)
                continue
            }
            let width =
                switch scalar {
                case "\t": 8 - column % 8
                case "\0"..<" ", "\u{7F}": 2
                default: max(0, Int(wcwidth(wchar_t(scalar.value))))
                }
            if column + width > columns { (row, column) = (row + 1, 0) }
            column += width
        }
        // At a full row's end the cursor is at the character that follows.
        let isBeforeCharacter = rl_point < rl_end && buffer[Int(rl_point)] != CChar(UInt8(ascii: "\n"))
        return column == columns && isBeforeCharacter ? row + 1 : row
    }

    // MARK: Blocks taller than the window

    /// Whether this switched readline's `horizontal-scroll-mode` on.
    nonisolated(unsafe) private static var isFolded = false
    private static let foldingMode = "horizontal-scroll-mode"

    /// Readline draws what has more rows than the window over itself. Such a block is shown in one row, with `^J`
    /// between its lines, and moves sideways with the cursor.
    private static func redisplay() {
        if isTallerThanWindow, !isFolded {
            if let mode = rl_variable_value(foldingMode), strcmp(mode, "off") == 0 {
                rl_clear_visible_line()
                rl_on_new_line()
                rl_variable_bind(foldingMode, "on")
                isFolded = true
            }
        } else if !isTallerThanWindow, isFolded {
            rl_clear_visible_line()
            rl_on_new_line()
            unfold()
        }
        rl_redisplay()
    }

    private static func unfold() {
        if isFolded { rl_variable_bind(foldingMode, "off") }
        isFolded = false
    }

    private static var isTallerThanWindow: Bool {
        guard let buffer = rl_line_buffer else { return false }
        var (rows, columns): (Int32, Int32) = (0, 0)
        rl_get_screen_size(&rows, &columns)
        guard rows > 0, columns > 0 else { return false }
        // At most: a tab moves by eight, and what is not ASCII may be wide.
        let widths = String(cString: buffer).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.unicodeScalars.reduce(0) { $0 + ($1 == "\t" ? 8 : $1.isASCII ? 1 : 2) }
        }
        let prompt = rl_display_prompt.map { strlen($0) } ?? 0
        let needed = widths.reduce(prompt / Int(columns)) { $0 + $1 / Int(columns) + 1 }
        return needed > Int(rows)
    }

    // MARK: Readline's callbacks

    /// A key; an interrupt empties the line and presses Return, so that readline leaves in good order.
    private static func nextKey() -> Int32 {
        while true {
            let wasResized = isResized.exchange(false, ordering: .acquiringAndReleasing)
            let hasKey = waitForInput(limit: wasResized ? settlingTime : nil) {
                isInterrupted.load(ordering: .acquiring) || isCalledByShell || isResized.load(ordering: .acquiring)
            }
            if isInterrupted.load(ordering: .acquiring) {
                rl_replace_line("", 0)
                return Int32(UInt8(ascii: "\n"))
            }
            if let number = takeStopSignal() {
                rl_cleanup_after_signal()
                takeDefaultAction(of: number)
                awaitTerminal()
                redraw()
            }
            if isContinued.load(ordering: .acquiring) {
                awaitTerminal()
                rl_cleanup_after_signal()
                redraw()
            }
            if wasResized, hasKey || !isResized.load(ordering: .acquiring) { redrawResized() }
            guard hasKey else { continue }
            var key: UInt8 = 0
            let count = Glibc.read(STDIN_FILENO, &key, 1)
            if count == 1 { return Int32(key) }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            return -1
        }
    }

    /// Readline takes the list and frees it: the common beginning first, then the candidates, then a null.
    private static func matches(start: Int, end: Int) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        rl_attempted_completion_over = 1
        rl_completion_append_character = 0
        guard let completer, let buffer = rl_line_buffer else { return nil }
        let line = String(cString: buffer)
        let found = completer(line, end)
        // Candidates that begin elsewhere than readline's word are cut or extended to it.
        let bytes = Array(line.utf8)
        let texts = found.texts.compactMap { text -> String? in
            if found.start == start { return text }
            if found.start > start, found.start <= bytes.count {
                return String(decoding: bytes[start..<found.start], as: UTF8.self) + text
            }
            let cut = start - found.start
            return text.utf8.count >= cut ? String(decoding: Array(text.utf8).dropFirst(cut), as: UTF8.self) : nil
        }
        guard let first = texts.first else { return nil }
        var common = Array(first.utf8)
        for text in texts { common = Array(zip(common, text.utf8).prefix { $0 == $1 }.map { $0.0 }) }
        let list = texts.count == 1 ? texts : [String(decoding: common, as: UTF8.self)] + texts
        let result = malloc((list.count + 1) * MemoryLayout<UnsafeMutablePointer<CChar>?>.stride)
        guard let result = result?.bindMemory(to: UnsafeMutablePointer<CChar>?.self, capacity: list.count + 1) else {
            return nil
        }
        for (index, text) in list.enumerated() { result[index] = strdup(text) }
        result[list.count] = nil
        return result
    }
}
