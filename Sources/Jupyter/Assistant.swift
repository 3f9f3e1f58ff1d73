// complete, inspect, is_complete and history: answered one after another on a thread of their own, so that neither a
// cell that trains nor a long text to be completed keeps the control channel waiting. Cells are written into the
// history there as well.

import Libraries
import Session
import Synchronization

final class Assistant: Sendable {
    let workspace: Workspace
    let history: History
    private let broadcaster: Broadcaster
    private let jobs = Mailbox<Job>()
    /// Cells that are not yet in the history.
    private let records = Mutex<[History.Record]>([])

    private enum Job: Sendable {
        case request(Request)
        /// Records have come.
        case keep
        case end
    }

    /// Takes each reply; called on the assistant's thread.
    private let answer: @Sendable (Request, JSONObject) -> Void

    init(
        workspace: Workspace, history: History, broadcaster: Broadcaster,
        answer: @escaping @Sendable (Request, JSONObject) -> Void
    ) {
        self.workspace = workspace
        self.history = history
        self.broadcaster = broadcaster
        self.answer = answer
    }

    /// What reads the text or the past, and changes nothing.
    static func isResponsible(for type: String) -> Bool {
        switch type {
        case "complete_request", "inspect_request", "is_complete_request", "history_request": true
        default: false
        }
    }

    func take(_ request: Request) { jobs.put(.request(request)) }

    func record(_ record: History.Record) {
        let isFirst = records.withLock { records in
            records.append(record)
            return records.count == 1
        }
        if isFirst { jobs.put(.keep) }
    }

    /// What it was given so far is still done.
    func end() { jobs.put(.end) }

    /// Milliseconds that records wait for more: a transaction and a waking thread for each short cell took a sixth of
    /// its round trip.
    private static let keepingDelay = 100

    func run() {
        while true {
            var isKeeping = false
            for job in jobs.waitForAll() {
                switch job {
                case .request(let request): answer(request)
                case .keep: isKeeping = true
                case .end:
                    keepRecords()
                    if let lost = history.close() { warn(lost) }
                    return
                }
            }
            guard isKeeping else { continue }
            MessageSocket.wait(for: [], descriptors: [jobs.descriptor], milliseconds: Self.keepingDelay)
            keepRecords()
        }
    }

    private func keepRecords() {
        history.add(
            records.withLock { records in
                defer { records = [] }
                return records
            })
    }

    private func answer(_ request: Request) {
        broadcaster.busy(request)
        // A question about the history is one about the cells before it as well.
        if request.type == "history_request" { keepRecords() }
        answer(request, RequestError.orContent { () throws(RequestError) in try content(for: request) })
    }

    func content(for request: Request) throws(RequestError) -> JSONObject {
        if let fault = request.fault { throw RequestError(message: fault) }
        return switch request.type {
        case "complete_request": try complete(request)
        case "inspect_request": try inspect(request)
        case "is_complete_request": try isComplete(request)
        default: try history(request)
        }
    }
}
