// Which arrays of the files that `arrays` is given are images and labels, for training and for testing.

import Libraries
import Runtime
import Text

struct ArrayFiles {
    /// The arrays of images and labels.
    struct Part {
        let images: () throws(DatasetError) -> DataFile
        let labels: () throws(DatasetError) -> DataFile
    }

    let path: String
    let training: Part
    private(set) var test: Part?
    private(set) var notes: [String] = []

    /// What the data set is called: the file without its ending.
    var name: String {
        let name = FileSystem.name(of: path)
        return name.split(separator: ".").first.map(String.init) ?? name
    }

    private static let fix = "save it again"

    /// - Parameter paths: an `.npz`, or two `.npy`.
    init(_ paths: [String], _ cancellation: Cancellation) throws(DatasetError) {
        path = paths[0]
        var isPacked: [Bool] = []
        for path in paths {
            guard FileSystem.exists(path) else {
                throw .badOption("there is no file \(path)", fix: "name files that `np.save` or `np.savez` has written")
            }
            let start: [UInt8]
            do throws(FileError) {
                let file = try FileReader(path)
                start = try file.read(min(4, file.byteCount), at: 0)
            } catch { throw .file(error) }
            guard start == [0x93, 0x4E, 0x55, 0x4D] || start == [0x50, 0x4B, 3, 4] else {
                throw .unreadable(
                    path: path, reason: "it is neither an `.npy` nor an `.npz` of NumPy",
                    fix: "in Python: `np.savez(\"data.npz\", x=images, y=labels)`")
            }
            isPacked.append(start[0] == 0x50)
        }
        switch isPacked {
        case [true]:
            let packed = try Packed(paths[0], cancellation)
            (training, test, notes) = (packed.training, packed.test, packed.notes)
        case [false, false]:
            training = Part(
                images: { () throws(DatasetError) in try DataFile(paths[0], isPacked: false, fix: Self.fix) },
                labels: { () throws(DatasetError) in try DataFile(paths[1], isPacked: false, fix: Self.fix) })
        case [false]:
            throw .badOption(
                "\(paths[0]) holds one array, and the labels are in another",
                fix: "name both: `arrays \"x.npy\", \"y.npy\"`")
        default:
            throw .badOption(
                "an `.npz` holds images and labels, and is named alone",
                fix: "write `arrays \"x.npy\", \"y.npy\"` or `arrays \"data.npz\"`")
        }
    }

    /// What an `.npz` holds, by the names that its arrays have.
    private struct Packed {
        let training: Part
        private(set) var test: Part?
        private(set) var notes: [String] = []

        /// In pairs: whoever has the first of one has the second.
        private static let trainingNames = [
            ("xtrain", "ytrain"), ("trainx", "trainy"), ("trainimages", "trainlabels"), ("traindata", "trainlabels"),
            ("x", "y"), ("images", "labels"), ("images", "targets"), ("images", "target"), ("data", "labels"),
            ("data", "targets"), ("data", "target"),
        ]
        private static let testNames = [
            ("xtest", "ytest"), ("testx", "testy"), ("testimages", "testlabels"), ("testdata", "testlabels"),
        ]

        /// As NumPy has it, without the ending of its file.
        private static func name(_ member: String) -> String {
            member.hasSuffix(".npy") ? String(member.dropLast(4)) : member
        }

        init(_ path: String, _ cancellation: Cancellation) throws(DatasetError) {
            var names: [String] = []
            do throws(ArchiveError) {
                names = try Archive.contents(ofZip: path, isCancelled: { cancellation.isCancelled }).map(\.name)
            } catch {
                throw cancellation.isCancelled
                    ? .cancelled : .damaged(path: path, reason: error.reason, fix: ArrayFiles.fix)
            }
            if let twice = Dictionary(grouping: names, by: { $0 }).filter({ $0.value.count > 1 }).keys.min() {
                throw .unreadable(
                    path: path, reason: "it holds several arrays called \(Self.name(twice).printableName)",
                    fix: "save it anew, each array by a name of its own: `np.savez(\"data.npz\", x=images, y=labels)`")
            }
            /// `x_train.npy` as `xtrain`.
            func plain(_ name: String) -> String {
                Self.name(name).lowercased().filter {
                    $0.isLetter || $0.isNumber
                }
            }
            func pairs(_ wanted: [(String, String)]) -> [(String, String)] {
                wanted.compactMap { images, labels in
                    guard let images = names.first(where: { plain($0) == images }),
                        let labels = names.first(where: { plain($0) == labels })
                    else { return nil }
                    return (images, labels)
                }
            }
            func part(_ pair: (String, String)) -> Part {
                func array(_ name: String) throws(DatasetError) -> DataFile {
                    do throws(ArchiveError) {
                        let contents = try Archive.contents(
                            ofZip: path, wanted: name, isCancelled: { cancellation.isCancelled })
                        let bytes = contents.first { $0.name == name }?.bytes ?? []
                        return DataFile(bytes, named: name, in: path, fix: ArrayFiles.fix)
                    } catch {
                        throw cancellation.isCancelled
                            ? .cancelled : .damaged(path: path, reason: error.reason, fix: ArrayFiles.fix)
                    }
                }
                return Part(
                    images: { () throws(DatasetError) in try array(pair.0) },
                    labels: { () throws(DatasetError) in try array(pair.1) })
            }
            let found = pairs(Self.trainingNames)
            func text(_ names: [String]) -> String {
                names.prefix(8).map { Self.name($0).printableName }
                    .joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
            }
            guard let first = found.first, found.count == 1 else {
                throw .badOption(
                    found.isEmpty
                        ? "\(path) holds \(text(names)), and none are called images and labels"
                        : "\(path) holds \(text(names)), of which more than one may be the images and labels",
                    fix:
                        "save them by these names: `np.savez(\"data.npz\", x=images, y=labels)`, with a test part `x_train=, y_train=, "
                        + "x_test=, y_test=`")
            }
            training = part(first)
            let testPair = pairs(Self.testNames).first
            test = testPair.map(part)
            let used = [first.0, first.1] + (testPair.map { [$0.0, $0.1] } ?? [])
            let rest = names.filter { !used.contains($0) }
            if !rest.isEmpty { notes.append("left out: \(text(rest))") }
        }
    }
}
