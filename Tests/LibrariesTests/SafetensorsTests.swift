// Files of tensors: round trips, the types that are read, and what is broken.

import Glibc
import Libraries
import TestSupport
import Testing

struct SafetensorsTests {
    private static func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8) + data
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        var file = Safetensors()
        file.metadata = ["format": "pt", "text": "a \"quoted\" ü"]
        file["0.weight"] = .init(shape: [2, 3], values: [1, -2, 3.5, .infinity, 0, .leastNonzeroMagnitude])
        file["empty"] = .init(shape: [0, 4], values: [])
        file["scalar"] = .init(shape: [], values: [7])
        let again = try Safetensors(parsing: file.bytes)
        #expect(again.names == ["0.weight", "empty", "scalar"])
        #expect(again.metadata == file.metadata)
        for name in file.names { #expect(again[name] == file[name]) }
    }

    @Test(arguments: [
        ("F32", [0, 0, 192, 63], Float(1.5)), ("BF16", [192, 191], -1.5), ("F16", [0, 62], 1.5),
        ("F64", [0, 0, 0, 0, 0, 0, 248, 63], 1.5), ("I64", [253, 255, 255, 255, 255, 255, 255, 255], -3),
    ])
    func typesBecomeFloats(_ type: String, _ bytes: [UInt8], _ value: Float) throws {
        let header = #"{"a":{"dtype":"\#(type)","shape":[1],"data_offsets":[0,\#(bytes.count)]}}"#
        #expect(try Safetensors(parsing: Self.file(header, bytes))["a"]?.values == [value])
    }

    @Test(arguments: [
        (
            #"{"a":{"dtype":"F32","shape":["x",1],"data_offsets":[0,4]}}"#,
            "the `shape` of `a` is not a list of whole numbers"
        ),
        (#"{"a":{"dtype":"F32","shape":[1,null],"data_offsets":[0,4]}}"#, "is not a list of whole numbers"),
        (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, "is not a list of whole numbers"),
        (#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, "is not a list of whole numbers"),
        (#"{"a":{"dtype":"F32","shape":{},"data_offsets":[0,4]}}"#, "is not a list of whole numbers"),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,"x",4]}}"#,
            "the `data_offsets` of `a` is not a list of whole numbers"
        ),
        (#"{"__metadata__":{"format":1}}"#, "`format` of its metadata is not a string"),
        ("", "truncated within its header"), ("{", "its header is not JSON"), ("[]", "its header is not a JSON object"),
        (#"{"a":1}"#, "is not described by an object"),
        (#"{"a":{"dtype":"U4","shape":[1],"data_offsets":[0,4]}}"#, "of a type that is not read: U4"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#, "outside of the file"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, "outside of the file"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "not as many values"),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, "not as many values"),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            "lie on each other"
        ),
        (
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
            "`a` and `b` lie on each other"
        ),
        (
            #"{"b":{"dtype":"I8","shape":[2],"data_offsets":[2,4]},"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#,
            "`a` and `b` lie on each other"
        ),
        (
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
            "duplicate object key"
        ),
        (#"{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}"#, "duplicate object key"),
        (#"{"a":{"dtype":"I32","shape":[2],"data_offsets":[0,4]}}"#, "not as many values"),
        (#"{"a":{"dtype":"F4","shape":[7],"data_offsets":[0,4]}}"#, "not as many values"),
        (#"{"a":{"dtype":"F8_E4M3","shape":[5],"data_offsets":[0,5]}}"#, "outside of the file"),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,0]}}"#, "not as many values"),
    ])
    func whatIsBrokenIsSaid(_ header: String, _ reason: String) {
        let bytes = header.isEmpty ? [1, 2, 3] : Self.file(header, [0, 0, 0, 0])
        #expect { try Safetensors(parsing: bytes) } throws: { "\($0)".contains(reason) }
    }

    /// The format: "the byte buffer needs to be entirely indexed".
    @Test(arguments: [(1, "a byte follows its last tensor"), (4, "4 bytes follow its last tensor")])
    func bytesThatNoTensorHasAreRefused(_ count: Int, _ reason: String) throws {
        let header =
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"e":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}"#
        #expect(try Safetensors(parsing: Self.file(header, [0, 0, 0, 0])).names == ["a", "e"])
        let bytes = Self.file(header, [UInt8](repeating: 0, count: 4 + count))
        #expect { try Safetensors(parsing: bytes) } throws: { "\($0)".contains(reason) }
    }

    /// Their bytes stay where they are; all others are read.
    @Test(arguments: [
        ("I8", 4), ("F8_E5M2", 4), ("F8_E4M3", 4), ("I16", 2), ("I32", 1), ("U32", 1), ("F4", 8), ("F6_E2M3", 0),
    ])
    func aTensorOfATypeThatIsNotReadLeavesTheOthersWhole(_ type: String, _ count: Int) throws {
        let header =
            #"{"a":{"dtype":"\#(type)","shape":[\#(count)],"data_offsets":[0,\#(count == 0 ? 0 : 4)]},"#
            + #""b":{"dtype":"F16","shape":[1],"data_offsets":[4,6]}}"#
        let bytes = Self.file(header, [9, 9, 9, 9, 0, 62])
        let folder = TemporaryFolder()
        let path = "\(folder.path)/a.safetensors"
        try FileSystem.write(bytes, to: path)
        for file in [try Safetensors(parsing: bytes), try Safetensors(reading: try FileReader(path))] {
            #expect(file.names == ["b"] && file["b"]?.values == [1.5] && file["a"] == nil)
            #expect(file.unread.count == 1 && file.unread["a"]?.type == type && file.unread["a"]?.shape == [count])
        }
    }

    @Test func aHeaderLongerThanTheFileIsRefused() {
        #expect(throws: SafetensorsError.self) { try Safetensors(parsing: [255, 255, 255, 255, 255, 255, 255, 255]) }
    }

    private func error(reading path: String, isCancelled: Bool = false) -> (any Error)? {
        do {
            _ = try Safetensors(reading: try FileReader(path), isCancelled: { isCancelled })
            return nil
        } catch { return error }
    }

    @Test func aFileIsReadTensorByTensor() throws {
        var file = Safetensors()
        file["a"] = .init(shape: [2], values: [1, 2])
        file["n"] = .init(shape: [], values: [7], type: .int64)
        let folder = TemporaryFolder()
        let path = "\(folder.path)/a.safetensors"
        #expect(try Safetensors.write(file.parts, metadata: ["k": "v"], to: path) == FileSystem.read(path).count)
        let again = try Safetensors(reading: try FileReader(path))
        #expect(again.names == ["a", "n"] && again.metadata == ["k": "v"])
        for name in file.names { #expect(again[name] == file[name]) }
        #expect((error(reading: path, isCancelled: true) as? SafetensorsError)?.kind == .cancelled)
    }

    /// 60 GB that take no place on the disk: refused by what their beginning says, before memory is taken for them.
    @Test func aSparseFileIsRefusedByItsHeader() throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/sparse.safetensors"
        try FileSystem.write([], to: path)
        #expect(truncate(path, 60 << 30) == 0)
        #expect((error(reading: path) as? SafetensorsError)?.kind == .content)
        let count = 1 << 50
        let header = #"{"a":{"dtype":"F32","shape":[\#(count)],"data_offsets":[0,\#(4 * count)]}}"#
        try FileSystem.write(Self.file(header, []), to: path)
        #expect(truncate(path, off_t(4 * count + 8 + header.utf8.count)) == 0 || errno == EFBIG)
        #expect(error(reading: path) != nil)
    }

    @Test func aPipeOrADeviceIsNoFile() {
        let folder = TemporaryFolder()
        let pipe = "\(folder.path)/pipe.safetensors"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect((error(reading: pipe) as? FileError)?.reason == "it is a pipe")
        #expect((error(reading: "/dev/zero") as? FileError)?.reason == "it is a device")
    }
}
