// The file by which a client tells a kernel where to listen and how to sign.

import Libraries

public struct ConnectionFileError: Error, Sendable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public var description: String { "connection file \(path): \(reason)" }
}

public struct ConnectionFile: Sendable {
    public enum Channel: String, CaseIterable, Sendable {
        case shell, iopub, stdin, control, hb
    }

    /// Empty: messages are not signed.
    public var key: String
    private var transport: String
    private var host: String
    private var ports: [Channel: Int] = [:]

    public init(path: String) throws(ConnectionFileError) {
        func fault(_ reason: String) -> ConnectionFileError { ConnectionFileError(path: path, reason: reason) }
        let bytes: [UInt8]
        do { bytes = try FileSystem.read(path) } catch { throw fault("cannot be read: \(error.reason)") }
        let json: JSON
        do { json = try JSON(parsing: bytes) } catch { throw fault("is no JSON: \(error)") }
        guard json.object != nil else { throw fault("holds no JSON object") }

        transport = json["transport"]?.string ?? "tcp"
        guard transport == "tcp" || transport == "ipc" else { throw fault("unknown transport \"\(transport)\"") }
        host = json["ip"]?.string ?? "127.0.0.1"
        guard !host.isEmpty else { throw fault("`ip` is empty") }
        let scheme = json["signature_scheme"]?.string ?? "hmac-sha256"
        guard scheme == "hmac-sha256" else {
            throw fault("unknown signature_scheme \"\(scheme)\"; only hmac-sha256 is supported")
        }
        guard let key = json["key"]?.string else { throw fault("has no `key`; an empty one means unsigned messages") }
        self.key = key
        for channel in Channel.allCases {
            let name = "\(channel.rawValue)_port"
            guard let port = json[name]?.integer else { throw fault("has no `\(name)`") }
            guard (1...65535).contains(port) else { throw fault("`\(name)` \(port) is no port") }
            ports[channel] = port
        }
    }

    public func address(of channel: Channel) -> String {
        let port = ports[channel] ?? 0
        if transport == "ipc" { return "ipc://\(host)-\(port)" }
        if host == "localhost" { return "tcp://127.0.0.1:\(port)" }
        return host.utf8.contains(UInt8(ascii: ":")) ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
    }
}
