// JSON by Jansson: bytes in, a value out, and back. Objects keep the order of their keys, whole numbers stay exact, and
// what a socket or a file holds can be as deep or as broken as it likes: the result is an error, never a crash.

import CJansson

/// Why a text is no JSON, in one line.
public struct JSONError: Error, Sendable, CustomStringConvertible {
    public let description: String
}

public enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    /// Brackets inside brackets; beyond it a text is refused. (Jansson itself stops at 2048, before its stack ends.)
    public static let depthLimit = 500

    /// Reads one value and nothing behind it. Of equal keys the last one wins, unless they are refused. Marks of UTF-8
    /// at the beginning are passed over.
    public init(parsing text: [UInt8], refusesEqualKeys: Bool = false) throws(JSONError) {
        // Some editors begin a file with that mark, also one that has it already.
        var bytes = text[...]
        while bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        var error = json_error_t()
        let flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | (refusesEqualKeys ? JSON_REJECT_DUPLICATES : 0)
        func load(_ flags: Int) -> UnsafeMutablePointer<json_t>? {
            bytes.withUnsafeBytes {
                json_loadb($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count, flags, &error)
            }
        }
        var root: UnsafeMutablePointer<json_t>?
        if !bytes.isEmpty {
            // A whole number beyond 64 bits fails the first time; then all numbers are read as decimals.
            root = load(Int(flags)) ?? load(Int(flags | JSON_DECODE_INT_AS_REAL))
        }
        guard let root else {
            let reason = withUnsafePointer(to: &error.text) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(JSON_ERROR_TEXT_LENGTH)) { String(cString: $0) }
            }
            throw JSONError(
                description: bytes.isEmpty
                    ? "empty"
                    : TextEncoding.fault(in: Array(bytes)) ?? "line \(error.line), column \(error.column): \(reason)")
        }
        defer { release(root) }
        self = try JSON(root, depth: 0)
    }

    public init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }

    private init(_ value: UnsafeMutablePointer<json_t>, depth: Int) throws(JSONError) {
        guard depth <= Self.depthLimit else { throw JSONError(description: "nested deeper than \(Self.depthLimit)") }
        switch value.pointee.type {
        case JSON_TRUE: self = .bool(true)
        case JSON_FALSE: self = .bool(false)
        case JSON_INTEGER: self = .integer(Int(json_integer_value(value)))
        case JSON_REAL: self = .number(json_real_value(value))
        case JSON_STRING: self = .string(Self.text(json_string_value(value), json_string_length(value)))
        case JSON_ARRAY:
            var items: [JSON] = []
            for index in 0..<json_array_size(value) {
                if let item = json_array_get(value, index) { items.append(try JSON(item, depth: depth + 1)) }
            }
            self = .array(items)
        case JSON_OBJECT:
            var object = JSONObject()
            var iterator = json_object_iter(value)
            while let current = iterator {
                if let key = json_object_iter_key(current), let item = json_object_iter_value(current) {
                    object[String(cString: key)] = try JSON(item, depth: depth + 1)
                }
                iterator = json_object_iter_next(value, current)
            }
            self = .object(object)
        default: self = .null
        }
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
        guard let start else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
}

/// `json_decref` is an inline function over an atomic builtin that Swift does not import.
private func release(_ value: UnsafeMutablePointer<json_t>) {
    guard value.pointee.refcount != .max else { return }
    value.pointee.refcount -= 1
    if value.pointee.refcount == 0 { json_delete(value) }
}

/// The members of an object in the order they came.
public struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    public private(set) var keys: [String] = []
    private var values: [String: JSON] = [:]

    public init() {}

    public init(dictionaryLiteral elements: (String, JSON)...) {
        for (key, value) in elements { self[key] = value }
    }

    public subscript(_ key: String) -> JSON? {
        get { values[key] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
            } else if values.removeValue(forKey: key) != nil {
                keys.removeAll { $0 == key }
            }
        }
    }
}

// MARK: Looking into a value

extension JSON {
    /// A member; `nil` where there is none, or where this is no object.
    public subscript(_ key: String) -> JSON? { object?[key] }

    public var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
    public var array: [JSON]? { if case .array(let items) = self { items } else { nil } }
    /// Of a list of whole numbers alone, written as such.
    public var integers: [Int]? {
        guard let items = array else { return nil }
        let numbers = items.compactMap { if case .integer(let number) = $0 { number } else { nil } }
        return numbers.count == items.count ? numbers : nil
    }
    /// Of a list of texts alone.
    public var strings: [String]? {
        guard let items = array else { return nil }
        let texts = items.compactMap(\.string)
        return texts.count == items.count ? texts : nil
    }
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    public var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    public var number: Double? {
        switch self {
        case .number(let number): number
        case .integer(let number): Double(number)
        default: nil
        }
    }
    /// Of 64 bits without a sign, which JSON's numbers have not everywhere: as text.
    public static func unsigned(_ number: UInt64) -> JSON { .string(String(number)) }
    public var unsigned: UInt64? { string.flatMap { UInt64($0) } }
    public var isNull: Bool { self == .null }

    /// A whole number, also one written as `3.0`; one beyond 64 bits is the nearest that is not.
    public var integer: Int? {
        switch self {
        case .integer(let number): number
        case .number(let number) where number == number.rounded():
            Int(exactly: number) ?? (number < 0 ? Int.min : Int.max)
        default: nil
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}

// MARK: Writing

extension JSON {
    /// Compact, as UTF-8. A number that is not finite becomes `null`, as in JavaScript.
    public var bytes: [UInt8] {
        var output: [UInt8] = []
        write(to: &output, indent: nil, level: 0)
        return output
    }

    /// Indented by one space a level, as notebooks are kept, so that they compare line by line.
    public var indentedText: String {
        var output: [UInt8] = []
        write(to: &output, indent: 1, level: 0)
        return String(decoding: output, as: UTF8.self)
    }

    private func write(to output: inout [UInt8], indent: Int?, level: Int) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .integer(let number): output.append(contentsOf: String(number).utf8)
        case .number(let number): output.append(contentsOf: (number.isFinite ? "\(number)" : "null").utf8)
        case .string(let text): Self.writeQuoted(text, to: &output)
        case .array(let items):
            Self.writeList(items, "[", "]", to: &output, indent: indent, level: level) { item, output in
                item.write(to: &output, indent: indent, level: level + 1)
            }
        case .object(let object):
            Self.writeList(object.keys, "{", "}", to: &output, indent: indent, level: level) { key, output in
                Self.writeQuoted(key, to: &output)
                output.append(contentsOf: (indent == nil ? ":" : ": ").utf8)
                (object[key] ?? .null).write(to: &output, indent: indent, level: level + 1)
            }
        }
    }

    private static func writeList<Item>(
        _ items: [Item], _ open: Character, _ close: Character, to output: inout [UInt8], indent: Int?, level: Int,
        each: (Item, inout [UInt8]) -> Void
    ) {
        func newLine(_ level: Int) {
            guard let indent else { return }
            output.append(UInt8(ascii: "\n"))
            output += [UInt8](repeating: UInt8(ascii: " "), count: indent * level)
        }
        output.append(contentsOf: String(open).utf8)
        for (index, item) in items.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            newLine(level + 1)
            each(item, &output)
        }
        if !items.isEmpty { newLine(level) }
        output.append(contentsOf: String(close).utf8)
    }

    private static func writeQuoted(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            // Stretches that stand for themselves are copied whole: byte by byte, writing was a fifth of a kernel's
            // message.
            var start = 0
            for index in bytes.indices {
                let byte = bytes[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                output.append(contentsOf: bytes[start..<index])
                start = index + 1
                switch byte {
                case UInt8(ascii: "\""): output.append(contentsOf: "\\\"".utf8)
                case UInt8(ascii: "\\"): output.append(contentsOf: "\\\\".utf8)
                case UInt8(ascii: "\n"): output.append(contentsOf: "\\n".utf8)
                case UInt8(ascii: "\r"): output.append(contentsOf: "\\r".utf8)
                case UInt8(ascii: "\t"): output.append(contentsOf: "\\t".utf8)
                default: output.append(contentsOf: "\\u00\([byte].hexadecimal)".utf8)
                }
            }
            output.append(contentsOf: bytes[start...])
        }
        output.append(UInt8(ascii: "\""))
    }
}
