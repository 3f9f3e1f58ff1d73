// The kernel: two threads take turns at being the reader of the control, shell and stdin sockets. The reader answers
// what takes no time, gives questions about text and history to the assistant, and when it gets a cell it runs that
// cell itself. Where that takes longer than a moment, the other becomes the reader. So a cell is never handed from
// thread to thread, a short one wakes no other thread (either was a tenth of its round trip), and the control channel
// waits for a moment at most. All that decides what runs next is under one lock, so an error aborts all that was
// queued before its reply, and what comes within 0.1 s after it, however long that takes to be read.

import Glibc
import Language
import Libraries
import Session
import Synchronization

/// Serves Jupyter clients on the sockets that a connection file names, until a shutdown, SIGTERM or the death of the
/// parent; returns the exit code. A file or a port that cannot be used is one line on standard error and 1.
public func runKernel(connectionFile: String) -> Int32 {
    OpenFiles.allowAll()
    do {
        let kernel = try Kernel(
            try ConnectionFile(path: connectionFile), historyPath: History.standardPath,
            home: Workspace.standardHome, environmentFaults: Workspace.environmentFaults,
            startsWorkers: true)
        if let failure = kernel.historyFailure { warn(failure) }
        kernel.run(takingProcess: true)
        if let report = kernel.rejectionReport { warn(report) }
        return 0
    } catch {
        warn("\(error)")
        return 1
    }
}

func warn(_ message: String) { StandardStream.complain("kernel: \(withoutSecrets(message))") }

final class Kernel: Sendable {
    /// What the threads share; the sockets but iopub's are used under its lock as well.
    private struct State {
        var gate: Gate
        var usage = UsageMeter()
        var executionCount = 0
        var queue: [Execution] = []
        var running: Execution?
        /// Until when cells that come are aborted, for one has failed; `nil` once the sockets were empty after that.
        var abortsUntil: Double?
        /// Whose cell has asked the person something.
        var asking: Request?
        /// Whether a thread waits for messages, or is about to.
        var hasReader = true
        var isOver = false
    }

    private let state: Mutex<State>
    private let workspace: Workspace
    private let history: History
    private let signature: Signature
    private let origin = MessageOrigin()

    private let shell: MessageSocket
    private let control: MessageSocket
    private let stdin: MessageSocket
    private let broadcaster: Broadcaster
    private let heartbeat: Heartbeat
    private let output: CellOutput

    private let signals = Wakeup()
    /// Wakes the reader: a message lies in a socket, or the kernel ends.
    private let poke = Wakeup()
    /// Wakes the thread in reserve: a cell takes longer than a moment, or the kernel ends.
    private let handover = Alarm()
    /// Wakes `run` at the end.
    private let ending = Wakeup()
    private let answers = Mailbox<Answer>()
    private let parent = ParentProcess(identifier: Environment.variable("JPY_PARENT_PID"))

    /// Binds all sockets; one that cannot be bound is an error, and none stays.
    ///
    /// - Parameters:
    ///   - historyPath: where cells are kept; `nil`: for this session alone.
    ///   - home: where runs are kept; `nil`: nowhere.
    ///   - environmentFaults: what is wrong with the variables of the environment, for the first cell to say. A kernel
    ///     that does not start is restarted again and again by its client, which does not say why.
    ///   - startsWorkers: whether several trainings at once are processes of this program.
    init(
        _ connection: ConnectionFile, historyPath: String? = nil, home: String? = nil, environmentFaults: [String] = [],
        startsWorkers: Bool = false
    ) throws(MessageSocketError) {
        let context = MessageContext()
        func open(
            _ kind: MessageSocket.Kind, _ channel: ConnectionFile.Channel, highWaterMark: Int32 = 1000
        ) throws(MessageSocketError) -> MessageSocket {
            let socket = try MessageSocket(kind, in: context, highWaterMark: highWaterMark)
            do throws(MessageSocketError) {
                try socket.bind(connection.address(of: channel))
            } catch {
                var named = error
                named.origin = "`ip` and `\(channel.rawValue)_port` of the connection file"
                throw named
            }
            return socket
        }
        signature = Signature(key: connection.key)
        state = Mutex(State(gate: Gate(signature)))
        shell = try open(.router, .shell)
        control = try open(.router, .control)
        stdin = try open(.router, .stdin)
        heartbeat = Heartbeat(socket: try open(.reply, .hb))
        broadcaster = Broadcaster(
            socket: try open(.publisher, .iopub, highWaterMark: Broadcaster.highWaterMark), signature: signature,
            origin: origin)
        history = History(historyPath)
        output = CellOutput(
            broadcaster: broadcaster, environmentFaults: environmentFaults, historyFailure: history.failure)
        workspace = Workspace(output: output, home: home, workerCommand: startsWorkers ? Workspace.ownWorkers : nil)
    }

    /// Seconds that a stopped cell has to keep what it did.
    private static let savingTime = 30.0
    /// Seconds that a cell may take before another thread reads messages meanwhile.
    private static let moment = 0.001
    /// Seconds after the reply to a cell that failed in which those that come are aborted, as in ipykernel:
    /// JupyterLab's "Run All" is still sending then.
    private static let abortingTime = 0.1

    /// Why cells are not kept beyond this session.
    var historyFailure: String? { history.failure }

    /// How many messages were dropped; `nil` where none was.
    var rejectionReport: String? { state.withLock { $0.gate.report } }

    // MARK: Threads

    /// - Parameter takingProcess: whether the process's signals and its standard output are the kernel's.
    func run(takingProcess: Bool = false) {
        let (broadcaster, heartbeat, output) = (broadcaster, heartbeat, output)
        var strayOutput: StrayOutput?
        if takingProcess {
            ProcessSignals.forward(to: signals)
            strayOutput = StrayOutput { output.writeStray($0) }
        }
        let assistant = Assistant(workspace: workspace, history: history, broadcaster: broadcaster) {
            request, content in
            self.reply(content, afterwardsTo: request)
        }
        output.asks { [unowned self] in ask($0, $1, isSecret: $2) }
        broadcaster.send(Broadcaster.status("starting"))
        let workers = [true, false].map { isReader in
            // With the stack that cells need, so that none has to start a thread for it.
            KernelThread { [stray = strayOutput] in LargeStack.run { self.takeTurns(isReader, assistant, stray) } }
        }
        var others = [
            KernelThread { broadcaster.run() }, KernelThread { heartbeat.run() },
            KernelThread { LargeStack.run { assistant.run() } },
        ]
        if let strayOutput { others.append(KernelThread { strayOutput.run() }) }

        MessageSocket.wait(for: [], descriptors: [ending.readEnd], milliseconds: -1)
        interrupt()
        // An interrupted training ends within 100 ms; what it came to may take a slow disk a while.
        let deadline = Clock.seconds + Self.savingTime
        let haveEnded = workers.map { $0.join(milliseconds: Int(max(0, deadline - Clock.seconds) * 1000)) }
        assistant.end()
        broadcaster.end()
        heartbeat.end()
        strayOutput?.end()
        for thread in others { thread.join() }
        if haveEnded.allSatisfy(\.self) { workspace.close() }
    }

    /// Reads until there is a cell, runs it and those after it, and reads on, unless the other thread does so by then.
    private func takeTurns(_ beginsAsReader: Bool, _ assistant: Assistant, _ strayOutput: StrayOutput?) {
        var isReader = beginsAsReader
        while isReader || becomesReader() {
            guard var execution = nextCell(assistant) else { return }
            while true {
                let result = execution.run(
                    in: workspace, output: output, broadcaster: broadcaster, strayOutput: strayOutput)
                guard let next = finish(execution, result, assistant) else { break }
                execution = next
            }
            isReader = state.withLock { state in
                guard !state.hasReader else { return false }
                handover.cancel()
                state.hasReader = true
                return true
            }
        }
    }

    /// Waits in reserve until a cell keeps the other thread from reading; `false` when the kernel ends.
    private func becomesReader() -> Bool {
        while true {
            MessageSocket.wait(for: [], descriptors: [handover.descriptor], milliseconds: -1)
            let next: Bool? = state.withLock { state in
                if state.isOver { return false }
                handover.clear()
                if state.hasReader { return nil }
                state.hasReader = true
                return true
            }
            if let next {
                broadcaster.letGo()
                return next
            }
        }
    }

    /// The next cell to run, waited for by the reader; `nil` when the kernel ends.
    private func nextCell(_ assistant: Assistant) -> Execution? {
        // The sockets' descriptors, for the other thread may use the sockets meanwhile.
        let descriptors = [control, shell, stdin].map(\.descriptor) + [signals.readEnd, poke.readEnd]
        while true {
            let (next, isOver, abortsUntil) = state.withLock { state in
                receiveAll(&state, assistant)
                let next = startNext(&state, assistant, isHeld: true)
                if next != nil {
                    state.hasReader = false
                    handover.set(after: Self.moment)
                }
                return (next, state.isOver, state.abortsUntil)
            }
            if isOver {
                handover.set(after: 0)
                ending.signal()
                return nil
            }
            if let next { return next }
            var patience = parent == nil ? -1 : 1000
            if let abortsUntil { patience = max(0, Int(((abortsUntil - Clock.seconds) * 1000).rounded(.up))) }
            MessageSocket.wait(for: [], descriptors: descriptors, milliseconds: patience)
            _ = poke.clear()
            for byte in signals.clear() { handleSignal(Int32(byte)) }
            if parent?.isGone == true { state.withLock { $0.isOver = true } }
        }
    }

    private func handleSignal(_ number: Int32) {
        if number == SIGINT { interrupt() } else { state.withLock { $0.isOver = true } }
    }

    // MARK: Messages

    /// Handles all that lies in the sockets, control first. What lay there when the time for aborting was over is
    /// aborted as well.
    private func receiveAll(_ state: inout State, _ assistant: Assistant) {
        let start = Clock.seconds
        while !state.isOver {
            if let request = receive(control, .control, &state) {
                handle(request, &state, assistant)
            } else if let request = receive(shell, .shell, &state) {
                handle(request, &state, assistant)
            } else if let frames = try? stdin.receive() {
                takeAnswer(frames, &state)
            } else {
                if let end = state.abortsUntil, start >= end { state.abortsUntil = nil }
                return
            }
        }
    }

    /// The next request that the gate lets through.
    private func receive(_ socket: MessageSocket, _ channel: Request.Channel, _ state: inout State) -> Request? {
        while let frames = try? socket.receive() {
            if let request = state.gate.admit(frames, channel) { return request }
        }
        return nil
    }

    private func send(_ message: OutgoingMessage, on socket: MessageSocket) {
        // A router drops what is for a client that is gone.
        try? socket.send(message.frames(origin, signature: signature))
    }

    private func reply(_ content: JSONObject, to request: Request) {
        send(request.reply(content), on: request.channel == .control ? control : shell)
    }

    /// From another thread than the reader, and `idle`.
    private func reply(_ content: JSONObject, afterwardsTo request: Request) {
        state.withLock { _ in
            reply(content, to: request)
            pokeReader()
        }
        broadcaster.idle(request)
    }

    /// To be called under the lock after a socket was used beside the reader: the use may have taken away the signal of
    /// its descriptor that a message has come.
    private func pokeReader() {
        if [control, shell, stdin].contains(where: \.hasInput) { poke.signal() }
    }

    // MARK: Requests

    private func handle(_ request: Request, _ state: inout State, _ assistant: Assistant) {
        guard request.channel == .shell else { return answer(request, &state) }
        if Assistant.isResponsible(for: request.type) { return assistant.take(request) }
        guard request.type == "execute_request" else { return answer(request, &state) }
        let execution = Execution(request)
        if state.abortsUntil != nil { return abort(execution) }
        state.queue.append(execution)
    }

    private func answer(_ request: Request, _ state: inout State) {
        switch request.type {
        case "comm_open":
            answer(request) { () throws(RequestError) in
                let content: JSONObject = ["comm_id": request.content?["comm_id"] ?? "", "data": [:]]
                broadcaster.send(request.broadcast("comm_close", content))
                return nil
            }
        case "comm_msg", "comm_close": answer(request) { () throws(RequestError) in nil }
        default:
            guard request.replyType != nil else { return }
            answer(request) { () throws(RequestError) in
                if let fault = request.fault { throw RequestError(message: fault) }
                return try content(for: request, &state)
            }
        }
    }

    /// `busy`, the reply, `idle`.
    private func answer(_ request: Request, _ content: () throws(RequestError) -> JSONObject?) {
        broadcaster.busy(request)
        do {
            if let content = try content() { reply(content, to: request) }
        } catch {
            reply(error.content, to: request)
        }
        broadcaster.idle(request)
    }

    private func content(for request: Request, _ state: inout State) throws(RequestError) -> JSONObject {
        switch request.type {
        case "kernel_info_request": return kernelInfo()
        case "comm_info_request": return ["status": "ok", "comms": [:]]
        case "usage_request": return state.usage.content(rejected: state.gate.rejected)
        case "interrupt_request":
            workspace.interrupt()
            answerQuestion(.interrupted, &state)
            return ["status": "ok"]
        case "shutdown_request":
            let content: JSONObject = [
                "status": "ok", "restart": .bool(try request.flag("restart", default: false)),
            ]
            state.isOver = true
            poke.signal()
            broadcaster.send(request.broadcast("shutdown_reply", content))
            return content
        case "debug_request":
            throw RequestError(name: "no-debugger", message: "Tandem has no debugger; kernel_info says so")
        default:
            throw RequestError(name: "unknown-request", message: "\(request.type) is not known on this channel")
        }
    }

    // MARK: Cells

    /// Takes the first cell of the queue, if none runs.
    private func startNext(_ state: inout State, _ assistant: Assistant, isHeld: Bool) -> Execution? {
        guard state.running == nil, !state.isOver, !state.queue.isEmpty else { return nil }
        var execution = state.queue.removeFirst()
        if execution.isStored {
            state.executionCount += 1
        }
        if execution.isStored, execution.fault == nil {
            assistant.record(.input(execution.code, line: state.executionCount))
        }
        execution.count = execution.isStored ? state.executionCount : state.executionCount + 1
        state.running = execution
        workspace.forgetInterrupt()
        broadcaster.busy(execution.request, isExecution: true, isHeld: isHeld)
        if !execution.isSilent, execution.fault == nil {
            broadcaster.send(
                execution.request.broadcast(
                    "execute_input",
                    ["code": .string(execution.code), "execution_count": .integer(execution.count)]))
        }
        return execution
    }

    /// Replies to a cell that has run.
    /// - Returns: the one after it.
    private func finish(_ execution: Execution, _ result: Execution.Result, _ assistant: Assistant) -> Execution? {
        if execution.isStored, let text = result.text { assistant.record(.output(text, line: execution.count)) }
        return state.withLock { state in
            state.running = nil
            let isAborting = result.isError && execution.stopsOnError && !execution.isSilent
            let aborted = isAborting ? takeQueue(&state, assistant) : []
            reply(result.content, to: execution.request)
            broadcaster.idle(execution.request, isExecution: true)
            for execution in aborted { abort(execution) }
            if isAborting {
                state.abortsUntil = Clock.seconds + Self.abortingTime
                // The other thread may wait for messages alone.
                if state.hasReader { poke.signal() }
            }
            receiveAll(&state, assistant)
            let next = startNext(&state, assistant, isHeld: !state.hasReader)
            // Anew for each of many short cells, so that none of them wakes the other thread.
            if next != nil, !state.hasReader { handover.set(after: Self.moment) }
            return next
        }
    }

    private func abort(_ execution: Execution) {
        answer(execution.request) { () throws(RequestError) in ["status": "aborted"] }
    }

    /// Every cell that has come so far. What still lies in the socket came before the reply of the cell that has run as
    /// well.
    private func takeQueue(_ state: inout State, _ assistant: Assistant) -> [Execution] {
        while let request = receive(shell, .shell, &state) { handle(request, &state, assistant) }
        defer { state.queue = [] }
        return state.queue
    }

    private func interrupt() {
        workspace.interrupt()
        state.withLock { answerQuestion(.interrupted, &$0) }
    }

    // MARK: Questions to the person

    /// Sends the question of a running cell and waits for the answer.
    private func ask(_ execution: Execution, _ prompt: String, isSecret: Bool) -> Answer {
        let content: JSONObject = ["prompt": .string(prompt), "password": .bool(isSecret)]
        let request = execution.request
        let isStopped = state.withLock { state in
            // An interrupt that came before there was a question has nobody to answer it.
            if workspace.isInterrupted || state.isOver { return true }
            state.asking = request
            send(
                OutgoingMessage(
                    type: "input_request", identities: request.identities, parent: request.header, content: content),
                on: stdin)
            pokeReader()
            return false
        }
        return isStopped ? .interrupted : answers.take()
    }

    private func takeAnswer(_ frames: [[UInt8]], _ state: inout State) {
        guard let reply = state.gate.admit(frames, .stdin) else { return }
        // Only who was asked may answer; anything else leaves the question open.
        guard reply.type == "input_reply", reply.identities == state.asking?.identities else {
            return state.gate.count(.malformed)
        }
        // Who answers without a text does not do so again.
        if let text = reply.content?["value"]?.string {
            answerQuestion(.line(text), &state)
        } else {
            state.gate.count(.malformed)
            answerQuestion(.nobody, &state)
        }
    }

    private func answerQuestion(_ answer: Answer, _ state: inout State) {
        guard state.asking != nil else { return }
        state.asking = nil
        answers.put(answer)
    }
}
