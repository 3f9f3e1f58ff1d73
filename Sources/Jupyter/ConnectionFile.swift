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
        guard FileSystem.isRegularFile(path) || !FileSystem.exists(path) else { throw fault("is not a regular file") }
        let bytes: [UInt8]
        do { bytes = try FileSystem.read(path, limit: 1 << 20) } catch {
            throw fault("cannot be read: \(error.reason)")
        }
        let json: JSON
        do { json = try JSON(parsing: bytes) } catch { throw fault("is not JSON: \(error)") }
        guard json.object != nil else { throw fault("holds no JSON object") }

        func text(_ field: String, default standard: String? = nil) throws(ConnectionFileError) -> String {
            guard let value = json[field] ?? standard.map(JSON.string) else { throw fault("has no `\(field)`") }
            guard let text = value.string else { throw fault("`\(field)` must be a string") }
            return text
        }
        transport = try text("transport", default: "tcp")
        guard transport == "tcp" || transport == "ipc" else {
            throw fault("unknown `transport` \"\(transport)\"; use tcp or ipc")
        }
        host = try text("ip", default: "127.0.0.1")
        guard !host.isEmpty else { throw fault("`ip` is empty") }
        let scheme = try text("signature_scheme", default: "hmac-sha256")
        guard scheme == "hmac-sha256" else {
            throw fault("unknown `signature_scheme` \"\(scheme)\"; only hmac-sha256 is supported")
        }
        guard json["key"] != nil else { throw fault("has no `key`; an empty one means unsigned messages") }
        key = try text("key")
        for channel in Channel.allCases {
            let name = "\(channel.rawValue)_port"
            guard let value = json[name] else { throw fault("has no `\(name)`") }
            guard let port = value.integer else { throw fault("`\(name)` must be a whole number") }
            guard (1...65535).contains(port) else { throw fault("`\(name)` \(port) is not a port: use 1 to 65535") }
            if let other = ports.first(where: { $0.value == port })?.key {
                throw fault("`\(name)` and `\(other.rawValue)_port` are both \(port)")
            }
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
