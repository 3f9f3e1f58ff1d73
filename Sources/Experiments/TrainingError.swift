// Why a training or an evaluation cannot begin.

import Datasets
import Engine
import Network

public indirect enum TrainingError: Error, Sendable, CustomStringConvertible {
    case wrongInput(network: Shape, images: Shape)
    case wrongOutput(Shape)
    /// Fewer outputs than the data has classes.
    case tooFewOutputs(outputs: Int, classes: Int)
    case noImages(dataset: String, Dataset.Part)
    /// Batches that are not full are left out, and there is no other.
    case noFullBatch(batchSize: Int, images: Int)
    /// The last epoch would end before its first step.
    case noStep(epoch: Int, batches: Int)
    /// The images are too small for these views.
    case noViews(Views, images: Shape)
    /// Only the result of the run is kept.
    case noWeights(run: String)
    /// The weights that it starts from are not here; their run was called so.
    case noStartingWeights(run: String)
    /// The weights of the run that it follows are not here; it was called so.
    case noTeacher(run: String, digest: String)
    /// The run that it follows takes other images or has other outputs.
    case otherTeacher(teacher: (input: Shape, output: Shape), student: (input: Shape, output: Shape))
    /// There are parameters, and none of them learns.
    case allFrozen
    /// An image that could not be read.
    case images(DatasetError)
    /// The plan takes more memory than this process may have; a batch of this size would fit, if any does.
    case outOfMemory(needed: Int, available: Int, batch: Int?)
    /// A layer, a setting or an instruction set that the engine cannot run.
    case engine(EngineError)
    /// Of a training in another process, which has said why.
    case elsewhere(message: String, fix: String)
    /// Of one model of a study.
    case of(model: String, TrainingError)
    /// Stopped before there was anything to keep: an evaluation, or a training before its first step.
    case cancelled

    public var message: String {
        switch self {
        case .wrongInput(let network, let images):
            "the network takes \(network), but the images are \(images)"
        case .wrongOutput(let shape): "a classifier ends in a flat output, but this network gives \(shape)"
        case .tooFewOutputs(let outputs, let classes):
            "the network has \(outputs) outputs, but the data has \(classes) classes"
        case .noImages(let dataset, let part): "\(dataset) has no \(part.rawValue) images"
        case .noFullBatch(let size, let images):
            "`lastbatch: drop` leaves nothing to train on: a batch has \(size) images, and there are \(images)"
        case .noStep(let epoch, let batches):
            "epoch \(epoch) would end before its first step: a whole one has \(batches)"
        case .noViews(let views, let images):
            "`views: \(views.rawValue)` moves images by a pixel and reflects their border, and \(images) has none to reflect"
        case .noWeights(let run): "the weights of \(run) are not kept"
        case .noStartingWeights(let run): "the weights of \(run) that this training starts from are not here"
        case .noTeacher(let run, let digest):
            "the weights of \(run) that this training follows as its teacher are not here: those with the digest \(digest.prefix(16))…"
        case .otherTeacher(let teacher, let student):
            teacher.input == student.input
                ? "the teacher has \(teacher.output) outputs, but the network has \(student.output)"
                : "the teacher takes \(teacher.input), but the network takes \(student.input)"
        case .allFrozen: "nothing of the network learns: all of its parameters are frozen"
        case .images(let error): error.message
        case .outOfMemory(let needed, let available, _):
            "this training needs \(megabytes(needed)), but only \(megabytes(available)) of memory are free"
        case .engine(let error): error.reason
        case .elsewhere(let message, _): message
        case .of(let model, let error): "\(model): \(error.message)"
        case .cancelled: "stopped"
        }
    }

    public var fix: String {
        switch self {
        case .wrongInput(_, let images): "write `input \(images)`, or leave `input` out"
        case .wrongOutput: "end the model with `flatten` and `linear`"
        case .tooFewOutputs(_, let classes): "end the model with `linear \(classes)`"
        case .noImages(_, .validation): "hold images out for validation with `split`, before the training"
        case .noImages: "take at least one training and one test image"
        case .noFullBatch(_, let images): "a smaller batch is full: `batch: \(images)`"
        case .noStep(1, let batches): "a step is `epochs: \(batches == 1 ? "1" : "1/\(batches)")`"
        case .noStep(let epoch, _): "write `epochs: \(epoch - 1)`, or more of the last one"
        case .noViews: "write `views: mirror`"
        case .noWeights: "train it again: `train` keeps them, and `compare` with `keep: true`"
        case .noStartingWeights: "load or train that run, and call `train` again with `from:`"
        case .noTeacher: "load or train that run, and call `train` again with `distill: teacher(…)`"
        case .otherTeacher: "take a teacher that was trained on the same kind of images with the same classes"
        case .allFrozen: "leave `freeze:` out for one layer at least, usually the last"
        case .images(let error): error.fix
        case .outOfMemory(_, _, let batch?): "a smaller batch fits: `batch: \(batch)`"
        case .outOfMemory: "use a narrower network, or free memory: no batch fits"
        case .engine(.inputChannels): "use images with fewer channels"
        case .engine(let error): error.fix ?? "leave it out, or use another layer"
        case .elsewhere(_, let fix): fix
        case .of(_, let error): error.fix
        case .cancelled: "call it again"
        }
    }

    public var description: String { "\(message); \(fix)" }
}

extension TrainingError {
    init(_ stopped: Stopped) {
        switch stopped {
        case .interrupted: self = .cancelled
        case .images(let error): self = .images(error)
        }
    }
}

private func megabytes(_ byteCount: Int) -> String { "\((byteCount + 999_999) / 1_000_000) MB" }
