// `arrays`

import Datasets
import Language

private let imagesOption = Option(
    "images", .path, isPositional: true, aliases: ["x", "data", "file"],
    "an `.npz` with images and labels, or an `.npy` with images: bytes, (N, H, W), (N, H, W, C) or (N, C, H, W)")
private let labelsOption = Option(
    "labels", .path, workedOut: "in the `.npz`", isPositional: true, aliases: ["y", "targets"],
    "an `.npy` with the class of each image, numbered from 0")
private let testOption: Option<Value?> = Option(
    "test", .any, workedOut: "in the `.npz`, else 0.2", aliases: ["test_size"],
    "the files of the test images, `[\"x.npy\", \"y.npy\"]` or an `.npz`; or the share of each class that is held out for testing"
)
private let channelsOption = Option(
    "channels", OptionKind<ArrayImages.Channels>.choice, workedOut: "where the size is 1 or 3",
    aliases: ["data_format"], "where the channels are in arrays of four sizes")
private let classesOption: Option<[Value]?> = Option(
    "classes", .list, workedOut: "numbers", aliases: ["class_names", "names"],
    "the names of the classes, in the order of their numbers")

extension Word {
    static let arrays = Word(
        "arrays", .data,
        "Images and labels that NumPy has saved, with `np.savez` or `np.save`: an `.npz` with `x` and `y`, or with `x_train`, "
            + "`y_train`, `x_test` and `y_test`, or two `.npy`",
        [imagesOption, labelsOption, testOption, channelsOption, classesOption, DataOption.seed], result: .data,
        example: "let scans = arrays(\"scans.npz\", classes: [\"healthy\", \"ill\"])",
        aliases: ["TensorDataset", "from_tensor_slices", "fromfile"], since: "0.2", .perform(loadArrays))
}

private func loadArrays(_ call: Invocation) throws -> Value {
    var arrays = ArrayImages(
        files: [call[imagesOption]] + [call[labelsOption]].compactMap { $0 }, seed: call[DataOption.seed],
        channels: call[channelsOption], classNames: try call.classNames())
    if let test = call[testOption] {
        if let share = test.number, share > 0, share < 1 {
            arrays.testShare = share
        } else {
            arrays.testFiles = try call.testFiles(test)
        }
    }
    let isShare = call.isGiven(testOption) && arrays.testFiles.isEmpty
    if !arrays.testFiles.isEmpty, call.isGiven(DataOption.seed) {
        throw call.fault(
            .nothingToDo, "`seed:` draws which images are held out, and `test:` names files",
            at: call.place(DataOption.seed), fix: "leave `seed:` out")
    }
    return try call.filesOfOnesOwn(arrays.files[0], imagesOption) { _, note throws(DatasetError) in
        try arrays.load(
            in: call.context.folder, cutting: isShare ? "test" : call.isGiven(DataOption.seed) ? "seed" : nil,
            cancellation: call.context.interruption, note: note
        ).from(.arrays(arrays))
    }
}

extension Invocation {
    fileprivate func classNames() throws -> [String] {
        guard let values = self[classesOption] else { return [] }
        let names = values.compactMap { if case .string(let name) = $0 { name } else { nil } }
        guard names.count == values.count, !names.isEmpty, Set(names).count == names.count else {
            throw fault(
                .wrongType, "`classes:` is a list of different names", at: place(classesOption),
                fix: "for example `classes: [\"cat\", \"dog\"]`")
        }
        return names
    }

    fileprivate func testFiles(_ value: Value) throws -> [String] {
        let values = value.elements ?? [value]
        let files = values.compactMap { if case .string(let file) = $0 { file } else { nil } }
        guard files.count == values.count, 1...2 ~= files.count else {
            throw fault(
                .wrongType, "`test:` is the files of the test images, or a share between 0 and 1",
                at: place(testOption),
                fix: "for example `test: [\"x_test.npy\", \"y_test.npy\"]`, `test: \"test.npz\"` or `test: 0.2`")
        }
        return files
    }
}
