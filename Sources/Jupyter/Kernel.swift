// The kernel: one loop over the control, shell and stdin sockets that answers requests, and hands cells one by one to the
// execution thread. Only this loop decides what runs next, so an error aborts exactly what had been queued before its reply.

import Glibc
import Libraries
import Session

/// Serves Jupyter clients on the sockets that a connection file names, until a shutdown, SIGTERM or the death of the
/// parent; returns the exit code. A file or a port that cannot be used is one line on standard error and 1.
public func runKernel(connectionFile: String) -> Int32 {
    do {
        let kernel = try Kernel(try ConnectionFile(path: connectionFile), historyPath: KeptFile.standardPath)
        if let failure = kernel.history.failure { warn(failure) }
        kernel.forwardSignals()
        kernel.run()
        return 0
    } catch {
        warn("\(error)")
        return 1
    }
}

private func warn(_ message: String) { StandardStream.error.write("tandem kernel: \(message)\n") }

final class Kernel {
    /// What the execution thread tells the loop.
    private enum Event: Sendable {
        case finished(Execution.Result)
        case asked(Request, prompt: String, isSecret: Bool)
    }

    let workspace: Workspace
    let history: History
    private var executionCount = 0

    private let signature: Signature
    private let origin = MessageOrigin()
    private var replays = ReplayGuard()

    private let shell: MessageSocket
    private let control: MessageSocket
    private let stdin: MessageSocket
    private let broadcaster: Broadcaster
    private let heartbeat: Heartbeat
    private let output: CellOutput

    private let signals = Wakeup()
    private let events = Mailbox<Event>()
    private let executions = Mailbox<Execution?>()
    private let answers = Mailbox<String?>()
    private let parent = ParentProcess(identifier: Environment.variable("JPY_PARENT_PID"))

    private var queue: [Execution] = []
    private var running: Execution?
    private var isAsking = false
    private var isOver = false

    /// Binds all sockets; one that cannot be bound is an error, and none stays.
    ///
    /// - Parameter historyPath: where cells are kept; `nil`: for this session alone.
    init(_ connection: ConnectionFile, historyPath: String? = nil) throws(MessageSocketError) {
        let context = MessageContext()
        func open(
            _ kind: MessageSocket.Kind, _ channel: ConnectionFile.Channel, highWaterMark: Int32 = 1000
        ) throws(MessageSocketError) -> MessageSocket {
            let socket = try MessageSocket(kind, in: context, highWaterMark: highWaterMark)
            try socket.bind(connection.address(of: channel))
            return socket
        }
        signature = Signature(key: connection.key)
        shell = try open(.router, .shell)
        control = try open(.router, .control)
        stdin = try open(.router, .stdin)
        heartbeat = Heartbeat(socket: try open(.reply, .hb))
        // For each subscriber that does not read: 4,000 messages, which text fills only when it comes in blocks of 64 KB.
        broadcaster = Broadcaster(
            socket: try open(.publisher, .iopub, highWaterMark: 4000), signature: signature, origin: origin)
        let (events, answers) = (events, answers)
        output = CellOutput(broadcaster: broadcaster) { execution, prompt, isSecret in
            events.put(.asked(execution.request, prompt: prompt, isSecret: isSecret))
            return answers.take()
        }
        workspace = Workspace(output: output)
        history = History(historyPath)
    }

    func forwardSignals() { ProcessSignals.forward(to: signals) }

    // MARK: The loop

    func run() {
        let threads = startThreads()
        broadcaster.send(Broadcaster.status("starting"))
        while !isOver {
            MessageSocket.wait(
                for: [control, shell, stdin], descriptors: [events.descriptor, signals.readEnd],
                milliseconds: parent == nil ? -1 : 1000)
            for byte in signals.clear() { handleSignal(Int32(byte)) }
            for event in events.takeAll() { handle(event) }
            while !isOver, let request = receive(control, .control) { handle(request) }
            if !isOver, let request = receive(shell, .shell) { handle(request) }
            while let frames = try? stdin.receive() { takeAnswer(frames) }
            if parent?.isGone == true { isOver = true }
            startNext()
        }
        interrupt()
        executions.put(nil)
        threads.execution.join(milliseconds: 2000)
        broadcaster.end()
        heartbeat.end()
        threads.broadcast.join()
        threads.heartbeat.join()
    }

    private func startThreads() -> (execution: KernelThread, broadcast: KernelThread, heartbeat: KernelThread) {
        let (broadcaster, heartbeat, output, workspace) = (broadcaster, heartbeat, output, workspace)
        let (executions, events) = (executions, events)
        let execution = KernelThread {
            while let execution = executions.take() {
                events.put(.finished(execution.run(in: workspace, output: output, broadcaster: broadcaster)))
            }
        }
        return (execution, KernelThread { broadcaster.run() }, KernelThread { heartbeat.run() })
    }

    /// The next request that is well-formed, signed and new; others are dropped.
    private func receive(_ socket: MessageSocket, _ channel: Request.Channel) -> Request? {
        while let frames = try? socket.receive() {
            guard let wire = WireMessage(frames: frames, signature: signature),
                !signature.isUsed || replays.admit(wire.signature),
                let request = Request(wire, channel: channel)
            else { continue }
            return request
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

    // MARK: Requests

    private func handle(_ request: Request) {
        guard request.type == "execute_request", request.channel == .shell else { return answer(request) }
        do throws(RequestError) {
            if let fault = request.fault { throw RequestError(message: fault) }
            queue.append(try Execution(request))
        } catch {
            answer(request) { () throws(RequestError) in throw error }
        }
    }

    private func answer(_ request: Request) {
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
                return try content(for: request)
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

    private func content(for request: Request) throws(RequestError) -> JSONObject {
        switch request.type {
        case "kernel_info_request": return kernelInfo()
        case "is_complete_request": return try isComplete(request)
        case "complete_request": return try complete(request)
        case "inspect_request": return try inspect(request)
        case "history_request": return try history(request)
        case "comm_info_request": return ["status": "ok", "comms": [:]]
        case "interrupt_request":
            interrupt()
            return ["status": "ok"]
        case "shutdown_request":
            isOver = true
            let content: JSONObject = [
                "status": "ok", "restart": .bool(try request.flag("restart", default: false)),
            ]
            broadcaster.send(request.broadcast("shutdown_reply", content))
            return content
        default:
            throw RequestError(name: "unknown-request", message: "\(request.type) is not known on this channel")
        }
    }

    // MARK: Cells

    private func startNext() {
        guard running == nil, !isOver, !queue.isEmpty else { return }
        var execution = queue.removeFirst()
        if execution.isStored {
            executionCount += 1
            history.append(line: executionCount, input: execution.code)
        }
        execution.count = execution.isStored ? executionCount : executionCount + 1
        running = execution
        workspace.forgetInterrupt()
        broadcaster.busy(execution.request, isExecution: true)
        if !execution.isSilent {
            broadcaster.send(
                execution.request.broadcast(
                    "execute_input",
                    ["code": .string(execution.code), "execution_count": .integer(execution.count)]))
        }
        executions.put(execution)
    }

    private func handle(_ event: Event) {
        switch event {
        case .finished(let result):
            guard let execution = running else { return }
            running = nil
            if execution.isStored { history.setOutput(result.text, ofLine: execution.count) }
            if result.isError, execution.stopsOnError { abortQueue() }
            reply(result.content, to: execution.request)
            broadcaster.idle(execution.request, isExecution: true)
        case .asked(let request, let prompt, let isSecret):
            isAsking = true
            let content: JSONObject = ["prompt": .string(prompt), "password": .bool(isSecret)]
            send(
                OutgoingMessage(
                    type: "input_request", identities: request.identities, parent: request.header, content: content),
                on: stdin)
        }
    }

    /// Answers `aborted` to every cell that has come so far. What still lies in the socket came before the reply as well.
    private func abortQueue() {
        while let request = receive(shell, .shell) { handle(request) }
        let aborted = queue
        queue = []
        for execution in aborted {
            answer(execution.request) { () throws(RequestError) in ["status": "aborted"] }
        }
    }

    private func interrupt() {
        workspace.interrupt()
        answerQuestion(nil)
    }

    private func takeAnswer(_ frames: [[UInt8]]) {
        guard let wire = WireMessage(frames: frames, signature: signature),
            !signature.isUsed || replays.admit(wire.signature),
            let request = Request(wire, channel: .shell), request.type == "input_reply"
        else { return }
        answerQuestion(request.content?["value"]?.string)
    }

    private func answerQuestion(_ text: String?) {
        guard isAsking else { return }
        isAsking = false
        answers.put(text)
    }

    private func handleSignal(_ number: Int32) {
        if number == SIGINT { interrupt() } else { isOver = true }
    }
}
